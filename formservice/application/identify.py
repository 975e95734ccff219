"""Which form pages are, and by what margin over the runner-up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from formservice.domain.document import Claim, Page, part_of
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.groups import groups, pattern
from formservice.domain.values import folded

# Below these a person chooses. A foreign page shares up to a third of the short phrases
# („Name“, „Datum“) with any form.
LOWEST_SCORE = 0.4
LOWEST_MARGIN = 0.2
# Editions of one form share nearly everything. One is told by what it has and the other has not:
# at least this share of it is seen, and of the other's no more than half as much.
_OWN_SHARE = 0.5
# An edition that has nothing of its own is told by what is missing, if all else is there.
_ALL_ELSE = 0.8
# A claim („this is feedbackbogen/2023-09-22“) weighs this much; the rest is what stands there.
_CLAIM_WEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class Identity:
    """The form some pages were recognised as; ``ref`` is None when no form wins with a margin.

    ``nearest`` is the best candidate all the same, None if nothing speaks for any form.
    ``editions`` are those of its form that cannot be told apart here, none where one is sure;
    ``title`` is what people call it.
    """

    ref: FormRef | None
    nearest: FormRef | None
    score: float
    margin: float
    editions: tuple[FormRef, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form pages may belong to, with what is looked for: worked out once, asked for often.

    ``phrases`` are printed phrases, folded, with their weight; ``pages`` the control names of
    each page of the form, ``anchors`` all of them. Names of repeated fields are patterns: a
    document may have any number of them. ``repeated`` are phrases printed once per item.
    """

    ref: FormRef
    is_sheet: bool
    phrases: Mapping[str, int]
    pages: tuple[frozenset[str], ...]
    anchors: frozenset[str]
    repeated: frozenset[str] = frozenset()
    title: str = ""


def candidate(definition: FormDefinition) -> Candidate:
    """Return ``definition`` as a candidate."""
    flow = definition.layout.flow if definition.layout else ()
    zones = definition.layout.zones if definition.layout else ()
    weights = {phrase: len(phrase) for item in flow if (phrase := _words(item.text))}
    for mark in definition.marks:
        # No other form has these: they count double.
        weights[_words(mark)] = 2 * len(mark)
    anchors = frozenset(pattern(anchor) for one in definition.fields for anchor in one.anchors)
    numbers = {zone.page for zone in zones}
    pages = [
        frozenset(pattern(zone.key) for zone in zones if zone.page == number) for number in numbers
    ]
    return Candidate(
        ref=definition.ref,
        is_sheet=definition.continuation is not None,
        phrases=weights,
        pages=(*pages, anchors),
        anchors=anchors,
        repeated=frozenset(_repeated(definition)),
        title=definition.title,
    )


def _repeated(definition: FormDefinition) -> Iterator[str]:
    """Yield the phrases that come with every item; not those with the number of the item."""
    rows = {group.key: group.rows for group in groups(definition.members)}
    inside: list[str] = []
    for item in definition.layout.template_flow if definition.layout else ():
        if item.begin:
            inside.append(item.begin)
        elif item.end:
            inside.pop()
        elif item.text and len(inside) > 1:
            for number in range(1, rows.get(inside[-1], 0) + 1):
                yield _words(item.text.replace("{n}", str(number)))
        elif item.text and inside and "{n}" not in item.text:
            yield _words(item.text)


