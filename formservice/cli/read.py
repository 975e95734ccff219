"""``formservice read``: read, check, print; stores nothing."""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.prefill import documents_in, is_record
from formservice.application.report import error_data
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, files, show
from formservice.domain.copies import reshaped
from formservice.domain.errors import FormServiceError
from formservice.domain.groups import shape_of
from formservice.domain.values import parse_date


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "read",
        help="Dateien lesen und prüfen, ohne etwas zu speichern",
        description="Liest Word, PDF und Bilder, prüft Pflichtangaben, Regeln und Fristen.",
    )
    parser.add_argument("files", nargs="+", metavar="DATEI", help="Word, PDF, PNG, JPEG oder TIFF")
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
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
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
    read = services.isolated_read  # a wrong setting is told now, not for every file
    reading = partial(read, received=received, form=form, against=against)
    results: list[dict[str, Any]] = []
    failed = False
    for found in _read_files(reading, chosen.files):
        results.extend(found)
        failed = failed or any("error" in one for one in found)
        if not chosen.json:
            for one in found:
                show.document(one, names(services, one))
    if chosen.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    return errors.NEEDS_A_PERSON if failed else errors.DONE


def names(services: Services, found: dict[str, Any]) -> dict[str, str]:
    """Return what people call the fields of a document that was read."""
    form = found.get("form")
    if not form:
        return {}
    definition = services.forms.get(form["id"], form["edition"])
    # Items that were sent and did not come back are named as well.
    keys = (*found["fields"], *(found.get("against") or {"fields": ()})["fields"])
    whole = reshaped(definition, shape_of(definition, keys))
    return {field.key: field.name for field in whole.fields}


def _sent(name: str) -> object:
    """Return what was sent, as decoded JSON; what is no record is told now, not for every file."""
    content = files.decoded(name)
    if is_record(content) or not isinstance(content, dict):
        documents_in(content)
    return content


def _read_files(
    read: Callable[[bytes, str], list[dict[str, Any]]], wanted: Iterable[str]
) -> Iterator[list[dict[str, Any]]]:
    """Yield what every file holds, as data; a file that cannot be read is one error object."""
    for file in wanted:
        try:
            yield read(files.content(file), file)
        except FormServiceError as error:
            yield [error_data(error, file)]
        except Exception as error:  # what is wrong with one file must not cost the others
            yield [error_data(errors.bug(error), file)]
