"""``formservice generate``: one pre-filled form, or one per row of a list."""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from formservice.adapters.lists import rows
from formservice.application.generate import Row
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.german import counted
from formservice.domain.errors import InputError, InvalidDataError, Problem, StorageError
from formservice.domain.form import FormDefinition

FORMATS = ("docx", "pdf")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "generate",
        help="vorausgefüllte Formulare erzeugen",
        description="Erzeugt ein Formular aus einer JSON-Datei oder viele aus einer Liste."
        " Ist eine Angabe unbekannt oder unmöglich, wird nichts geschrieben.",
    )
    parser.add_argument("form", metavar="FORMULAR", help="zum Beispiel feedbackbogen")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--data", metavar="DATEI.json", help="Feldschlüssel und Werte; - liest die Standardeingabe"
    )
    source.add_argument("--list", metavar="DATEI", help="CSV oder XLSX: eine Zeile je Formular")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="Word oder PDF (sonst nach der Endung von -o, sonst Word)",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="ZIEL",
        help="Datei (bei --list: Ordner); - schreibt auf die Standardausgabe",
    )
    parser.add_argument("--json", action="store_true", help="Bericht als JSON")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    definition = services.forms.get(*chosen.form.split("/", 1))
    if chosen.list:
        return _many(services, definition, chosen)
    return _one(services, definition, chosen)


def _one(services: Services, definition: FormDefinition, chosen: argparse.Namespace) -> int:
    format_ = _format(chosen)
    document = services.generate.one(definition, _json(chosen.data), format_)
    ref = definition.ref
    target = chosen.output or f"{ref.form}-{ref.edition}.{format_}"
    if target == "-":
        sys.stdout.buffer.write(document)
        return errors.DONE
    write(Path(target), document)
    if chosen.json:
        print(json.dumps({"ok": True, "file": target, "form": str(ref), "format": format_}))
    else:
        print(f"{target} geschrieben.")
    return errors.DONE


def _format(chosen: argparse.Namespace) -> str:
    suffix = Path(chosen.output or "").suffix.lstrip(".").casefold()
    return str(chosen.format or (suffix if suffix in FORMATS else FORMATS[0]))


def _json(name: str) -> object:
    """Return the decoded JSON of a file or of standard input."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_no_duplicates)
    except OSError as error:
        raise InputError(f"Die Datei {name} kann nicht gelesen werden.", "Pfad prüfen.") from error
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        place = f" (Zeile {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(
            f"Die Datei {name} ist kein gültiges JSON in UTF-8{place}.",
            'Erwartet wird zum Beispiel {"name": "…", "vorname": "…"}.',
        ) from error


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Return a JSON object; a key given twice would silently lose its first value."""
    result = dict(pairs)
    if len(result) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        problems = [Problem(key, "Dieses Feld ist zweimal angegeben.") for key in twice]
        raise InvalidDataError("Angaben sind doppelt.", problems)
    return result


def _many(services: Services, definition: FormDefinition, chosen: argparse.Namespace) -> int:
    """Make one form per row; bad rows are named in the report and stop nothing."""
    format_ = str(chosen.format or FORMATS[0])
    folder = Path(chosen.output or f"{definition.ref.form}-liste")
    source = rows(Path(chosen.list), definition)
    made: list[dict[str, object]] = []
    bad: list[Row] = []
    progress = _progress(quiet=chosen.json)
    for row in services.generate.many(definition, source, format_):
        if row.document is None:
            bad.append(row)
        else:
            target = folder / f"{definition.ref.form}-{row.number:05}.{format_}"
            write(target, row.document)
            made.append({"row": row.number, "file": str(target)})
        progress.update()
    progress.close()
    return _report(folder, made, bad, as_json=chosen.json)


def _progress(*, quiet: bool) -> "tqdm[object]":
    return tqdm(unit=" Formulare", desc="Erzeuge", disable=quiet or None, file=sys.stderr)


def _report(folder: Path, made: list[dict[str, object]], bad: list[Row], *, as_json: bool) -> int:
    if as_json:
        data = {
            "ok": not bad,
            "made": made,
            "refused": [
                {
                    "row": row.number,
                    "problems": [
                        {"where": p.where, "message": p.message, "nearest": p.nearest}
                        for p in row.problems
                    ],
                }
                for row in bad
            ],
        }
        print(json.dumps(data, ensure_ascii=False, indent=2))
    else:
        print(f"{counted(len(made), 'Formular', 'Formulare')} in {folder} geschrieben.")
        if bad:
            print(f"{counted(len(bad), 'Zeile', 'Zeilen')} nicht möglich:")
        for row in bad:
            for problem in row.problems:
                print(f"  Zeile {row.number}: {problem}")
    return errors.NEEDS_A_PERSON if bad else errors.DONE


def write(target: Path, document: bytes) -> None:
    """Write a finished document: whole under its name, or not at all."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as part:
            try:
                part.write(document)
                part.flush()
                # Temporary files are private; a finished form has the rights of any other file.
                Path(part.name).chmod(0o666 & ~_umask())
                Path(part.name).replace(target)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise StorageError(f"{target} kann nicht geschrieben werden.") from error


def _umask() -> int:
    current = os.umask(0o077)
    os.umask(current)
    return current
