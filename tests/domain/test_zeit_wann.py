"""What is understood of a field that asks for a time in words."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.days import MONTHS
from formservice.domain.zeit_wann import Wann, ZeitArt, tells_when, written_on, zeitangabe_of

PLAN = date(2016, 10, 5)
OCTOBER_12 = date(2016, 10, 12)

SAID: list[tuple[str, str, date | None]] = [
    ("bis 12.10.2016", "bis", OCTOBER_12),
    ("Bis zum 12.10.16", "bis", OCTOBER_12),
    ("bis 12.10.", "bis", OCTOBER_12),
    ("bis einschl. 12.10.2016", "bis", OCTOBER_12),
    ("spätestens am 12. Oktober 2016", "bis", OCTOBER_12),
    ("bis Ende Oktober", "bis", date(2016, 10, 31)),
    ("bis KW 42", "bis", date(2016, 10, 23)),
    ("bis zum Beginn einer Therapie", "bis", None),
    ("bis morgen", "bis", None),
    ("innerhalb von 2 Wochen", "bis", date(2016, 10, 19)),
    ("vom 01.10.2016 bis 12.10.2016", "bis", OCTOBER_12),
    ("01.10.2016 – 12.10.2016", "bis", OCTOBER_12),
    ("01.10.-12.10.2016", "bis", OCTOBER_12),
    ("Mai bis Juli 2017", "bis", date(2017, 7, 31)),
    ("ab 12.10.2016", "ab", OCTOBER_12),
    ("ab dem 12.10.2016", "ab", OCTOBER_12),
    ("ab sofort", "ab", None),
    ("(ab sofort)", "ab", None),
    ("ab Oktober 2016", "ab", date(2016, 10, 1)),
    ("ab KW 42", "ab", date(2016, 10, 17)),
    ("ab 2017", "ab", date(2017, 1, 1)),
    ("ab Ende Oktober 2016", "ab", date(2016, 10, 31)),
    ("ab 4. Quartal 2016", "ab", date(2016, 10, 1)),
    ("nach der Prüfung", "ab", None),
    ("am 12.10.2016", "am", OCTOBER_12),
    ("12.10.2016", "am", OCTOBER_12),
    ("Termin: 12.10.2016", "am", OCTOBER_12),
    ("KW 42", "im", date(2016, 10, 23)),
    ("im Oktober 2016", "im", date(2016, 10, 31)),
    ("zum Monatsende", "im", date(2016, 10, 31)),
    ("3 Monate", "im", date(2017, 1, 5)),
    ("in 3 Monaten", "im", date(2017, 1, 5)),
    ("nächste Woche", "im", date(2016, 10, 16)),
    ("im Herbst", "im", None),
    ("sofort", "sofort", None),
    ("umgehend", "sofort", None),
    ("fortlaufend", "fortlaufend", None),
    ("fortlaufend bis zum Therapiebeginn", "fortlaufend", None),
    ("fortlaufend bis 12.10.2016", "fortlaufend", OCTOBER_12),
    ("ab 12.10.2016 fortlaufend", "fortlaufend", OCTOBER_12),
    ("wöchentlich", "fortlaufend", None),
    ("alle drei Monate", "fortlaufend", None),
    ("vierteljährlich", "fortlaufend", None),
    ("jeden Dienstag", "fortlaufend", None),
    ("dienstags", "fortlaufend", None),
    ("2x pro Woche", "fortlaufend", None),
    ("bis auf Weiteres", "fortlaufend", None),
    ("nach Bedarf", "bedarf", None),
    # Tasks with their time behind them, as plans have them.
    ("Therapie beginnen (bis 12.10.2016)", "bis", OCTOBER_12),
    ("Gespräche und Gruppenarbeit bis zum Beginn einer\nTherapie (ab sofort)", "ab", None),
    ("Ausfüllen des Antrags für die\nAufenthaltserlaubnis\nbis 12.10.2016", "bis", OCTOBER_12),
    ("Gespräche nach Bedarf\nfortlaufend bis zum Therapiebeginn", "fortlaufend", None),
    ("Antrag bis 12.10.2016 gemeinsam ausfüllen und bei der Behörde abgeben", "bis", OCTOBER_12),
    ("Antrag abgeben (im Original) bis 12.10.2016", "bis", OCTOBER_12),
]
SILENT = [
    "",
    "bald",
    "irgendwann",
    "später",
    "seit 2015",
    "Aufenthalt ist geklärt",
    "Unterlagen besorgen,\nausfüllen und bei der Ausländerbehörde einreichen",
    "regelmäßig zum Deutschkurs gehen und die Hausaufgaben mit der Gruppe machen",
    "Unterlagen nach Bedarf gemeinsam mit der Beratungsstelle besorgen und ordnen",
]


@pytest.mark.parametrize(("text", "art", "day"), SAID, ids=[str(n) for n in range(len(SAID))])
def test_kind_and_day_are_understood(text, art, day):
    assert zeitangabe_of(text, PLAN) == Wann(ZeitArt(art), day)


@pytest.mark.parametrize("text", SILENT)
def test_what_says_no_time_gives_none(text):
    assert zeitangabe_of(text, PLAN) is None
    assert not tells_when(text)


days = st.dates(date(2000, 1, 1), date(2099, 12, 31))
cues = st.sampled_from([("bis", "bis"), ("ab", "ab"), ("am", "am"), ("spätestens", "bis")])
tasks = st.sampled_from(["Antrag ausfüllen", "Regelmäßige Gespräche führen", "Sprachkurs (B1)"])


def dotted(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def named(day: date) -> str:
    return f"{day.day}. {MONTHS[day.month - 1]} {day.year}"


@given(days, days, cues, st.sampled_from([dotted, named]))
def test_a_day_with_its_year_means_the_same_whenever_it_is_read(day, reference, cue, written):
    said, art = cue
    assert zeitangabe_of(f"{said} {written(day)}", reference) == Wann(ZeitArt(art), day)


@given(tasks, days, cues, st.sampled_from([" ({})", "\n{}", " [{}] ", " ({})."]))
def test_a_time_behind_a_task_means_what_it_means_alone(task, day, cue, place):
    said = f"{cue[0]} {dotted(day)}"
    assert zeitangabe_of(task + place.format(said), PLAN) == zeitangabe_of(said, PLAN)


@given(days, days, st.sampled_from([" ", "  ", "\n", "\t", "\u00a0"]))
def test_white_space_changes_nothing(day, reference, blank):
    said = f"bis zum {dotted(day)}"
    assert zeitangabe_of(said.replace(" ", blank), reference) == zeitangabe_of(said, reference)


@given(days, st.sampled_from(["in 3 Monaten", "KW 42", "bis Ende Mai", "12 Wochen", "bis 1.3."]))
def test_a_time_that_is_counted_is_not_before_the_day_it_is_counted_from(reference, said):
    found = zeitangabe_of(said, reference)
    assert found is not None
    assert found.day is not None
    assert found.day >= reference


WORDS = """bis ab am sofort fortlaufend KW 42 12.10.2016 31.02.2016 - – ( ) [ ] : 3 Monate 2017 Mai
seit nach Bedarf Ende Herbst jeden Tag"""
words = st.sampled_from(WORDS.split())


@given(st.lists(words, max_size=12), st.dates())
def test_any_words_are_understood_or_not_but_never_fail(said, reference):
    found = zeitangabe_of(" ".join(said), reference)
    assert found is None or isinstance(found.art, ZeitArt)


@given(st.text(max_size=200), st.dates())
def test_any_text_is_understood_or_not_but_never_fails(text, reference):
    found = zeitangabe_of(text, reference)
    assert found is None or isinstance(found.art, ZeitArt)


def test_relative_times_count_from_the_day_the_form_was_written():
    born, handed_out, received = date(1998, 2, 1), date(2016, 10, 12), date(2026, 1, 5)
    review = date(2027, 1, 1)
    assert written_on([born, handed_out, PLAN, review], received) == PLAN
    assert written_on([born], received) == born
    assert written_on([review], received) == received
    assert written_on([], received) == received


@given(st.lists(days), days)
def test_no_form_was_written_after_it_was_received(found, received):
    assert written_on(found, received) <= received


@given(st.lists(days, min_size=1), days)
def test_a_form_was_written_within_the_year_before_its_latest_day(found, received):
    past = [day for day in found if day <= received]
    if past:
        assert max(past) - written_on(found, received) <= timedelta(days=365)
