"""The holiday calendar: against a second library, with local days, and at its limits."""

from datetime import date, timedelta

import pytest
import workalendar.europe.germany as second

from formservice.adapters.feiertage import LAENDER, Feiertage
from formservice.domain.errors import UsageError


@pytest.mark.parametrize(
    ("land", "other"),
    [
        ("NI", second.LowerSaxony),
        ("BW", second.BadenWurttemberg),
        ("HE", second.Hesse),
        ("NW", second.NorthRhineWestphalia),
    ],
)
def test_two_libraries_agree_on_every_day_where_both_are_reliable(land, other):
    ours = Feiertage(land)
    for year in range(2024, 2036):
        theirs = {day for day, _ in other().holidays(year)}
        days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
        # Easter Sunday and Whit Sunday are closed anyway; the libraries differ in naming them.
        closed = {day for day in days if ours.holiday(day) and day.weekday() != 6}
        assert closed == {day for day in theirs if day in days and day.weekday() != 6}


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
