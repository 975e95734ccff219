"""``formservice work``: read what was received in the background; show and retry what failed."""

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING

from formservice.adapters.isolation import processors
from formservice.adapters.work.pool import Pool, again
from formservice.adapters.work.signals import Stop
from formservice.application.document_data import named
from formservice.application.ports_store import SERVICE
from formservice.application.terms import NO_CLOCK, STAGES, STATUSES
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, log
from formservice.cli.account import account
from formservice.cli.german import counted
from formservice.domain.errors import EngineMissingError, NotFoundError, StorageError, UsageError

if TYPE_CHECKING:
    from formservice.adapters.store.store import Work

# How a worker of ours ends where a program is missing: another would end the same way.
MISSING = 69
_OUTCOMES = {
    "done": "fertig",
    "again": "gescheitert, wird wiederholt",
    "failed": "zurückgestellt",
    "lost": "von anderen übernommen",
    "given-back": "zurückgegeben",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    work = commands.add_parser(
        "work",
        help="Angenommenes im Hintergrund lesen",
        description="Liest, was angenommen ist, und läuft, bis es beendet wird (Strg-C, SIGTERM)."
        " Beliebig viele dürfen zugleich laufen, auf PostgreSQL auch auf mehreren Rechnern. Was"
        " ein beendetes Programm liegen lässt, übernimmt nach einer halben Minute ein anderes. Was"
        " fünfmal scheitert, wird zurückgestellt. Ist die Datenbank oder die Ablage weg, zählt"
        " das nicht: Es geht von selbst weiter, wenn sie wieder da ist.",
    )
    work.add_argument(
        "--stages", metavar="STUFE,…", default="", help="nur diese Stufen der Arbeit"
    )
    work.add_argument("--workers", type=_count, default=1, metavar="N", help="so viele zugleich")
    work.add_argument("--once", action="store_true", help="enden, wenn nichts mehr zu tun ist")
    work.add_argument("--status", action="store_true", help="nur zeigen, wie die Arbeit steht")
    again = work.add_mutually_exclusive_group()
    again.add_argument("--retry", metavar="KENNUNG", help="Zurückgestelltes noch einmal versuchen")
    again.add_argument(
        "--retry-all", action="store_true", help="alles Zurückgestellte noch einmal versuchen"
    )
    work.add_argument(
        "--json", action="store_true", help="Ausgabe als JSON, eine Zeile je Vorgang"
    )
    work.add_argument("--child-of", type=int, help=argparse.SUPPRESS)
    work.set_defaults(run=_work)


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError("erwartet wird eine Zahl von 1 bis 256")
    return int(text)


def _work(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    if chosen.retry:
        return _retry(services, chosen.retry, as_json=chosen.json)
    if chosen.retry_all:
        return _retry_all(services, as_json=chosen.json)
    if chosen.status:
        return _status(services, as_json=chosen.json)
    names = _stages(services, chosen.stages)
    log.configured(services.settings.web)
    if chosen.child_of is None and (chosen.workers > 1 or not chosen.once):
        return _pool(services, chosen)
    try:
        return _one(services, names, chosen)
    except EngineMissingError as error:
        if chosen.child_of is None:
            raise
        errors.show(error, as_json=chosen.json)
        return MISSING


def _stages(services: Services, text: str) -> list[str]:
    known = [stage.name for stage in services.stages]
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(
                f"Die Stufe „{name[:40]}“ gibt es nicht.", f"Es gibt: {', '.join(known)}."
            )
    return names


def _one(services: Services, names: list[str], chosen: argparse.Namespace) -> int:
    """Work in this process; ``child_of`` is whose end ends us as well."""
    stop = Stop(chosen.child_of)
    status = errors.DONE
    with stop.listening():
        for end in services.worker(names, stop).ends(once=chosen.once):
            if chosen.json:
                told = {"document": end.document, "stage": end.stage, "outcome": end.outcome}
                more = {"error": end.error, "seconds": round(end.seconds, 3)}
                print(json.dumps(told | more, ensure_ascii=False), flush=True)
            else:
                why = f" [{end.error}]" if end.error else ""
                what = f"{end.stage} {_OUTCOMES[end.outcome]}{why}"
                print(f"{end.document[:36]}  {what} ({end.seconds:.1f} s)", flush=True)
            if end.outcome == "failed":
                status = errors.NEEDS_A_PERSON
    if chosen.once and chosen.child_of is None and not chosen.json:
        _tell_left(services)
    return status


def _tell_left(services: Services) -> None:
    """Say what is not done yet although nothing more is due now: it is tried again later."""
    with services.store.look() as work:
        left = sum(one.count for one in work.queue.standing() if one.status == "ready")
    if left:
        wait = counted(left, "Vorgang wartet", "Vorgänge warten")
        print(f"{wait} noch auf Arbeit, später oder in anderen Stufen („work --status“).")


def _pool(services: Services, chosen: argparse.Namespace) -> int:
    """Run workers beside each other, each in a process of its own."""
    from formservice.adapters.work.service import beside  # noqa: PLC0415 - slow to import

    services.store.prepared()  # what is wrong with the database is told once
    arguments = ["work", "--child-of", str(os.getpid()), "--stages", chosen.stages]
    arguments += ["--once"] * chosen.once + ["--json"] * chosen.json
    # The cores are shared out: each worker would take all of them for pages.
    share = max(1, (services.settings.processes or processors()) // chosen.workers)
    os.environ["FORMSERVICE_PROCESSES"] = str(share)
    stop = Stop()
    # With --once whoever ends has ended; else only who would end the same way again.
    final = range(256) if chosen.once else (errors.WRONG_USAGE, MISSING)
    pool = Pool(lambda: again(*arguments), chosen.workers, stop, final)
    with stop.listening():
        if chosen.once:
            return _told(pool.run())
        _warn(services)
        due = services.further_chores
        with beside(services.store, services.originals, today, pool.wake, due) as meanwhile:
            return _told(pool.run(meanwhile))


def _told(status: int) -> int:
    return errors.FAILED if status == MISSING else status


def _warn(services: Services) -> None:
    """Say that nothing will be done by the clock, where the server has no tables for that."""
    from formservice.adapters.work.service import is_ready  # noqa: PLC0415 - slow to import

    try:
        ready = is_ready(services.store)
    except StorageError:
        return  # workers wait for it
    if not ready:
        print(f"Achtung: {NO_CLOCK}", file=sys.stderr, flush=True)


def _retry(services: Services, document: str, *, as_json: bool) -> int:
    with services.store.work() as work:
        work.events.held()
        document = named(work, document, SERVICE)
        kept = work.documents.get(document)
        if not work.queue.retry(document):
            now = STATUSES.get(kept.status, kept.status)
            raise NotFoundError(f"Dieser Vorgang ist nicht zurückgestellt, sondern {now}.")
        work.events.append("work.retried", account(), document, {"stage": kept.stage})
    print(json.dumps({"retried": 1}) if as_json else "Es wird noch einmal versucht.")
    return errors.DONE


def _retry_all(services: Services, *, as_json: bool) -> int:
    count = 0
    while some := services.store.written(_again):
        count += some
    if as_json:
        print(json.dumps({"retried": count}))
    elif count:
        documents = counted(count, "Vorgang wird", "Vorgänge werden")
        print(f"{documents} noch einmal versucht.")
    else:
        print("Es ist nichts zurückgestellt.")
    return errors.DONE


def _again(work: "Work") -> int:
    """Put back some of what was put aside; return how many."""
    work.events.held()
    some = work.queue.retry_some()
    for document, stage in some:
        work.events.append("work.retried", account(), document, {"stage": stage})
    return len(some)


def _status(services: Services, *, as_json: bool) -> int:
    from formservice.adapters.store.retention import expired  # noqa: PLC0415 - loads the database

    with services.store.look() as work:
        standing, stuck = work.queue.standing(), work.queue.stuck()
        years = services.settings.retention_years
        old = expired(work, years, today())
    if as_json:
        counts = [{"stage": s.stage, "status": s.status, "count": s.count} for s in standing]
        told = [
            {
                "document": one.document,
                "name": one.name,
                "stage": one.stage,
                "error": one.error,
                "tries": one.tries,
            }
            for one in stuck
        ]
        print(
            json.dumps(
                {"standing": counts, "failed": told, "expired": old}, ensure_ascii=False, indent=1
            )
        )
    else:
        for s in standing:
            documents = counted(s.count, "Vorgang", "Vorgänge")
            stage, status = STAGES.get(s.stage, s.stage), STATUSES.get(s.status, s.status)
            print(f"{stage}: {documents} {status}")
        if not standing:
            print("Es ist nichts angenommen.")
        if old:
            documents = counted(old, "Dokument", "Dokumente")
            print(f"  ! Aufbewahrungsfrist ({years} Jahre) abgelaufen: {documents}")
        for one in stuck:
            name = errors.printable(one.name)
            stage = STAGES.get(one.stage, one.stage)
            tries = counted(one.tries, "Versuch", "Versuche")
            print(f"  ✗ {one.document}  {name}: {stage} [{one.error}], {tries}")
    return errors.NEEDS_A_PERSON if stuck else errors.DONE
