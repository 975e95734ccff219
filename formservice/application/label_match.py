"""Printed phrases of a form found in chunks of text, and the ticks beside options."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from formservice.application.chunks import Chunk
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.values import folded

_ON = r"[☒☑✓✔✗✘✕✖■🗹🗷]|\[ ?[xX✓✔✗✘] ?\]|\( ?[xX] ?\)|(?<!\S)[xX](?!\S)"
_OFF = r"[☐□❏❑▢○◯]|\[[ _]{0,3}\]|\([ _]{0,3}\)|(?<!\S)[oO](?!\S)"
_TICK = re.compile(rf"(?P<on>{_ON})|(?P<off>{_OFF})")
# Behind an option there may be its date before its box: „Abbruch am 17.03.2026 ☒“.
_TICK_AFTER = re.compile(rf"[ \t:]*(?:\d[\d. ]{{3,12}})?[ \t]*(?P<tick>{_TICK.pattern})")
# Characters looked at in front of an option for its box.
_REACH = 12
# Labels up to this length („Name“, „bis“) also occur inside sentences.
SHORT = 12
# What may stand before a label on its line: „3.“, „b)“, „Frage 2:“, a bullet.
_LEAD = re.compile(r"[ \t]*(?:Frage\b[ \t]*)?(?:\(?(?:\d{1,2}|[a-h])[.):]+)?[•*·–-]?:?[ \t]*")
_ENDS_WITH_DATE = re.compile(r"\d{4}[ \t]*$")
_DATE_OR_ROOM = re.compile(
    r"[ \t]*(?:$|[_.…]{3}|\d{1,2}\.[ \t]*(?:\d{1,2}\.|[A-Za-zä]{3,9})[ \t]*\d{2}|\d{4}-\d\d-\d\d)",
    re.MULTILINE,
)


@dataclass(slots=True)
class Match:
    """A printed phrase found in a chunk, as a span of its raw text.

    ``on`` of an option is None where no box stands beside it. A match without a phrase is a box
    behind its option, which was read with that.
    """

    chunk: int
    start: int
    end: int
    label: str  # folded phrase
    option: bool = False
    on: bool | None = None
    owner: Field | None = None


@dataclass(frozen=True, slots=True)
class Phrases:
    """The printed phrases of a form, folded, and what they are."""

    labels: frozenset[str]
    options: frozenset[str]
    dates: frozenset[str]
    all: tuple[str, ...]

    @classmethod
    def of(cls, definition: FormDefinition) -> "Phrases":
        """Return the phrases of ``definition``, long ones first."""
        labels = {key_of(one.label) for one in definition.fields}
        options = {label for label, _, _ in boxes(definition)}
        dates = {key_of(one.label) for one in definition.fields if one.kind is FieldKind.DATE}
        flow = definition.layout.flow if definition.layout else ()
        printed = labels | options | {key_of(item.text) for item in flow if item.text}
        ordered = sorted(printed - {""}, key=lambda phrase: (-len(phrase), phrase))
        return cls(
            frozenset(labels - {""}), frozenset(options), frozenset(dates - {""}), tuple(ordered)
        )


def key_of(phrase: str) -> str:
    """Return a phrase as it is looked for: folded, without the closing colon."""
    return folded(phrase).rstrip(": ")


def boxes(definition: FormDefinition) -> list[tuple[str, Field, str]]:
    """Return every tick box as (folded label beside it, its field, its key)."""
    single = [
        (key_of(one.label), one, one.key)
        for one in definition.fields
        if one.kind is FieldKind.TICK
    ]
    grouped = [
        (key_of(option.label), one, f"{one.key}.{option.key}")
        for one in definition.fields
        for option in one.options
    ]
    return single + grouped


def matches(phrases: Phrases, page: Sequence[Chunk]) -> list[Match]:
    """Return every printed phrase found, each character claimed once, longest phrase first."""
    patterns = [(phrase, _pattern(phrase, phrase in phrases.dates)) for phrase in phrases.all]
    found: list[Match] = []
    for number, chunk in enumerate(page):
        taken = [False] * len(chunk.text)
        flat = _flat(chunk.text)
        for phrase, pattern in patterns:
            for span in pattern.finditer(flat):
                match = _match(phrases, phrase, chunk.text, span, number)
                if match is None or any(taken[match.start : match.end]):
                    continue
                taken[match.start : match.end] = [True] * (match.end - match.start)
                found.append(match)
    found.sort(key=lambda match: (match.chunk, match.start))
    found += list(_ticks_behind(found, page))
    return sorted(found, key=lambda match: (match.chunk, match.start))


def leaves_date(text: str, position: int) -> bool:
    """Say whether a date begins at ``position``, or the line leaves room for one."""
    return _DATE_OR_ROOM.match(text, position) is not None


def lone_tick(text: str) -> bool | None:
    """Return whether ``text`` is a ticked box and nothing else, None if it is no box."""
    match = _TICK.fullmatch(text.strip())
    return None if match is None else match.group("on") is not None


def _flat(text: str) -> str:
    """Return ``text`` with quotes and dashes unified, every character in its place."""
    return "".join(folded(char) if len(folded(char)) == 1 else char for char in text)


def _pattern(phrase: str, is_date: bool) -> re.Pattern[str]:
    """Return a pattern that finds ``phrase`` over any white space, as whole words."""
    # A line may break behind a hyphen („O-Ton“).
    words = r"\s+".join(re.escape(word).replace(r"\-", r"-\s*") for word in phrase.split())
    # „Bis“ between two dates is often written small.
    flags = re.IGNORECASE if is_date and len(phrase) <= SHORT else 0
    return re.compile(rf"(?<!\w){words}(?!\w)[^\S\n]?:?", flags)


def _match(
    phrases: Phrases, phrase: str, text: str, span: re.Match[str], number: int
) -> Match | None:
    """Return the phrase at ``span`` if it is a label or option there, not a word of an answer."""
    start, end = span.span()
    tick = _tick_before(text, start) if phrase in phrases.options else None
    if tick is not None:
        return Match(number, tick[0], end, phrase, option=True, on=tick[1])
    first = _lead(text, start)
    short = len(phrase) <= SHORT
    if phrase in phrases.dates and short:
        if not _labels_date(text, first, span, folded(span[0]).startswith(phrase)):
            return None
    elif short and not _stands_alone(text, first, end):
        return None
    if phrase in phrases.options:
        begins = _begins(text, first)
        if phrase not in phrases.labels and not begins:
            return None
        return Match(number, first, end, phrase, option=begins)
    return Match(number, first, end, phrase)


def _tick_before(text: str, start: int) -> tuple[int, bool] | None:
    """Return where the box before ``start`` is and whether it is ticked, None without a box."""
    from_ = max(0, start - _REACH)
    found = [match for match in _TICK.finditer(text, 0, start) if match.start() >= from_]
    if not found or text[found[-1].end() : start].strip():
        return None
    return found[-1].start(), found[-1].group("on") is not None


def _ticks_behind(found: Sequence[Match], page: Sequence[Chunk]) -> Iterator[Match]:
    """Read boxes that stand behind their options; yield them as matches of their own.

    On a line whose first option has its box in front, so have the others.
    """
    in_front: dict[tuple[int, int], bool] = {}
    taken = {(match.chunk, match.start) for match in found if match.on is not None}
    for match in found:
        if not match.option:
            continue
        text = page[match.chunk].text
        line = (match.chunk, text.rfind("\n", 0, match.start))
        if in_front.setdefault(line, match.on is not None) or match.on is not None:
            continue
        behind = _TICK_AFTER.match(text, match.end)
        if behind is not None and (match.chunk, behind.start("tick")) not in taken:
            match.on = behind.group("on") is not None
            yield Match(match.chunk, behind.start("tick"), behind.end("tick"), "")


def _lead(text: str, start: int) -> int:
    """Return where the number or bullet before a phrase begins, if nothing else is before it."""
    line = text.rfind("\n", 0, start) + 1
    return line if _LEAD.fullmatch(text, line, start) else start


def _begins(text: str, start: int) -> bool:
    """Say whether something new begins at ``start``: a line, or what a wide gap sets apart."""
    before = text[:start]
    return not before.strip() or before.endswith(("\n", "\t", "  "))


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Say whether a short phrase is a label here and not a word of a sentence."""
    return text[start:end].endswith(":") or _begins(text, start)


def _labels_date(text: str, start: int, span: re.Match[str], same_case: bool) -> bool:
    """Say whether a short phrase labels a date: „bis 31.05.2026“, „Bis:“, „Bis“ with room."""
    opens = same_case or _ENDS_WITH_DATE.search(text, 0, start) is not None
    return opens and (span[0].endswith(":") or leaves_date(text, span.end()))
