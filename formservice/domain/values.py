"""Characters to value and back, one pair of functions per kind of field."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache

from formservice.domain.days import MONTHS, meant, month_number, on_calendar
from formservice.domain.entries import entries
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.record import Value
from formservice.domain.text import (
    LONGEST_LINE,
    LONGEST_TEXT,
    TextError,
    as_problem,
    clean,
    is_blank,
    typed,
)

SIGNED = "gez."
"""What stands above a signature line when the signature is known from another original."""

_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_NUMERIC_DATE = re.compile(r"([0-9]{1,2})\s*\.\s*([0-9]{1,2})\s*\.\s*([0-9]{4})")
# The blanks stand in one place only: in two, a long row of them would be tried in every division.
_WRITTEN_DATE = re.compile(r"([0-9]{1,2})\s*(?:\.\s*)?([A-Za-zäÄ\u0308]{3,10})\.?\s+([0-9]{4})")


def folded(text: str) -> str:
    """Return ``text`` for comparing wording: NFC, plain quotes and dashes, single blanks."""
    if not text.isascii():  # else there is nothing to unify
        text = unicodedata.normalize("NFC", text)
        for fine, plain in _PLAIN:
            text = text.replace(fine, plain)
    return " ".join(text.split())


# One by one: to look for ten characters is much quicker than to translate every one of a text.
_PLAIN = (
    ("„", '"'),
    ("“", '"'),
    ("”", '"'),
    ("’", "'"),
    ("‘", "'"),
    ("–", "-"),
    ("—", "-"),
    ("\u2011", "-"),
    ("\u00ad", ""),
    ("…", "..."),
)


def is_placeholder(field: Field, text: str) -> bool:
    """Say whether ``text`` is nothing but the prompt the blank control shows.

    That is the field's own, or one that Word puts into a control of its making.
    """
    said = folded(text)
    return said in _word_prompts() or (said != "" and said == _prompt(field.placeholder))


_WORD_PROMPTS = (
    "Klicken oder tippen Sie hier, um Text einzugeben.",
    "Klicken Sie hier, um Text einzugeben.",
    "Klicken oder tippen Sie, um ein Datum einzugeben.",
    "Klicken Sie hier, um ein Datum einzugeben.",
    "Click or tap here to enter text.",
    "Click here to enter text.",
    "Click or tap to enter a date.",
    "Click here to enter a date.",
)


@cache
def _word_prompts() -> frozenset[str]:
    return frozenset(folded(prompt) for prompt in _WORD_PROMPTS)


@lru_cache(maxsize=1024)
def _prompt(printed: str) -> str:
    """Return a prompt folded. It is wording of the form, so that it may be kept."""
    return folded(printed)


def shown(field: Field, value: Value) -> str:
    """Return the characters that stand on the form for a text, multi-line or date value."""
    if isinstance(value, date):
        if field.long_date:
            return f"{value.day}. {MONTHS[value.month - 1]} {value.year:04}"
        return written(value)
    if isinstance(value, bool):
        return SIGNED if value else ""
    if isinstance(value, tuple):
        raise TypeError("a choice is shown by its ticks")
    return value


def written(day: date) -> str:
    """Return a day as people write it, „27.03.2026“, where no field says it differently."""
    return f"{day.day:02}.{day.month:02}.{day.year:04}"


def parse(field: Field, raw: str, received: date | None = None) -> Value:
    """Return what ``raw`` means in a text, multi-line or date field.

    ``received`` is the day of receipt, which tells the century of a year of two digits.

    Raises:
        OpenCenturyError: the year of a day has two digits and the century cannot be told.
        ValueError: a date field holds something that is no date of the calendar.
    """
    if field.kind is FieldKind.DATE:
        return meant(raw, received, birthday=field.birthday)
    return raw


def parse_date(raw: str) -> date:
    """Return the date handed in as ``2026-03-27``, ``27.3.2026`` or „27. März 2026“.

    What people write into forms comes in more ways (``domain.days``); a program can be told.

    Raises:
        ValueError: anything else, days the calendar does not have, and years that must be a slip.
    """
    text = raw.strip()
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _NUMERIC_DATE.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _WRITTEN_DATE.fullmatch(text):
        day, month, year = int(match[1]), month_number(match[2]), int(match[3])
    else:
        raise ValueError("not a date")
    found = on_calendar(year, month, day)
    if found is None:
        raise ValueError("no day that may be meant")
    return found


def is_date(text: str) -> bool:
    """Say whether ``text`` is a date that ``parse_date`` understands."""
    try:
        parse_date(text)
    except ValueError:
        return False
    return True


def ticks(field: Field, value: Value | None) -> dict[str, bool]:
    """Return which boxes of a tick or choice are on, by tick key; all off without a value."""
    if field.kind is FieldKind.TICK:
        return {field.key: value is True}
    chosen = (value,) if isinstance(value, str) else value if isinstance(value, tuple) else ()
    boxes = zip(field.anchors, field.options, strict=True)
    return {anchor: option.key in chosen for anchor, option in boxes}


def values_from_data(
    definition: FormDefinition, data: object, *, known: bool = False
) -> dict[str, Value]:
    """Return the values in ``data`` (decoded JSON), by concrete key, for ``definition``.

    Repeated fields come in lists or under flat keys (``domain.entries``). ``null`` means no value.
    Dates may be ISO or German; a choice is its option key, or a list of them where several are
    allowed, or true and false where the options are ``ja`` and ``nein``; a single tick key with
    true or false is folded into its choice. ``known`` values stand in a record or were sent out:
    what a file held is not measured by what may be typed.

    Raises:
        InvalidDataError: names every unknown key, wrong type and impossible date.
    """
    if not isinstance(data, Mapping):
        problem = Problem("", "Erwartet wird ein JSON-Objekt mit Feldschlüsseln und Werten.")
        raise InvalidDataError("Die Angaben sind kein JSON-Objekt.", [problem])
    problems: list[Problem] = []
    values: dict[str, Value] = {}
    for key, (field, content) in entries(definition, data, problems).items():
        try:
            value = _value(field, content, known=known)
        except TextError as error:
            problems.append(as_problem(key, error))
        except ValueError as error:
            problems.append(Problem(key, str(error)))
        else:
            if value is not None:
                values[key] = value
    if problems:
        count = "1 Angabe ist" if len(problems) == 1 else f"{len(problems)} Angaben sind"
        raise InvalidDataError(f"{count} für „{definition.title}“ nicht möglich.", problems)
    return values


def _value(field: Field, content: object, *, known: bool) -> Value | None:
    """Return one value of the right type; ValueError carries a German sentence, no content."""
    if content is None:
        return None
    if field.kind in (FieldKind.TICK, FieldKind.SIGNATURE):
        if not isinstance(content, bool):
            raise ValueError("Erwartet wird ja oder nein (in JSON true oder false).")
        return content
    if field.kind is FieldKind.CHOICE:
        return _choice(field, content)
    if not isinstance(content, str):
        kind = "ein Datum als Text" if field.kind is FieldKind.DATE else "Text"
        raise ValueError(f"Erwartet wird {kind} (in Anführungszeichen).")
    if field.kind is FieldKind.DATE:
        return _date(content)
    if known:
        return None if is_blank(content) else clean(content)
    lines = field.kind is FieldKind.MULTILINE
    return typed(content, lines=lines, most=LONGEST_TEXT if lines else LONGEST_LINE) or None


def _date(text: str) -> date | None:
    """Return a day, None for blanks. Control characters are not dropped: they may hide a digit."""
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"Der Text ist länger als {LONGEST_TEXT} Zeichen.")
    if not text.strip():
        return None
    try:
        return parse_date(text)
    except ValueError:
        # As people write it; that programs may write JJJJ-MM-TT stands in the scheme of records.
        sentence = "Kein Tag des Kalenders zwischen 1900 und 2100; erwartet wird TT.MM.JJJJ."
        raise ValueError(sentence) from None


def _choice(field: Field, content: object) -> Value | None:
    """Return the chosen option, or a tuple of them in printed order where several may be."""
    options = [option.key for option in field.options]
    if isinstance(content, bool) and set(options) == {"ja", "nein"}:
        content = "ja" if content else "nein"
    chosen = [content] if isinstance(content, str) else content
    listed = ", ".join(options)
    if not isinstance(chosen, list | tuple) or not all(isinstance(one, str) for one in chosen):
        raise ValueError(f"Erwartet wird eine Auswahl aus: {listed}.")
    unknown = [one for one in chosen if one not in options]
    if unknown:
        raise ValueError(f"Diese Auswahl gibt es nicht; möglich sind: {listed}.")
    if len(chosen) > 1 and not field.several:
        raise ValueError(f"Hier ist nur eine Auswahl möglich: {listed}.")
    ordered = tuple(option for option in options if option in chosen)
    if not ordered:
        return None
    return ordered if field.several else ordered[0]
