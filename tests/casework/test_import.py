"""A list in a browser: what it does not tell it does not take away, and it waits an hour."""

import os
import time
from datetime import date

import pytest
from sqlalchemy import update

from formservice.adapters.handover.participants_import import ImportParticipants
from formservice.adapters.store import schema
from formservice.adapters.store.cases import StoredCases
from formservice.adapters.waiting_lists import FOLDER, WaitingLists
from formservice.application.casework import ALL, Asked
from formservice.application.casework_import import TakeOver
from formservice.application.participants import Answers
from formservice.application.participants_seen import ListChangedError, SeenPlan
from formservice.bootstrap import Services, Settings
from formservice.domain.errors import DocumentTooLargeError, FormServiceError, NotFoundError
from tests.casework.conftest import CARLA, DAY, DIRK, FRANK

HEAD = "Kundennummer;Name;Vorname;Geburtsdatum;Maßnahme;Träger;von;bis;IFK\n"
ROW = "7;Öztürk;Ayşe;03.02.2001;Startklar;Lindenhof;{von};{bis};carla Fall\n"
NOBODY = Answers()


@pytest.fixture
def lists(tmp_path):
    return WaitingLists(tmp_path / "listen")


@pytest.fixture
def take_over(office, lists):
    return TakeOver(lists, ImportParticipants(office), ["standard", "marzipan"])


def taken(take_over, text, author=CARLA):
    name = take_over.kept(text.encode(), author)
    take_over.shown(name, "marzipan", NOBODY, author, DAY)
    return take_over.done(name, "marzipan", NOBODY, author, DAY)


def times(office):
    (row,) = StoredCases(office).listed(FRANK, Asked(ALL), DAY).rows
    assert row.part
    return row.part.von, row.part.bis


def test_an_empty_beginning_takes_no_known_one_away_and_an_empty_end_is_open(office, take_over):
    taken(take_over, HEAD + ROW.format(von="12.10.2026", bis="31.01.2027"))
    plan = taken(take_over, HEAD + ROW.format(von="", bis="28.02.2027"))
    assert [one.field for one in plan.changes] == ["bis"]
    assert times(office) == (date(2026, 10, 12), date(2027, 2, 28))
    taken(take_over, HEAD + ROW.format(von="", bis=""))
    assert times(office) == (date(2026, 10, 12), None)
    taken(take_over, HEAD + ROW.format(von="19.10.2026", bis=""))
    assert times(office) == (date(2026, 10, 19), None)


def corrected(office, **values):
    """Correct what is known of everybody, as a colleague does by hand."""
    with office.work() as work:
        work.connection.execute(update(schema.persons).values(values))


BEN = "8;Weber;Ben;;Startklar;Lindenhof;01.10.2026;;carla Fall\n"
LIST = HEAD + ROW.format(von="12.10.2026", bis="") + BEN


def test_a_list_is_taken_over_only_as_it_was_shown(office, take_over):
    taken(take_over, HEAD + ROW.format(von="12.10.2026", bis=""))
    name = take_over.kept(LIST.encode(), CARLA)
    with pytest.raises(ListChangedError):  # nobody has looked at it
        take_over.done(name, "marzipan", NOBODY, CARLA, DAY)
    take_over.shown(name, "marzipan", NOBODY, CARLA, DAY)
    corrected(office, vorname="Aysel")
    with pytest.raises(ListChangedError):
        take_over.done(name, "marzipan", NOBODY, CARLA, DAY)
    anew, _ = take_over.shown(name, "marzipan", NOBODY, CARLA, DAY)
    assert [(one.before, one.after) for one in anew.changes] == [("Aysel", "Ayşe")]
    plan = take_over.done(name, "marzipan", NOBODY, CARLA, DAY)
    assert (len(plan.new_persons), len(plan.changes)) == (1, 1)


