"""Whether a returned form still prints the text people signed for, to the letter.

Compared is what is printed outside the fields, in any layout: where every phrase of ours stands
whole, up to white space, and what stands there beside them. Of text that is not ours nothing is
ever told, for it may be an answer.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from formservice.application.extract import CONTINUED
from formservice.domain.document import Block, Box
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FieldKind, FormDefinition, Layout, Severity
from formservice.domain.record import Record
from formservice.domain.values import SIGNED, shown
from formservice.domain.wording import one_print, phrases

# Header and footer of a page: what printers, senders and scanners add there is no clause.
TOP, BOTTOM = 0.045, 0.945
# A paragraph goes on within so many blocks: as many columns stand beside each other at most.
_NEAR = 12
# Ticks, arrows and private signs are drawn beside the text, and every program has its own.
_SIGNS = frozenset(("So", "Co", "Cf", "Sk"))
_SENTENCE = re.compile(r"(?<=[.!?:])\s+(?=[A-ZÄÖÜ„(])")
# Of our wording, so much is quoted in a message.
_QUOTED = 120
# A phrase of this length has the words of short labels in it, on copies of its page as well.
_LONG = 20
# Beside a longer word no printed sign is looked for.
_LONGEST_WORD = 80


def differences(
    definition: FormDefinition, record: Record, blocks: Sequence[Block]
) -> tuple[Finding, ...]:
    """Return findings about printed text that is not ``definition``'s own; none if all is ours.

    ``blocks`` are the drawn or typed text of all pages of the document, in reading order.
    """
    layout, fixed = definition.layout, definition.fixed_text
    if layout is None or fixed is None:
        return ()
    known = _known(definition, record)
    segments = [one for block in blocks if (one := segment(block, known)) is not None]
    ours = list(phrases(one_print(definition)))
    repeated = set(phrases(layout.flow)) if definition.members else set[str]()
    missing, parted = _missing(segments, ours, _unnumbered(layout), repeated)
    if missing:
        return (changed(fixed.version, missing),)
    _take_repeated(segments, repeated)
    strange = _strange(segments, definition, record)
    if strange is not None:
        return (added(fixed.version, strange),)
    return (changed(fixed.version, parted),) if parted else ()


def changed(version: str, missing: Sequence[str], severity: Severity = Severity.BLOCKS) -> Finding:
    """Return that phrases of ours are missing or changed."""
    others = len(missing) - 1
    more = f" (und {others} weitere {'Stelle' if others == 1 else 'Stellen'})" if others else ""
    return Finding(
        FindingCode.WORDING,
        severity,
        f"Der gedruckte Text ist nicht der unsere (Fassung {version}): Es fehlt oder ist geändert:"
        f" „{_short(missing[0])}“{more}. Bitte mit dem Formular vergleichen und den richtigen"
        " Text unterschreiben lassen.",
        overridable=True,
        params={"phrase": _short(missing[0]), "count": len(missing)},
    )


def added(version: str, phrase: str, severity: Severity = Severity.BLOCKS) -> Finding:
    """Return that text was added, first behind ``phrase`` of ours (empty: at the beginning)."""
    place = f"nach „{_short(phrase)}“" if phrase else "am Anfang"
    return Finding(
        FindingCode.WORDING,
        severity,
        f"Im gedruckten Text steht etwas, das nicht von uns ist (Fassung {version}), zuerst"
        f" {place}. Bitte mit dem Formular vergleichen und den richtigen Text unterschreiben"
        " lassen.",
        overridable=True,
        params={"phrase": _short(phrase)},
    )


def sentences(phrase: str) -> list[str]:
    """Return the sentences of a phrase, so that the one at fault can be named."""
    return _SENTENCE.split(phrase)


@dataclass(slots=True)
class Segment:
    """A block without white space; ``taken`` marks what was recognised as ours.

    ``starts`` and ``ends`` say where words begin and end; ``marks`` which phrase ended where.
    """

    text: str
    starts: frozenset[int]
    ends: frozenset[int]
    page: int
    box: Box | None
    taken: bytearray
    marks: dict[int, str] = field(default_factory=dict)

    def is_free(self, start: int, end: int) -> bool:
        """Say whether nothing between the two places was recognised before."""
        return not any(self.taken[start:end])


def segment(block: Block, known: Collection[str] = ()) -> Segment | None:
    """Return a block as it is compared, None in header or footer and for blank ones.

    Words of ``known`` (answers and prompts) end where they end, whatever is printed behind them.
    """
    if block.box is not None and not TOP < (block.box.top + block.box.bottom) / 2 < BOTTOM:
        return None
    text, starts, ends = "", [], []
    for word in (part for one in words(block.text) for part in _parted(one, known)):
        starts.append(len(text))
        text += word
        ends.append(len(text))
    if not text:
        return None
    return Segment(
        text, frozenset(starts), frozenset(ends), block.page, block.box, bytearray(len(text))
    )


def words(text: str) -> list[str]:
    """Return the words of a text as they are compared: one form of every letter, no signs."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(" " if unicodedata.category(sign) in _SIGNS else sign for sign in plain).split()


