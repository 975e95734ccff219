"""Periods against the table of worked cases F01 to F55, with the real holidays."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.adapters.feiertage import Feiertage
from formservice.domain.errors import InvalidDataError
from formservice.domain.frist import (
    Art,
    Einheit,
    Frist,
    extended,
    frist_ende,
    in_time,
    next_open_day,
    office_day,
    posting_fiction,
    reminder_before,
)

BERLIN = ZoneInfo("Europe/Berlin")
CORPUS_CHRISTI = date(2026, 6, 4)

W, T, M, J = Einheit.WOCHEN, Einheit.TAGE, Einheit.MONATE, Einheit.JAHRE
AT, WT, H = Einheit.ARBEITSTAGE, Einheit.WERKTAGE, Einheit.STUNDEN


@cache
def calendar(land: str = "NI", *local: date) -> Feiertage:
    return Feiertage(land, local)


def day(text: str) -> date:
    """Return the day written „Mo 05.10.2026“, and check the table's weekday on the way."""
    weekday, written = text.split()
    found = datetime.strptime(written, "%d.%m.%Y").replace(tzinfo=BERLIN).date()
    assert ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")[found.weekday()] == weekday
    return found


def event(amount: int, unit: Einheit) -> Frist:
    return Frist(Art.EREIGNIS, amount, unit)


