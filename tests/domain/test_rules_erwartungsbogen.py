"""What a check says about an Erwartungsbogen: rule by rule, with field and severity."""

from datetime import date

import pytest

from formservice.domain.record import Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import ERWARTUNGSBOGEN, EXPECTATIONS, record, said


def expectations(received: date = date(2026, 2, 24), **changes: Value | None) -> CheckResult:
    one = record(ERWARTUNGSBOGEN, EXPECTATIONS, **changes)
    return check(ERWARTUNGSBOGEN, one, received=received, calendar=few_days())


def test_a_complete_erwartungsbogen_raises_nothing_and_can_be_archived():
    result = expectations()
    assert said(result) == []
    assert result.archivable


EXPECTATION_CASES = [
    (
        "no expectations",
        {"erwartungen": None},
        [("R-EB-02", "field.required", "blocks", "erwartungen")],
    ),
    (
        "only punctuation",
        {"erwartungen": "… – !"},
        [("R-EB-02", "field.required", "blocks", "erwartungen")],
    ),
    (
        "only the prompt",
        {"erwartungen": "Klicken oder tippen Sie hier, um Text einzugeben."},
        [("R-EB-02", "field.required", "blocks", "erwartungen")],
    ),
    (
        "two words",
        {"erwartungen": "Ich sofort"},
        [("R-EB-03-words", "rule.broken", "blocks", "erwartungen")],
    ),
    (
        "no time",
        {"erwartungen": "Ich will eine Arbeit finden."},
        [("R-EB-04", "rule.broken", "blocks", "erwartungen")],
    ),
    (
        "only a time of the past",
        {"erwartungen": "Ich suche seit Mai 2024 eine Arbeit."},
        [("R-EB-04", "rule.broken", "blocks", "erwartungen")],
    ),
    (
        "no first person",
        {"erwartungen": "Therapie beginnen (bis 02.06.2026)"},
        [("R-EB-03-style", "rule.broken", "asks", "erwartungen")],
    ),
    (
        "third person",
        {"erwartungen": "Die Kundin möchte bis Ende Mai den Kurs schaffen."},
        [("R-EB-03-style", "rule.broken", "asks", "erwartungen")],
    ),
    (
        "the question itself",
        {"erwartungen": "Individuelle Formulierung der Erwartungen des eLb"},
        [
            ("R-EB-03-question", "rule.broken", "asks", "erwartungen"),
            ("R-EB-03-style", "rule.broken", "asks", "erwartungen"),
            ("R-EB-04", "rule.broken", "blocks", "erwartungen"),
        ],
    ),
    (
        "a time before the beginning",
        {"erwartungen": "Ich will bis 15.01.2026 eine Arbeit."},
        [("R-EB-04-early", "rule.broken", "asks", "erwartungen")],
    ),
    (
        "an early time beside a fitting one",
        {"erwartungen": "Ich war am 15.01.2026 beim Arzt und will bis 31.05.2026 arbeiten."},
        [],
    ),
    (
        "a time after the end",
        {"erwartungen": "Ich will bis Mai 2027 die Ausbildung haben."},
        [("R-EB-04-late", "rule.broken", "notes", "erwartungen")],
    ),
    (
        "no name",
        {"name": None, "vorname": "  "},
        [
            ("R-EB-06", "field.required", "blocks", "name"),
            ("R-EB-06", "field.required", "blocks", "vorname"),
        ],
    ),
    *(
        (f"no {key}", {key: None}, [("R-EB-06", "field.required", "blocks", key)])
        for key in ("geburtsdatum", "projektname", "traeger", "teilnahme_von", "ifk_name")
    ),
    (
        "no end",
        {"teilnahme_bis": None},
        [("R-EB-06", "field.required", "blocks", "teilnahme_bis")],
    ),
    *(
        (f"no {key}", {key: None}, [("R-EB-06-contact", "field.required", "asks", key)])
        for key in ("anschrift", "telefon", "email", "ifk_telefon", "ifk_email")
    ),
    ("no gender, no date of the form", {"geschlecht": None, "formular_datum": None}, []),
    (
        "the end before the beginning",
        {"teilnahme_bis": date(2026, 3, 1), "erwartungen": "Ich will sofort Arbeit."},
        [("R-EB-06-period", "rule.broken", "blocks", "teilnahme_bis")],
    ),
    ("one day only", {"teilnahme_bis": date(2026, 3, 2)}, []),
    (
        "born today",
        {"geburtsdatum": date(2026, 2, 24)},
        [("R-EB-06-born", "rule.broken", "blocks", "geburtsdatum")],
    ),
    (
        "born thirteen years ago",
        {"geburtsdatum": date(2012, 2, 25)},
        [("R-EB-06-age", "rule.broken", "asks", "geburtsdatum")],
    ),
    ("fourteen today", {"geburtsdatum": date(2012, 2, 24)}, []),
    (
        "born in 1899",
        {"geburtsdatum": date(1899, 1, 1)},
        [("R-EB-06-age", "rule.broken", "asks", "geburtsdatum")],
    ),
    (
        "fares yes and no",
        {"fahrkosten": ("ja", "nein")},
        [("R-EB-07-both", "rule.broken", "blocks", "fahrkosten")],
    ),
    (
        "fares neither",
        {"fahrkosten": None, "fahrkosten_mittel": None},
        [("R-EB-07-none", "field.required", "asks", "fahrkosten")],
    ),
    (
        "fares without means",
        {"fahrkosten_mittel": None},
        [("R-EB-07-means", "field.required", "asks", "fahrkosten_mittel")],
    ),
    ("both means", {"fahrkosten_mittel": ("oepnv", "pkw")}, []),
    (
        "means without fares",
        {"fahrkosten": "nein"},
        [("R-EB-07-only", "rule.broken", "asks", "fahrkosten_mittel")],
    ),
    ("no fares", {"fahrkosten": "nein", "fahrkosten_mittel": None}, []),
    (
        "guardian neither",
        {"gesetzliche_betreuung": None},
        [("R-EB-08", "field.required", "blocks", "gesetzliche_betreuung")],
    ),
    (
        "guardian yes and no",
        {"gesetzliche_betreuung": ("ja", "nein")},
        [("R-EB-08-both", "rule.broken", "blocks", "gesetzliche_betreuung")],
    ),
    (
        "guardian yes",
        {"gesetzliche_betreuung": "ja"},
        [("R-EB-08-deed", "rule.broken", "blocks", "gesetzliche_betreuung")],
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [case[1:] for case in EXPECTATION_CASES],
    ids=[case[0] for case in EXPECTATION_CASES],
)
def test_an_erwartungsbogen_is_judged_by_its_rules(changes, expected):
    assert said(expectations(**changes)) == sorted(expected)


def test_the_blank_example_of_the_source_is_blocked():
    result = expectations(
        erwartungen=None, fahrkosten=None, fahrkosten_mittel=None, gesetzliche_betreuung=None
    )
    assert [one[0] for one in said(result)] == ["R-EB-02", "R-EB-07-none", "R-EB-08"]
    assert not result.archivable


@pytest.mark.parametrize("rule", ["R-EB-03-words", "R-EB-04", "R-EB-08-deed"])
def test_what_only_a_caseworker_can_know_may_be_overridden(rule):
    result = expectations(erwartungen="Ich arbeite", gesetzliche_betreuung="ja")
    assert [one.overridable for one in result.findings if one.rule == rule] == [True]


def test_every_rule_of_the_form_has_a_case_that_breaks_it():
    broken = {finding[0] for case in EXPECTATION_CASES for finding in case[2]}
    assert {rule.id for rule in ERWARTUNGSBOGEN.rules} == broken
