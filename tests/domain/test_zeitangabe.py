"""Time expressions: found with the day they mean, and not found where there are none."""

import time
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formservice.domain.zeit_muster import PATTERNS, possible
from formservice.domain.zeitangabe import find

TODAY = date(2026, 5, 13)  # a Wednesday

FOUND = [
    ("bis Ende März", "month", date(2027, 3, 31)),
    ("Ende März", "month", date(2027, 3, 31)),
    ("bis Mitte Mai", "month", date(2026, 5, 15)),
    ("ab Anfang Juni", "month", date(2026, 6, 1)),
    ("bis ende mai fertig", "month", date(2026, 5, 31)),
    ("Mai 2024", "month", date(2024, 5, 31)),
    ("Ende Mai 2027", "month", date(2027, 5, 31)),
    ("im September", "month", date(2026, 9, 30)),
    ("Deutschkurs fertig: Oktober", "month", date(2026, 10, 31)),
    ("Dez. 2026", "month", date(2026, 12, 31)),
    ("bis Ende Okt.", "month", date(2026, 10, 31)),
    ("10/2026", "month", date(2026, 10, 31)),
    ("bis 05.2027", "month", date(2027, 5, 31)),
    ("bis Monatsende", "month", date(2026, 5, 31)),
    ("12.10.2026", "day", date(2026, 10, 12)),
    ("bis zum 1. 8. 2026", "day", date(2026, 8, 1)),
    ("bis zum 1. 8. 2028", "day", date(2028, 8, 1)),
    ("Therapie beginnen (bis 02.12.2016)", "day", date(2016, 12, 2)),
    ("ab 10.10.26", "day", date(2026, 10, 10)),
    ("bis 12.10.", "day", date(2026, 10, 12)),
    ("bis zum 12.3", "day", date(2027, 3, 12)),
    ("am 3. Oktober", "day", date(2026, 10, 3)),
    ("31. Dezember 2026", "day", date(2026, 12, 31)),
    ("am 24. Dez. 2026", "day", date(2026, 12, 24)),
    ("2026-10-12", "day", date(2026, 10, 12)),
    ("am 12 Juni", "day", date(2026, 6, 12)),
    ("bis zum 3 märz 2027", "day", date(2027, 3, 3)),
    ("bis Freitag", "day", date(2026, 5, 15)),
    ("nächsten Mittwoch", "day", date(2026, 5, 20)),
    ("bis Weihnachten", "day", date(2026, 12, 24)),
    ("bis Weihnachten 2027", "day", date(2027, 12, 24)),
    ("nach Ostern", "day", None),
    ("bis Silvester", "day", date(2026, 12, 31)),
    ("in 3 Monaten", "span", date(2026, 8, 13)),
    ("in drei Monaten", "span", date(2026, 8, 13)),
    ("in den nächsten 3 bis 6 Monaten", "span", date(2026, 11, 13)),
    ("innerhalb von zwei Wochen", "span", date(2026, 5, 27)),
    ("innerhalb eines Jahres", "span", date(2027, 5, 13)),
    ("in einem halben Jahr", "span", date(2026, 11, 13)),
    ("in anderthalb Jahren", "span", date(2027, 11, 13)),
    ("in ca. 14 Tagen", "span", date(2026, 5, 27)),
    ("in ein paar Wochen", "span", None),
    ("nächste Woche", "span", date(2026, 5, 24)),
    ("nächsten Monat", "span", date(2026, 6, 30)),
    ("noch in diesem Jahr", "span", date(2026, 12, 31)),
    ("nächstes Jahr", "span", date(2027, 12, 31)),
    ("KW 20", "week", date(2026, 5, 17)),
    ("bis KW 4", "week", date(2027, 1, 31)),
    ("in der 30. KW", "week", date(2026, 7, 26)),
    ("Kalenderwoche 20/2027", "week", date(2027, 5, 23)),
    ("3. Quartal 2026", "quarter", date(2026, 9, 30)),
    ("im dritten Quartal", "quarter", date(2026, 9, 30)),
    ("Q1 2027", "quarter", date(2027, 3, 31)),
    ("bis 2027", "year", date(2027, 12, 31)),
    ("Ende 2026", "year", date(2026, 12, 31)),
    ("Mitte 2027", "year", date(2027, 6, 30)),
    ("bis Ende des Jahres", "year", date(2026, 12, 31)),
    ("zum Jahresende", "year", date(2026, 12, 31)),
    ("im Sommer", "season", None),
    ("nach den Sommerferien", "season", None),
    ("Frühjahr 2027", "season", None),
    ("sofort", "at-once", TODAY),
    ("ab sofort", "at-once", TODAY),
    ("so schnell wie möglich", "at-once", TODAY),
    ("so bald es geht", "at-once", TODAY),
    ("möglichst bald", "at-once", TODAY),
    ("schnellstmöglich", "at-once", TODAY),
    ("bis Ende der Maßnahme", "occasion", None),
    ("am Ende des Angebots", "occasion", None),
    ("zum Ende meiner Teilnahme", "occasion", None),
    ("während der Maßnahme", "occasion", None),
    ("nach dem Sprachkurs", "occasion", None),
    ("bis Maßnahmeende", "occasion", None),
    ("zum Ausbildungsbeginn", "occasion", None),
    ("bis zur Prüfung", "occasion", None),
    ("bis zu meinem 18. Geburtstag", "occasion", None),
    ("nach der Geburt", "occasion", None),
    ("bis zum Ende", "occasion", None),
    ("im Laufe des Jahres", "year", date(2026, 12, 31)),
    ("bis Jahresende 2027", "year", date(2027, 12, 31)),
    ("Mai 27", "month", date(2027, 5, 31)),
    ("ab dem 1.8.", "day", date(2026, 8, 1)),
    ("in 6 Wo.", "span", date(2026, 6, 24)),
    ("übernächste Woche", "span", date(2026, 5, 31)),
    ("bis Ende nächsten Jahres", "span", date(2027, 12, 31)),
    ("im neuen Schuljahr", "span", None),
    ("bis Q3", "quarter", date(2026, 9, 30)),
    ("im Anschluss an die Maßnahme", "occasion", None),
    ("bis die Maßnahme vorbei ist", "occasion", None),
    ("bis ich 25 bin", "occasion", None),
    ("ich will bis 30.6 fertig sein", "day", date(2026, 6, 30)),
    ("Ich will bis 06/27 eine Stelle", "month", date(2027, 6, 30)),
    ("Ich will 2027 in die Ausbildung", "year", date(2027, 12, 31)),
    ("Mein Ziel für 2026: Ausbildung", "year", date(2026, 12, 31)),
    ("In nem halben Jahr will ich eine eigene Wohnung", "span", date(2026, 11, 13)),
    ("in so drei Monaten", "span", date(2026, 8, 13)),
    ("in den nächsten Wochen", "span", None),
    ("die kommenden paar Tage", "span", None),
    ("nächste Monate", "span", None),
    ("in zwei, drei Monaten", "span", date(2026, 8, 13)),
    ("in 1/2 Jahr", "span", None),
    ("in 1,5 Jahren", "span", None),
    ("Ich gebe mir 3 Monate", "span", date(2026, 8, 13)),
    ("Schritt eins: 01.04.", "day", date(2027, 4, 1)),
    ("bis Karneval", "day", None),
    ("zum Wintersemester", "season", None),
    ("zum WS 26/27", "season", None),
    ("so schnell wie's geht", "at-once", TODAY),
    ("bald möglichst", "at-once", TODAY),
    ("Im Anschluss will ich arbeiten", "occasion", None),
    ("solange die Maßnahme läuft", "occasion", None),
    ("bis ich 18 werde", "occasion", None),
    ("Lebenslauf schreiben (April)", "month", date(2027, 4, 30)),
    ("Bewerben: August, dann mal sehen", "month", date(2026, 8, 31)),
    ("Ende 26", "year", date(2026, 12, 31)),
    ("Mitte '27", "year", date(2027, 6, 30)),
    ("bis '28", "year", date(2028, 12, 31)),
    ("im 2. Halbjahr", "season", None),
    ("in der zweiten Jahreshälfte 2026", "season", None),
    ("bis nächstet Jahr", "span", date(2027, 12, 31)),
    ("ich will im lauf vom jahr ne wohnung", "span", None),
    ("Ich möchte gleich morgen anfangen", "at-once", TODAY),
    ("Wenn die Maßnahme vorbei ist, will ich einen Job", "occasion", None),
    ("sobald mein Kurs zu Ende ist", "occasion", None),
]