# id, event, period, Land, raw end, expected end
PERIODS = [
    ("F01", "Mi 18.03.2026", event(1, W), "NI", "Mi 25.03.2026", "Mi 25.03.2026"),
    ("F02", "Fr 27.03.2026", event(1, W), "NI", "Fr 03.04.2026", "Di 07.04.2026"),
    ("F03", "Sa 28.03.2026", event(1, W), "NI", "Sa 04.04.2026", "Di 07.04.2026"),
    ("F04", "Mo 23.03.2026", event(2, W), "NI", "Mo 06.04.2026", "Di 07.04.2026"),
    ("F05", "Fr 20.03.2026", event(2, W), "NI", "Fr 03.04.2026", "Di 07.04.2026"),
    ("F06", "Fr 19.03.2027", event(1, W), "NI", "Fr 26.03.2027", "Di 30.03.2027"),
    ("F07", "Mo 15.03.2027", event(2, W), "NI", "Mo 29.03.2027", "Di 30.03.2027"),
    ("F08", "Mo 19.04.2038", event(1, W), "NI", "Mo 26.04.2038", "Di 27.04.2038"),
    ("F09", "Fr 24.04.2026", event(1, W), "NI", "Fr 01.05.2026", "Mo 04.05.2026"),
    ("F10", "Do 07.05.2026", event(1, W), "NI", "Do 14.05.2026", "Fr 15.05.2026"),
    ("F11", "Mo 11.05.2026", event(2, W), "NI", "Mo 25.05.2026", "Di 26.05.2026"),
    ("F12", "Do 28.05.2026", event(1, W), "NI", "Do 04.06.2026", "Do 04.06.2026"),
    ("F13", "Do 28.05.2026", event(1, W), "HE", "Do 04.06.2026", "Fr 05.06.2026"),
    ("F14-TH", "Do 28.05.2026", event(1, W), "TH", "Do 04.06.2026", "Do 04.06.2026"),
    ("F15-NI", "Mo 13.09.2027", event(1, W), "NI", "Mo 20.09.2027", "Mo 20.09.2027"),
    ("F15-TH", "Mo 13.09.2027", event(1, W), "TH", "Mo 20.09.2027", "Di 21.09.2027"),
    ("F16", "Sa 26.09.2026", event(1, W), "NI", "Sa 03.10.2026", "Mo 05.10.2026"),
    ("F17", "Fr 24.10.2025", event(1, W), "NI", "Fr 31.10.2025", "Mo 03.11.2025"),
    ("F18-BW", "Fr 24.10.2025", event(1, W), "BW", "Fr 31.10.2025", "Fr 31.10.2025"),
    ("F18-HE", "Fr 24.10.2025", event(1, W), "HE", "Fr 31.10.2025", "Fr 31.10.2025"),
    ("F19", "Di 17.10.2028", event(2, W), "NI", "Di 31.10.2028", "Mi 01.11.2028"),
    ("F20-BW", "Di 17.10.2028", event(2, W), "BW", "Di 31.10.2028", "Di 31.10.2028"),
    ("F20-HE", "Di 17.10.2028", event(2, W), "HE", "Di 31.10.2028", "Di 31.10.2028"),
    ("F21-NI", "Mo 25.10.2027", event(1, W), "NI", "Mo 01.11.2027", "Mo 01.11.2027"),
    ("F21-HE", "Mo 25.10.2027", event(1, W), "HE", "Mo 01.11.2027", "Mo 01.11.2027"),
    ("F21-BW", "Mo 25.10.2027", event(1, W), "BW", "Mo 01.11.2027", "Di 02.11.2027"),
    ("F22-NI", "Sa 24.10.2026", event(1, W), "NI", "Sa 31.10.2026", "Mo 02.11.2026"),
    ("F22-BW", "Sa 24.10.2026", event(1, W), "BW", "Sa 31.10.2026", "Mo 02.11.2026"),
    ("F23", "Do 17.12.2026", event(1, W), "NI", "Do 24.12.2026", "Do 24.12.2026"),
    ("F24", "Fr 18.12.2026", event(1, W), "NI", "Fr 25.12.2026", "Mo 28.12.2026"),
    ("F25", "Fr 11.12.2026", event(2, W), "NI", "Fr 25.12.2026", "Mo 28.12.2026"),
    ("F26", "Fr 18.12.2026", event(2, W), "NI", "Fr 01.01.2027", "Mo 04.01.2027"),
    ("F27", "Do 17.12.2026", event(2, W), "NI", "Do 31.12.2026", "Do 31.12.2026"),
    ("F28", "Sa 18.12.2027", event(1, W), "NI", "Sa 25.12.2027", "Mo 27.12.2027"),
    ("F29-NI", "Mi 30.12.2026", event(1, W), "NI", "Mi 06.01.2027", "Mi 06.01.2027"),
    ("F29-BW", "Mi 30.12.2026", event(1, W), "BW", "Mi 06.01.2027", "Do 07.01.2027"),
    ("F30", "Di 22.02.2028", event(1, W), "NI", "Di 29.02.2028", "Di 29.02.2028"),
    ("F31", "Di 15.02.2028", event(14, T), "NI", "Di 29.02.2028", "Di 29.02.2028"),
    ("F32", "Mo 31.01.2028", event(1, M), "NI", "Di 29.02.2028", "Di 29.02.2028"),
    ("F33", "So 31.01.2027", event(1, M), "NI", "So 28.02.2027", "Mo 01.03.2027"),
    ("F34", "Di 29.02.2028", event(1, J), "NI", "Mi 28.02.2029", "Mi 28.02.2029"),
    ("F35", "Do 30.04.2026", event(1, M), "NI", "Sa 30.05.2026", "Mo 01.06.2026"),
    ("F41", "Di 01.09.2026", Frist(Art.ZEITRAUM, 6, M), "NI", "So 28.02.2027", "So 28.02.2027"),
    ("F42", "Mo 01.03.2027", Frist(Art.ZEITRAUM, 6, M), "NI", "Di 31.08.2027", "Di 31.08.2027"),
    (
        "F43",
        "Sa 31.10.2026",
        Frist(Art.DATUM, verschiebung=False, rechtsgrundlage="§ 26 Abs. 3 Satz 2 SGB X"),
        "NI",
        "Sa 31.10.2026",
        "Sa 31.10.2026",
    ),
    ("F44", "Sa 31.10.2026", Frist(Art.DATUM), "NI", "Sa 31.10.2026", "Mo 02.11.2026"),
    ("F46", "Do 02.04.2026", event(3, AT), "NI", "Do 09.04.2026", "Do 09.04.2026"),
    ("F47", "Do 02.04.2026", event(3, WT), "NI", "Mi 08.04.2026", "Mi 08.04.2026"),
    ("F48", "Fr 18.12.2026", event(5, AT), "NI", "Mo 28.12.2026", "Mo 28.12.2026"),
]


