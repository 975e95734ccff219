"""``formservice mail``: take in a mailbox, and send answers and reminders."""

import argparse
import json
from typing import TYPE_CHECKING

from formservice.adapters.inbox.imap import REFUSED as REFUSED_FOLDER
from formservice.adapters.work.signals import Stop
from formservice.application.ports_mail import ANSWER, KINDS, NOTICE, REMINDER, Outcome
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.german import counted
from formservice.domain.errors import EngineError, StorageError, UsageError

if TYPE_CHECKING:
    from formservice.adapters.inbox.mail import Handled
    from formservice.application.sending import Gone

_POLL_S = 30.0
_KINDS = {ANSWER: "Antworten", REMINDER: "Erinnerungen an Fristen", NOTICE: "Einladungen"}
_RECEIPTS = {
    "": "warten",
    "sending": "werden gesendet",
    Outcome.SENT: "gesendet",
    Outcome.PARTLY: "an einen Teil der Adressen gesendet",
    Outcome.REFUSED: "vom Mailserver abgewiesen",
    Outcome.UNCERTAIN: "vielleicht gesendet",
    Outcome.GIVEN_UP: "aufgegeben",
    Outcome.OUTDATED: "nicht mehr nötig",
    Outcome.TOO_MANY: "nicht gesendet, weil es an eine Adresse zu viele an einem Tag wären",
    Outcome.DELETED: "nicht gesendet, weil der Vorgang gelöscht ist",
    Outcome.LATER: "später noch einmal",
}
_BAD = (
    Outcome.PARTLY,
    Outcome.REFUSED,
    Outcome.UNCERTAIN,
    Outcome.GIVEN_UP,
    Outcome.TOO_MANY,
)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    mail = commands.add_parser(
        "mail",
        help="ein Postfach annehmen, Antworten und Erinnerungen senden",
        description="Nimmt an, was an E-Mails in einem Postfach hängt (IMAP), und läuft, bis es"
        " beendet wird. Erst aufbewahrt, dann nach „Erledigt“ oder „Fehler“ verschoben. Wer"
        " etwas sandte, bekommt eine Antwort. Sendet auch Erinnerungen an Fristen.",
    )
    mail.add_argument("--once", action="store_true", help="einmal, statt immer wieder")
    mail.add_argument("--status", action="store_true", help="nur zeigen, was zu senden ist")
    mail.add_argument(
        "--json", action="store_true", help="Ausgabe als JSON, eine Zeile je Vorgang"
    )
    mail.set_defaults(run=_mail)


def _mail(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    if chosen.status:
        return _status(services, as_json=chosen.json)
    account = services.mail_account
    if account.inbox is None and account.outbox is None:
        raise UsageError(
            "Es ist kein Postfach eingerichtet.",
            "Die Einstellung FORMSERVICE_MAIL_HOST nennt es (docs/betrieb.md, „Postfach“).",
        )
    services.store.prepared()
    services.originals.check()
    stop = Stop()
    with stop.listening():
        return _run(services, stop, once=chosen.once, as_json=chosen.json)


def _run(services: Services, stop: Stop, *, once: bool, as_json: bool) -> int:
    """Take in and send until told to stop. What is away is told once, and waited for."""
    tasks = (_taken_in, _sent)
    trouble: dict[object, str] = {}
    status = errors.DONE
    while True:
        for task in tasks:
            try:
                status = max(status, task(services, stop, as_json=as_json))
                trouble.pop(task, None)
            except (EngineError, StorageError) as error:
                if once:
                    raise
                if trouble.get(task) != error.message:
                    _trouble(error, as_json=as_json)
                trouble[task] = error.message
        if once:
            return status
        stop.wait(_POLL_S)
        if stop.asked:
            return errors.DONE


def _taken_in(services: Services, stop: Stop, *, as_json: bool) -> int:
    status = errors.DONE
    if services.mail_account.inbox is not None:
        for one in services.mail_intake.handled(stop):
            _tell(one, as_json=as_json)
            if one.folder == REFUSED_FOLDER:
                status = errors.NEEDS_A_PERSON
    return status


def _sent(services: Services, stop: Stop, *, as_json: bool) -> int:
    sending = services.mail_sending
    for gone in () if sending is None else sending.gone():
        _tell_gone(gone, as_json=as_json)
        if stop.asked:
            break
    return errors.DONE


def _trouble(error: EngineError | StorageError, *, as_json: bool) -> None:
    if as_json:
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        print(json.dumps({"outcome": "trouble", "error": told}, ensure_ascii=False), flush=True)
    else:
        print(f"Es wird gewartet: {error.message} {error.hint}", flush=True)


def _tell(mail: "Handled", *, as_json: bool) -> None:
    if as_json:
        parts = [
            {
                "kind": one.kind or None,
                "size": one.size,
                "sha256": one.sha256 or None,
                "document": one.document,
                "already_known": one.known,
                "ignored": one.aside,
                "error": one.error and {"code": one.error.code, "message": one.error.message},
            }
            for one in mail.results
        ]
        told = {"outcome": "mail", "uid": mail.uid, "folder": mail.folder, "again": mail.again}
        more = {"answered": mail.silence is None, "silence": mail.silence, "parts": parts}
        print(json.dumps(told | more, ensure_ascii=False), flush=True)
        return
    taken = counted(sum(one.document is not None for one in mail.results), "Datei", "Dateien")
    told_ = f"E-Mail {mail.uid}: {taken} angenommen → {mail.folder}"
    print(f"{told_}{' (schon bearbeitet)' if mail.again else ''}", flush=True)
    for one in mail.results:
        if one.error is not None:
            print(f"  ✗ {one.error.message} [{one.error.code}]", flush=True)


def _tell_gone(gone: "Gone", *, as_json: bool) -> None:
    if as_json:
        told = {"outcome": gone.receipt, "kind": gone.kind, "count": gone.count}
        told["missed"] = list(gone.missed)
        print(json.dumps(told, ensure_ascii=False), flush=True)
    else:
        print(f"{_KINDS[gone.kind]}: {gone.count} {_RECEIPTS[gone.receipt]}", flush=True)
        for one in gone.missed:
            print(f"  ✗ Der Mailserver nimmt die Adresse {one} nicht an.", flush=True)


def _status(services: Services, *, as_json: bool) -> int:
    with services.store.look() as work:
        standing = work.outbox.standing(KINDS)
    bad = any(receipt in _BAD for _, receipt in standing)
    if as_json:
        rows = [
            {"kind": k, "receipt": r or "waiting", "count": n} for (k, r), n in standing.items()
        ]
        print(json.dumps({"outbox": rows}, ensure_ascii=False, indent=1))
    else:
        for (kind, receipt), count in standing.items():
            told = _RECEIPTS.get(receipt, f"nicht gesendet ({receipt})")
            print(f"{_KINDS[kind]}: {count} {told}")
        if not standing:
            print("Es war noch nichts zu senden.")
    return errors.NEEDS_A_PERSON if bad else errors.DONE
