"""``formservice archive delete``: documents with all that is kept of them, for good."""

import argparse
import json
from collections.abc import Sequence
from typing import Any  # what is told has the shape of the JSON contract

from formservice.application.deletion_reason import GROUNDS
from formservice.application.ports_deletion import Cleaned, Scope
from formservice.application.taking import copies_elsewhere
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.account import account
from formservice.cli.german import counted
from formservice.domain.errors import UsageError

_WORDS = {
    "records": ("Fassung eines Datensatzes", "Fassungen von Datensätzen"),
    "copies": ("Archivkopie", "Archivkopien"),
    "acknowledgements": ("Begründung", "Begründungen"),
    "findings": ("Befund", "Befunde"),
    "search": ("Eintrag der Suche", "Einträge der Suche"),
}


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "delete",
        help="Vorgänge endgültig löschen",
        description="Zeigt, was mit einem Vorgang gelöscht würde; mit --yes geschieht es:"
        " Original, Datensätze, Befunde, Seiten, Suche, Archivkopien, Begründungen und was"
        " zum Weiterarbeiten aufgehoben war. Es bleiben die Ereignisse ohne Angaben und eines, das"
        " von der Löschung erzählt. Es gibt kein Zurück.",
    )
    one.add_argument(
        "documents",
        nargs="*",
        metavar="KENNUNG",
        help="Kennung des Vorgangs, oder der Prüfwert seiner Datei („archive list“)",
    )
    one.add_argument(
        "--reason",
        default="",
        metavar="TEXT",
        help="warum; bleibt für immer im Protokoll, deshalb nur ein Aktenzeichen („Az. 12/345“)"
        f" oder eines von: {', '.join(GROUNDS)}",
    )
    one.add_argument("--yes", action="store_true", help="wirklich löschen")
    one.add_argument(
        "--clean",
        action="store_true",
        help="nur Reste von Gelöschtem aus den Dateien der Datenbank entfernen",
    )
    one.add_argument(
        "--full", action="store_true", help="auch, wenn die Datenbank dafür lange belegt ist"
    )
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    if chosen.clean:
        if chosen.documents:
            raise UsageError("--clean geht nur ohne Kennung eines Vorgangs.")
        return _told({}, services.delete.clean(full=chosen.full), (), as_json=chosen.json)
    if not chosen.documents:
        raise UsageError("Welcher Vorgang gelöscht werden soll, ist nicht angegeben.")
    beyond = services.delete.beyond()
    if not chosen.yes:
        return _planned(services, chosen, beyond)
    done = services.delete(chosen.documents, account(), chosen.reason, full=chosen.full)
    days = services.settings.watch_keep_days
    told = {"deleted": True, **_data(done.scope, days), "left": list(done.left)}
    if not chosen.json:
        print("Gelöscht.")
        _show(done.scope, days)
        for one in done.left:
            print(f"✗ Diese Bytes gehen gerade erneut ein und bleiben: {one}")
    status = _told(told, done.cleaned, beyond, as_json=chosen.json)
    return errors.NEEDS_A_PERSON if done.left else status


def _planned(services: Services, chosen: argparse.Namespace, beyond: Sequence[str]) -> int:
    scope = services.delete.plan(chosen.documents, chosen.reason)
    days = services.settings.watch_keep_days
    if chosen.json:
        told = {"deleted": False, **_data(scope, days), "beyond": list(beyond)}
        print(json.dumps(told, ensure_ascii=False, indent=1))
        return errors.DONE
    print("Gelöscht würden:")
    _show(scope, days)
    _show_beyond(beyond)
    print("Noch ist nichts gelöscht. Mit --reason TEXT und --yes geschieht es.")
    return errors.DONE


def _told(told: dict[str, Any], cleaned: Cleaned, beyond: Sequence[str], *, as_json: bool) -> int:
    if as_json:
        more = {"cleaned": cleaned.done, "told": list(cleaned.told), "beyond": list(beyond)}
        print(json.dumps({**told, **more}, ensure_ascii=False, indent=1))
    else:
        for sentence in cleaned.told:
            print(f"{'' if cleaned.done else '✗ '}{sentence}")
        if cleaned.done:
            print("In den Dateien der Datenbank steht davon nichts mehr.")
        _show_beyond(beyond)
    return errors.DONE if cleaned.done and not beyond else errors.NEEDS_A_PERSON


def _data(scope: Scope, days: int) -> dict[str, Any]:
    return {
        "documents": list(scope.documents),
        "rows": dict(scope.counts),
        "originals": list(scope.originals),
        "shared": dict(scope.shared),
        "blanked": {"fields": scope.blanked.fields, "drafts": scope.blanked.drafts},
        "handed_over": list(scope.handed_over),
        "elsewhere": list(copies_elsewhere(scope.sources, days)),
    }


def _show(scope: Scope, days: int) -> None:
    for one in scope.documents:
        print(f"  Vorgang {errors.printable(one)}")
    known = [counted(scope.counts[name], *_WORDS[name]) for name in _WORDS if name in scope.counts]
    files = counted(len(scope.originals), "Datei", "Dateien")
    print(f"  {', '.join([*known, f'{files} (Originale und Kopien)'])}")
    if scope.blanked.fields:
        fields = counted(scope.blanked.fields, "übernommene Angabe", "übernommene Angaben")
        print(f"  {fields} in ausgegebenen Formularen desselben Falls")
    if scope.blanked.drafts:
        begun = counted(scope.blanked.drafts, "begonnenes Formular", "begonnene Formulare")
        print(f"  {begun} desselben Falls")
    for sha256, count in scope.shared.items():
        others = counted(count, "anderen Vorgang", "andere Vorgänge")
        print(f"  ✗ Das Original {sha256[:12]}… bleibt: Es enthält noch {others}.")
    for name in scope.handed_over:
        print(f"  ✗ An {errors.printable(name)} übergeben: dort selbst löschen.")
    for sentence in copies_elsewhere(scope.sources, days):
        print(f"  ✗ {sentence}")


def _show_beyond(beyond: Sequence[str]) -> None:
    if beyond:
        names = ", ".join(map(errors.printable, beyond))
        print(f"✗ Frühere Stände der Datenbank enthalten es noch, bitte löschen: {names}")