@pytest.mark.parametrize(
    ("start", "frist", "land", "raw", "end"),
    [case[1:] for case in PERIODS],
    ids=[case[0] for case in PERIODS],
)
def test_a_period_ends_as_the_table_says(start, frist, land, raw, end):
    result = frist_ende(frist, day(start), calendar(land))
    assert (result.rohes_ende, result.ende) == (day(raw), day(end))


def test_f14_a_local_holiday_moves_the_end():
    result = frist_ende(event(1, W), day("Do 28.05.2026"), calendar("TH", CORPUS_CHRISTI))
    assert result.ende == day("Fr 05.06.2026")
    assert "04.06.2026 ist in Thüringen örtlicher Feiertag" in result.begruendung[-1]


@pytest.mark.parametrize(
    ("posted", "fiction", "end"),
    [
        pytest.param("Mi 26.09.2007", "Sa 29.09.2007", "Mo 29.10.2007", id="F36"),
        pytest.param("Mo 30.12.2024", "Do 02.01.2025", "Mo 03.02.2025", id="F37"),
        pytest.param("Do 02.01.2025", "Mo 06.01.2025", "Do 06.02.2025", id="F38"),
        pytest.param("Di 31.03.2026", "Sa 04.04.2026", "Mo 04.05.2026", id="F39"),
        pytest.param("Mo 21.12.2026", "Fr 25.12.2026", "Mo 25.01.2027", id="F40"),
    ],
)
def test_the_posting_fiction_never_moves_and_starts_the_month(posted, fiction, end):
    known = posting_fiction(day(posted), calendar())
    assert known.ende == day(fiction)
    assert frist_ende(event(1, M), day(fiction), calendar()).ende == day(end)


def test_the_posting_fiction_on_a_closed_day_says_that_it_stays():
    why = posting_fiction(day("Mo 21.12.2026"), calendar()).begruendung
    assert "verschiebt sich trotzdem nicht" in why[-1]


def test_f45_an_appointment_stands_on_a_closed_day_and_warns():
    at = datetime(2026, 10, 31, 10, tzinfo=BERLIN)
    result = frist_ende(Frist(Art.TERMIN), at, calendar())
    assert result.ende == at
    assert "Reformationstag" in result.begruendung[-1]


def test_f48_a_day_the_office_closes_is_no_arbeitstag_but_never_moves_an_end():
    christmas_eve = date(2026, 12, 24)
    start = day("Fr 18.12.2026")
    worked = frist_ende(event(5, AT), start, calendar(), [christmas_eve])
    assert worked.ende == day("Di 29.12.2026")
    weeks = frist_ende(event(1, W), day("Do 17.12.2026"), calendar(), [christmas_eve])
    assert weeks.ende == christmas_eve


def test_f49_hours_run_through_holidays():
    start = datetime(2026, 4, 3, 10, 17, tzinfo=BERLIN)
    result = frist_ende(Frist(Art.STUNDEN, 72, H), start, calendar())
    assert result.ende == datetime(2026, 4, 6, 10, 17, tzinfo=BERLIN)


def test_hours_are_hours_in_the_night_the_clocks_change():
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    result = frist_ende(Frist(Art.STUNDEN, 24, H), start, calendar())
    assert result.ende == datetime(2026, 3, 29, 13, tzinfo=BERLIN)


