"""``formservice archive export``: hand documents over, as a ZIP file or as xdomea messages."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from formservice.adapters.target import is_export
from formservice.application.document_data import named
from formservice.application.dossier import Selection
from formservice.application.ports_store import SERVICE
from formservice.application.search import MOST
from formservice.bootstrap import Services, Settings
from formservice.cli import errors, files
from formservice.cli.account import account, add_as
from formservice.cli.german import counted
from formservice.cli.own_folders import OwnFolders
from formservice.cli.progress import Counter
from formservice.cli.read import day
from formservice.domain.case import NAMES, State
from formservice.domain.errors import UsageError
from formservice.domain.nearest import nearest

_HINT = "Bitte Suchwörter, --ids, --state, --form, --since, --until oder --all angeben."


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    export = actions.add_parser(
        "export",
        help="Vorgänge als ZIP-Datei übergeben",
        description="Schreibt Vorgänge mit Originalen, Archivkopien, Datensätzen, Register (CSV,"
        " XLSX), Ereignissen und allen Hashwerten in eine ZIP-Datei: ganz oder gar nicht, und"
        " gleich, so oft man es wiederholt. Enthält Sozialdaten.",
    )
    export.add_argument("query", nargs="*", metavar="SUCHE", help="Suchwörter wie bei „search“")
    export.add_argument("--ids", metavar="KENNUNG,…", help="nur diese Vorgänge")
    export.add_argument("--all", action="store_true", help="alle Vorgänge")
    export.add_argument(
        "--state",
        metavar="STAND,…",
        default="",
        help=f"nur in diesem Stand: {', '.join(State)}",
    )
    add_as(export)
    export.add_argument("--form", metavar="FORMULAR,…", default="", help="nur diese Formulare")
    export.add_argument("--since", type=day, metavar="TAG", help="eingegangen ab diesem Tag")
    export.add_argument("--until", type=day, metavar="TAG", help="eingegangen bis zu diesem Tag")
    export.add_argument(
        "-o", "--output", required=True, metavar="ZIEL", help="ZIP-Datei; mit --xdomea ein Ordner"
    )
    export.add_argument(
        "--xdomea",
        metavar="VERSION",
        help="stattdessen je Vorgang eine Nachricht Abgabe.Abgabe.0401 (3.1.0 oder 3.0.0)",
    )
    export.add_argument("--sender", metavar="STELLE", help="Absender in der Nachricht")
    export.add_argument("--recipient", metavar="STELLE", help="Empfänger in der Nachricht")
    export.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    export.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    if bool(chosen.xdomea) != bool(chosen.sender and chosen.recipient):
        raise UsageError("Zu --xdomea gehören --sender und --recipient, und nur dazu.")
    OwnFolders(services.settings).refuse(chosen.output)
    # Before anything is looked for: a target that cannot be is told at once.
    if chosen.xdomea:
        target = files.folder(services.settings, chosen.output)
    else:
        target = files.target(services.settings, chosen.output, replaces=is_export)
    ids = _ids(services, chosen)
    if not ids:
        if chosen.json:
            print(json.dumps({"documents": 0}))
        else:
            print("Es gibt keinen solchen Vorgang; nichts wurde geschrieben.")
        return errors.NEEDS_A_PERSON
    counter = Counter("Vorgang", "Vorgänge", shown=not chosen.json)
    try:
        if chosen.xdomea:
            return _messages(services, ids, target, chosen, counter)
        own_pages = chosen.user is not None
        done = services.export(ids, target, account(), counter, own_pages=own_pages)
    finally:
        counter.close()
    if chosen.json:
        told = {
            "file": chosen.output,
            "documents": done.documents,
            "files": done.files,
            "bytes": done.size,
            "manifest": done.manifest,
        }
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        count = counted(done.documents, "Vorgang", "Vorgänge")
        print(f"{errors.printable(chosen.output)}: {count}, {done.files} Dateien.")
        print(f"SHA-256 von manifest.json: {done.manifest}")
    return errors.DONE


def _messages(
    services: Services,
    ids: Sequence[str],
    target: Path,
    chosen: argparse.Namespace,
    counter: Counter,
) -> int:
    """Write xdomea messages and say how many."""
    export = services.xdomea_export(chosen.xdomea, chosen.sender, chosen.recipient)
    done = export(ids, target, account(), counter)
    if chosen.json:
        told = {"folder": chosen.output, "messages": done.written, "already_there": done.known}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        messages = counted(done.written, "Nachricht", "Nachrichten")
        print(f"{errors.printable(chosen.output)}: {messages}, {done.known} lagen schon da.")
    return errors.DONE


def _ids(services: Services, chosen: argparse.Namespace) -> Sequence[str]:
    """Return the documents that are meant; UsageError where nothing says which."""
    selection = Selection(
        ids=_meant(services, chosen.ids) if chosen.ids else None,
        states=tuple(_states(chosen.state)),
        forms=tuple(_forms(services, chosen.form)),
        since=chosen.since,
        until=chosen.until,
    )
    if not (chosen.query or chosen.all or selection != Selection()):
        raise UsageError("Es fehlt, welche Vorgänge gemeint sind.", _HINT)
    if not (chosen.query or chosen.user):
        return services.selected(selection)
    found = _found(services, " ".join(chosen.query), chosen.user)
    return [one for one in services.selected(selection) if one in found]


def _found(services: Services, query: str, user: str | None) -> set[str]:
    """Return all that a search finds, as far as ``user`` may see it.

    Raises:
        UsageError: it might find less than there is.
    """
    with services.store.look() as work:
        viewer = work.search.viewer(user) if user else SERVICE
        if work.words.outdated(1):
            raise UsageError(
                "Der Wortindex ist nicht vollständig; ein Export könnte etwas auslassen.",
                "„formservice migrate“ macht ihn neu.",
            )
    ids: set[str] = set()
    after = ""
    while True:
        page = services.find(query, viewer, MOST, after)
        ids |= {hit.id for hit in page.hits}
        if page.next is None:
            return ids
        after = page.next


def _meant(services: Services, text: str) -> list[str]:
    """Return the documents that a list names."""
    with services.store.look() as work:
        return [named(work, one, SERVICE) for one in _listed(text)]


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _states(text: str) -> list[str]:
    """Return the states of a list; people may name them as they are shown."""
    names = {name: str(state) for state, name in NAMES.items()}
    known = {str(state): str(state) for state in State} | names
    for one in _listed(text):
        if one not in known:
            guess = nearest(one, known)
            hint = f"Gemeint: „{guess}“?" if guess else f"Es gibt: {', '.join(State)}."
            raise UsageError(f"Den Stand „{one[:40]}“ gibt es nicht.", hint)
    return [known[one] for one in _listed(text)]


def _forms(services: Services, text: str) -> list[str]:
    if not text:
        return []
    known = {one.ref.form for one in services.forms}
    for one in _listed(text):
        if one not in known:
            guess = nearest(one, known)
            hint = f"Gemeint: „{guess}“?" if guess else f"Es gibt: {', '.join(sorted(known))}."
            raise UsageError(f"Das Formular „{one[:40]}“ gibt es nicht.", hint)
    return _listed(text)
