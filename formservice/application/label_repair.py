"""Misread labels set right, and the share of labels found: whether a page can be read by them.

Recognition slips over letters of the print as well. A run of words that is nearly a phrase of the
form is that phrase, and is written as it is printed; then the label chain finds it. Where many
phrases are not to be found at all, what stands between the others is no answer for sure.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace
from typing import NamedTuple

from formservice.application.chunks import chunks
from formservice.application.label_match import Phrases, key_of
from formservice.domain.document import Block
from formservice.domain.form import FormDefinition
from formservice.domain.reference import claim_from_print
from formservice.domain.slips import slips_between

ENOUGH_LABELS = 0.9
"""With at least this share of labels found the others were right (spec: bimodal, 94 % and up)."""

# Of a phrase so many letters may be misread; of a short one a single letter, of the shortest none.
_SLIPS = 0.18
_FEW_LETTERS = 4
# Of a phrase with so many words one of so many letters was surely read well.
_FEW_WORDS, _LONG_WORD = 4, 5
# A place with so many more slips is as good as another; a phrase of so many characters, at the
# top of a page (header, and the head of a row in two lines), was printed again and is no quote.
_AS_GOOD, _LONG_PHRASE, _TOP_BLOCKS = 2, 40, 4
# What remains of a line whose phrase is taken out: the bullet before it, a colon.
_LEFT_OVER = " \t.,:;•*·-–"
# What stands alone where recognition saw a bullet or dirt. A dash is an answer.
_NO_ANSWER = " \t.,:;•*·"
# Letters are told apart by so many kinds before two runs are compared in full.
_KINDS = 64


class Repaired(NamedTuple):
    """Blocks with their labels as printed, and which share of all labels was found."""

    blocks: tuple[Block, ...]
    share: float


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of a block, with its letters, and where it stands in the text of the block.

    ``kinds`` has a bit for each letter in it.
    """

    block: int
    start: int
    end: int
    letters: str
    kinds: int


@dataclass(frozen=True, slots=True)
class _Window:
    """Words ``first`` to ``last`` of a stream that are nearly a phrase."""

    phrase: str
    stream: int
    first: int
    last: int
    slips: int


def repaired(definition: FormDefinition, blocks: Sequence[Block]) -> Repaired:
    """Return ``blocks`` with misread phrases of ``definition`` as they are printed."""
    wanted = _wanted(definition)
    streams = list(_streams(blocks))
    taken: set[_Word] = set()
    kept: list[_Window] = []
    left = Counter(wanted)
    windows = _best_first(list(_windows(wanted, streams)), streams, blocks)
    for window in windows:
        words = set(streams[window.stream][window.first : window.last + 1])
        if left[window.phrase] > 0 and not taken & words:
            taken |= words
            left[window.phrase] -= 1
            kept.append(window)
    again = _printed_again(windows, kept, streams, set(_tops(blocks)))
    total = sum(wanted.values())
    share = 1.0 - sum(left.values()) / total if total else 0.0
    phrases = Phrases.of(definition)
    labels = phrases.labels | phrases.options | _starters(definition)
    return Repaired(tuple(_rewritten(blocks, streams, kept, again, labels)), share)


def _wanted(definition: FormDefinition) -> Counter[str]:
    """Return the printed phrases and how often each is printed; those of an item once."""
    layout = definition.layout
    texts = [key_of(item.text) for item in layout.flow if item.text] if layout else []
    if not texts:
        texts = list(Phrases.of(definition).all)
    counted = Counter(text for text in texts if _letters(text))
    if definition.members:
        return Counter(dict.fromkeys(counted, 1))
    return counted


def _starters(definition: FormDefinition) -> set[str]:
    """Return the labels and headings of items: the chain tells by them where one begins."""
    layout = definition.layout if definition.members else None
    inside, found = 0, set[str]()
    for item in layout.template_flow if layout else ():
        inside += bool(item.begin) - bool(item.end)
        if inside and item.text:
            found |= {key_of(item.text.replace("{n}", str(number))) for number in range(1, 21)}
    return found


def _best_first(
    windows: Sequence[_Window], streams: Sequence[Sequence[_Word]], blocks: Sequence[Block]
) -> list[_Window]:
    """Return long phrases first, for short ones are parts of them; of each the best places first.

    Of places that are about as good the one on the earlier page: Word repeats the head of a row
    on the page where the row goes on.
    """
    best: dict[str, int] = {}
    for one in windows:
        best[one.phrase] = min(one.slips, best.get(one.phrase, one.slips))

    def order(one: _Window) -> tuple[int, ...]:
        worse = max(0, one.slips - best[one.phrase] - _AS_GOOD)
        page = blocks[streams[one.stream][one.first].block].page
        return (-len(_letters(one.phrase)), worse, page, one.slips, one.stream, one.first)

    return sorted(windows, key=order)


def _printed_again(
    windows: Sequence[_Window],
    kept: Sequence[_Window],
    streams: Sequence[Sequence[_Word]],
    tops: Set[int],
) -> list[_Window]:
    """Return where long phrases stand once more at the top of a page.

    Two questions may differ in a word: what was read far worse than the phrase kept is no repeat.
    """
    slips = {one.phrase: one.slips for one in kept}
    taken = {word for one in kept for word in streams[one.stream][one.first : one.last + 1]}
    again = []
    for window in windows:
        words = streams[window.stream][window.first : window.last + 1]
        if (
            len(window.phrase) >= _LONG_PHRASE
            and words[0].block in tops
            and window.slips <= slips.get(window.phrase, 0) + _AS_GOOD
            and not taken & set(words)
        ):
            taken |= set(words)
            again.append(window)
    return again


