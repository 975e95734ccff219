"""What people type to find documents, understood or refused in one sentence.

::

    schmidt kündigung           every word, also as the beginning of a longer one
    "die Arbeit gefunden"       these words in this order
    name:müller q3:"mehr Mut"   in one field, or in a group of fields
    form: stand: befund:        of which form, where it stands, what was found wrong
    von:03.2026 bis:2026-04-15  received when, both included
    -wort                       not with this; before anything but von: and bis:
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from formservice.domain.case import DECIDED, NAMES, State
from formservice.domain.errors import UsageError
from formservice.domain.findings import FindingCode
from formservice.domain.nearest import nearest
from formservice.domain.search_words import Normaliser, Word, bare_key, folded, group_of, with_days

MOST_LETTERS = 1000
MOST_TERMS = 24


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What there is to ask for: keys of fields (of items without their numbers), ids of forms.

    ``findings`` are the codes of what can be found wrong, those of rules of their own as well.
    """

    fields: frozenset[str]
    forms: frozenset[str]
    findings: frozenset[str] = frozenset(FindingCode)


@dataclass(frozen=True, slots=True)
class Words:
    """A word, or a phrase of several; somewhere, or in the fields that ``field`` names."""

    word: Word | None = None
    phrase: tuple[str, ...] = ()
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Stands:
    """One of these states."""

    states: frozenset[State]


@dataclass(frozen=True, slots=True)
class OfForm:
    """One of these forms, None for none recognised; of this edition, if there is one."""

    forms: frozenset[str] | None
    edition: str | None = None


@dataclass(frozen=True, slots=True)
class HasFinding:
    """A finding of this code or of those below it, or of this severity; without both, any."""

    code: str | None = None
    severity: str | None = None