def _parted(word: str, known: Collection[str]) -> list[str]:
    """Return a word in pieces where one of ``known`` touches signs that are printed beside it."""
    if word in known or word.isalnum() or len(word) > _LONGEST_WORD:
        return [word]
    edges = [
        place
        for place in range(len(word) + 1)
        if not (word[:place][-1:].isalnum() and word[place : place + 1].isalnum())
    ]
    inside = [
        (start, end)
        for start in edges
        for end in edges
        if start < end and word[start:end] in known
    ]
    if not inside:
        return [word]
    start, end = max(inside, key=lambda span: span[1] - span[0])
    before, behind = word[:start], word[end:]
    return [
        *(_parted(before, known) if before else ()),
        word[start:end],
        *(_parted(behind, known) if behind else ()),
    ]


_Span = tuple[int, int, int]
"""Number of a segment, and from where to where in it."""


def _unnumbered(layout: Layout) -> dict[str, str]:
    """Return what stands on a print for a phrase with an item's number, by that phrase.

    The numbers are written when a form is filled: a blank one filled by others has none.
    """
    bare = [one for one in phrases(layout.template_flow) if "{n}" in one]
    return {
        phrase: " ".join(one.replace("{n}", " ").split())
        for one in bare
        for phrase in phrases(layout.flow)
        if re.fullmatch(re.escape(one).replace(r"\{n\}", r"\d+"), phrase)
    }


def _missing(
    segments: Sequence[Segment],
    ours: Sequence[str],
    unnumbered: Mapping[str, str],
    repeated: Collection[str],
) -> tuple[list[str], list[str]]:
    """Return the sentences of ours that stand nowhere, in order, and mark all that do.

    ``repeated`` may stand there more often, on copies of a page. The second list has phrases of
    which every sentence is there, but not one behind the other.
    """
    # Longest first: a short label must not be found inside a sentence that has its words.
    order = sorted(range(len(ours)), key=lambda number: (-len(ours[number]), ours[number]))
    unseen: list[int] = []
    for phrase, numbers in groupby(order, key=lambda number: ours[number]):
        unseen += [number for number in numbers if not _take(segments, phrase)]
        if len(phrase) >= _LONG and phrase in repeated:
            _take_repeated(segments, [phrase])
    unseen = [number for number in unseen if not _take(segments, unnumbered.get(ours[number]))]
    absent = {
        number: [part for part in sentences(ours[number]) if not _take(segments, part)]
        for number in unseen
    }
    missing = [part for number in sorted(absent) for part in absent[number]]
    return missing, [ours[number] for number in sorted(absent) if not absent[number]]


def _take(segments: Sequence[Segment], phrase: str | None) -> bool:
    """Mark the first place where ``phrase`` stands whole; say whether there is one."""
    if phrase is None:
        return False
    text = "".join(words(phrase))
    if not text:
        return True
    spans = _place(segments, text)
    for number, start, end in spans:
        segments[number].taken[start:end] = b"\1" * (end - start)
    if spans:
        number, _, end = spans[-1]
        segments[number].marks[end] = phrase
    return bool(spans)


def _take_repeated(segments: Sequence[Segment], ours: Iterable[str]) -> None:
    """Mark what is printed for further items, and what copies of a page repeat."""
    for phrase in sorted(set(ours), key=lambda one: (-len(one), one)):
        if any(words(phrase)):
            while _take(segments, phrase):
                pass


def _place(segments: Sequence[Segment], text: str) -> list[_Span]:
    """Return where ``text`` stands, in one segment or going on from one to the next."""
    for number, one in enumerate(segments):
        for start in _found(one, text):
            return [(number, start, start + len(text))]
    for number, one in enumerate(segments):
        for start in sorted(one.starts):
            rest, end = one.text[start:], len(one.text)
            if len(rest) < len(text) and text.startswith(rest) and one.is_free(start, end):
                tail = _rest(segments, number, text[len(rest) :])
                if tail is not None:
                    return [(number, start, end), *tail]
    return []


