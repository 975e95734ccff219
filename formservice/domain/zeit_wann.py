"""What a field says that asks for a time only: until, from, on, at once, or again and again.

Such fields hold keywords („bis 12.10.2016“, „ab sofort“, „fortlaufend bis zum Therapiebeginn“),
or a task with its time behind it, in brackets or on a line of its own.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from formservice.domain.zeit_art import Zeit
from formservice.domain.zeitangabe import Zeitangabe, find


class ZeitArt(StrEnum):
    """How a time is meant; the German word is the one of the contract."""

    BIS = "bis"  # until: bis 12.10.2016, spätestens Ende Mai, innerhalb von 2 Wochen
    AB = "ab"  # from: ab 12.10.2016, ab sofort
    AM = "am"  # on one day: am 12.10.2016, 12.10.2016
    IM = "im"  # within a time: KW 42, im Oktober, 3 Monate
    SOFORT = "sofort"  # at once: sofort, umgehend
    FORTLAUFEND = "fortlaufend"  # again and again: fortlaufend, wöchentlich, jeden Dienstag
    BEDARF = "bedarf"  # when needed: nach Bedarf


@dataclass(frozen=True, slots=True)
class Wann:
    """When something is to be done.

    ``day`` is the day named: the last one, with „ab“ the first, None where the calendar has none
    („ab sofort“, „bis zum Therapiebeginn“).
    """

    art: ZeitArt
    day: date | None = None


# A text of more words is a task; its time stands where the task ends, or inside it.
_KEYWORDS = 7

_BRACKET = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*[.;,]?\s*$")
_MONTHLY = r"(?:täg|wöchent|monat|jähr|quartals|stünd)(?:lich|weise)"
_AGAIN = re.compile(
    r"\b(?:fortlaufend|fortwährend|laufend|andauernd|dauernd|dauerhaft|durchgehend|durchgängig"
    r"|kontinuierlich|ständig|stets|regelmäßig|immer|unbefristet|weiterhin"
    r"|bis auf weiteres|auf dauer|während der gesamten \w{1,40}"
    rf"|(?:\d{{1,2}}[- ]?|zwei|drei|vier|sechs|acht|halb|viertel|vierzehn|14-?)?{_MONTHLY}"
    r"|(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s"
    r"|jede[nrs]? (?:\w{1,12} )?(?:tag|woche|monat|quartal|jahr|montag|dienstag|mittwoch"
    r"|donnerstag|freitag|samstag|sonntag)\b"
    r"|alle (?:\d{1,3}|zwei|drei|vier|fünf|sechs|acht|zehn|zwölf|paar) "
    r"(?:tage|wochen|monate|jahre)"
    r"|\d{1,2} ?(?:x|mal) (?:pro|in der|im|die|je) (?:tag|woche|monat|quartal|jahr))\b",
    re.IGNORECASE,
)
_NEED = re.compile(r"\b(?:nach|bei|je nach) bedarf\b", re.IGNORECASE)
# „3 Monate“ answers „wie lange?“ where nothing else is asked.
_BARE_SPAN = re.compile(
    r"(?:ca\.? |etwa |rund )?(?:\d{1,3}|eine?n?|zwei|drei|vier|fünf|sechs|acht|zehn|zwölf) "
    r"(?:tage?n?|wochen?|monate?n?|quartale?n?|jahre?n?)\.?",
    re.IGNORECASE,
)

# „12.10.-14.12.2016“
_FROM_TO = re.compile(r"(\d\.(?:\d{2}|\d{4})?) ?[-–] ?(?=\d{1,2}\.)")

_FILLING = (
    r"(?: (?:spätestens|zum|zur|zu|in|im|am|an|auf|dem|den|der|die|ca\.?|etwa|ungefähr|circa"
    r"|einschließlich|einschl\.|inkl\.|längstens|voraussichtlich|ende|mitte|anfang))*"
)
_ARTS = {
    **dict.fromkeys(
        ("bis", "spätestens", "längstens", "vor", "innerhalb", "binnen", "höchstens", "maximal"),
        ZeitArt.BIS,
    ),
    **dict.fromkeys(("–", "-", "—"), ZeitArt.BIS),
    **dict.fromkeys(("ab", "von", "vom", "nach", "frühestens", "sobald", "beginnend"), ZeitArt.AB),
    **dict.fromkeys(("am", "zum", "den"), ZeitArt.AM),
}
_CUE = "|".join(sorted(_ARTS, key=len, reverse=True))
_BEFORE = re.compile(rf"(?:^|(?<=[\s(,;:\d.]))({_CUE}){_FILLING}:? ?$", re.IGNORECASE)
_FIRST = re.compile(rf"({_CUE})(?!\w)", re.IGNORECASE)
_PERIODS = {Zeit.MONTH, Zeit.QUARTER, Zeit.YEAR}
_MONTHS_IN = {Zeit.MONTH: 1, Zeit.QUARTER: 3, Zeit.YEAR: 12}
_PART = re.compile(r"\b(?:anfang|mitte|ende)\b", re.IGNORECASE)


def zeitangabe_of(text: str, reference: date) -> Wann | None:
    """Return when something is to be done according to ``text``, None if it does not say.

    ``reference`` is the day relative times („in 3 Monaten“, „KW 42“) count from. Of a task with
    its time behind it, that time counts.
    """
    for part, keywords in _parts(text):
        found = _said(part, keywords, reference)
        if found is not None:
            return found
    return None


def tells_when(text: str) -> bool:
    """Whether ``text`` says when something is to be done."""
    return zeitangabe_of(text, date(2000, 1, 1)) is not None


def written_on(days: Iterable[date], received: date) -> date:
    """Return the day from which a form's relative times count: when it was written.

    ``days`` are the dates on the form. Among them may be a birth date and days to come, so that
    the first of the last year up to the receipt is taken, counted from the latest such day.
    """
    past = sorted(day for day in days if day <= received)
    if not past:
        return received
    return next(day for day in past if (past[-1] - day).days < 366)


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Yield where the time may stand, the surest place first, and whether keywords stand there."""
    bracket = _BRACKET.search(text[-400:])
    if bracket:
        yield " ".join(bracket[1].split()), True
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    # „bis zum“ at the end of a line goes on in the next one.
    if len(lines) > 1 and not _BEFORE.search(f"{lines[-2]} "):
        yield lines[-1], _short(lines[-1])
    whole = " ".join(lines)
    yield whole, _short(whole)


