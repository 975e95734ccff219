"""``formservice read``: read, check, print; stores nothing."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.prefill import documents_in, is_record
from formservice.application.report import error_data
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, files, show
from formservice.cli.evidence import Evidence
from formservice.cli.names import names
from formservice.cli.progress import PagesOfFile
from formservice.domain.errors import EngineError, FormServiceError, StorageError
from formservice.domain.values import parse_date


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "read",
        help="Dateien lesen und prüfen, ohne etwas zu speichern",
        description="Liest Word, PDF und Bilder, prüft Pflichtangaben, Regeln und Fristen.",
        epilog="Ergebnis: 0, wenn jede Datei gelesen wurde, auch wenn ein Formular nicht erkannt"
        " oder etwas zu beanstanden ist; 1, wenn eine Datei oder Seite nicht lesbar war.",
    )
    parser.add_argument(
        "files", nargs="+", metavar="DATEI", help="Word, PDF, PNG, JPEG, TIFF oder HEIC"
    )
    parser.add_argument(
        "--form",
        metavar="FORMULAR",
        help="das Formular, wenn es nicht sicher erkannt wird; zum Beispiel feedbackbogen",
    )
    parser.add_argument(
        "--received",
        type=day,
        metavar="TAG",
        help="Tag des Eingangs für die Fristen, zum Beispiel 27.03.2026 (sonst heute)",
    )
    parser.add_argument(
        "--against",
        metavar="GESENDET.json",
        help="vergleichen mit dem, was gesendet wurde: Datensatz („read --json“) dieses Formulars"
        " oder des Formulars davor, oder die Angaben für „generate --data“",
    )
    parser.add_argument(
        "--evidence",
        type=Path,
        metavar="ORDNER",
        help="Belege schreiben: je Dokument ein Ordner mit dem Bild jeder Angabe, allen Lesungen"
        " und der Entscheidung (evidence.json, index.html)",
    )
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    parser.add_argument(
        "--progress",
        action="store_true",
        help="zeigen, welche Seite dran ist, auch wenn die Ausgabe in eine Datei geht",
    )
    parser.set_defaults(run=_run)


def day(text: str) -> date:
    """Return a day of the calendar, ISO or German."""
    try:
        return parse_date(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            "kein Tag des Kalenders, erwartet wird 2026-03-27 oder 27.03.2026"
        ) from None


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    form = services.forms.get(chosen.form) if chosen.form else None
    received = chosen.received or today()
    against = None if chosen.against is None else _sent(chosen.against)
    progress = PagesOfFile(shown=chosen.progress or _is_watched(chosen))
    read = services.isolated_read.telling(progress)  # a wrong setting is told now
    reading = partial(read, received=received, form=form, against=against)
    keep = None if chosen.evidence is None else Evidence(services, chosen.evidence).keep
    results: list[dict[str, Any]] = []
    status = errors.DONE
    try:
        for found, state in _read_files(reading, chosen.files, keep):
            progress.close()
            results.extend(found)
            status = max(status, state)
            if not chosen.json:
                for one in found:
                    show.document(one, names(services, one))
    except KeyboardInterrupt:
        progress.close()
        _print_json(chosen, results)  # what is finished
        raise
    _print_json(chosen, results)
    return status


def _is_watched(chosen: argparse.Namespace) -> bool:
    """Say whether somebody looks at the terminal, and no program waits for JSON alone."""
    if sys.stderr is None or not sys.stderr.isatty():
        return False
    return not chosen.json or (sys.stdout is not None and sys.stdout.isatty())


def _print_json(chosen: argparse.Namespace, results: list[dict[str, Any]]) -> None:
    if chosen.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))


def _sent(name: str) -> object:
    """Return what was sent, as decoded JSON; what is no record is told now, not for every file."""
    content = files.decoded(name)
    if is_record(content) or not isinstance(content, dict):
        documents_in(content)
    return content


def _is_unreadable(one: Mapping[str, Any]) -> bool:
    """Say whether an object tells of a page that could not be read."""
    return any(finding["code"] == "page.unreadable" for finding in one.get("findings", ()))


def _read_files(
    read: Callable[[bytes, str], list[dict[str, Any]]],
    wanted: Iterable[str],
    keep: Callable[[bytes, list[dict[str, Any]]], None] | None,
) -> Iterator[tuple[list[dict[str, Any]], int]]:
    """Yield what every file holds, as data, and the exit status that means.

    A file that cannot be read is one error object; so is evidence that cannot be kept, behind the
    documents it is about.
    """
    for file in wanted:
        found: list[dict[str, Any]] = []
        status = errors.DONE
        try:
            data = files.content(file)
            found = read(data, file)
            if any(map(_is_unreadable, found)):
                status = errors.NEEDS_A_PERSON
            if keep is not None:
                keep(data, found)
        except StorageError as error:
            yield [*found, error_data(error, file)], errors.FAILED
            return  # no evidence of what follows could be kept either
        except EngineError as error:
            found, status = [*found, error_data(error, file)], errors.FAILED
        except FormServiceError as error:
            found, status = [*found, error_data(error, file)], errors.NEEDS_A_PERSON
        except Exception as error:  # what is wrong with one file must not cost the others
            found, status = [*found, error_data(errors.bug(error), file)], errors.FAILED
        yield found, status