def test_f50_the_event_day_is_the_day_in_berlin():
    uploaded = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
    assert office_day(uploaded) == date(2026, 7, 1)
    assert frist_ende(event(1, W), uploaded, calendar()).ende == day("Mi 08.07.2026")


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        pytest.param(datetime(2026, 3, 25, 22, 59, 59, tzinfo=UTC), True, id="F51-in-time"),
        pytest.param(datetime(2026, 3, 25, 23, 0, 0, tzinfo=UTC), False, id="F51-late"),
        pytest.param(date(2026, 3, 25), True, id="on the last day"),
        pytest.param(date(2026, 3, 26), False, id="the day after"),
    ],
)
def test_f51_a_day_ends_at_midnight_in_berlin(receipt, expected):
    assert in_time(date(2026, 3, 25), receipt) is expected


def test_receipt_against_a_moment_is_compared_to_the_second():
    end = datetime(2026, 4, 6, 10, 17, tzinfo=BERLIN)
    assert in_time(end, end)
    assert not in_time(end, end + timedelta(seconds=1))
    assert in_time(end, date(2026, 4, 6))


def test_f52_an_extension_without_a_day_is_refused():
    with pytest.raises(InvalidDataError) as refused:
        extended(None, calendar())
    assert "als Datum angeben" in refused.value.hint


def test_an_extension_to_a_day_is_that_day_or_the_next_open_one():
    assert extended(date(2026, 4, 10), calendar()).ende == date(2026, 4, 10)
    assert extended(date(2026, 10, 31), calendar()).ende == date(2026, 11, 2)


def test_f53_at_once_has_no_end_but_is_due_that_day():
    result = frist_ende(Frist(Art.UNBESTIMMT), day("Do 02.04.2026"), calendar())
    assert (result.rohes_ende, result.ende) == (None, None)
    assert (result.erinnerung, result.obergrenze) == (day("Do 02.04.2026"), None)


def test_f54_without_delay_has_no_end_but_a_reminder_and_an_upper_hint():
    frist = Frist(Art.UNBESTIMMT, 3, AT)
    result = frist_ende(frist, day("Do 02.04.2026"), calendar())
    assert result.ende is None
    assert (result.erinnerung, result.obergrenze) == (day("Do 09.04.2026"), day("Do 16.04.2026"))
    assert result.verschoben_um == 0


def test_f55_an_unconfirmed_reading_is_flagged():
    frist = Frist(Art.EREIGNIS, 3, T, rechtsgrundlage="§ 56 SGB II", rechtspruefung=True)
    result = frist_ende(frist, day("Do 02.04.2026"), calendar())
    assert (result.rohes_ende, result.ende) == (day("So 05.04.2026"), day("Di 07.04.2026"))
    assert result.rechtspruefung
    assert "rechtlich zu prüfen" in result.begruendung[-1]


def test_all_cases_of_the_table_are_tested():
    source = {case[0][:3] for case in PERIODS}
    others = {f"F{number}" for number in (36, 37, 38, 39, 40, 45, 49, 50, 51, 52, 53, 54, 55)}
    assert source | others == {f"F{number:02}" for number in range(1, 56)}


def test_the_reason_names_the_holiday_and_the_land():
    result = frist_ende(event(1, W), day("Fr 24.10.2025"), calendar())
    assert result.begruendung[-1].startswith(
        "31.10.2025 ist in Niedersachsen Reformationstag, 01.11.2025 ist ein Samstag, "
        "02.11.2025 ist ein Sonntag, daher Mo 03.11.2025"
    )
    assert result.verschoben_um == 3


def test_the_reason_says_which_day_does_not_count_in_correct_german():
    one, two = (
        frist_ende(event(amount, W), day("Mi 18.03.2026"), calendar()).begruendung[0]
        for amount in (1, 2)
    )
    assert "Mi 18.03.2026 ist der Tag des Ereignisses und zählt nicht mit" in one
    assert "1 Woche endet am Mi 25.03.2026" in one
    assert "2 Wochen enden am Mi 01.04.2026" in two


