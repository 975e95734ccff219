"""Which form pages are, and by what margin over the runner-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formservice.domain.document import Claim, Page, part_of
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.values import folded

# Below these a person chooses. A foreign page shares up to a third of the short phrases
# („Name“, „Datum“) with any form; two editions of one form differ by their claim alone.
LOWEST_SCORE = 0.4
LOWEST_MARGIN = 0.2
# A claim („this is feedbackbogen/2023-09-22“) weighs this much; the rest is what stands there.
_CLAIM_WEIGHT = 0.7


@dataclass(frozen=True, slots=True)
class Identity:
    """The form some pages were recognised as; ``ref`` is None when no form wins with a margin.

    ``nearest`` is the best candidate all the same, None if nothing speaks for any form.
    """

    ref: FormRef | None
    nearest: FormRef | None
    score: float
    margin: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A form pages may belong to, with what is looked for: worked out once, asked for often.

    ``phrases`` are printed phrases, folded, with their weight; ``pages`` the control names of
    each page of the form, ``anchors`` all of them.
    """

    ref: FormRef
    is_sheet: bool
    phrases: Mapping[str, int]
    pages: tuple[frozenset[str], ...]
    anchors: frozenset[str]


def candidate(definition: FormDefinition) -> Candidate:
    """Return ``definition`` as a candidate."""
    flow = definition.layout.flow if definition.layout else ()
    zones = definition.layout.zones if definition.layout else ()
    weights = {phrase: len(phrase) for item in flow if (phrase := _words(item.text))}
    for mark in definition.marks:
        # No other form has these: they count double.
        weights[_words(mark)] = 2 * len(mark)
    anchors = frozenset(anchor for one in definition.fields for anchor in one.anchors)
    numbers = {zone.page for zone in zones}
    pages = [frozenset(zone.key for zone in zones if zone.page == number) for number in numbers]
    return Candidate(
        definition.ref, definition.continuation is not None, weights, (*pages, anchors), anchors
    )


def identify(pages: Sequence[Page], forms: Sequence[Candidate]) -> Identity:
    """Return which of ``forms`` the pages belong to, taken together."""
    names = {part_of(sighting.key)[0] for page in pages for sighting in page.sightings}
    claims = [claim for page in pages for claim in page.claims]
    # Where what it claims to be and every single name agree, the wording need not be taken out.
    text = "" if _is_settled(forms, names, claims) else wording(pages)
    scored = sorted(
        ((_score(form, text, names, claims), form.ref) for form in forms),
        key=lambda pair: pair[0],
        reverse=True,
    )
    if not scored or scored[0][0] == 0:
        return Identity(None, None, 0.0, 0.0)
    best, ref = scored[0]
    margin = round(best - (scored[1][0] if len(scored) > 1 else 0.0), 3)
    enough = best >= LOWEST_SCORE and margin >= LOWEST_MARGIN
    return Identity(ref if enough else None, ref, round(best, 3), margin)


def _is_settled(forms: Sequence[Candidate], names: set[str], claims: Sequence[Claim]) -> bool:
    """Say whether all claims name one form, and its control names are there, all and only they."""
    claimed = {(claim.form, claim.edition) for claim in claims}
    return len(claimed) == 1 and any(
        (form.ref.form, form.ref.edition) in claimed and _names_found(form, names) == 1
        for form in forms
    )


def _score(form: Candidate, text: str, names: set[str], claims: Sequence[Claim]) -> float:
    """Return 0..1: how much speaks for ``form``."""
    evidence = max(_names_found(form, names), _wording_found(form, text))
    ours = (form.ref.form, form.ref.edition)
    if any((claim.form, claim.edition) == ours for claim in claims):
        return _CLAIM_WEIGHT + (1 - _CLAIM_WEIGHT) * evidence
    if any(claim.form == form.ref.form for claim in claims):
        # The same form in another edition: the claim is evidence against this one.
        return _CLAIM_WEIGHT / 2 * evidence
    return evidence


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


def wording(pages: Sequence[Page]) -> str:
    """Return all text of ``pages`` as one line, folded for comparing."""
    return _words(" ".join(block.text for page in pages for block in page.blocks))
