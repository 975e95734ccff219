"""What a check says about consent forms: rule by rule, with field and severity."""

from collections.abc import Mapping, Sequence
from datetime import date

import pytest

from formservice.domain.form import FormDefinition, Severity
from formservice.domain.record import Reading, Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import DEFINITIONS, record, said, with_reading

Said = tuple[str, str, str, str | None]
Values = Mapping[str, Value | None]

DABEI = DEFINITIONS.get("einwilligung-ich-bin-dabei", "2017-11")
DATEN = DEFINITIONS.get("einwilligung-daten", "2017-11")
ENTBINDUNG = DEFINITIONS.get("schweigepflichtentbindung", "2017-11")

DAY = date(2026, 3, 2)
SIXTEEN = date(2010, 3, 2)
FIFTEEN = date(2010, 3, 3)
RECEIVED = date(2026, 3, 5)

_PERSON: dict[str, Value] = {
    "name": "Beispiel",
    "vorname": "Samira",
    "geburtsdatum": date(2008, 5, 4),
    "einrichtung": "JMD Musterstadt",
    "fachkraft": "Toni Muster",
    "sprache": "deutsch",
    "erlaeutert": True,
    "erlaeutert_am": DAY,
}
_SIGNED: dict[str, Value] = {"ort": "Musterstadt", "datum": DAY, "sig_klient": True}
_GUARDED: dict[str, Value] = {"name_sorge[0]": "Rana Beispiel", "sig_sorge[0]": True}
BOTH_PARTS: dict[str, Value] = {
    **_PERSON,
    **_SIGNED,
    "zustimmung_cm": "ja",
    "zustimmung_vertretung": "nein",
    "zustimmung_art": "schriftlich",
    "zustimmung_daten": "ja",
    "zustimmung_gesundheit": "nein",
    "ort_daten": "Musterstadt",
    "datum_daten": DAY,
    "sig_klient_daten": True,
}
DATA: dict[str, Value] = {
    **_PERSON,
    **_SIGNED,
    "zustimmung_daten": "ja",
    "zustimmung_gesundheit": "ja",
}
RELEASE: dict[str, Value] = {
    **_PERSON,
    **_SIGNED,
    "empfaenger": "Frau Berg, Evangelisches Zentrum für Beratung",
    "daten": "Termine der Gespräche im März 2026",
    "anlass": "Beginn der Therapie",
    "zweck": "Übergabe an die Therapeutin",
    "gueltig_bis": date(2026, 6, 30),
    "zustimmung_entbindung": "ja",
    "zustimmung_gesundheit": "nein",
    "zustimmung_vertretung": "nein",
}


def judged(
    definition: FormDefinition, values: Values, changes: Values | None = None
) -> CheckResult:
    one = record(definition, {**values, **(changes or {})})
    return check(definition, one, received=RECEIVED, calendar=few_days())


def blocking(result: CheckResult) -> list[str]:
    return [one.rule for one in result.findings if one.severity is Severity.BLOCKS]