def _tops(blocks: Sequence[Block]) -> Iterator[int]:
    """Yield the blocks at the top of their page: what Word repeats stands there."""
    for page in {block.page for block in blocks}:
        yield from [number for number, one in enumerate(blocks) if one.page == page][:_TOP_BLOCKS]


def _streams(blocks: Sequence[Block]) -> Iterator[list[_Word]]:
    """Yield the words in two orders: column by column, and line by line over all columns.

    A phrase that breaks stands whole in one of them. Footers that name the form are no wording.
    """
    usable = [number for number, one in enumerate(blocks) if claim_from_print(one.text) is None]
    for chunk in chunks([blocks[number] for number in usable]):
        lines = list(dict.fromkeys(usable[number] for number in chunk.lines))
        yield [word for number in lines for word in _words(blocks[number].text, number)]
    for page in sorted({blocks[number].page for number in usable}):
        lines = [number for number in usable if blocks[number].page == page]
        yield [word for number in lines for word in _words(blocks[number].text, number)]


def _words(text: str, block: int) -> Iterator[_Word]:
    position = 0
    for piece in text.split():
        start = text.index(piece, position)
        position = start + len(piece)
        letters = _letters(piece)
        yield _Word(block, start, position, letters, _kinds(letters))


def _letters(text: str) -> str:
    """Return letters and digits, all small."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def _windows(wanted: Counter[str], streams: Sequence[Sequence[_Word]]) -> Iterator[_Window]:
    """Yield every run of words that is nearly a phrase."""
    for phrase in wanted:
        letters = _letters(phrase)
        most = _most_slips(letters)
        for stream, words in enumerate(streams):
            for first in _starts(phrase, words):
                found = _nearest(letters, most, words, first)
                if found is not None:
                    yield _Window(phrase, stream, first, found[0], found[1])


def _starts(phrase: str, words: Sequence[_Word]) -> Sequence[int]:
    """Return where a phrase may begin, by the long words of it that were read well."""
    told = {
        letters: place
        for place, word in enumerate(phrase.split())
        if len(letters := _letters(word)) >= _LONG_WORD
    }
    if len(phrase.split()) < _FEW_WORDS or not told:
        return range(len(words))
    return sorted(
        {
            start
            for number, word in enumerate(words)
            if word.letters in told
            for start in range(number - told[word.letters] - 1, number - told[word.letters] + 2)
            if 0 <= start < len(words)
        }
    )


def _most_slips(letters: str) -> int:
    if len(letters) < _FEW_LETTERS:
        return 0
    return max(1, int(_SLIPS * len(letters)))


def _nearest(
    letters: str, most: int, words: Sequence[_Word], first: int
) -> tuple[int, int] | None:
    """Return the last word of the run from ``first`` that is most like ``letters``, and slips."""
    best: tuple[int, int] | None = None
    wanted, kinds, length = _kinds(letters), 0, 0
    if not words[first].letters:
        return None
    for last in range(first, len(words)):
        word = words[last]
        length += len(word.letters)
        kinds |= word.kinds
        if length > len(letters) + most:
            break
        if length < len(letters) - most or not word.letters:
            continue
        # Every letter that only one of the two has is a slip.
        if (wanted & ~kinds).bit_count() > most or (kinds & ~wanted).bit_count() > most:
            continue
        run = "".join(one.letters for one in words[first : last + 1])
        if run == letters:
            return last, 0
        slips = slips_between(letters, run, most)
        if slips is not None and _same_digits(letters, run) and (not best or slips < best[1]):
            best = (last, slips)
    return best


def _kinds(letters: str) -> int:
    """Return a bit for each letter of a text; rare letters may share one."""
    kinds = 0
    for letter in letters:
        kinds |= 1 << ord(letter) % _KINDS
    return kinds


def _same_digits(one: str, other: str) -> bool:
    """Say whether two runs have the same digits: „Ziel 2“ is no „Ziel 3“ misread."""
    return [sign for sign in one if sign.isdigit()] == [sign for sign in other if sign.isdigit()]


def _rewritten(
    blocks: Sequence[Block],
    streams: Sequence[Sequence[_Word]],
    kept: Sequence[_Window],
    again: Sequence[_Window],
    labels: Set[str],
) -> Iterator[Block]:
    """Yield the blocks with the labels found as printed, whole where they begin.

    Print that is no label is left out, and so is a label printed ``again``: no answer begins or
    ends there.
    """
    changes: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for window in (*kept, *again):
        words = streams[window.stream][window.first : window.last + 1]
        text = window.phrase if window.phrase in labels and window not in again else ""
        for place in dict.fromkeys(word.block for word in words):
            own = [word for word in words if word.block == place]
            changes[place].append((own[0].start, own[-1].end, text))
            text = ""
    for number, block in enumerate(blocks):
        text = block.text
        for start, end, printed in sorted(changes.get(number, ()), reverse=True):
            colon = ":" if printed and text[start:end].endswith((":", ";")) else ""
            text = f"{text[:start]}{printed}{colon}{text[end:]}"
        if text == block.text and text.strip(_NO_ANSWER):
            yield block
        elif text != block.text and text.strip(_LEFT_OVER):
            yield replace(block, text=text.strip())