NOT_FOUND = [
    "",
    "Ich will Arbeit",
    "0551 18888",
    "0551/525-2866",
    "Tel. 0551 12.10.20",
    "+49 171 1210 2026",
    "+49.171.12.10.2026",
    "4 Jahre als Zimmermann in SYR gearbeitet; 4 Jahre Schulbildung in SYR",
    "vor 3 Monaten gekommen",
    "in den letzten 3 Monaten krank gewesen",
    "Seibigstraße 2, 37133 Friedland",
    "10.12.20.26",
    "Version 1.2.10",
    "Raum 2.10.15",
    "31.02.2026",
    "99.99.2026",
    "KW 60",
    "ein Motor mit 80 KW",
    "bis 2000 Euro im Monat",
    "um 12.10 Uhr",
    "12,10 €",
    "Herr März hilft mir",
    "mein Bruder Jan und Frau Mai",
    "Soforthilfe beantragen",
    "jeden Morgen früh aufstehen",
    "am Wochenende habe ich frei",
    "ich will am Kurs teilnehmen",
    "zur Ausbildung als Koch",
    "Sommerkleidung kaufen",
    "bis zum Bahnhof laufen",
    "in 2 Zimmern wohnen",
    "§ 16d SGB II",
    "Ich bin am Ende",
    "Konto DE12 1012 2026 0001",
    "bis zu 20 Stunden arbeiten",
    "bis 2.5 Stunden",
    "bis 12/26 Punkte",
    "Ich habe 2015 in Syrien gearbeitet",
    "Ich habe 2027 Euro Schulden",
    "37027 Friedland, Nr. 2027",
    "wenn die Maßnahme gut ist",
    "diese Jahre waren schwer",
    "Ich bin Ende 20",
    "Ende 26 Euro",
    "Kapitel 01.04.",
    "August, mein Bruder",
    "Frau Mai hilft",
    "für 1,5 Personen kochen",
    "Diese Wochen hier haben mir gut getan",
    "gleich viel verdienen",
]

