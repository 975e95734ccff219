"""``formservice archive show``: one kept document with all that is known of it."""

import argparse
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any  # the data has the shape of the JSON contract

from formservice.application.document_data import document_data, named
from formservice.application.ports_store import SERVICE
from formservice.application.terms import (
    COPIES,
    REFERENCE,
    ROLES,
    SOURCES,
    STAGES,
    STATUSES,
    about_of,
)
from formservice.bootstrap import Services, Settings
from formservice.cli import errors, show
from formservice.cli.account import add_as
from formservice.cli.errors import printable
from formservice.cli.german import counted, plain
from formservice.cli.names import names
from formservice.domain.case import NAMES, State
from formservice.domain.frist import OFFICE_TIME


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "show",
        help="einen aufbewahrten Vorgang zeigen",
        description="Zeigt, wo ein Vorgang steht, was gelesen wurde, Befunde, Fristen, Fassungen"
        " und Verlauf, und wo seine Seiten liegen.",
    )
    one.add_argument(
        "document",
        metavar="KENNUNG",
        help="Kennung oder ihr Anfang (mindestens 6 Zeichen), oder SHA-256 der Datei",
    )
    add_as(one)
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    with services.store.look() as work:
        viewer = work.search.viewer(chosen.user) if chosen.user else SERVICE
        data = document_data(work, named(work, chosen.document, viewer), viewer)
    if chosen.json:
        print(json.dumps(data, ensure_ascii=False, indent=1))
        return errors.DONE
    for line in _stands(data):
        print(line)
    called = names(services, data["record"]) if data["record"] else {}
    if data["record"]:
        show.document(data["record"], called)
    for line in _history(data, called):
        print(line)
    return errors.DONE


def _stands(data: dict[str, Any]) -> Iterator[str]:
    """Yield where a document stands, for people and for workers."""
    yield f"{printable(data['name'])}"
    for name, told in _facts(data):
        yield f"  {name:{len(REFERENCE)}}  {told}"


def _facts(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Kennung", data["id"]
    yield "Eingang", f"{plain(data['received'])}, {SOURCES.get(data['source'], data['source'])}"
    yield "Stand", NAMES[State(data["state"])]
    stage, status = data["stage"], data["status"]
    work = f"{STAGES.get(stage, stage)}: {STATUSES.get(status, status)}"
    if data["error"]:
        work += f" [{data['error']}], {counted(data['tries'], 'Versuch', 'Versuche')}"
    yield "Arbeit", work
    for key, name in (
        ("reference", REFERENCE),
        ("traeger", "Träger"),
        ("original", "Original"),
        ("part_of", "Teil von"),
    ):
        if data[key]:
            yield name, printable(data[key])
    for one in data["parts"]:
        form = one["form"] or "Formular nicht erkannt"
        yield "Enthält", f"{one['id']}  {form}  {NAMES[State(one['state'])]}"
    for one in data["pages"]:
        yield "Seite", f"{one['page']} von {one['original'][:16]}…"


def _history(data: dict[str, Any], called: Mapping[str, str]) -> Iterator[str]:
    """Yield versions, what people answered for, archive copies and what happened.

    ``called`` is what people call the fields.
    """
    if data["versions"]:
        yield "\n  Fassungen"
    for one in data["versions"]:
        reason = f": {printable(one['reason'])}" if one["reason"] else ""
        yield f"    {one['version']}  {_at(one['at'])}  {printable(one['author'])}{reason}"
    if data["acknowledgements"]:
        yield "\n  Begründet und verantwortet"
    for one in data["acknowledgements"]:
        about = printable(about_of(one["code"], called.get(one["field"], one["field"])))
        who = f"{printable(one['author'])} ({ROLES.get(one['role'], one['role'])})"
        yield f"    {_at(one['at'])}  {about}, {who}: {printable(one['reason'])}"
    if data["copies"]:
        yield "\n  Archivkopien"
    for one in data["copies"]:
        kind = COPIES.get(one["kind"], one["kind"])
        yield f"    Fassung {one['version']}  {kind}  {one['sha256'][:16]}…"
    yield "\n  Verlauf"
    for one in data["events"]:
        yield f"    {one['seq']:>6}  {_at(one['at'])}  {one['told']}, {printable(one['author'])}"


def _at(text: str) -> str:
    """Return a point in time as the office's clock showed it."""
    return datetime.fromisoformat(text).astimezone(OFFICE_TIME).strftime("%d.%m.%Y %H:%M")
