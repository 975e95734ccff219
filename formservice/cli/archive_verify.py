"""``formservice archive verify``: is everything that is kept what was kept?"""

import argparse
import json
import sys
from dataclasses import asdict

from formservice.application.verify import DOCUMENTS, EVENTS, ORIGINALS, Verdict
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.german import counted
from formservice.cli.steps import Steps

_STEPS = {EVENTS: "Ereignisse", DOCUMENTS: "Vorgänge", ORIGINALS: "Originale und Kopien"}


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "verify",
        help="prüfen, ob alles Aufbewahrte unverändert und vollständig ist",
        description="Prüft die Kette der Ereignisse und ihre Köpfe, alle Datensätze und"
        " Entscheidungen gegen die Ereignisse und die Bytes aller Originale und Archivkopien."
        " Nennt die erste Abweichung (Status 1). Abgebrochen geht derselbe Aufruf dort weiter, wo"
        " er war.",
    )
    one.add_argument(
        "--since",
        type=_seq,
        default=1,
        metavar="EREIGNIS",
        help="nur, wovon Ereignisse ab diesem erzählen",
    )
    one.add_argument("--anew", action="store_true", help="von vorn beginnen")
    one.add_argument(
        "--head",
        action="store_true",
        help="nur den Kopf der Kette zeigen, zum Aufheben an anderer Stelle",
    )
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _seq(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 10**15:
        raise argparse.ArgumentTypeError("erwartet wird die Nummer eines Ereignisses")
    return int(text)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    if chosen.head:
        return _head(services, as_json=chosen.json)
    steps = Steps(_STEPS)
    try:
        found = services.verify(steps, since=chosen.since, anew=chosen.anew)
    finally:
        steps.close()
    if chosen.json:
        told = {"whole": found.broken is None, **asdict(found)}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _show(found)
    return errors.DONE if found.broken is None else errors.NEEDS_A_PERSON


def _show(found: Verdict) -> None:
    if found.resumed:
        print(f"Fortgesetzt, was am {found.resumed} begonnen wurde.")
    if found.broken is not None:
        print(f"✗ {errors.printable(found.broken.message)}")
        print(
            "Hinweis: Nichts verändern und die Datensicherung bereithalten; der Rest ist nicht"
            " geprüft.",
            file=sys.stderr,
        )
        return
    done = (
        counted(found.events, "Ereignis", "Ereignisse"),
        counted(found.documents, "Vorgang", "Vorgänge"),
        counted(found.originals, "Original oder Kopie", "Originale und Kopien"),
    )
    print(f"Alles unversehrt: {', '.join(done)}.")
    if found.head is not None:
        print(f"Die Kette endet bei Ereignis {found.head.seq}: {found.head.hash}")


def _head(services: Services, *, as_json: bool) -> int:
    head, is_new = services.head_kept()
    if as_json:
        told = None if head is None else asdict(head)
        print(json.dumps({"head": told, "kept": is_new}, ensure_ascii=False, indent=1))
    elif head is None:
        print("Es gibt noch kein Ereignis.")
    else:
        print(f"{head.day}  Ereignis {head.seq}  {head.hash}")
        kept = "abgelegt" if is_new else "für diesen Tag gibt es schon einen; er bleibt"
        print(f"Ordner der Köpfe: {kept}.")
    return errors.DONE
