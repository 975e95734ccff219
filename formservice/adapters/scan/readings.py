"""The readings of one zone: whether they are the same, and what they leave open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formservice.adapters.scan.handwriting import Hand
from formservice.adapters.scan.text import ZoneText
from formservice.domain.document import ReadingBy

# A text less sure than this in one of two readings is left open by them.
_SURE = 0.8
_LATIN = frozenset({ReadingBy.ZONE_LATIN, ReadingBy.PAGE_LATIN, ReadingBy.CLOSE_LATIN})
_CLOSELY = (ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)


@dataclass(frozen=True, slots=True)
class Readings:
    """What stands in a zone by one or two readings.

    ``by`` tells how each was made, ``doubtful`` that its shapes contradict them, ``by_hand`` that
    nobody should trust them. ``closely`` are two more of a zone that the first leave open.
    ``unclear`` are words whose letters may be others, which two readings must not say.
    """

    first: ZoneText
    second: ZoneText | None = None
    by: tuple[ReadingBy, ReadingBy] = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
    doubtful: bool = False
    by_hand: bool = False
    closely: tuple[ZoneText, ...] = ()
    unclear: frozenset[str] = frozenset()

    @property
    def named(self) -> Sequence[tuple[ReadingBy, ZoneText]]:
        """All readings with their names."""
        first, second = self.by
        made = [(first, self.first)]
        if self.second is not None:
            made.append((second, self.second))
        return [*made, *zip(_CLOSELY, self.closely, strict=False)]

    @property
    def hand(self) -> Hand | None:
        """What the writing looks like; the surer reading counts, for names are hard for one."""
        hand = self.first.hand
        other = None if self.second is None else self.second.hand
        if hand is None or other is None:
            return hand
        return replace(hand, sure=max(hand.sure, other.sure))

    @property
    def is_open(self) -> bool:
        """Whether two readings differ, or the shapes of the zone contradict them."""
        return self.second is not None and (self.doubtful or self.first.text != self.second.text)

    @property
    def is_unsettled(self) -> bool:
        """Whether two readings of a text differ in a word, or one of them is unsure."""
        first, second = self.first, self.second
        if second is None or not first.text:
            return False
        return (
            first.text.split() != second.text.split()
            or min(first.confidence, second.confidence) < _SURE
        )

    @property
    def is_doubtful(self) -> bool:
        """Whether shapes contradict what was read.

        Where the first two differ, those readings tell that are the same by both models, if there
        are any: what is odd about another may be the very sign that it misread.
        """
        first, second = self.first, self.second
        words = [set(one.text.split()) for _, one in self.named]
        if any(sum(word in own for own in words) > 1 for word in self.unclear):
            return True
        if second is None or not self.closely or first.text.split() == second.text.split():
            return self.doubtful
        for one in (first, second):
            same = [
                (name in _LATIN, other)
                for name, other in self.named
                if other.text.split() == one.text.split()
            ]
            if len({latin for latin, _ in same}) > 1:
                return any(other.doubtful for _, other in same) or one.shown != one.text
        return self.doubtful or any(one.doubtful for one in self.closely)


def put_together(first: ZoneText, second: ZoneText, by: tuple[ReadingBy, ReadingBy]) -> Readings:
    """Return two readings of a zone, those of one shape as the same."""
    doubtful = first.doubtful or second.doubtful
    if first.text == second.text:
        return Readings(first, second, by, doubtful or first.shown != first.text)
    if first.shown == second.shown:
        # Two of three: one of the readings, and the heights of the letters.
        first, second = replace(first, text=first.shown), replace(second, text=second.shown)
    return Readings(first, second, by, doubtful)
