"""Forms for cases: pre-filled, with a reference printed, only for those whose they are."""

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from formservice.adapters.definitions.mappings import Definitions
from formservice.adapters.store import schema
from formservice.adapters.store.cases import StoredCases
from formservice.adapters.store.cases_change import StoredCaseChanges
from formservice.adapters.store.issued import StoredIssued
from formservice.application.casework_input import part_given, person_given
from formservice.application.issuing import Issue, Target, file_name
from formservice.bootstrap.reading import Reading
from formservice.bootstrap.settings import Settings
from formservice.domain.errors import NotFoundError, UsageError
from tests.casework.conftest import ANNA, CARLA, DAY, DIRK, FRANK


@pytest.fixture(scope="module")
def reading():
    return Reading(Settings.from_environment({}))


@pytest.fixture
def issue(office, reading):
    return Issue(
        StoredIssued(office), reading.forms, reading.generate, reading.new_reference, "Jobcenter"
    )


@pytest.fixture
def target(office):
    change = StoredCaseChanges(office)
    person = {"name": "Öztürk", "vorname": "Ayşe", "geburtsdatum": "03.02.2001", "number": "7"}
    part = {"massnahme": "m1", "von": "01.11.2026", "bis": "31.01.2027"}
    name = change.opened(person_given(person, DAY), part_given(part), CARLA)
    (one,) = StoredCases(office).one(name, CARLA, DAY).parts
    return Target(name, one.id)


def read(reading, data, name, tmp_path):
    (tmp_path / name).write_bytes(data)
    (document,) = reading.read(data, received=DAY)
    return document


def test_an_erwartungsbogen_has_what_is_known_and_its_reference(
    issue, target, reading, office, tmp_path
):
    for format_ in ("docx", "pdf"):
        (made,) = issue("erwartungsbogen", [target], format_, CARLA, DAY)
        name, data = issue.document(made.reference, CARLA)
        assert name == f"Oeztuerk_Ayse_Erwartungsbogen.{format_}"
        document = read(reading, data, name, tmp_path)
        assert document.reference == made.reference
        values = {key: one.value for key, one in document.record.fields.items()}
        assert (values["name"], values["vorname"], values["projektname"], values["traeger"]) == (
            "Öztürk", "Ayşe", "Startklar", "Lindenhof",
        )  # fmt: skip
        assert (values["ifk_name"], values["formular_datum"]) == ("carla Fall", DAY)
    shown = StoredCases(office).one(target.case, CARLA, DAY).issued
    assert [one.format for one in shown] == ["pdf", "docx"]
    told = [one.sentence for one in StoredCases(office).history(target.case, CARLA)]
    assert sum("ausgegeben" in one for one in told) == 2


def test_the_definition_says_which_form_a_case_begins_with(office, reading):
    def first(**names):
        forms = [replace(one, issued_first=names.get(one.ref.form, "")) for one in reading.forms]
        parts = reading.generate, reading.new_reference, "Jobcenter"
        found = Issue(StoredIssued(office), Definitions(forms), *parts).first()
        return None if found is None else (found.ref.form, found.issued_first)

    assert first() is None
    assert first(feedbackbogen="Bogen") == ("feedbackbogen", "Bogen")
    # It would be of no use in a case: nothing of it is known there.
    assert first(beiblatt="Blatt") is None


def test_every_form_that_takes_master_data_is_issued_the_same_way(issue, target):
    forms = {one.ref.form for one in issue.forms()}
    assert {"erwartungsbogen", "feedbackbogen", "schweigepflichtentbindung"} <= forms
    for form in forms:
        (made,) = issue(form, [target], "pdf", CARLA, DAY)
        assert issue.document(made.reference, CARLA)[1].startswith(b"%PDF")


def test_how_to_reach_somebody_comes_from_an_earlier_form_and_what_they_expect_does_not(
    issue, target, office
):
    fields = {
        key: {"reading": "read", "value": value, "accepted": True}
        for key, value in {"anschrift": "Am Bach 1", "erwartungen": "Ich will malen"}.items()
    }
    fields["telefon"] = {"reading": "read", "value": "0551 1", "accepted": False}
    put_document(office, target, "d1", "erwartungsbogen", "2023-07-24", fields)
    (one,) = issue.prepared("erwartungsbogen", [target], CARLA, DAY)
    assert one.data["anschrift"] == "Am Bach 1"
    assert one.sources["anschrift"] == "erwartungsbogen"
    assert "erwartungen" not in one.data
    assert [left.field for left in one.left_out] == ["geschlecht", "telefon", "email"]
    assert "Erwartungen" in one.blank
    (feedback,) = issue.prepared("feedbackbogen", [target], CARLA, DAY)
    assert feedback.data["q1_erwartung"] == "Ich will malen"
    assert feedback.data["traeger_massnahme"] == "Lindenhof, Startklar"


