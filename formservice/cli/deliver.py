"""``formservice deliver``: hand accepted documents to other systems, and show how that stands."""

import argparse
import itertools
import json
from collections.abc import Sequence

from formservice.adapters.work.signals import Stop
from formservice.application.delivering import Step
from formservice.application.document_data import named
from formservice.application.ports_delivery import Delivery, DeliveryStatus
from formservice.application.ports_store import SERVICE
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.account import account
from formservice.cli.german import counted
from formservice.domain.errors import FormServiceError, NotFoundError, UsageError

_POLL_S = 10.0
_STATUS = {
    DeliveryStatus.OPEN: "offen",
    DeliveryStatus.DELIVERED: "übergeben",
    DeliveryStatus.CONFIRMED: "bestätigt",
    DeliveryStatus.FAILED: "gescheitert",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    deliver = commands.add_parser(
        "deliver",
        help="Angenommenes an Zielsysteme übergeben",
        description="Übergibt angenommene Vorgänge an die Zielsysteme, die"
        " FORMSERVICE_ZIELSYSTEME beschreibt, und liest deren Quittungen. „formservice work“ ruft"
        " das von selbst auf. Übergeben wird mindestens einmal; was im Ordner schon genauso liegt,"
        " bleibt. Scheitert es zehnmal, wartet es auf Menschen.",
    )
    deliver.add_argument("--once", action="store_true", help="enden, wenn nichts mehr fällig ist")
    deliver.add_argument("--status", action="store_true", help="nur zeigen, wie es steht")
    deliver.add_argument("--check", action="store_true", help="nur die Beschreibungen prüfen")
    deliver.add_argument("--plan", metavar="KENNUNG", help="einen angenommenen Vorgang vormerken")
    deliver.add_argument("--retry", metavar="KENNUNG", help="Gescheitertes noch einmal versuchen")
    deliver.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    deliver.set_defaults(run=_deliver)


def _deliver(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    if chosen.retry:
        return _retry(services, _named(services, chosen.retry), as_json=chosen.json)
    if chosen.status:
        return _status(services, as_json=chosen.json)
    found, wrong = services.zielsysteme_described
    if not found and wrong is None:
        if chosen.once:  # as workers call it, whatever is set up
            return errors.DONE
        raise UsageError(
            "Es ist kein Zielsystem beschrieben.",
            "Die Einstellung FORMSERVICE_ZIELSYSTEME nennt eine YAML-Datei oder einen Ordner.",
        )
    if chosen.check:
        return _checked(services, as_json=chosen.json)
    if chosen.plan:
        return _planned(services, _named(services, chosen.plan), as_json=chosen.json)
    return _hand_over(services, once=chosen.once, as_json=chosen.json)


def _hand_over(services: Services, *, once: bool, as_json: bool) -> int:
    """Hand over what is due, until told to stop; say what became of each.

    What is wrong with the description of one system holds up no other.
    """
    stop = Stop()
    _, wrong = services.zielsysteme_described
    status = errors.DONE if wrong is None else errors.show(wrong, as_json=False)
    with stop.listening():
        while not stop.asked:
            for step in itertools.takewhile(lambda _: not stop.asked, services.deliver()):
                _tell(step, as_json=as_json)
                if step.status is DeliveryStatus.FAILED:
                    status = max(status, errors.NEEDS_A_PERSON)
            if once:
                break
            stop.wait(_POLL_S)
    return status


def _tell(step: Step, *, as_json: bool) -> None:
    one = step.delivery
    if as_json:
        told = {
            "document": one.document,
            "zielsystem": one.zielsystem,
            "version": one.version,
            "status": str(step.status),
            "error": step.error,
        }
        print(json.dumps(told), flush=True)
        return
    why = f" [{step.error}]" if step.error else ""
    print(f"{one.document[:36]}  {one.zielsystem}: {_STATUS[step.status]}{why}", flush=True)


def _named(services: Services, text: str) -> str:
    """Return the document that somebody means."""
    with services.store.look() as work:
        return named(work, text, SERVICE)


def _checked(services: Services, *, as_json: bool) -> int:
    away: dict[str, FormServiceError] = {}
    for name, one in sorted(services.zielsysteme.items()):
        try:
            one.check()
        except FormServiceError as problem:
            away[name] = problem
    names = sorted(services.zielsysteme)
    if as_json:
        problems = [{"zielsystem": name, "error": error.message} for name, error in away.items()]
        print(json.dumps({"zielsysteme": names, "problems": problems}, ensure_ascii=False))
    else:
        for name, error in away.items():
            print(f"{name}: folder: {error.message} {error.hint}")
        good = counted(len(names) - len(away), "Zielsystem", "Zielsysteme")
        print(f"{good} ohne Fehler.")
    return max(map(errors.status, away.values()), default=errors.DONE)


def _planned(services: Services, document: str, *, as_json: bool) -> int:
    _ = services.zielsysteme  # all of them: who is left out now would never get it
    names = services.deliver.plan(document, account())
    if as_json:
        print(json.dumps({"document": document, "zielsysteme": names}))
    else:
        print(f"Vorgemerkt für: {', '.join(names)}." if names else "Kein Zielsystem nimmt ihn.")
    return errors.DONE if names else errors.NEEDS_A_PERSON


def _retry(services: Services, document: str, *, as_json: bool) -> int:
    with services.store.work() as work:
        again = work.deliveries.retry(document, account())
    if not again:
        raise NotFoundError("Zu diesem Vorgang ist keine Übergabe gescheitert.")
    if as_json:
        print(json.dumps({"document": document, "again": again}))
    else:
        print(f"{counted(again, 'Übergabe wird', 'Übergaben werden')} noch einmal versucht.")
    return errors.DONE


def _status(services: Services, *, as_json: bool) -> int:
    with services.store.look() as work:
        standing = work.deliveries.standing()
        failed = work.deliveries.listed([DeliveryStatus.FAILED])
        waiting = work.deliveries.listed([DeliveryStatus.OPEN, DeliveryStatus.DELIVERED])
    late = [one for one in waiting if one.error is not None]
    if as_json:
        counts = [
            {
                "zielsystem": name,
                "status": status,
                "count": count,
                "described": name in services.zielsysteme,
            }
            for (name, status), count in standing.items()
        ]
        told = {"standing": counts, "failed": _listed(failed), "late": _listed(late)}
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        for (name, status), count in standing.items():
            vorgaenge = counted(count, "Vorgang", "Vorgänge")
            unknown = "" if name in services.zielsysteme else " (nicht mehr beschrieben)"
            print(f"{name}{unknown}: {vorgaenge} {_STATUS[DeliveryStatus(status)]}")
        if not standing:
            print("Es war noch nichts zu übergeben.")
        for mark, several in (("✗", failed), ("!", late)):
            for one in several:
                said = f": {errors.printable(one.receipt)}" if one.receipt else ""
                print(f"  {mark} {one.document}  {one.zielsystem} [{one.error}]{said}")
    return errors.NEEDS_A_PERSON if failed or late else errors.DONE


def _listed(several: Sequence[Delivery]) -> list[dict[str, object]]:
    return [
        {
            "document": one.document,
            "zielsystem": one.zielsystem,
            "version": one.version,
            "status": str(one.status),
            "error": one.error,
            "receipt": one.receipt,
            "tries": one.tries,
        }
        for one in several
    ]
