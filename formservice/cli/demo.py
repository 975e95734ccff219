"""``formservice demo``: the main job on the samples, as a table for people; then a living demo."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.report import error_data
from formservice.application.terms import MEDIA
from formservice.bootstrap import Services, Settings
from formservice.cli import demo_serve, errors, files, generate
from formservice.cli.german import counted
from formservice.domain.errors import FormServiceError, NotFoundError


@dataclass(frozen=True, slots=True)
class Sample:
    """One folder of ``samples/``: the file that came in, and what reading it must give."""

    name: str
    input: Path
    expected: dict[str, Any]

    @property
    def received(self) -> date:
        """The day of receipt, which the deadlines are measured by."""
        return date.fromisoformat(self.expected["received"])


def samples(root: Path) -> Iterator[Sample]:
    """Yield every sample below ``root`` in order of name."""
    for expected in sorted(root.glob("*/*/expected.json")):
        inputs = sorted(expected.parent.glob("input.*"))
        if len(inputs) != 1:
            raise NotFoundError(f"{expected.parent} braucht genau eine Datei input.*")
        name = f"{expected.parent.parent.name}/{expected.parent.name}"
        yield Sample(name, inputs[0], json.loads(expected.read_text(encoding="utf-8")))


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="die Hauptaufgabe an den Beispielen vorführen",
        description="Erzeugt Formulare, liest alle Beispiele zurück, prüft sie und legt Originale"
        " und Datensätze ab. Mit --serve folgt eine Vorführung im Browser: erfundene Fälle und"
        " Formulare in jedem Stand, in einem Ordner neben dem Datenordner.",
    )
    parser.add_argument("--samples", type=Path, metavar="ORDNER", help="sonst samples/")
    demo_serve.add_to(parser)
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    if chosen.prepare is not None:
        return demo_serve.prepare(chosen.prepare)
    if chosen.serve:
        demo_serve.refuse_busy(chosen.port)  # not only after minutes
    status = _main_job(chosen)
    return demo_serve.serve(chosen.port) if chosen.serve and not status else status


def _main_job(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    root = chosen.samples or services.settings.forms / "samples"
    _generate(services)
    print("\n2. Beispiele lesen, prüfen, ablegen")
    head = ("Beispiel", "Gestalt", "Felder", "sicher", "sperrt", "fragt", "Fristen", "Archiv")
    print(
        "   Felder: gelesen oder leer / im Formular; sicher: braucht keinen Blick;"
        " sperrt, fragt: Hinweise der Prüfung"
    )
    print("   {:56} {:16} {:>7} {:>7} {:>7} {:>6} {:18} {:7}".format(*head))
    wrong = 0
    count = 0
    for sample in samples(root):
        found = _file(services, sample)
        wrong += not agrees(sample.expected, found)
        count += 1
        for one in found:
            print(_row(sample, one))
    kept = sum(1 for _ in services.archive.documents())
    if not count:
        raise NotFoundError(f"In {root} liegt kein Beispiel.", "Bitte den Ordner prüfen.")
    print(
        f"\n3. Ergebnis: {counted(count, 'Beispiel', 'Beispiele')} gelesen, {wrong} anders als"
        f" erwartet; {counted(kept, 'Original', 'Originale')} in {services.settings.data}."
    )
    return errors.NEEDS_A_PERSON if wrong else errors.DONE


def _generate(services: Services) -> None:
    """Write every form blank and in both formats."""
    print("1. Formulare erzeugen")
    for definition in services.forms:
        for format_ in generate.FORMATS:
            name = f"{definition.ref.form}-{definition.ref.edition}.{format_}"
            target = services.settings.data / "demo" / name
            files.write(target, services.generate.one(definition, {}, format_))
            print(f"   {target}")


def _file(services: Services, sample: Sample) -> list[dict[str, Any]]:
    """Read one sample and keep it; a file that cannot be read is kept out and shown."""
    data = sample.input.read_bytes()
    try:
        found = services.isolated_read(data, sample.name, received=sample.received)
    except FormServiceError as error:
        return [error_data(error, sample.name)]
    services.archive.file(data, sample.input.name, sample.received, found)
    return found


def _row(sample: Sample, one: dict[str, Any]) -> str:
    if "error" in one:
        return f"   {sample.name:56} {one['error']['message']}"
    if one["form"] is None:
        return f"   {sample.name:56} {MEDIA[one['medium']]:16} Formular nicht erkannt"
    fields = one["fields"].values()
    read_ = sum(field["reading"] in ("read", "blank") for field in fields)
    sure = sum(field["accepted"] for field in fields)
    severities = [finding["severity"] for finding in one["findings"]]
    met = [deadline["met"] for deadline in one["deadlines"]]
    late = met.count(False)
    deadlines = "–" if not met else f"{late} von {len(met)} versäumt" if late else "eingehalten"
    return (
        f"   {sample.name:56} {MEDIA[one['medium']]:16} {read_:>3}/{len(fields):<3} {sure:>7}"
        f" {severities.count('blocks'):>7} {severities.count('asks'):>6} {deadlines:18}"
        f" {'ja' if one['archivable'] else 'nein':7}"
    )


def golden(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what of a reading ``expected.json`` holds: no wording, no times, no boxes."""
    return [
        {
            "medium": one["medium"],
            "page_numbers": one["page_numbers"],
            "form": _form(one),
            "fields": _fields(one),
            "findings": [
                {name: finding[name] for name in ("code", "severity", "field", "rule")}
                for finding in one["findings"]
            ],
            "deadlines": [
                {name: deadline[name] for name in ("key", "start", "due", "met")}
                for deadline in one["deadlines"]
            ],
            "archivable": one["archivable"],
            **_sheets(one),
        }
        for one in found
        if "error" not in one
    ]


def _form(one: dict[str, Any]) -> str | None:
    return one["form"] and f"{one['form']['id']}/{one['form']['edition']}"


def _fields(one: dict[str, Any]) -> dict[str, dict[str, Any]]:
    kept = ("reading", "value", "accepted", "method", "doubts", "zeitangabe")
    return {
        key: {name: field[name] for name in kept if name in field}
        for key, field in one["fields"].items()
    }


def _sheets(one: dict[str, Any]) -> dict[str, Any]:
    """Return the free sheets behind a form, nothing where there are none."""
    sheets = [
        {
            "form": _form(sheet),
            "pages": sheet["pages"],
            "answers": sheet["answers"],
            "fields": _fields(sheet),
        }
        for sheet in one["sheets"]
    ]
    return {"sheets": sheets} if sheets else {}


def agrees(expected: dict[str, Any], found: list[dict[str, Any]]) -> bool:
    """Say whether a sample was read as its golden file says."""
    return bool(golden(found) == expected["documents"])