def test_who_answers_doubts_takes_over_what_was_shown_with_these_answers(office, take_over):
    taken(take_over, HEAD + ROW.format(von="12.10.2026", bis=""))
    other, same = LIST.replace("7;", "70;"), Answers(same=["70"])
    name = take_over.kept(other.encode(), CARLA)
    plan, _ = take_over.shown(name, "marzipan", NOBODY, CARLA, DAY)
    assert [one.number for one in plan.doubts] == ["70"]
    take_over.shown(name, "marzipan", same, CARLA, DAY)
    with office.work() as work:
        work.connection.execute(update(schema.participations).values(bis=date(2027, 1, 31)))
    with pytest.raises(ListChangedError):
        take_over.done(name, "marzipan", same, CARLA, DAY)
    take_over.shown(name, "marzipan", NOBODY, CARLA, DAY)
    plan = take_over.done(name, "marzipan", same, CARLA, DAY)
    assert [one.number for one in plan.persons.values()] == ["70"]


def test_every_case_that_a_list_touches_tells_so(office, take_over):
    taken(take_over, HEAD + ROW.format(von="12.10.2026", bis=""))
    taken(take_over, HEAD + ROW.format(von="12.10.2026", bis="").replace("Ayşe", "Ayşe Nur"))
    cases = StoredCases(office)
    (row,) = cases.listed(CARLA, Asked(ALL), DAY).rows
    told = [one.sentence for one in cases.history(row.id, CARLA)]
    assert told == ["Teilnehmerliste übernommen"] * 2


def test_a_list_waits_for_one_person_and_an_hour(lists):
    name = lists.keep((HEAD + ROW.format(von="", bis="")).encode(), "carla")
    assert len(lists.rows(name, "carla", "marzipan", DAY)) == 1
    with pytest.raises(NotFoundError):
        lists.rows(name, DIRK.id, "marzipan", DAY)
    other = lists.keep(b"x", "dirk")
    (file,) = [one for one in lists._folder.iterdir() if one.name.endswith(name)]
    assert file.stat().st_mode & 0o077 == 0
    os.utime(file, (0, 0))
    lists.keep(b"y", "dirk")
    for user, one in (("carla", name), ("dirk", other)):
        with pytest.raises(NotFoundError):
            lists.rows(one, user, "marzipan", DAY)
    with pytest.raises(NotFoundError):
        lists.rows("../x", "carla", "marzipan", DAY)


def test_a_list_that_nobody_takes_over_is_read_no_more_and_goes_by_itself(tmp_path):
    services = Services(Settings.from_environment({"FORMSERVICE_DATA": str(tmp_path)}))
    (chore,) = [one for one in services.further_chores if one.name == "lists"]
    assert (chore.every, chore.do()) == (600.0, 0), "there is no folder yet"
    lists = WaitingLists(tmp_path / FOLDER)
    name = lists.keep((HEAD + ROW.format(von="", bis="")).encode(), "carla")
    lists.keep(b"x", "dirk")
    lists.show(name, "carla", SeenPlan("a", "b", "c"))
    files = list(lists._folder.glob(f"*-{name}*"))
    assert len(files) == 2, "the list, and what was shown of it"
    hour = time.time() - 3601
    for file in files:
        os.utime(file, (hour, hour))
    with pytest.raises(NotFoundError):
        lists.rows(name, "carla", "marzipan", DAY)
    assert (chore.do(), len(list(lists._folder.iterdir()))) == (1, 1)
    services.store.close()


def test_what_is_too_large_is_no_list(lists):
    with pytest.raises(DocumentTooLargeError):
        lists.keep(b"x" * (20 * 1024 * 1024 + 1), "carla")


@pytest.mark.parametrize(
    "data", [b"\xff\x00\x81", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", b"PK\x03\x04"], ids=len
)
def test_what_cannot_be_read_is_told_without_the_name_it_waits_under(tmp_path, data):
    waiting = WaitingLists(tmp_path / "listen")
    name = waiting.keep(data, "carla")
    with pytest.raises(FormServiceError) as caught:
        waiting.rows(name, "carla", "standard", DAY)
    assert name not in caught.value.message
    assert name not in str(caught.value)
    assert caught.value.message.startswith("Die Liste ")