def identify(pages: Sequence[Page], forms: Sequence[Candidate]) -> Identity:
    """Return which of ``forms`` the pages belong to, taken together."""
    seen = (sighting.key for page in pages for sighting in page.sightings)
    names = {pattern(part_of(key)[0]) for key in seen if key[:1] != "="}  # an echo is no field
    claims = [page.claims for page in pages if page.claims]
    known = {form.ref.form for form in forms}
    claims = [own for own in claims if any(claim.form in known for claim in own)]
    # Where what it claims to be and every single name agree, the wording need not be taken out.
    settled = _is_settled(forms, names, [claim for own in claims for claim in own])
    text = "" if settled else page_text(pages)
    scored = sorted(
        ((_score(form, text, names, claims), form) for form in forms),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if not scored or scored[0][0] == 0:
        return Identity(None, None, 0.0, 0.0)
    best, form = scored[0]
    others = max((score for score, one in scored if one.ref.form != form.ref.form), default=0.0)
    twins = [one for score, one in scored if one.ref.form == form.ref.form]
    seconds = (score for score, one in scored[1:] if one.ref.form == form.ref.form)
    ahead = best - max(seconds, default=0.0)
    open_editions: tuple[FormRef, ...] = ()
    if len(twins) > 1 and ahead < LOWEST_MARGIN:
        told = None if claims else _told_apart(twins, best, text, names)
        if told is None:
            open_editions = tuple(sorted((one.ref for one in twins), key=str))
        else:
            form, ahead = told, 1.0
    rivals = [
        one
        for score, one in scored
        if one.ref.form != form.ref.form and best - score < LOWEST_MARGIN
    ]
    # Forms may share nearly all their wording, as editions do.
    if best >= _ALL_ELSE and all(_is_rather(form, one, best, text, names) for one in rivals):
        others = min(others, best - LOWEST_MARGIN)
    margin = round(min(best - others, ahead), 3)
    enough = best >= LOWEST_SCORE and margin >= LOWEST_MARGIN
    ref = form.ref if enough and not open_editions else None
    return Identity(ref, form.ref, round(best, 3), margin, open_editions, form.title)


def _told_apart(
    editions: Sequence[Candidate], score: float, text: str, names: set[str]
) -> Candidate | None:
    """Return which of the ``editions`` of one form it is, by what the others do not have."""
    for one in editions:
        others = [other for other in editions if other is not one]
        if all(_is_rather(one, other, score, text, names) for other in others):
            return one
    return None


def _is_rather(one: Candidate, other: Candidate, score: float, text: str, names: set[str]) -> bool:
    """Say whether what is there speaks for ``one`` and not for ``other``."""
    has, lacks = _own_found(one, other, text, names), _own_found(other, one, text, names)
    if has is None:
        return lacks == 0 and score >= _ALL_ELSE
    return has >= _OWN_SHARE and (lacks is None or lacks <= has / 2)


def _own_found(one: Candidate, other: Candidate, text: str, names: set[str]) -> float | None:
    """Return how much is there of what ``one`` has and ``other`` has not, None without any.

    Names of controls count before wording; a phrase that is part of one of the other's is no
    difference. Pages without a word of the form say nothing by their wording.
    """
    own = one.anchors - other.anchors
    if own and names & (one.anchors | other.anchors):
        return len(own & names) / len(own)
    phrases = {
        phrase for phrase in one.phrases if not any(phrase in theirs for theirs in other.phrases)
    }
    if not phrases or not phrases_in(one, text):
        return None
    found = sum(one.phrases[phrase] for phrase in phrases if phrase in text)
    return found / sum(one.phrases[phrase] for phrase in phrases)


def _is_settled(forms: Sequence[Candidate], names: set[str], claims: Sequence[Claim]) -> bool:
    """Say whether all claims name one form, and its control names are there, all and only they."""
    claimed = {(claim.form, claim.edition) for claim in claims}
    return len(claimed) == 1 and any(
        (form.ref.form, form.ref.edition) in claimed and _names_found(form, names) == 1
        for form in forms
    )


def _score(
    form: Candidate, text: str, names: set[str], claims: Sequence[Sequence[Claim]]
) -> float:
    """Return 0..1: how much speaks for ``form``; ``claims`` are those of each page with any.

    Forms may share most of their wording; a claim to be another known form speaks against this.
    """
    evidence = max(_names_found(form, names), _wording_found(form, text))
    name, edition = form.ref.form, form.ref.edition
    claimed = [{one.edition for one in own if one.form == name} for own in claims]
    claimed = [editions for editions in claimed if editions]
    if not claimed:
        return _CLAIM_WEIGHT / 2 * evidence if claims else evidence
    # A page that is like two editions says both; the other pages of the form decide.
    share = sum(edition in editions for editions in claimed) / len(claimed)
    if share:
        return share * (_CLAIM_WEIGHT + (1 - _CLAIM_WEIGHT) * evidence)
    # The same form in another edition: the claim is evidence against this one.
    return _CLAIM_WEIGHT / 2 * evidence


def _names_found(form: Candidate, names: set[str]) -> float:
    """Return the share of the form's control names seen, of those on the fullest page."""
    if not names:
        return 0.0
    share = max((len(page & names) / len(page) for page in form.pages if page), default=0.0)
    # Names are evidence only as far as the page has no others: „name“ is everybody's.
    strange = len(names - form.anchors) / len(names)
    return share * (1 - strange)


def _wording_found(form: Candidate, text: str) -> float:
    """Return the share of the form's printed characters found; its own marks count double."""
    found = phrases_in(form, text)
    if not found:
        return 0.0
    return sum(form.phrases[phrase] for phrase in found) / sum(form.phrases.values())


def phrases_in(form: Candidate, text: str) -> set[str]:
    """Return the printed phrases of ``form`` that stand in folded ``text``."""
    return {phrase for phrase in form.phrases if phrase in text} if text else set()


def _words(text: str) -> str:
    return folded(text).casefold()


def page_text(pages: Sequence[Page]) -> str:
    """Return all text of ``pages`` as one line, folded for comparing."""
    return _words(" ".join(block.text for page in pages for block in page.blocks))