Condition = Words | Stands | OfForm | HasFinding


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for: all of ``all_of``, but none of ``none_of``, received in these days.

    Of several states one is enough, and of several forms.
    """

    all_of: tuple[Condition, ...] = ()
    none_of: tuple[Condition, ...] = ()
    since: date | None = None
    until: date | None = None


def parsed(text: str, normaliser: Normaliser, vocabulary: Vocabulary) -> Query:
    """Understand what somebody typed; nothing typed asks for everything.

    Raises:
        UsageError: it cannot be understood; what was typed is not repeated, for it may hold names.
    """
    if len(text) > MOST_LETTERS:
        raise UsageError(f"Eine Suche hat höchstens {MOST_LETTERS} Zeichen.")
    query = _Parser(normaliser, vocabulary)
    for item in _items(text):
        query.take(item)
    if text.strip() and not query.is_anything:
        raise UsageError("In dieser Suche steht kein Wort und keine Zahl.", _HELP)
    return query.done()


_HELP = (
    "Gesucht wird mit Wörtern, mit genauen Wörtern in Anführungszeichen, mit feld:wort, form:…,"
    " stand:…, befund:…, von:TAG, bis:TAG; ein - davor schließt aus."
)


@dataclass(frozen=True, slots=True)
class _Item:
    """One part of what was typed, and as the how manyth."""

    number: int
    negative: bool
    key: str
    value: str
    quoted: bool


_QUOTES = str.maketrans(dict.fromkeys("„“”‟«»", '"'))
_ITEM = re.compile(
    r'(?P<minus>-?)(?:(?P<key>[^\W\d_][\w.\[\]-]*):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]*))'
)


def _items(text: str) -> Iterator[_Item]:
    """Yield the parts that blanks part, except between quotation marks."""
    plain, place, number = with_days(text).translate(_QUOTES), 0, 0
    while True:
        place += len(plain[place:]) - len(plain[place:].lstrip())
        if place >= len(plain):
            return
        number += 1
        if number > MOST_TERMS:
            raise UsageError(f"Eine Suche hat höchstens {MOST_TERMS} Teile.")
        found = _ITEM.match(plain, place)
        if found is None or found.end() == place:
            raise UsageError(
                f"Im {number}. Teil der Suche fehlt das schließende Anführungszeichen.", _HELP
            )
        place = found.end()
        quoted = found["quoted"]
        value = found["plain"] if quoted is None else quoted
        if quoted is None and plain[place : place + 1] == '"' and found["key"] is not None:
            raise UsageError(
                f"Im {number}. Teil der Suche fehlt das schließende Anführungszeichen.", _HELP
            )
        key = (found["key"] or "").lower()
        yield _Item(number, bool(found["minus"]), key, value or "", quoted is not None)


@dataclass
class _Parser:
    """Puts the parts of a query together."""

    normaliser: Normaliser
    vocabulary: Vocabulary
    all_of: list[Condition] = field(default_factory=list)
    none_of: list[Condition] = field(default_factory=list)
    days: dict[str, date] = field(default_factory=dict)

    @property
    def is_anything(self) -> bool:
        return bool(self.all_of or self.none_of or self.days)

    def done(self) -> Query:
        since, until = self.days.get("von"), self.days.get("bis")
        if since and until and since > until:
            raise UsageError("In dieser Suche liegt von: nach bis:.", "Bitte die Tage tauschen.")
        return Query(tuple(self.all_of), tuple(self.none_of), since, until)

    def take(self, item: _Item) -> None:
        """Take one part; signs without any letter between words are passed over."""
        if item.key and not item.value.strip():
            raise UsageError(f"Nach „{_shown(item.key)}:“ fehlt, was gesucht wird.", _HELP)
        if item.key in ("von", "bis"):
            self._take_day(item)
            return
        kinds: Mapping[str, Callable[[_Item], Condition]] = {
            "form": self._form,
            "stand": _stand,
            "befund": self._finding,
        }
        make: Callable[[_Item], Condition | None] = kinds.get(item.key, self._words)
        condition = make(item)
        if condition is not None:
            (self.none_of if item.negative else self.all_of).append(condition)

    def _take_day(self, item: _Item) -> None:
        if item.negative:
            raise UsageError(f"Vor {item.key}: geht kein -.", _HELP)
        if item.key in self.days:
            raise UsageError(f"{item.key}: steht in dieser Suche zweimal.", _HELP)
        first, last = _days(item)
        self.days[item.key] = first if item.key == "von" else last

    def _form(self, item: _Item) -> Condition:
        name, _, edition = item.value.lower().partition("/")
        if folded(name) in ("ohne", "keins"):
            return OfForm(None)
        known = self.vocabulary.forms
        forms = {name} & known or {one for one in known if name and one.startswith(name)}
        if not forms:
            guess = nearest(name, known)
            raise UsageError(
                "Ein Formular dieses Namens gibt es nicht.",
                f"Gemeint: form:{guess}?" if guess else f"Es gibt: {', '.join(sorted(known))}.",
            )
        if edition and not _EDITION.fullmatch(edition):
            raise UsageError(
                "Eine Ausgabe dieses Namens gibt es nicht.", "Erwartet wird form:NAME/JJJJ-MM-TT."
            )
        return OfForm(frozenset(forms), edition or None)

    def _finding(self, item: _Item) -> Condition:
        """Return what was found: a severity, a code, or the first part of codes."""
        wanted, codes = item.value.lower(), self.vocabulary.findings
        if wanted in _SEVERITIES:
            return HasFinding(severity=_SEVERITIES[wanted])
        if wanted == "irgendeiner":
            return HasFinding()
        if not any(one == wanted or one.startswith(f"{wanted}.") for one in codes):
            guess = nearest(wanted, codes | _SEVERITIES.keys())
            told = f"Gemeint: befund:{guess}? " if guess else ""
            raise UsageError(
                "Einen Befund dieses Namens gibt es nicht.",
                f"{told}Erwartet wird sperrt, fragt, hinweis, irgendeiner oder ein Kürzel wie"
                " deadline.missed.",
            )
        return HasFinding(code=wanted)

    def _words(self, item: _Item) -> Condition | None:
        name = self._field(item) if item.key else None
        if item.quoted:
            phrase = self.normaliser.phrase(item.value)
            asked = Words(phrase=phrase, field=name) if phrase else None
        else:
            word = self.normaliser.word(item.value)
            asked = Words(word=word, field=name) if word else None
        if asked is None and (item.key or item.quoted):
            raise UsageError(
                f"Im {item.number}. Teil der Suche steht kein Wort und keine Zahl.", _HELP
            )
        return asked

    def _field(self, item: _Item) -> str:
        """Return the field or group of fields that is named; UsageError if there is none."""
        key, fields = bare_key(item.key), self.vocabulary.fields
        groups = {group_of(one) for one in fields}
        if key not in fields | groups:
            guess = nearest(key, fields | groups)
            hint = f"Gemeint: {guess}:? " if guess else ""
            raise UsageError(
                f"Im {item.number}. Teil der Suche steht vor dem Doppelpunkt kein Feld.",
                f"{hint}Ein Wort mit Doppelpunkt gehört in Anführungszeichen.",
            )
        return key


def _shown(key: str) -> str:
    """Return a word of ours that was typed; anything else may be a name."""
    return key if key in ("von", "bis", "form", "stand", "befund") else "…"


_EDITION = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_OPEN = frozenset(State) - set(DECIDED)


def _stand(item: _Item) -> Condition:
    wanted = folded(item.value.lower())
    if wanted == "offen":
        return Stands(_OPEN)
    names = {state: {folded(name.lower()), folded(state)} for state, name in NAMES.items()}
    exact = {state for state, told in names.items() if wanted in told}
    found = exact or {
        state
        for state, told in names.items()
        if wanted and any(one.startswith(wanted) for one in told)
    }
    if len(found) != 1:
        told = ", ".join(name.replace(" ", "-") for name in NAMES.values())
        raise UsageError("Einen Stand dieses Namens gibt es nicht.", f"Es gibt: {told}, offen.")
    return Stands(frozenset(found))


_SEVERITIES = {"sperrt": "blocks", "fragt": "asks", "hinweis": "notes"}
_ISO = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?)?")
_GERMAN = re.compile(r"(?:(?:(?P<day>[0-9]{1,2})\.)?(?P<month>[0-9]{1,2})\.)?(?P<year>[0-9]{4})")


def _days(item: _Item) -> tuple[date, date]:
    """Return the first and the last day of a day, month or year."""
    found = _ISO.fullmatch(item.value) or _GERMAN.fullmatch(item.value)
    try:
        if found is None:
            raise ValueError
        year, month, day = (int(found[part] or 0) for part in ("year", "month", "day"))
        if day:
            return (date(year, month, day),) * 2
        if month:
            return date(year, month, 1), _last_of_month(year, month)
        return date(year, 1, 1), date(year, 12, 31)
    except ValueError:
        raise UsageError(
            f"Nach {item.key}: steht kein Tag.",
            "Erwartet wird 27.03.2026, 2026-03-27, 03.2026 oder 2026.",
        ) from None


_DECEMBER = 12


def _last_of_month(year: int, month: int) -> date:
    if month == _DECEMBER:
        return date(year, month, 31)
    return date(year, month + 1, 1) - timedelta(days=1)


def all_fields(keys: Collection[str]) -> frozenset[str]:
    """Return what can stand before a colon: keys of fields, and what every document has."""
    return frozenset({bare_key(key) for key in keys} | set(OWN_FIELDS))


OWN_FIELDS = ("datei", "kennung", "traeger")
"""The name of a file, the reference on a form and the ids of a document, whom it came from."""
