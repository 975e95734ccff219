"""What a check says about declarations of consent: given, refused, not answered, withdrawn."""

from collections.abc import Mapping
from datetime import date

import pytest

from formservice.domain.copies import reshaped
from formservice.domain.groups import shape_of
from formservice.domain.record import Reading, Value
from formservice.domain.rules import CheckResult, check
from tests.domain.calendars import few_days
from tests.domain.records import DEFINITIONS, record, with_reading

RECEIVED = date(2018, 3, 20)
DAY = date(2018, 3, 12)
ADULT = date(1999, 5, 1)
SIXTEEN_TODAY = date(2002, 3, 12)
SIXTEEN_TOMORROW = date(2002, 3, 13)

_HEAD: dict[str, Value] = {
    "name": "Beispiel",
    "vorname": "Ada",
    "geburtsdatum": ADULT,
    "einrichtung": "JMD Leinetal",
    "fachkraft": "Frau Muster",
    "sprache": "deutsch",
    "erlaeutert": True,
    "erlaeutert_am": DAY,
    "ort": "Leinetal",
    "datum": DAY,
    "sig_klient": True,
}
DATA: dict[str, Value] = {
    **_HEAD,
    "zweck": "Beratung und Begleitung",
    "zustimmung_daten": "ja",
    "zustimmung_gesundheit": "nein",
}
RELEASE: dict[str, Value] = {
    **_HEAD,
    "empfaenger": "Sprachschule Leinetal, Herr Vorbild",
    "daten": "Ergebnis des Sprachtests vom 01.03.2018",
    "anlass": "Anmeldung zum B1-Kurs",
    "zweck": "Einstufung in den Kurs",
    "gueltig_bis": date(2018, 9, 12),
    "zustimmung_entbindung": "ja",
    "zustimmung_gesundheit": "nein",
    "zustimmung_vertretung": "nein",
}
JOIN: dict[str, Value] = {
    **DATA,
    "zustimmung_cm": "ja",
    "zustimmung_vertretung": "ja",
    "zustimmung_art": "schriftlich",
    "ort_daten": "Leinetal",
    "datum_daten": DAY,
    "sig_klient_daten": True,
}
# form, complete values, the consent, its date, own signature, guardians' signature
PARTS = [
    ("einwilligung-daten", DATA, "zustimmung_daten", "datum", "sig_klient", "sig_sorge"),
    ("schweigepflichtentbindung", RELEASE, "zustimmung_entbindung", "datum", "sig_klient",
     "sig_sorge"),
    ("einwilligung-ich-bin-dabei", JOIN, "zustimmung_cm", "datum", "sig_klient", "sig_sorge"),
    ("einwilligung-ich-bin-dabei", JOIN, "zustimmung_daten", "datum_daten", "sig_klient_daten",
     "sig_sorge_daten"),
]  # fmt: skip
each_part = pytest.mark.parametrize(
    ("form", "values", "consent", "day", "own", "guardians"),
    PARTS,
    ids=[f"{part[0]}-{part[2]}" for part in PARTS],
)
each_form = pytest.mark.parametrize(
    ("form", "values"), {part[0]: part[1] for part in PARTS}.items()
)


def judged(form: str, values: Mapping[str, Value], **changes: Value | None) -> CheckResult:
    """Return the check of a declaration after changes; groups are written ``sig_sorge_0``."""
    wanted: dict[str, Value | None] = {**values}
    for key, value in changes.items():
        group, _, number = key.rpartition("_")
        wanted[f"{group}[{number}]" if number.isdigit() else key] = value
    plain = DEFINITIONS.get(form)
    keys = [*wanted, *(field.key for field in plain.fields)]
    definition = reshaped(plain, shape_of(plain, keys))
    one = record(definition, {key: value for key, value in wanted.items() if value is not None})
    return check(definition, one, received=RECEIVED, calendar=few_days())


def blocking(result: CheckResult) -> set[str | None]:
    return {one.field for one in result.findings if one.severity.value == "blocks"}


def demands(result: CheckResult) -> set[str]:
    return {"-".join(one.rule.split("-")[:3]) for one in result.findings}


@each_form
def test_a_complete_declaration_of_an_adult_is_beyond_question(form, values):
    assert judged(form, values).findings == ()


@each_part
def test_a_refusal_is_valid_without_guardians_whatever_the_age(
    form, values, consent, day, own, guardians
):
    for born in (ADULT, SIXTEEN_TOMORROW):
        result = judged(form, values, **{consent: "nein"}, geburtsdatum=born)
        assert guardians + "[0]" not in blocking(result)
        assert consent not in blocking(result)


@pytest.mark.parametrize(
    ("form", "values", "consent"),
    [(part[0], part[1], part[2]) for part in PARTS if part[0] != "einwilligung-ich-bin-dabei"],
)
def test_a_signed_refusal_can_be_archived_and_is_noted(form, values, consent):
    result = judged(form, values, **{consent: "nein"})
    assert result.archivable
    assert {one.rule for one in result.findings} == {"R-CON-10"}
    assert {one.severity.value for one in result.findings} == {"notes"}


@each_part
def test_a_consent_nobody_answered_is_asked_for(form, values, consent, day, own, guardians):
    result = judged(form, values, **{consent: None})
    assert consent in {one.field for one in result.findings if one.rule.startswith("R-CON-04")}


@each_part
def test_yes_and_no_together_are_no_consent(form, values, consent, day, own, guardians):
    assert consent in blocking(judged(form, values, **{consent: ("ja", "nein")}))


@each_part
def test_from_the_sixteenth_birthday_the_person_signs(form, values, consent, day, own, guardians):
    signed = judged(form, values, geburtsdatum=SIXTEEN_TODAY)
    assert blocking(signed) == set()
    unsigned = judged(form, values, geburtsdatum=SIXTEEN_TODAY, **{own: None})
    assert blocking(unsigned) == {own}


