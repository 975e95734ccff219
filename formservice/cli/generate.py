"""``formservice generate``: one pre-filled form, or one per row of a list."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from formservice.adapters.lists import rows
from formservice.application.generate import Row
from formservice.application.prefill import Prefilled, prefilled, prefilled_data
from formservice.application.report import problem_data
from formservice.bootstrap import Services, Settings
from formservice.cli import errors, files
from formservice.cli.german import counted
from formservice.domain.errors import UsageError
from formservice.domain.form import FormDefinition

FORMATS = ("docx", "pdf")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "generate",
        help="vorausgefüllte Formulare erzeugen",
        description="Erzeugt ein Formular aus einer JSON-Datei oder dem Datensatz eines anderen"
        " Formulars, oder viele aus einer Liste."
        " Ist eine Angabe unbekannt oder unmöglich, wird nichts geschrieben.",
    )
    parser.add_argument(
        "form", metavar="FORMULAR", help="zum Beispiel feedbackbogen oder feedbackbogen/2023-09-22"
    )
    parser.add_argument(
        "--data", metavar="DATEI.json", help="Feldschlüssel und Werte; - liest die Standardeingabe"
    )
    parser.add_argument(
        "--from",
        dest="record",
        metavar="DATENSATZ.json",
        help="Ausgabe von „read --json“: was daraus bekannt ist, wird übernommen; --data geht vor",
    )
    parser.add_argument("--list", metavar="DATEI", help="CSV oder XLSX: eine Zeile je Formular")
    parser.add_argument(
        "--format",
        type=str.casefold,
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
    definition = services.forms.get(chosen.form)
    _refuse_contradictions(chosen)
    if chosen.list is not None:
        return _many(services, definition, chosen)
    return _one(services, definition, chosen)


def _refuse_contradictions(chosen: argparse.Namespace) -> None:
    _refuse_sources(chosen)
    target = chosen.output
    if target == "":
        raise UsageError("Nach -o fehlt das Ziel.", "Bitte eine Datei oder einen Ordner nennen.")
    if chosen.list is None:
        if target == "-" and chosen.json:
            hint = "Bitte --json weglassen oder in eine Datei schreiben."
            raise UsageError("Formular und Bericht passen nicht in dieselbe Ausgabe.", hint)
        return
    if target == "-":
        hint = "Bitte mit -o einen Ordner nennen."
        raise UsageError("Viele Formulare passen nicht in die Standardausgabe.", hint)
    if target is not None and Path(target).exists() and not Path(target).is_dir():
        raise UsageError(f"{target} ist kein Ordner.", "Bitte mit -o einen Ordner nennen.")


def _refuse_sources(chosen: argparse.Namespace) -> None:
    hint = "„formservice generate --help“ zeigt, was möglich ist."
    if chosen.list is None and chosen.data is None and chosen.record is None:
        raise UsageError("Es fehlt, woraus: --data, --from oder --list.", hint)
    if chosen.list is not None and (chosen.data is not None or chosen.record is not None):
        raise UsageError("--list geht nicht zusammen mit --data oder --from.", hint)
    if chosen.data == "-" and chosen.record == "-":
        raise UsageError("Die Standardeingabe gibt es nur einmal (--data - und --from -).", hint)


def _one(services: Services, definition: FormDefinition, chosen: argparse.Namespace) -> int:
    format_ = _format(chosen)
    ref = definition.ref
    target = chosen.output or f"{ref.form}-{ref.edition}.{format_}"
    if target != "-":
        files.target(services.settings, target, (chosen.data, chosen.record))
    data = {} if chosen.data is None else files.decoded(chosen.data)
    known = None
    if chosen.record is not None:
        known = prefilled(definition, files.decoded(chosen.record), data, services.forms)
    document = services.generate.one(definition, known.data if known else data, format_)
    if target == "-":
        _to_standard_output(document)
    else:
        files.write(Path(target), document)
    if chosen.json:
        report = {"ok": True, "file": target, "form": str(ref), "format": format_}
        print(json.dumps(report | (prefilled_data(known) if known else {}), ensure_ascii=False))
        return errors.DONE
    if target != "-" and Path(target).is_file():  # after a pipe or /dev/stdout nothing may follow
        print(f"{errors.printable(target)} geschrieben.")
    if known is not None:
        _tell(known)
    return errors.DONE


def _tell(known: Prefilled) -> None:
    """Say on standard error what was taken over from a record and what a person has to add."""
    count = counted(len(known.taken), "Angabe", "Angaben")
    print(f"{count} aus {known.source} übernommen.", file=sys.stderr)
    for one in known.left_out:
        print(f"  Nicht übernommen: {errors.printable(one.message)}", file=sys.stderr)


def _to_standard_output(document: bytes) -> None:
    if sys.stdout is None:
        raise UsageError("Die Standardausgabe ist geschlossen.", "Bitte -o DATEI angeben.")
    sys.stdout.buffer.write(document)


def _format(chosen: argparse.Namespace) -> str:
    """Return the format asked for; a file must not be named for another than it holds."""
    suffix = Path(chosen.output or "").suffix.lstrip(".").casefold()
    if chosen.format:
        if suffix in FORMATS and suffix != chosen.format:
            raise UsageError(
                f"Die Endung .{suffix} passt nicht zu „--format {chosen.format}“.",
                "Bitte eines von beiden ändern.",
            )
        return str(chosen.format)
    if not suffix or suffix in FORMATS:
        return suffix or FORMATS[0]
    raise UsageError(
        f"Die Endung .{suffix} sagt nicht, ob Word oder PDF gemeint ist.",
        "Bitte mit .docx oder .pdf enden oder --format angeben.",
    )


def _many(services: Services, definition: FormDefinition, chosen: argparse.Namespace) -> int:
    """Make one form per row; bad rows are named in the report and stop nothing."""
    format_ = str(chosen.format or FORMATS[0])
    folder = Path(chosen.output or f"{definition.ref.form}-liste")
    files.folder(services.settings, str(folder))
    source = list(rows(Path(chosen.list), definition))
    made: list[dict[str, object]] = []
    bad: list[Row] = []
    progress = _progress(source, quiet=chosen.json)
    for row in services.generate.many(definition, source, format_):
        if row.document is None:
            bad.append(row)
        else:
            target = folder / f"{definition.ref.form}-{row.number:05}.{format_}"
            files.write(target, row.document)
            made.append({"row": row.number, "file": str(target)})
        progress.update()
    progress.close()
    return _report(folder, made, bad, as_json=chosen.json)


def _progress(rows_: Sequence[object], *, quiet: bool) -> "tqdm[object]":
    """Return a bar on the terminal; none where no person looks."""
    return tqdm(
        total=len(rows_),
        desc="Erzeuge",
        bar_format="{desc}: {percentage:3.0f} % |{bar}| {n} von {total}, noch {remaining}",
        disable=quiet or None,
        file=sys.stderr,
    )


def _report(folder: Path, made: list[dict[str, object]], bad: list[Row], *, as_json: bool) -> int:
    if as_json:
        data = {
            "ok": not bad,
            "made": made,
            "refused": [
                {
                    "row": row.number,
                    "problems": [problem_data(problem) for problem in row.problems],
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
                print(f"  Zeile {row.number}: {errors.printable(str(problem))}")
    return errors.NEEDS_A_PERSON if bad else errors.DONE