COMPLETE = [(DABEI, BOTH_PARTS), (DATEN, DATA), (ENTBINDUNG, RELEASE)]
IDS = [str(definition.ref) for definition, _ in COMPLETE]
ANSWERS = ["zustimmung_cm", "zustimmung_daten", "zustimmung_entbindung"]


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_complete_consent_raises_nothing_and_can_be_archived(definition, values):
    result = judged(definition, values)
    assert said(result) == []
    assert result.archivable


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_refusal_is_valid_and_only_noted(definition, values):
    refused = {key: "nein" for key in ANSWERS if key in values}
    result = judged(definition, values, refused)
    assert {one.severity for one in result.findings} == {Severity.NOTES}
    assert "R-CON-10" in {one.rule for one in result.findings}
    assert result.archivable


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_refusal_blocks_nothing_even_with_nothing_else_on_the_form(definition, values):
    bare = {"name": values["name"], "vorname": values["vorname"]}
    refused = {key: "nein" for key in ANSWERS if key in values}
    result = judged(definition, bare, refused)
    assert blocking(result) == []
    assert result.archivable


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_nothing_answered_blocks(definition, values):
    silent = dict.fromkeys([key for key in ANSWERS if key in values])
    assert "R-CON-04" in blocking(judged(definition, values, silent))


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_yes_and_no_at_once_blocks(definition, values):
    both = {key: ("ja", "nein") for key in ANSWERS if key in values}
    assert "R-CON-04-single" in blocking(judged(definition, values, both))


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_missing_birth_date_blocks(definition, values):
    result = judged(definition, values, {"geburtsdatum": None})
    assert [rule.startswith("R-CON-02-born") for rule in blocking(result)] == [True]


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_on_the_sixteenth_birthday_the_person_signs_for_themselves(definition, values):
    assert said(judged(definition, values, {"geburtsdatum": SIXTEEN})) == []
    unsigned = {"geburtsdatum": SIXTEEN, "sig_klient": None, "sig_klient_daten": None}
    assert all(
        rule.startswith("R-CON-02-own") for rule in blocking(judged(definition, values, unsigned))
    )
    assert blocking(judged(definition, values, unsigned))


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_day_before_sixteen_the_guardians_name_and_sign(definition, values):
    alone = blocking(judged(definition, values, {"geburtsdatum": FIFTEEN}))
    assert {rule.removesuffix("-1").removesuffix("-2") for rule in alone} == {
        "R-CON-02-guardian",
        "R-CON-02-guardian-name",
    }
    guarded = {"geburtsdatum": FIFTEEN, **_GUARDED, "sig_sorge_daten[0]": True}
    assert blocking(judged(definition, values, guarded)) == []


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_second_guardian_who_is_named_but_did_not_sign_is_asked_about(definition, values):
    two = {**_GUARDED, "name_sorge[1]": "Amir Beispiel", "sig_sorge_daten[0]": True}
    result = judged(definition, values, {"geburtsdatum": FIFTEEN, **two})
    unpaired = [one for one in result.findings if one.rule.startswith("R-CON-02-both")]
    assert {one.field for one in unpaired} <= {"sig_sorge[1]", "sig_sorge_daten[1]"}
    assert {one.severity for one in unpaired} == {Severity.ASKS}


@pytest.mark.parametrize(("definition", "values"), COMPLETE, ids=IDS)
def test_a_signature_nobody_can_tell_is_not_called_missing(definition, values):
    one = with_reading(record(definition, values), "sig_klient", Reading.UNREADABLE)
    result = check(definition, one, received=RECEIVED, calendar=few_days())
    assert not any(rule.startswith("R-CON") for rule in blocking(result))


