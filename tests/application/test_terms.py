"""The German words for what the data names by code."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import formservice
from formservice.application.terms import (
    COPIES,
    EVENTS,
    FOUND,
    MEDIA,
    METHODS,
    NOTHING,
    READINGS,
    ROLES,
    SOURCES,
    STAGES,
    STATUSES,
    about_of,
    reading_by,
    told_of,
)
from formservice.domain.case import Role
from formservice.domain.chain import Link
from formservice.domain.document import Medium, Method, ReadingBy
from formservice.domain.findings import FindingCode
from formservice.domain.record import Reading

PACKAGE = Path(formservice.__file__).parent
# How events are written: into the chain itself, and of deliveries by their own short way.
_WRITE = {"append": 2, "_event": 2, "_with_codes": 3}
_PLACE = {"_with_codes": 1}


def test_everything_the_data_names_has_a_word_of_its_own() -> None:
    assert MEDIA.keys() == set(Medium)
    assert METHODS.keys() == set(Method)
    assert READINGS.keys() == set(ReadingBy)
    assert NOTHING.keys() == set(Reading) - {Reading.READ}
    assert ROLES.keys() == set(Role)
    for words in (MEDIA, METHODS, READINGS, NOTHING, ROLES, SOURCES, STAGES, STATUSES, COPIES):
        assert len(set(words.values())) == len(words)


@pytest.mark.parametrize("name", [*ReadingBy, "latin"])
def test_no_reading_is_shown_by_its_code(name: str) -> None:
    assert reading_by(name) not in {*ReadingBy, "latin"}


def test_no_reading_is_told_by_the_model_that_made_it() -> None:
    assert [one for one in READINGS.values() if "odell" in one] == []


def test_a_reading_of_a_later_edition_keeps_its_name() -> None:
    assert reading_by("fourth") == "fourth"


def written() -> Iterator[str]:
    """Yield the type of every event that the program writes, by itself or by a name of it."""
    trees = [ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")]
    named = {
        target.id: node.value.value
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in (node for tree in trees for node in ast.walk(tree)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if len(node.args) < _WRITE.get(node.func.attr, 99):  # that of a list takes one
            continue
        first = node.args[_PLACE.get(node.func.attr, 0)]
        if isinstance(first, ast.Constant):
            yield str(first.value)
        elif isinstance(first, ast.Name) and "." in str(named.get(first.id)):
            yield str(named[first.id])


def event(type_: str, body: Mapping[str, object] | None = None) -> Link:
    return Link(1, "2026-11-20T10:00:00Z", type_, "d1", "u-7", body or {}, "", "")


def test_every_event_that_is_written_has_a_sentence_and_every_sentence_its_event() -> None:
    assert EVENTS.keys() == set(written())


@pytest.mark.parametrize("type_", sorted(EVENTS))
def test_no_event_is_told_by_its_type(type_: str) -> None:
    told = told_of(event(type_, {"stage": "copy", "kind": "form", "zielsystem": "akte"}))
    assert type_ not in told
    assert "work." not in told
    assert not {"copy", "form"} & set(told.replace(":", " ").split())


@pytest.mark.parametrize(
    ("code", "name", "told"),
    [
        ("state.in-review", None, "Stand „in Prüfung“"),
        ("scan.faithful", None, "Sichtprüfung des Abbilds"),
        ("deadline.missed", "Abbruch am", "Befund zu „Abbruch am“ (deadline.missed)"),
        ("page.missing", None, "Befund (page.missing)"),
    ],
)
def test_a_reason_says_what_it_was_given_for(code: str, name: str | None, told: str) -> None:
    assert about_of(code, name) == told


@pytest.mark.parametrize("code", sorted(FindingCode))
def test_what_somebody_answered_for_is_told_in_words(code: str) -> None:
    assert FOUND.keys() == set(FindingCode)
    for type_ in ("finding.acknowledged", "finding.withdrawn"):
        told = told_of(event(type_, {"code": code}))
        assert code not in told
        assert FOUND[code] in told


def test_an_event_of_a_later_edition_is_told_by_its_type() -> None:
    assert told_of(event("seal.made")) == "seal.made"


@pytest.mark.parametrize(
    ("type_", "body", "told"),
    [
        (
            "document.moved",
            {"from": "in-review", "to": "accepted"},
            "„in Prüfung“ zu „angenommen“",
        ),
        ("copy.made", {"kind": "picture", "version": 2}, "Abbild mit Transfervermerk erzeugt, F"),
        ("copy.made", {"kind": "datensatz.json", "version": 2}, "datensatz.json erzeugt"),
        ("finding.acknowledged", {"code": "deadline.missed"}, "verantwortet: Frist versäumt"),
        ("finding.acknowledged", {"code": "scan.faithful"}, "Sichtprüfung des Abbilds bestätigt"),
        ("delivery.made", {"zielsystem": "akte"}, "an „akte“ übergeben"),
        ("delivery.failed", {"zielsystem": "akte", "error": "storage"}, "„akte“ gescheitert (st"),
        ("work.failed", {"stage": "copy"}, "Archivkopie: zurückgestellt"),
    ],
)
def test_an_event_says_what_happened(type_: str, body: Mapping[str, object], told: str) -> None:
    assert told in told_of(event(type_, body))