def _short(text: str) -> bool:
    return len(text.split()) <= _KEYWORDS


def _said(text: str, keywords: bool, reference: date) -> Wann | None:
    if keywords:
        text = _FROM_TO.sub(r"\1 – ", text)
        text = f"in {text}" if _BARE_SPAN.fullmatch(text) else text
    named = list(_named(text, reference))
    if keywords and _AGAIN.search(text):
        return Wann(ZeitArt.FORTLAUFEND, named[-1].day if named else None)
    for art in (ZeitArt.BIS, ZeitArt.AB):
        found = [one for one in named if one.art is art]
        if found:
            return found[-1]
    if named:
        return named[0]
    return Wann(ZeitArt.BEDARF) if keywords and _NEED.search(text) else None


def _named(text: str, reference: date) -> Iterator[Wann]:
    """Yield every time named in ``text``, which has single blanks; those of the past are none."""
    position = 0
    for one in find(text, reference):
        start = text.find(one.raw, position)
        if not one.past:
            yield _read(one, text[max(0, start - 40) : start])
        position = start + len(one.raw)


def _read(one: Zeitangabe, before: str) -> Wann:
    cue = _FIRST.match(one.raw) or _BEFORE.search(before)
    art = _ARTS[cue[1].lower()] if cue else None
    if one.kind is Zeit.AT_ONCE:
        return Wann(art or ZeitArt.SOFORT)  # „sofort“ has no day, so nobody is late against it
    if art is None or (art is ZeitArt.AM and one.kind is not Zeit.DAY):
        art = ZeitArt.AM if one.kind is Zeit.DAY else ZeitArt.IM
    return Wann(art, _first_day(one) if art is ZeitArt.AB else one.day)


def _first_day(one: Zeitangabe) -> date | None:
    """Return the first day of a time of which the last is known."""
    if one.day is None:
        return None
    if one.kind is Zeit.WEEK:
        return one.day - timedelta(days=6)
    if one.kind not in _PERIODS or _PART.search(one.raw):
        return one.day
    month = one.day.month - _MONTHS_IN[one.kind] + 1
    return date(one.day.year, max(1, month), 1)