CASES: list[tuple[str, FormDefinition, Values, Values, Sequence[Said]]] = [
    (
        "part 1 unanswered is asked for, part 2 stands",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_cm": None},
        [("R-CON-04-part-1", "field.required", "asks", "zustimmung_cm")],
    ),
    (
        "part 2 unanswered is asked for, part 1 stands",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_daten": None},
        [("R-CON-04-part-2", "field.required", "asks", "zustimmung_daten")],
    ),
    (
        "case management without data cannot begin",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_daten": "nein"},
        [
            ("R-CON-04-both", "rule.broken", "notes", "zustimmung_daten"),
            ("R-CON-10", "rule.broken", "notes", "zustimmung_daten"),
        ],
    ),
    (
        "data without case management allows simple counselling",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_cm": "nein"},
        [("R-CON-04-advice", "rule.broken", "notes", "zustimmung_cm")],
    ),
    (
        "spoken consent will do for part 1",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_art": "muendlich", "sig_klient": None},
        [],
    ),
    (
        "spoken consent will not do for part 2",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_art": "muendlich", "sig_klient": None, "sig_klient_daten": None},
        [("R-CON-02-own-2", "rule.broken", "blocks", "sig_klient_daten")],
    ),
    (
        "spoken consent needs somebody who heard it",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_art": "muendlich", "sig_klient": None, "fachkraft": None},
        [
            ("R-CON-01-worker", "field.required", "asks", "fachkraft"),
            ("R-CON-09-worker", "field.required", "blocks", "fachkraft"),
        ],
    ),
    (
        "consent of no stated kind has to be signed",
        DABEI,
        BOTH_PARTS,
        {"zustimmung_art": None, "sig_klient": None},
        [("R-CON-02-own-1", "rule.broken", "blocks", "sig_klient")],
    ),
    (
        "each part has a day of its own",
        DABEI,
        BOTH_PARTS,
        {"datum_daten": None},
        [("R-CON-02-day-2", "field.required", "blocks", "datum_daten")],
    ),
    (
        "a refusal nobody signed is asked about",
        DATEN,
        DATA,
        {"zustimmung_daten": "nein", "zustimmung_gesundheit": "nein", "sig_klient": None},
        [
            ("R-CON-10", "rule.broken", "notes", "zustimmung_daten"),
            ("R-CON-10-signed", "rule.broken", "asks", "sig_klient"),
        ],
    ),
    (
        "what was not explained is asked about",
        DATEN,
        DATA,
        {"erlaeutert": None, "erlaeutert_am": None},
        [
            ("R-CON-03", "field.required", "asks", "erlaeutert"),
            ("R-CON-03-day", "field.required", "asks", "erlaeutert_am"),
        ],
    ),
    (
        "explained after deciding",
        DATEN,
        DATA,
        {"erlaeutert_am": date(2026, 3, 3)},
        [("R-CON-03-before", "rule.broken", "asks", "erlaeutert_am")],
    ),
    (
        "no language",
        DATEN,
        DATA,
        {"sprache": None},
        [("R-CON-06", "field.required", "asks", "sprache")],
    ),
    (
        "health data unanswered are no health data",
        DATEN,
        DATA,
        {"zustimmung_gesundheit": None},
        [("R-CON-11-health", "field.required", "notes", "zustimmung_gesundheit")],
    ),
    (
        "a withdrawn consent says that deletion is due",
        DATEN,
        DATA,
        {"widerruf_am": date(2026, 3, 4)},
        [("R-CON-05", "rule.broken", "asks", "widerruf_am")],
    ),
    (
        "a consent cannot be withdrawn before it was given",
        DATEN,
        DATA,
        {"widerruf_am": date(2026, 3, 1)},
        [
            ("R-CON-05", "rule.broken", "asks", "widerruf_am"),
            ("R-CON-05-order", "rule.broken", "blocks", "widerruf_am"),
        ],
    ),
    (
        "withdrawing part 1 ends the case management",
        DABEI,
        BOTH_PARTS,
        {"widerruf_am": date(2026, 3, 4), "widerruf_umfang": ("teil_1",)},
        [("R-CON-05-end", "rule.broken", "asks", "widerruf_am")],
    ),
    (
        "withdrawing something counts as withdrawing all until it is clear",
        DABEI,
        BOTH_PARTS,
        {"widerruf_am": date(2026, 3, 4)},
        [("R-CON-05-which", "rule.broken", "asks", "widerruf_am")],
    ),
    (
        "a release for everything",
        ENTBINDUNG,
        RELEASE,
        {"daten": "alle Daten", "empfaenger": "sämtliche Behörden"},
        [
            ("R-CON-07-blanket", "rule.broken", "asks", "daten"),
            ("R-CON-07-blanket", "rule.broken", "asks", "empfaenger"),
        ],
    ),
    (
        "a release to nobody",
        ENTBINDUNG,
        RELEASE,
        {"empfaenger": None, "gueltig_bis": None},
        [
            ("R-CON-07", "field.required", "blocks", "empfaenger"),
            ("R-CON-07", "field.required", "blocks", "gueltig_bis"),
        ],
    ),
    (
        "a release that ends before it begins",
        ENTBINDUNG,
        RELEASE,
        {"gueltig_bis": date(2026, 3, 1)},
        [
            ("R-CON-07-over", "rule.broken", "asks", "gueltig_bis"),
            ("R-CON-07-valid", "rule.broken", "blocks", "gueltig_bis"),
        ],
    ),
    (
        "a release for years",
        ENTBINDUNG,
        RELEASE,
        {"gueltig_bis": date(2028, 3, 1)},
        [("R-CON-07-long", "rule.broken", "asks", "gueltig_bis")],
    ),
    (
        "below 16 the person is asked as well",
        ENTBINDUNG,
        RELEASE,
        {"geburtsdatum": FIFTEEN, **_GUARDED, "sig_klient": None},
        [("R-CON-07-own-below", "rule.broken", "asks", "sig_klient")],
    ),
]


@pytest.mark.parametrize(
    ("definition", "values", "changes", "expected"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_each_case_says_exactly_this(definition, values, changes, expected):
    assert said(judged(definition, values, changes)) == sorted(expected)


def test_the_note_of_a_withdrawal_says_what_is_due_at_once():
    withdrawn: Values = {"widerruf_am": date(2026, 3, 4), "widerruf_umfang": ("teil_2",)}
    (finding,) = judged(DABEI, BOTH_PARTS, withdrawn).findings
    assert "sofort aus Fallakte und Handakte zu löschen" in finding.message