@each_part
def test_until_the_day_before_the_guardians_sign_by_name(
    form, values, consent, day, own, guardians
):
    alone = judged(form, values, geburtsdatum=SIXTEEN_TOMORROW)
    assert {f"{guardians}[0]", "name_sorge[0]"} <= blocking(alone)
    signatures = {f"{part[5]}_0": True for part in PARTS if part[0] == form}
    together = judged(
        form, values, geburtsdatum=SIXTEEN_TOMORROW, name_sorge_0="Eva Beispiel", **signatures
    )
    assert blocking(together) == set()


@each_part
def test_a_guardian_named_beside_another_is_expected_to_sign(
    form, values, consent, day, own, guardians
):
    signatures = {f"{part[5]}_0": True for part in PARTS if part[0] == form}
    result = judged(
        form,
        values,
        geburtsdatum=SIXTEEN_TOMORROW,
        name_sorge_0="Eva Beispiel",
        name_sorge_1="Udo Beispiel",
        **signatures,
    )
    asked = {one.field for one in result.findings if one.severity.value == "asks"}
    assert f"{guardians}[1]" in asked


@each_form
def test_without_a_birth_date_nobody_can_tell_who_signs(form, values):
    assert blocking(judged(form, values, geburtsdatum=None)) == {"geburtsdatum"}


@each_form
def test_a_birth_date_nobody_could_read_is_not_held_against_the_signatures(form, values):
    definition = DEFINITIONS.get(form)
    one = with_reading(record(definition, values), "geburtsdatum", Reading.UNREADABLE)
    result = check(definition, one, received=RECEIVED, calendar=few_days())
    assert {finding.code for finding in result.findings} == {"field.unreadable"}


@each_part
def test_a_consent_without_its_day_is_not_complete(form, values, consent, day, own, guardians):
    assert day in blocking(judged(form, values, **{day: None}))


@each_form
@pytest.mark.parametrize(("years", "asked"), [(11, True), (12, False), (27, False), (28, True)])
def test_an_age_outside_the_counsel_of_the_young_is_asked_about(form, values, years, asked):
    result = judged(form, values, geburtsdatum=date(DAY.year - years, DAY.month, DAY.day))
    assert ("R-CM-01" in demands(result)) is asked
    assert "geburtsdatum" not in blocking(result)


@each_form
def test_a_withdrawal_asks_for_the_deletion_and_is_not_before_the_consent(form, values):
    part = {"widerruf_umfang": ("teil_2",)} if form == "einwilligung-ich-bin-dabei" else {}
    withdrawn = judged(form, values, widerruf_am=date(2018, 3, 15), **part)
    assert demands(withdrawn) == {"R-CON-05"}
    assert withdrawn.archivable
    before = judged(form, values, widerruf_am=date(2018, 3, 11), **part)
    assert blocking(before) == {"widerruf_am"}


def test_each_part_stands_on_its_own_in_a_declaration_with_two():
    result = judged("einwilligung-ich-bin-dabei", JOIN, zustimmung_daten="nein")
    assert blocking(result) == set()
    other = judged(
        "einwilligung-ich-bin-dabei", JOIN, zustimmung_cm=None, sig_klient=None, datum=None
    )
    assert blocking(other) == set()
    assert "zustimmung_cm" in {one.field for one in other.findings}


def test_what_was_agreed_to_in_a_talk_needs_no_signature_but_a_witness():
    spoken: dict[str, Value] = {**JOIN, "zustimmung_art": "muendlich"}
    form = "einwilligung-ich-bin-dabei"
    assert judged(form, spoken, sig_klient=None).findings == ()
    assert "fachkraft" in blocking(judged(form, spoken, sig_klient=None, fachkraft=None))
    assert "sig_klient_daten" in blocking(judged(form, spoken, sig_klient_daten=None))


@pytest.mark.parametrize("key", ["fachkraft", "empfaenger", "daten", "anlass", "zweck"])
def test_a_release_says_who_may_tell_whom_what_and_why(key):
    result = judged("schweigepflichtentbindung", RELEASE, **{key: None})
    assert blocking(result) == {key}


def test_a_release_has_an_end_after_its_beginning_and_within_a_year():
    form = "schweigepflichtentbindung"
    assert blocking(judged(form, RELEASE, gueltig_bis=None)) == {"gueltig_bis"}
    assert blocking(judged(form, RELEASE, gueltig_bis=date(2018, 3, 11))) == {"gueltig_bis"}
    assert demands(judged(form, RELEASE, gueltig_bis=date(2019, 3, 13))) == {"R-CON-07"}
    assert judged(form, RELEASE, gueltig_bis=date(2019, 3, 12)).findings == ()


@pytest.mark.parametrize(("key", "said"), [("empfaenger", "alle Ämter"), ("daten", "alles")])
def test_a_blanket_release_is_asked_about(key, said):
    result = judged("schweigepflichtentbindung", RELEASE, **{key: said})
    assert [(one.rule, one.field) for one in result.findings] == [("R-CON-07-blanket", key)]


@each_form
def test_a_text_that_was_not_explained_is_asked_about(form, values):
    result = judged(form, values, erlaeutert=None, erlaeutert_am=None)
    assert demands(result) == {"R-CON-03"}
    assert blocking(result) == set()


@each_form
def test_no_message_of_a_declaration_leaves_a_gap(form, values):
    for changes in ({}, dict.fromkeys(values), {"geburtsdatum": SIXTEEN_TOMORROW}):
        for finding in judged(form, values, **changes).findings:
            assert "{" not in finding.message
            assert "[" not in finding.message