def put_document(office, target, name, form, edition, fields):
    reading = {"form": {"id": form, "edition": edition}, "fields": fields}
    with office.work() as work:
        do = work.connection.execute
        row = {"id": name, "name": "x.pdf", "source": "upload", "state": "accepted", "form": form}
        row |= {"received": DAY, "created_at": 1.0, "version": 1, "stage": "done"}
        do(insert(schema.documents).values(**row, status="done", due=0.0, tries=0, fence=0))
        record = {"document": name, "version": 1, "created_at": 1.0, "author": "service"}
        do(insert(schema.records).values(**record, reason="", sha256="0", reading=reading))
        belongs = {"document": name, "case": target.case, "participation": target.participation}
        do(insert(schema.case_documents).values(**belongs))


@pytest.mark.parametrize("who", [DIRK, ANNA], ids=lambda one: one.id)
def test_nobody_makes_or_fetches_a_form_for_a_foreign_case(issue, target, office, who):
    (made,) = issue("erwartungsbogen", [target], "docx", CARLA, DAY)
    if who is ANNA:  # who works for another Träger
        with office.work() as work:
            work.connection.execute(schema.user_traeger.update().values(traeger="t2"))
    for do in (
        lambda: issue("erwartungsbogen", [target], "docx", who, DAY),
        lambda: issue.document(made.reference, who),
        lambda: issue.documents(made.batch, who),
    ):
        with pytest.raises(NotFoundError):
            do()


def test_a_traeger_gets_the_form_of_its_own_participant_and_nothing_of_the_case(issue, target):
    (made,) = issue("feedbackbogen", [target], "pdf", ANNA, DAY)
    assert issue.document(made.reference, ANNA)[1].startswith(b"%PDF")
    with pytest.raises(NotFoundError):
        issue("feedbackbogen", [Target(target.case)], "pdf", ANNA, DAY)
    (office_made,) = issue("erwartungsbogen", [target], "docx", CARLA, DAY)
    with pytest.raises(NotFoundError):
        issue.document(office_made.reference, ANNA)


def test_many_are_one_batch_with_names_of_their_own(issue, target):
    made = issue("erwartungsbogen", [target, Target(target.case)], "docx", CARLA, DAY)
    count, files = issue.documents(made[0].batch, CARLA)
    assert count == len(made) == 2
    assert sorted(name for name, _ in files) == [
        "Oeztuerk_Ayse_Erwartungsbogen.docx",
        "Oeztuerk_Ayse_Erwartungsbogen_2.docx",
    ]


def test_too_many_nobody_and_another_format_are_refused(issue, target):
    for targets, format_ in (([], "pdf"), ([target] * 201, "pdf"), ([target], "odt")):
        with pytest.raises(UsageError):
            issue("erwartungsbogen", targets, format_, CARLA, DAY)


def test_a_form_is_marked_as_sent_and_the_mark_taken_back(issue, target, office):
    kept = StoredIssued(office)
    (made,) = issue("erwartungsbogen", [target], "docx", CARLA, DAY)
    with pytest.raises(NotFoundError):
        kept.sent([made.reference], DIRK)
    assert kept.sent([made.reference], CARLA) == 1
    assert kept.one(made.reference, FRANK).sent_at
    assert kept.sent([made.reference], CARLA, is_sent=False) == 1
    assert kept.one(made.reference, CARLA).sent_at is None


def test_no_event_of_an_issued_form_has_a_value(issue, target, office):
    issue("erwartungsbogen", [target], "docx", CARLA, DAY)
    with office.look() as work:
        bodies = work.connection.execute(select(schema.events.c.body)).scalars().all()
    assert not any("ztürk" in one or "Startklar" in one for one in bodies)


def test_a_file_name_is_taken_by_every_system():
    assert file_name("../Öz/tür\\k", "Ån:a") == "Oez_tuer_k_An_a"
    assert file_name("…") == "Formular"
    assert file_name("Aydın", "Bērziņš", "Łuk") == "Aydin_Berzins_Luk"
    assert len(file_name("x" * 300)) == 80
