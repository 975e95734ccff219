"""The holiday calendar: against the laws themselves, with local days, and at its limits."""

from datetime import date, timedelta

import pytest
from dateutil.easter import easter

from formservice.adapters.feiertage import LAENDER, Feiertage
from formservice.domain.errors import UsageError

EVERYWHERE = ((1, 1), (5, 1), (10, 3), (12, 25), (12, 26))
CHRISTIAN = (-2, 1, 39, 50)  # days from Easter Sunday, in every Land
OF_LAND = {
    # From the holiday laws of the Länder: fixed days, then days from Easter Sunday.
    "NI": (((10, 31),), ()),
    "BW": (((1, 6), (11, 1)), (60,)),
    "HE": ((), (60,)),
    "NW": (((11, 1),), (60,)),
}


@pytest.mark.parametrize("land", OF_LAND)
def test_the_calendar_agrees_with_the_laws_counted_from_easter(land):
    ours = Feiertage(land)
    fixed, moving = OF_LAND[land]
    for year in range(2018, 2041):
        sunday = easter(year)
        expected = {date(year, *day) for day in (*EVERYWHERE, *fixed)}
        expected |= {sunday + timedelta(days=n) for n in (*CHRISTIAN, *moving)}
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
        # Easter Sunday and Whit Sunday are closed anyway; laws differ in naming them.
        closed = {day for day in days if ours.holiday(day) and day.weekday() != 6}
        assert closed == {day for day in expected if day.weekday() != 6}


@pytest.mark.parametrize("land", LAENDER)
def test_every_land_has_german_holidays(land):
    assert Feiertage(land).holiday(date(2026, 10, 3)) == "Tag der Deutschen Einheit"


def test_an_ordinary_day_and_christmas_eve_are_open():
    calendar = Feiertage()
    assert calendar.holiday(date(2026, 5, 13)) is None
    assert calendar.holiday(date(2026, 12, 24)) is None


def test_local_days_may_be_named_or_not():
    day = date(2026, 6, 4)
    assert Feiertage("TH", [day]).holiday(day) == "örtlicher Feiertag"
    assert Feiertage("TH", {day: "Fronleichnam"}).holiday(day) == "Fronleichnam"
    assert Feiertage("TH", {day: ""}).holiday(day) == "örtlicher Feiertag"
    assert Feiertage("TH").holiday(day) is None


@pytest.mark.parametrize("year", [1, 1900, 2500, 9999])
def test_days_far_away_are_no_holidays_and_no_error(year):
    assert Feiertage().holiday(date(year, 12, 25)) is None


def test_an_unknown_land_is_refused_with_all_that_are_known():
    with pytest.raises(UsageError) as refused:
        Feiertage("XX")
    assert "NI" in refused.value.hint


def test_the_source_tells_library_land_and_local_days():
    source = Feiertage("HE", [date(2026, 6, 5), date(2026, 6, 4)]).source
    assert source.startswith("holidays 0.")
    assert source.endswith(" DE-HE +2026-06-04 +2026-06-05")