PAST = [
    "seit 2015 in Deutschland",
    "seit Mai 2024",
    "geboren am 21.05.1986",
    "geb. 21.05.1986",
    "seit dem 12.10.2020",
    "im Mai letzten Jahres",
]


@pytest.mark.parametrize(("text", "kind", "day"), FOUND, ids=[case[0] for case in FOUND])
def test_a_time_is_found_with_its_day(text, kind, day):
    found = [(one.kind.value, one.day) for one in find(text, TODAY) if not one.past]
    assert found == [(kind, day)]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_no_time_is_found_where_there_is_none(text):
    assert find(text, TODAY) == ()


@pytest.mark.parametrize("text", PAST)
def test_what_tells_of_earlier_times_is_marked(text):
    found = find(text, TODAY)
    assert found
    assert all(one.past for one in found)


def test_several_times_come_in_order_across_line_breaks():
    found = find("Erst den Kurs bis Ende\nMai, dann Arbeit ab 1.9.2026.", TODAY)
    assert [one.raw for one in found] == ["bis Ende Mai", "1.9.2026"]


def test_only_a_year_in_the_text_makes_a_day_absolute():
    assert [one.absolute for one in find("bis Ende März und Mai 2027", TODAY)] == [False, True]


@given(st.text(max_size=300), st.dates())
def test_any_text_can_be_searched(text, reference):
    for one in find(text, reference):
        assert one.raw


@given(
    st.lists(
        st.sampled_from(["bis", "ende", "3", "12.", "10.", "mai", "jahr", "in", "kw", "9999", " "])
    ).map(" ".join),
    st.dates(),
)
def test_any_order_of_time_words_can_be_searched(text, reference):
    find(text, reference)


@pytest.mark.parametrize("part", ["bis ", "1", "1.", "a", "ende der ", "in den nächsten ", "\n"])
def test_a_long_text_is_searched_in_linear_time(part):
    begun = time.process_time()
    find(part * (100_000 // len(part)), TODAY)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("muster", PATTERNS, ids=lambda one: one.pattern.pattern[:40])
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_pattern_is_left_out_that_would_match(muster, data):
    text = data.draw(st.from_regex(muster.pattern))
    if muster.pattern.search(text):
        assert muster in possible(text)


def test_every_pattern_is_left_out_of_a_text_without_its_cue():
    assert possible("Ich hoffe das Beste.") == []
