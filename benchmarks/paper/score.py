"""Truth against reading, field by field, and what the counts allow to say."""

import unicodedata
from dataclasses import dataclass
from math import comb

from benchmarks.paper.answers import Answer
from formservice.domain.record import Extraction, Reading

_MARKED = ("tick", "choice", "signature")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One field of one scan: what came of it.

    ``right`` compares with runs of white space made one blank, ``exact`` with line breaks.
    ``agreed`` says that there are two readings or more and all are the same; ``confidence`` is
    the least of all readings.
    """

    scan: str
    how: str
    level: str
    key: str
    kind: str
    state: str
    blank: bool
    right: bool
    exact: bool
    accepted: bool
    agreed: bool
    confidence: float
    reading: str
    decided: str
    doubts: tuple[str, ...]


def one_line(text: str) -> str:
    """Return ``text`` in NFC with every run of white space made one blank."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def right(answer: Answer, read: Extraction) -> bool:
    """Say whether a reading says what is on the paper."""
    if answer.kind == "choice":
        value = read.value if isinstance(read.value, tuple) else (read.value,)
        chosen = {f"{answer.key}.{option}" for option in value if option}
        return chosen == set(answer.on) and read.reading in (Reading.READ, Reading.BLANK)
    if answer.kind == "tick":
        return read.value is bool(answer.on)
    if answer.kind == "signature":
        return read.reading in (Reading.READ, Reading.BLANK) and bool(read.value) is answer.signed
    if answer.blank:
        return read.reading is Reading.BLANK
    if read.reading is not Reading.READ:
        return False
    if answer.kind == "date":
        return read.value == answer.day
    return one_line(read.raw) == one_line(answer.text)


def passes(answer: Answer, read: Extraction) -> bool:
    """Say whether accepting this reading is right: two marks where one may be are never."""
    return right(answer, read) and answer.state != "double"


def outcome(names: tuple[str, str, str], answer: Answer, read: Extraction) -> Outcome:
    """Return what came of one field; ``names`` are those of the scan, its hand and its level."""
    said = {one_line(opinion.text) for opinion in read.opinions}
    sure = [opinion.confidence for opinion in read.opinions] or [read.confidence]
    exact = answer.kind in _MARKED or read.raw == answer.text
    good = passes(answer, read)
    return Outcome(
        *names,
        key=answer.key,
        kind=answer.kind,
        state=answer.state,
        blank=answer.blank,
        right=good,
        exact=good and exact,
        accepted=read.accepted,
        agreed=len(read.opinions) > 1 and len(said) == 1,
        confidence=min(sure),
        reading=read.reading.value,
        decided=read.decided,
        doubts=tuple(sorted(doubt.value for doubt in read.doubts)),
    )


def bound(wrong: int, count: int) -> float:
    """Return the share of wrong ones that is not exceeded with 95 % confidence (exact)."""
    if count == 0 or wrong >= count:
        return 1.0
    low, high = wrong / count, 1.0
    for _ in range(40):
        share = (low + high) / 2
        chance = sum(
            comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(wrong + 1)
        )
        low, high = (share, high) if chance > _RISK else (low, share)
    return high


_RISK = 0.05
