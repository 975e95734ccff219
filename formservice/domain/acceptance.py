"""Which recognised values need no human look: limits as data, and the decision over one value.

What counts is not how often recognition is right but how often an accepted value is wrong. A value
is accepted only if readings made in different ways agree, every word was recognised surely, the
text can be what the field asks for, and the page as a whole can be trusted.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from statistics import median

from formservice.domain.characters import CharacterRules, is_foreign
from formservice.domain.content import is_suspect_value
from formservice.domain.days import is_day, possible
from formservice.domain.document import Doubt, Opinion, ReadingBy
from formservice.domain.form import Content
from formservice.domain.slips import slips_between
from formservice.domain.votes import Vote, Word, vote


@dataclass(frozen=True, slots=True)
class PageGate:
    """What a page must show before any text on it is trusted.

    ``agreement`` is the share of its texts whose readings are the same, ``confidence`` the median
    of their confidences; with fewer than ``texts`` of them nothing can be said of the page, and
    each must be as sure as ``alone`` by itself.
    """

    agreement: float
    confidence: float
    texts: int
    alone: float


@dataclass(frozen=True, slots=True)
class Confirmation:
    """When a value known beforehand confirms a reading.

    ``confidence`` is the least of two readings that equal it; one alone must reach the limit of
    its content. Another reading that differs must not be surer than ``contradiction``. A reading
    that differs in one of ``near`` characters, or in one alone, may be the known value misread.
    """

    confidence: float
    contradiction: float
    near: int


@dataclass(frozen=True, slots=True)
class AcceptanceRule:
    """The whole rule; ``str`` names it with its version, which is kept with every decision.

    ``pairs`` are the readings that count as two, each with the least confidence it asks for: two
    that share a picture or a model may share a mistake. Of ``many`` readings ``against`` may say
    something else about a word, and nothing where what is read with less than ``no_dirt`` may be
    dirt. ``limits`` give for each content the least confidence, which the least sure word must
    reach in two readings; ``unanimous`` is that of a word which all of ``many`` have, if the limit
    is no stricter than ``unanimous_up_to``. ``foreign`` is that of a text with letters German has
    not, ``unlikely`` that of a day which contradicts another one or a demand of the form, and
    ``unlikely_by_all`` if all of ``many`` have it, and ``lone`` that of a text of ``lone_signs``
    letters and digits at most, of which no reading may say anything else. ``listed`` confirms by
    lists of the installation, ``expected`` by what was sent. ``digest`` is told from all of this,
    so that a rule changed without a new version is another one.
    """

    name: str
    version: str
    pairs: Mapping[frozenset[ReadingBy], float]
    many: int
    against: int
    no_dirt: float
    limits: Mapping[Content, float]
    unanimous: float
    unanimous_up_to: float
    foreign: float
    unlikely: float
    unlikely_by_all: float
    lone_signs: int
    lone: float
    page: PageGate
    listed: Confirmation
    expected: Confirmation
    characters: CharacterRules = field(default_factory=CharacterRules)
    calibrated: str = ""
    digest: str = ""

    def limit_by_all(self, about: Content) -> float:
        """Return the limit of a word that ``many`` readings have, all of them."""
        limit = self.limits[about]
        # Whoever asks for more than was measured, or for a person, shall get it.
        return min(limit, self.unanimous) if limit <= self.unanimous_up_to else limit

    def is_lone(self, text: str) -> bool:
        """Say whether a text is so short that a hair or a stain may be all of it."""
        return sum(sign.isalnum() for sign in text) <= self.lone_signs

    def __str__(self) -> str:
        """Return ``name/version#digest``."""
        return f"{self.name}/{self.version}" + (f"#{self.digest}" if self.digest else "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything known about one recognised value.

    ``readings`` are those of the picture, in their order, the prompt of the field counted as
    nothing. ``trusted`` says whether its page passed the gate, None if the page has too little
    text to tell. ``entries`` are what the lists of the installation have for the field, ``sent``
    what was sent, if that is known.
    """

    about: Content
    readings: Sequence[Opinion]
    trusted: bool | None = None
    required: bool = False
    entries: Iterable[str] = ()
    sent: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of it: the text that counts, why a person must look, what it is like.

    ``doubts`` is empty if the value is accepted. ``together`` says that no reading has the text:
    it was put together from them word by word. ``nearest`` is the entry of a list that the value
    is like without being the same.
    """

    text: str
    confidence: float
    doubts: frozenset[Doubt] = frozenset()
    nearest: str = ""
    together: bool = False


def decided(evidence: Evidence, rule: AcceptanceRule) -> Decision:
    """Return what ``rule`` makes of the readings, of which there is at least one."""
    first = next((one for one in evidence.readings if one.text.strip()), None)
    if first is None:
        blank = evidence.readings[0]
        return Decision(blank.text, blank.confidence, _doubts_of_blank(evidence))
    if evidence.trusted is not False:
        for known, limits in _known(evidence, rule):
            confirmed = _confirmed(evidence, known, limits, rule.limits[evidence.about])
            if confirmed is not None:
                return Decision(confirmed.text, confirmed.confidence)
    told = _settled(evidence.about, evidence.readings, rule)
    chosen = _chosen(evidence, first, told)
    doubts = _doubts(evidence, chosen.text, told, rule)
    nearest = _nearest(chosen.text, evidence, rule)
    if nearest is not None:
        return replace(chosen, doubts=doubts | {Doubt.NOT_LISTED}, nearest=nearest)
    return replace(chosen, doubts=doubts)


_IN_DATES = str.maketrans({":": ".", ";": ".", ",": ".", "|": None})


def same_text(about: Content, one: str, other: str) -> bool:
    """Say whether two readings are the same but for white space; dates, if they are one day."""
    if about is Content.DATE:
        # Dots of a date are read as colons, the edge of its box as a bar; it is the same day.
        one, other = one.translate(_IN_DATES), other.translate(_IN_DATES)
        if is_day(one) and is_day(other):
            return possible(one) == possible(other)
    return _folded(about, one) == _folded(about, other)


def agree(about: Content, readings: Sequence[Opinion]) -> bool:
    """Say whether all readings are the same."""
    return all(same_text(about, readings[0].text, one.text) for one in readings[1:])


def is_trusted(
    values: Sequence[tuple[Content, Sequence[Opinion]]], rule: AcceptanceRule
) -> bool | None:
    """Say whether a page with these recognised ``values`` passes; None if that cannot be told.

    Its words tell, for in a long text one word is always unsure.
    """
    gate = rule.page
    written = [
        (about, readings)
        for about, readings in values
        if any(one.text.strip() for one in readings)
    ]
    if len(written) < gate.texts:
        return None
    same = sum(
        len(readings) > 1
        and (agree(about, readings) or _settled(about, readings, rule) is not None)
        for about, readings in written
    )
    least = [min(readings, key=lambda one: one.confidence) for _, readings in written]
    sure = median(share for one in least for share in one.sure or (one.confidence,))
    return same >= gate.agreement * len(written) and sure >= gate.confidence


def _doubts_of_blank(evidence: Evidence) -> frozenset[Doubt]:
    """Return why a place where no reading has anything may still hold something.

    A required field that is blank is sent back to people, so that its page must be good.
    """
    if len(evidence.readings) < 2:
        return frozenset({Doubt.ONE_READING})
    if not evidence.required or evidence.trusted:
        return frozenset()
    return frozenset({Doubt.RECOGNISED if evidence.trusted is None else Doubt.POOR_PAGE})


def _known(evidence: Evidence, rule: AcceptanceRule) -> Iterable[tuple[str, Confirmation]]:
    if evidence.sent:
        yield evidence.sent, rule.expected
    for entry in evidence.entries:
        yield entry, rule.listed


def _confirmed(
    evidence: Evidence, known: str, limits: Confirmation, alone: float
) -> Opinion | None:
    """Return the surest reading equal to ``known`` if that confirms it, else None.

    What was known beforehand must not turn a misread into a value: a reading that says something
    else, and may be right, keeps the question open, and one without a second that equals it, too,
    must be as sure as ``alone``; nor is anything confirmed where that asks for a person. The text
    need not look like what the field asks for.
    """
    about = evidence.about
    equal = [one for one in evidence.readings if same_text(about, one.text, known)]
    others = [one for one in evidence.readings if one not in equal]
    if not equal:
        return None
    best = max(equal, key=lambda one: one.confidence)
    contradicted = any(
        one.confidence > limits.contradiction or one.confidence >= best.confidence
        for one in others
    )
    lower = len(equal) > 1 and alone < _BY_HAND
    least = limits.confidence if lower else max(limits.confidence, alone)
    return None if best.confidence < least or contradicted else best


def _settled(about: Content, readings: Sequence[Opinion], rule: AcceptanceRule) -> Vote | None:
    """Return what the readings say together; None if they differ."""
    told = vote([(one.by, _asked(about, one)) for one in readings], rule.pairs, rule.no_dirt)
    if told is None:
        return None
    lone = rule.is_lone("".join(word for word, _ in told.words))
    allowed = rule.against if len(readings) >= rule.many and not lone else 0
    return None if told.against > allowed else told


def _asked(about: Content, reading: Opinion) -> tuple[Word, ...]:
    """Return the words of a reading, a day or a number as one."""
    text = unicodedata.normalize("NFC", reading.text)
    if about is Content.DATE:
        plain = text.translate(_IN_DATES)
        # A year of two digits may be of two centuries.
        days = " ".join(day.isoformat() for day in possible(plain))
        day = days or _folded(about, text)
        return (Word(day, reading.confidence),) if day else ()
    if about is Content.PHONE:
        number = _folded(about, text)
        return (Word(number, reading.confidence),) if number else ()
    words = text.split()
    known = len(reading.sure) == len(words)
    sure = reading.sure if known else (reading.confidence,) * len(words)
    return tuple(Word(word, share) for word, share in zip(words, sure, strict=True))


def _chosen(evidence: Evidence, first: Opinion, told: Vote | None) -> Decision:
    """Return the text to show: that of the reading which says what all say together, or the first.

    Where each has slipped somewhere it is put together; and only a date shows a day.
    """
    about = evidence.about
    if told is not None:
        won = " ".join(word for word, _ in told.words if word)
        same = [
            one
            for one in evidence.readings
            if " ".join(word.text for word in _asked(about, one)) == won
        ]
        if same:
            # Of one number or day in two ways of writing that of the most, then of the first.
            ways = Counter(" ".join(one.text.split()) for one in same)
            one = max(same, key=lambda one: ways[" ".join(one.text.split())])
            return Decision(one.text, one.confidence)
        return Decision(told.written(first.text), max(told.confidence, 0.0), together=True)
    if about is Content.DATE and not is_day(first.text):
        first = next((one for one in evidence.readings if is_day(one.text)), first)
    return Decision(first.text, first.confidence)


def _doubts(
    evidence: Evidence, text: str, told: Vote | None, rule: AcceptanceRule
) -> frozenset[Doubt]:
    about, readings = evidence.about, evidence.readings
    doubts: set[Doubt] = set()
    if not _counts(readings, rule):
        doubts.add(Doubt.ONE_READING)
        if not agree(about, readings):
            doubts.add(Doubt.READINGS_DIFFER)
    elif told is None or not text.strip():
        doubts.add(Doubt.READINGS_DIFFER)
    if not _is_sure(evidence, told if Doubt.READINGS_DIFFER not in doubts else None, rule):
        doubts.add(Doubt.UNSURE)
    if evidence.trusted is False:
        doubts.add(Doubt.POOR_PAGE)
    # What two readings differ in is told by that alone.
    suspect = is_suspect_value(about, text, rule.characters)
    if suspect and Doubt.READINGS_DIFFER not in doubts:
        doubts.add(Doubt.CHARACTERS)
    return frozenset(doubts)


def _is_sure(evidence: Evidence, told: Vote | None, rule: AcceptanceRule) -> bool:
    """Say whether every word reaches the limits: as they are told together, else in all readings.

    That all readings have a word lowers the limit of its content alone.
    """
    about, readings = evidence.about, evidence.readings
    limit = rule.limits[about]
    others = [0.0]
    if any(is_foreign(one.text) for one in readings):
        others.append(rule.foreign)
    if evidence.trusted is None:
        others.append(rule.page.alone)
    if any(one.text.strip() and rule.is_lone(one.text) for one in readings):
        others.append(rule.lone)
    if told is None:
        return min(one.confidence for one in readings) >= max(limit, *others)
    if len(readings) < rule.many:
        return told.confidence >= max(limit, *others)
    by_all = rule.limit_by_all(about)
    return told.confidence >= max(by_all, *others) and told.divided >= limit


def _counts(readings: Sequence[Opinion], rule: AcceptanceRule) -> bool:
    """Say whether any two of the readings count as two."""
    return any(frozenset((one.by, two.by)) in rule.pairs for one, two in combinations(readings, 2))


def _nearest(text: str, evidence: Evidence, rule: AcceptanceRule) -> str | None:
    """Return the known value that ``text`` is like without being it; empty for what was sent.

    What was sent is a value of the form, which no message may name.
    """
    about, sent = evidence.about, evidence.sent
    if sent and 0 < _distance(about, text, sent, rule.expected.near) < _FAR:
        return ""
    near = [(_distance(about, text, one, rule.listed.near), one) for one in evidence.entries]
    distance, nearest = min(near, default=(_FAR, ""))
    return nearest if 0 < distance < _FAR else None


def _distance(about: Content, one: str, other: str, near: int) -> int:
    """Return in how many characters two texts differ, ``_FAR`` if in more than they may."""
    if same_text(about, one, other):
        return 0
    left, right = _folded(about, one), _folded(about, other)
    most = max(1, min(len(left), len(right)) // near)
    if abs(len(left) - len(right)) > most or min(len(left), len(right)) < _SHORTEST:
        return _FAR
    while left and right and left[0] == right[0]:
        left, right = left[1:], right[1:]
    while left and right and left[-1] == right[-1]:
        left, right = left[:-1], right[:-1]
    if max(len(left), len(right)) > _LONGEST:
        return _FAR
    distance = slips_between(left, right, most)
    return _FAR if distance is None else distance


# A limit that no reading reaches: a person is asked for.
_BY_HAND = 1.0
_FAR = 1_000
# A letter is like every other letter; and where long texts differ in two places far apart, what
# was changed is for the comparison to tell.
_SHORTEST, _LONGEST = 3, 300


def _folded(about: Content, text: str) -> str:
    """Return ``text`` without what white space adds; in a number blanks mean nothing at all."""
    words = unicodedata.normalize("NFC", text).split()
    return ("" if about is Content.PHONE else " ").join(words)
