"""A whole office in a folder of its own, for the demo and for pictures of every page.

All of it is made the way it would come about: accounts are added, a list of people is taken in,
forms are issued, filled, signed, scanned, sent and read, and people decide about them.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias  # what the file of the demo holds, and is told of it

import yaml

import formservice
from formservice.adapters.work.signals import Stop
from formservice.application.accounts_people import NewPerson
from formservice.application.participants import Answers, Row
from formservice.application.ports_store import SERVICE, Author
from formservice.application.signed_in import SignedIn
from formservice.application.terms import STAGES
from formservice.bootstrap.demo_days import Days
from formservice.bootstrap.demo_services import DemoServices
from formservice.bootstrap.settings import Settings, today
from formservice.domain.accounts import ACKNOWLEDGEMENT
from formservice.domain.canonical import digest
from formservice.domain.case import Role
from formservice.domain.errors import InputError, UsageError

_FILE = Path(formservice.__file__).parent / "assets" / "demo" / "house.yaml"
_AGAIN_S = 1.0
_TOLD = "vorfuehrung.json"
_MAKER = Author("vorfuehrung", Role.ADMIN)
# What the operator has set for its own installation is nothing to the demo, but for these.
_KEPT = ("FORMS", "LAND", "LOCAL_HOLIDAYS", "PROCESSES", "DEBUG")
_ROW = ("number", "name", "vorname", "geburtsdatum", "massnahme", "von", "bis", "ifk")

Tell: TypeAlias = Callable[[str], None]
"""Takes a German sentence for whoever waits."""


def _silent(_line: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class DemoHouse:
    """A demo that is ready: its folder, who may sign in with which password, and its documents.

    ``accounts`` have ``name``, ``role`` and ``login``; ``documents`` are ids by their names in
    the file of the demo, ``cases`` by number.
    """

    folder: Path
    password: str
    accounts: Mapping[str, Mapping[str, str]]
    documents: Mapping[str, str]
    cases: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        """Return the settings with which commands and workers are at work in this house."""
        return demo_environment(self.folder)

    def services(self) -> "DemoServices":
        """Return its use cases."""
        return DemoServices(Settings.from_environment(self.environment()))


def demo_environment(folder: Path) -> dict[str, str]:
    """Return the settings of a demo in ``folder``."""
    kept = {f"FORMSERVICE_{name}" for name in _KEPT}
    given = {name: value for name, value in os.environ.items() if name in kept}
    given["FORMSERVICE_DATA"] = str(folder)
    given["FORMSERVICE_AUTHORITY"] = str(_plan()["authority"])
    return given


def demo_house(folder: Path, tell: Tell = _silent, waits: Tell = _silent) -> DemoHouse:
    """Return the demo in ``folder``, which is made if there is none; ``tell`` hears how far it is.

    It appears whole or not at all; one of another edition of this program is made anew. ``waits``
    hears of what has to be done again, after a pause.

    Raises:
        UsageError: the folder holds something else.
        InputError: a document of it cannot be worked on here.
    """
    if folder.exists() and any(folder.iterdir()):
        known = _told(folder)
        if known is None:
            raise UsageError(
                f"Der Ordner {folder} enthält etwas anderes als die Vorführung.",
                "Bitte einen anderen Ordner nennen oder ihn leeren.",
            )
        if known["edition"] == _edition():
            return _house(folder, known)
    new = folder.with_name(f"{folder.name}.neu")
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(mode=0o700, parents=True)
    told = _made(new, tell, waits)
    new.joinpath(_TOLD).write_text(json.dumps(told, ensure_ascii=False, indent=1), "utf-8")
    if folder.exists():
        shutil.rmtree(folder)
    new.rename(folder)
    return _house(folder, told)


def _house(folder: Path, told: Mapping[str, Any]) -> DemoHouse:
    parts = {name: told[name] for name in ("password", "accounts", "documents", "cases")}
    return DemoHouse(folder.resolve(), **parts)


def _told(folder: Path) -> dict[str, Any] | None:
    try:
        told = json.loads(folder.joinpath(_TOLD).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and "edition" in told else None


def _plan() -> dict[str, Any]:
    plan: dict[str, Any] = yaml.safe_load(_FILE.read_text("utf-8"))
    return plan


def _edition() -> str:
    return digest([formservice.__version__, json.dumps(_plan(), default=str)])[:16]


def _made(folder: Path, tell: Tell, waits: Tell) -> dict[str, Any]:
    """Make the demo in an empty folder; return what has to be known of it."""
    from formservice.bootstrap.demo_papers import Papers

    plan = _plan()
    services = DemoServices(Settings.from_environment(demo_environment(folder)))
    try:
        tell("Konten, Fälle und Maßnahmen")
        people = _people(services, plan)
        papers = Papers(services, plan, people, lambda: worked(services, waits))
        papers.issue()
        tell(f"{len(plan['documents'])} Eingänge: ausfüllen, unterschreiben, scannen, senden")
        papers.send()
        tell("Lesen, prüfen, entscheiden")
        documents = papers.decide()
        accounts = {
            key: {name: str(one[name]) for name in ("name", "role", "login")}
            for key, one in plan["people"].items()
        }
        return {
            "edition": _edition(),
            "made": today().isoformat(),
            "password": plan["password"],
            "accounts": accounts,
            "documents": documents,
            "cases": papers.case_ids(),
        }
    finally:
        services.store.close()


def _people(services: DemoServices, plan: Mapping[str, Any]) -> Mapping[str, Author]:
    """Add everybody, and take in the list of people in Maßnahmen; return who is who."""
    staff = {key: one for key, one in plan["people"].items() if one["role"] != Role.TRAEGER}
    theirs = {key: one for key, one in plan["people"].items() if key not in staff}
    added = {key: _added(services, plan, one, ()) for key, one in staff.items()}
    services.participants.done(_rows(plan), Answers(), _MAKER, today(), viewer=SERVICE)
    ids = {name: id_ for id_, name in services.people.traeger().items()}
    for key, one in theirs.items():
        added[key] = _added(services, plan, one, (ids[one["traeger"]],))
    return added


def _added(
    services: DemoServices,
    plan: Mapping[str, Any],
    one: Mapping[str, str],
    traeger: tuple[str, ...],
) -> Author:
    """Add somebody, who then chooses the password of the demo and acknowledges what has to be."""
    from formservice.web.acknowledgement import text_hash

    new = NewPerson(one["name"], Role(one["role"]), one["login"], None, traeger)
    user = services.people.add(new, _MAKER).user
    me = SignedIn(user, new.name, new.role, traeger)
    services.own_account.change_password(me, None, plan["password"])
    if new.role is Role.TRAEGER:
        services.own_account.acknowledge(me, ACKNOWLEDGEMENT, text_hash())
    return me.author


def _rows(plan: Mapping[str, Any]) -> Sequence[Row]:
    """Return the list of people in Maßnahmen as a spreadsheet would have it."""
    days, rows = Days(today()), []
    has = frozenset({*_ROW, "traeger", "massnahme_number"})
    for line, (number, values) in enumerate(plan["cases"].items(), start=2):
        name, vorname, born, massnahme, von, bis, ifk = values
        of = plan["massnahmen"][massnahme]
        rows.append(
            Row(
                line,
                number,
                name,
                vorname,
                born,
                of["traeger"],
                of["name"],
                of["number"],
                days.at(von),
                days.at(bis),
                plan["people"][ifk]["name"],
                has,
            )
        )
    return rows


def worked(services: DemoServices, waits: Tell = _silent) -> None:
    """Let a worker do all there is to do; what a busy machine did not finish is done again.

    That is minutes later in the end: ``waits`` hears what is waited for.

    Raises:
        InputError: no worker gets through with a document; its code is in the sentence.
    """
    stop = Stop()
    while True:
        for end in services.worker((), stop).ends(once=True):
            stage = STAGES.get(end.stage, end.stage)
            if end.outcome == "failed":
                raise InputError(
                    f"Die Vorführung wird hier nicht fertig: {stage} scheitert jedes Mal"
                    f" [{end.error}].",
                    "Bitte noch einmal beginnen, wenn der Rechner weniger zu tun hat;"
                    " „formservice check“ nennt, was ihm fehlt.",
                )
            if end.outcome == "again":
                waits(f"{stage} ist nicht gelungen [{end.error}] und wird noch einmal versucht")
        with services.store.look() as work:
            left = {one.status for one in work.queue.standing()} & {"ready", "running"}
        if not left:
            return
        stop.wait(_AGAIN_S)