def test_the_result_keeps_which_calendar_was_used():
    result = frist_ende(event(1, W), day("Mi 18.03.2026"), calendar("NI", CORPUS_CHRISTI))
    assert result.kalender.startswith("holidays ")
    assert result.kalender.endswith("DE-NI +2026-06-04")


def test_a_first_day_that_counts_ends_one_day_earlier():
    beginning = Frist(Art.BEGINN, 1, W)
    assert frist_ende(beginning, day("Mi 18.03.2026"), calendar()).ende == day("Di 24.03.2026")
    worked = Frist(Art.BEGINN, 3, AT)
    assert frist_ende(worked, day("Di 07.04.2026"), calendar()).ende == day("Do 09.04.2026")


def test_a_month_too_short_for_the_first_day_ends_on_its_last_day():
    period = Frist(Art.ZEITRAUM, 6, M)
    assert frist_ende(period, date(2026, 8, 31), calendar()).ende == date(2027, 2, 28)


def test_a_reminder_counts_arbeitstage_backwards():
    assert reminder_before(day("Do 09.04.2026"), 3, calendar()) == day("Do 02.04.2026")


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        office_day(datetime(2026, 3, 25))  # noqa: DTZ001 - the very thing that is refused
    with pytest.raises(ValueError, match="time zone"):
        frist_ende(Frist(Art.STUNDEN, 72, H), date(2026, 4, 3), calendar())


@pytest.mark.parametrize(
    ("art", "amount", "unit"), [(Art.EREIGNIS, -1, T), (Art.EREIGNIS, 1, H), (Art.STUNDEN, 1, T)]
)
def test_an_impossible_period_is_refused(art, amount, unit):
    with pytest.raises(ValueError, match=r"period|hours"):
        Frist(art, amount, unit)


def test_a_period_beyond_the_calendar_is_no_wrong_day():
    with pytest.raises(OverflowError):
        frist_ende(event(1, J), date(9999, 6, 1), calendar())


starts = st.dates(date(2024, 1, 1), date(2040, 12, 31))
shifting = st.builds(
    Frist,
    st.sampled_from([Art.EREIGNIS, Art.BEGINN, Art.DATUM]),
    st.integers(1, 60),
    st.sampled_from([T, W, M, AT, WT]),
)
lands = st.sampled_from(["NI", "HE", "BW", "NW", "TH", "BY"])


@given(starts, shifting, lands)
def test_a_deadline_never_falls_on_a_closed_day(start, frist, land):
    result = frist_ende(frist, start, calendar(land))
    assert isinstance(result.ende, date)
    assert result.ende.weekday() < 5
    assert calendar(land).holiday(result.ende) is None


@given(starts, shifting, lands)
def test_shifting_only_ever_moves_later(start, frist, land):
    result = frist_ende(frist, start, calendar(land))
    assert result.verschoben_um >= 0


@given(starts, lands)
def test_shifting_twice_is_shifting_once(start, land):
    once, _ = next_open_day(start, calendar(land))
    assert next_open_day(once, calendar(land)) == (once, ())


@given(starts, shifting, st.dates(date(2024, 1, 1), date(2041, 12, 31)))
def test_one_more_holiday_never_makes_an_end_earlier(start, frist, closed):
    ends = [frist_ende(frist, start, one).ende for one in (calendar(), Feiertage("NI", [closed]))]
    assert ends[0] is not None
    assert ends[1] is not None
    assert ends[1] >= ends[0]


@pytest.mark.parametrize("year", range(2024, 2041))
def test_seven_days_are_one_week_from_every_day(year):
    start = date(year, 1, 1)
    while start.year == year:
        days = frist_ende(event(7, T), start, calendar())
        weeks = frist_ende(event(1, W), start, calendar())
        assert (days.rohes_ende, days.ende) == (weeks.rohes_ende, weeks.ende)
        start += timedelta(days=1)
