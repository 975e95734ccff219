"""Days as people write them: read where they are one day, never guessed where they are two."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.days import MONTHS, OpenCenturyError, is_day, meant, possible
from formservice.domain.form import Field, FieldKind
from formservice.domain.values import parse, parse_date

RECEIVED = date(2026, 11, 20)
WHOLE = st.dates(date(1900, 1, 1), date(2100, 12, 31))
RECEIPTS = st.dates(date(2024, 1, 1), date(2060, 12, 31))
SHORT_WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")


def writings(day: date, year: str) -> list[str]:
    """Return the usual ways to write a day with ``year`` for its year."""
    number, month = day.day, day.month
    name = MONTHS[month - 1]
    return [
        f"{number:02}.{month:02}.{year}",
        f"{number}.{month}.{year}",
        f"{number}. {month}. {year}",
        f"{number:02}. {month:02}. {year}.",
        f"{number}.{month:02}. {year}",
        f"{number:02}/{month:02}/{year}",
        f"{number:02},{month:02},{year}",
        f"{number}. {name} {year}",
        f"{number}. {name[:3]}. {year}",
        f"{number}.{name[:3]}.{year}",
        f"{number}. {month}. '{year}",
        f"{SHORT_WEEKDAYS[day.weekday()]}., den {number}.{month}.{year}",
        f"am {number}.{month}.{year}",
    ]


@given(received=RECEIPTS, data=st.data())
def test_every_day_near_the_receipt_comes_back_without_its_century(received, data):
    safe = received.replace(day=min(received.day, 28))
    first = safe.replace(year=safe.year - 20) + (received - safe)
    day = data.draw(st.dates(first, safe.replace(year=safe.year + 10)))
    for text in writings(day, f"{day.year % 100:02}"):
        assert meant(text, received) == day


@given(received=RECEIPTS, age=st.integers(10 * 366, 80 * 365))
def test_every_birthday_of_people_from_10_to_80_comes_back_without_its_century(received, age):
    born = received - timedelta(days=age)
    for text in writings(born, f"{born.year % 100:02}"):
        assert meant(text, received, birthday=True) == born


@given(WHOLE)
def test_every_day_comes_back_with_its_whole_year(day):
    for text in [
        *writings(day, str(day.year)),
        day.isoformat(),
        f"{day.day}-{day.month}-{day.year}",
    ]:
        assert meant(text, None) == day


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99), RECEIPTS, st.booleans())
def test_what_is_no_day_of_the_calendar_never_comes_back(day, month, year, received, birthday):
    try:
        found = meant(f"{day:02}.{month:02}.{year:02}", received, birthday=birthday)
    except ValueError:
        return
    assert (found.day, found.month, found.year % 100) == (day, month, year)


@pytest.mark.parametrize("text", ["29.02.25", "31.11.25", "0.5.25", "1.13.25", "32.1.25"])
def test_a_day_that_no_century_has_is_no_date(text):
    assert possible(text) == ()
    with pytest.raises(ValueError, match="calendar"):
        meant(text, RECEIVED)


@pytest.mark.parametrize(
    ("text", "birthday"),
    [
        ("1.1.40", False),  # neither 1940 nor 2040 is near
        ("1.1.40", True),  # 86 years old, or not born
        ("1.1.20", True),  # six years old, or 106
        ("19.11.06", False),  # twenty years and a day ago
        ("21.11.36", False),  # ten years and a day to come
        ("21.11.16", True),  # ten tomorrow
        ("20.11.45", True),  # 81 today
    ],
)
def test_a_year_that_fits_no_century_is_left_open_with_both_said(text, birthday):
    with pytest.raises(OpenCenturyError):
        meant(text, RECEIVED, birthday=birthday)
    assert [day.year for day in possible(text)] == [1900 + int(text[-2:]), 2000 + int(text[-2:])]


@pytest.mark.parametrize(
    ("text", "birthday", "year"),
    [
        ("20.11.06", False, 2006),
        ("20.11.36", False, 2036),
        ("20.11.16", True, 2016),
        ("21.11.45", True, 1945),
        ("29.02.96", True, 1996),
    ],
)
def test_the_edges_belong_to_what_fits(text, birthday, year):
    assert meant(text, RECEIVED, birthday=birthday).year == year


def test_without_a_day_of_receipt_no_century_is_told():
    with pytest.raises(OpenCenturyError):
        meant("1.2.26", None)


def test_the_day_of_the_week_must_be_that_of_the_day():
    assert meant("Sonntag, den 7. Dezember 2025", None) == date(2025, 12, 7)
    assert meant("Sonnabend, 15.11.25", RECEIVED) == date(2025, 11, 15)
    assert not is_day("Mo, 07.12.2025")
    assert possible("Sa. 15.11.25") == (date(2025, 11, 15),)


@pytest.mark.parametrize(
    "text",
    [
        "07-12-25",  # the year may stand first
        "ab 7.12.2025",
        "7.12.2025, 10 Uhr",
        "12.2025",
        "7.12.",
        "7.12.025",
        "7.12/2025",
        "1712.2025",
        "7..12.2025",
        "sofort",
        "",
    ],
)
def test_what_may_mean_something_else_is_no_day(text):
    assert not is_day(text)


@pytest.mark.parametrize(
    "text",
    [
        *("07. 12. 2025", "7.12. 2025", "7/12/2025", "7-12-2025", "7–12–2025", "7. Dez. 2025"),
        *(
            "07.12.2025.",
            "7.Dez.2025",
            "7-Dez-2025",
            "07,12,2025",
            "2025/12/7",
            "7. Dezember 2025",
        ),
    ],
)
def test_writings_that_are_one_day_in_germany_are_read(text):
    assert meant(text, None) == date(2025, 12, 7)


def test_long_rows_of_blanks_are_refused_at_once():
    assert not is_day("1." + " " * 100_000 + "x")
    assert not is_day("1 Dez" + " " * 100_000 + "x")


def test_a_birthday_is_known_from_the_definition():
    day = Field("tag", FieldKind.DATE, "Tag")
    born = Field("geboren", FieldKind.DATE, "Geboren", birthday=True)
    assert parse(born, "7.3.86", RECEIVED) == date(1986, 3, 7)
    with pytest.raises(OpenCenturyError):
        parse(day, "7.3.86", RECEIVED)


@pytest.mark.parametrize("raw", ["31.12.9999", "01.01.0001", "1. Januar 1899", "01.01.2101"])
def test_a_year_that_must_be_a_slip_is_no_day(raw):
    with pytest.raises(ValueError, match="calendar"):
        meant(raw, date(2026, 11, 21))
    with pytest.raises(ValueError, match="no day"):
        parse_date(raw)