def _found(one: Segment, text: str) -> Iterator[int]:
    """Yield where ``text`` stands in a segment, in whole words that are not taken."""
    start = one.text.find(text)
    while start >= 0:
        end = start + len(text)
        if start in one.starts and end in one.ends and one.is_free(start, end):
            yield start
        start = one.text.find(text, start + 1)


def _rest(segments: Sequence[Segment], last: int, text: str) -> list[_Span] | None:
    """Return where the rest of a phrase goes on below segment ``last``, None if nowhere."""
    before = segments[last]
    for number in range(last + 1, min(last + 1 + _NEAR, len(segments))):
        one = segments[number]
        if not _goes_on(before, one):
            continue
        tail = _continued(segments, number, text)
        # The next line of the column is the one, or the phrase is not there; on the next page
        # it may be any of the first.
        if tail is not None or one.page == before.page:
            return tail
    return None


def _continued(segments: Sequence[Segment], number: int, text: str) -> list[_Span] | None:
    """Return the spans of ``text`` from the start of a segment on, None if it is not there."""
    one = segments[number]
    if one.text.startswith(text) and len(text) in one.ends and one.is_free(0, len(text)):
        return [(number, 0, len(text))]
    if not text.startswith(one.text) or not one.is_free(0, len(one.text)):
        return None
    tail = _rest(segments, number, text[len(one.text) :])
    return None if tail is None else [(number, 0, len(one.text)), *tail]


def _goes_on(before: Segment, after: Segment) -> bool:
    """Say whether a paragraph may go on: below, and in the same column."""
    if before.box is None or after.box is None or before.page != after.page:
        return True
    beside = min(before.box.right, after.box.right) - max(before.box.left, after.box.left)
    return after.box.top > before.box.top and beside > 0


def _strange(
    segments: Sequence[Segment], definition: FormDefinition, record: Record
) -> str | None:
    """Return behind which phrase the first text stands that nobody knows, None without any."""
    prints = 1 + (len(definition.layout.copies) if definition.layout is not None else 0)
    # A copy of a page shows the answers of that page again.
    answers = Counter(list(_answers(definition, record)) * prints)
    prompts = _prompts(definition)
    behind, found = "", None
    places = [(one.page, one.box) for one in record.fields.values() if one.box is not None]
    for one in segments:
        inside = any(page == one.page and _lies_in(one.box, box) for page, box in places)
        for start, word in () if inside else _untaken(one):
            if not any(sign.isalnum() for sign in word) or word in prompts:
                continue
            if answers[word] > 0:
                answers[word] -= 1
            elif found is None:
                earlier = [end for end in one.marks if end <= start]
                found = one.marks[max(earlier)] if earlier else behind
        if one.marks:
            behind = one.marks[max(one.marks)]
    return found


def _lies_in(box: Box | None, around: Box) -> bool:
    return box is not None and around.contains(
        (box.left + box.right) / 2, (box.top + box.bottom) / 2
    )


def _untaken(one: Segment) -> Iterator[tuple[int, str]]:
    """Yield the words of a segment that are not ours, with their places."""
    for start in sorted(one.starts):
        end = min(place for place in one.ends if place > start)
        if one.is_free(start, end):
            yield start, one.text[start:end]


def _known(definition: FormDefinition, record: Record) -> frozenset[str]:
    """Return every word with a letter or digit that may stand in the fields of a document."""
    may_stand = _prompts(definition).union(_answers(definition, record))
    return frozenset(word for word in may_stand if any(sign.isalnum() for sign in word))


def _prompts(definition: FormDefinition) -> frozenset[str]:
    return frozenset(word for one in definition.fields for word in words(one.placeholder))


def _answers(definition: FormDefinition, record: Record) -> Iterator[str]:
    """Yield all words the document was seen to hold in its fields, repeated ones included."""
    # Every answer may go on elsewhere, and say so.
    texts = [SIGNED, *(CONTINUED for _ in record.fields)]
    for extraction in (*record.fields.values(), *record.rivals):
        texts.append(extraction.raw)
    echoes = definition.layout.echoes if definition.layout is not None else ()
    known: Mapping[str, str] = {
        one.key: shown(one, value)
        for one in definition.fields
        if one.kind not in (FieldKind.CHOICE, FieldKind.TICK, FieldKind.SIGNATURE)
        and (value := record.value(one.key)) is not None
    }
    texts += [known[echo.source] for echo in echoes if echo.source in known]
    texts += [SIGNED for one in definition.fields if one.kind is FieldKind.SIGNATURE]
    for text in texts:
        yield from words(text)


def _short(phrase: str) -> str:
    return phrase if len(phrase) <= _QUOTED else f"{phrase[: _QUOTED - 2].rstrip()} …"
