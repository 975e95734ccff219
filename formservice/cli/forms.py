"""``formservice forms``: list, check and build the definitions, show their schemas."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from formservice.adapters import record_schema
from formservice.application.report import problem_data
from formservice.bootstrap import Services, Settings
from formservice.cli import errors, files
from formservice.cli.german import counted
from formservice.domain.errors import DefinitionError, Problem
from formservice.domain.form import Field, FormDefinition


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "forms",
        help="Formulare zeigen, prüfen und bauen",
        description="Ohne weitere Angabe: alle Formulare dieser Anlage.",
    )
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    parser.set_defaults(run=_list)
    actions = parser.add_subparsers(title="Befehle", metavar="BEFEHL")
    check = actions.add_parser(
        "check", help="alle Definitionen und Word-Dateien gegeneinander prüfen"
    )
    _json_too(check)
    check.set_defaults(run=_check)
    build = actions.add_parser(
        "build", help="form.pdf und fields.json aus der Word-Datei bauen (braucht LibreOffice)"
    )
    build.add_argument("form", nargs="?", metavar="FORMULAR", help="nur dieses Formular")
    _json_too(build)
    build.set_defaults(run=_build)
    new = actions.add_parser(
        "new",
        help="ein neues Formular anlegen: Word-Datei und YAML-Datei zum Ändern",
        description="Legt ein kleines, fertiges Formular an, das alles einmal enthält: jede Art"
        " von Feld, eine Tabelle mit wiederholten Zeilen, eine Regel, eine Frist."
        " Wie es weitergeht, steht in docs/formulare.md.",
    )
    new.add_argument("form", metavar="FORMULAR/AUSGABE", help="zum Beispiel hausbesuch/2026-12")
    new.add_argument("--title", required=True, help="Titel, wie er auf dem Formular steht")
    _json_too(new)
    new.set_defaults(run=_new)
    separator = actions.add_parser(
        "separator",
        help="das Trennblatt für Stapel schreiben, als PDF zum Drucken",
        description="Trennblätter kommen beim Scannen zwischen Dokumente ohne QR-Code.",
    )
    separator.add_argument(
        "-o", "--output", metavar="DATEI", default="trennblatt.pdf", help="sonst trennblatt.pdf"
    )
    _json_too(separator)
    separator.set_defaults(run=_separator)
    schema = actions.add_parser(
        "schema",
        help="JSON Schema der Angaben, die „generate“ für ein Formular nimmt",
        description="Schreibt das JSON Schema (2020-12) einer Ausgabe: Felder, Typen, Auswahlen,"
        " Listen, dazu Zweck, Rechtsgrundlage und Löschklasse, soweit festgelegt.",
    )
    schema.add_argument("form", metavar="FORMULAR", help="wie bei „generate“")
    schema.add_argument(
        "-o", "--output", metavar="DATEI", default="-", help="Datei statt der Standardausgabe"
    )
    _json_too(schema)
    schema.set_defaults(run=_schema)


def _json_too(action: argparse.ArgumentParser) -> None:
    """Let ``--json`` stand after the action too, without undoing one before it."""
    action.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="Ausgabe als JSON"
    )


def _services() -> Services:
    return Services(Settings.from_environment())


def _list(chosen: argparse.Namespace) -> int:
    definitions = list(_services().forms)
    if chosen.json:
        print(json.dumps([_data(one) for one in definitions], ensure_ascii=False, indent=2))
        return errors.DONE
    for one in definitions:
        pages = len(one.layout.pages) if one.layout else 0
        built = counted(pages, "Seite", "Seiten") if pages else "noch nicht gebaut"
        fields = counted(len(one.fields), "Feld", "Felder")
        state = "freigegeben" if one.released else "nicht freigegeben"
        print(f"{one.ref!s:36} {one.title}  ({fields}, {built}, {state})")
    return errors.DONE


def _data(one: FormDefinition) -> dict[str, object]:
    return {
        "id": one.ref.form,
        "edition": one.ref.edition,
        "title": one.title,
        "released": one.released,
        "notice": one.notice,
        "pages": len(one.layout.pages) if one.layout else 0,
        "fields": [field.key for field in one.fields],
        "about": {field.key: _about(field) for field in one.fields},
    }


def _about(field: Field) -> dict[str, object]:
    """Return what somebody has to know who writes values for ``generate``."""
    return {
        "kind": field.kind.value,
        "title": field.name,
        "help": field.help,
        "options": {option.key: option.label for option in field.options},
        "several": field.several,
    }


def _check(chosen: argparse.Namespace) -> int:
    settings = Settings.from_environment()
    problems: Sequence[Problem]
    from formservice.adapters.building.complete import completed  # noqa: PLC0415 - slow to import
    from formservice.adapters.definitions import template_check  # noqa: PLC0415 - slow to import

    try:
        problems = template_check.check(settings.forms, lambda *form: completed(*form).docx)
    except DefinitionError as error:
        problems = error.problems
    if chosen.json:
        data = [problem_data(problem) for problem in problems]
        print(json.dumps({"ok": not problems, "problems": data}, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            print(f"- {problem}")
        count = counted(len(problems), "Fehler", "Fehler")
        print(f"{count} gefunden." if problems else "Alle Formulare sind in Ordnung.")
    return errors.NEEDS_A_PERSON if problems else errors.DONE


def _build(chosen: argparse.Namespace) -> int:
    from formservice.adapters.building.build import build_form  # noqa: PLC0415 - slow to import

    services = _services()
    wanted = [services.forms.get(chosen.form)] if chosen.form else list(services.forms)
    built = []
    for definition in wanted:
        folder = services.template_folder(definition.ref)
        form = build_form(folder, definition)
        built.append(str(definition.ref))
        if form.added and not chosen.json:
            print(f"{definition.ref}: form.docx ergänzt: {', '.join(form.added)}.")
        if not chosen.json:
            print(f"{definition.ref}: form.pdf und fields.json gebaut.")
    if chosen.json:
        print(json.dumps({"ok": True, "built": built}, ensure_ascii=False))
    return errors.DONE


def _new(chosen: argparse.Namespace) -> int:
    from formservice.adapters.building.start import start  # noqa: PLC0415 - slow to import

    made = start(Settings.from_environment().forms, chosen.form, chosen.title)
    if chosen.json:
        report = {"ok": True, "form": chosen.form, "files": [str(path) for path in made]}
        print(json.dumps(report, ensure_ascii=False))
        return errors.DONE
    for path in made:
        print(f"{errors.printable(str(path))} angelegt.")
    print(f"Weiter mit: formservice forms build {chosen.form}")
    return errors.DONE


def _separator(chosen: argparse.Namespace) -> int:
    from formservice.adapters.separator import separator_sheet  # noqa: PLC0415 - slow to import

    files.target(Settings.from_environment(), chosen.output)
    files.write(Path(chosen.output), separator_sheet())
    if chosen.json:
        print(json.dumps({"ok": True, "file": chosen.output}, ensure_ascii=False))
    else:
        print(f"{errors.printable(chosen.output)} geschrieben.")
    return errors.DONE


def _schema(chosen: argparse.Namespace) -> int:
    definition = _services().forms.get(chosen.form)
    text = json.dumps(record_schema.schema(definition), ensure_ascii=False, indent=2)
    if chosen.output == "-":
        print(text)
        return errors.DONE
    files.target(Settings.from_environment(), chosen.output)
    files.write(Path(chosen.output), f"{text}\n".encode())
    if chosen.json:
        report = {"ok": True, "file": chosen.output, "form": str(definition.ref)}
        print(json.dumps(report, ensure_ascii=False))
    elif Path(chosen.output).is_file():  # after a pipe or /dev/stdout nothing may follow
        print(f"{errors.printable(chosen.output)} geschrieben.")
    return errors.DONE
