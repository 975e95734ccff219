"""Which documents a file holds, and which form each is, by what margin over the runner-up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formservice.domain.document import Claim, Page
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.values import folded

# Below these a person chooses. A foreign page shares up to a third of the short phrases
# („Name“, „Datum“) with any form; two editions of one form differ by their claim alone.
LOWEST_SCORE = 0.4
LOWEST_MARGIN = 0.2
# A claim („this is feedbackbogen/2023-09-22“) weighs this much; the rest is what stands there.
_CLAIM_WEIGHT = 0.7
# One page of several carries only part of the wording; below this it is no page of the form.
_PAGE_SCORE = 0.05
# A page that repeats this share of what was already seen begins the same form once more.
_REPEATED = 0.5


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


@dataclass(frozen=True, slots=True)
class Found:
    """One document in a file: its pages, what it is, and the continuation sheets behind it."""

    identity: Identity
    pages: tuple[Page, ...]
    sheets: tuple[Page, ...] = ()


def documents(pages: Sequence[Page], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents in a file, each page in exactly one of them, in the file's order.

    Pages that belong to no form stand together as runs without identity.
    """
    sheet_refs = {one.ref for one in forms if one.is_sheet}
    runs: list[list[Page]] = []
    sheets: list[list[Page]] = []
    nearest: list[FormRef | None] = []
    identities: list[Identity] = []
    for page in pages:
        alone = identify([page], forms)
        here = alone.nearest if alone.score >= _PAGE_SCORE else None
        is_sheet = alone.ref in sheet_refs and alone.ref is not None
        if runs and nearest[-1] is not None and (is_sheet or _continues_only(page)):
            sheets[-1].append(page)
        elif runs and nearest[-1] == here and _belongs(runs[-1], page, here, forms):
            runs[-1].append(page)
            identities[-1] = identify(runs[-1], forms)
        else:
            runs.append([page])
            sheets.append([])
            nearest.append(here)
            identities.append(alone)
    return _bridged(
        [
            Found(identity, tuple(run), tuple(behind))
            for identity, run, behind in zip(identities, runs, sheets, strict=True)
        ],
        forms,
    )


def _bridged(found: Sequence[Found], forms: Sequence[Candidate]) -> list[Found]:
    """Return the documents with pages of pure answer text between two halves of one form joined.

    In a foreign layout a long answer fills pages that carry no printed word.
    """
    joined: list[Found] = []
    for one in found:
        before = joined[-2] if len(joined) > 1 else None
        between = joined[-1] if joined else None
        if (
            before is not None
            and between is not None
            and between.identity.score < _PAGE_SCORE <= one.identity.score
            and before.identity.nearest == one.identity.nearest
            and not any(page.claims for half in (before, one) for page in half.pages)
            and _belongs(before.pages, one.pages[0], one.identity.nearest, forms)
        ):
            pages = (*before.pages, *between.pages, *one.pages)
            joined[-2:] = [Found(identify(pages, forms), pages, one.sheets)]
        else:
            joined.append(one)
    return joined


def identify(pages: Sequence[Page], forms: Sequence[Candidate]) -> Identity:
    """Return which of ``forms`` the pages belong to, taken together."""
    names = {sighting.key.partition("__")[0] for page in pages for sighting in page.sightings}
    claims = [claim for page in pages for claim in page.claims]
    # Where what it claims to be and every single name agree, the wording need not be taken out.
    text = "" if _is_settled(forms, names, claims) else _text(pages)
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
    found = _phrases_in(form, text)
    if not found:
        return 0.0
    return sum(form.phrases[phrase] for phrase in found) / sum(form.phrases.values())


def _phrases_in(form: Candidate, text: str) -> set[str]:
    """Return the printed phrases of ``form`` that stand in folded ``text``."""
    return {phrase for phrase in form.phrases if phrase in text} if text else set()


def _words(text: str) -> str:
    return folded(text).casefold()


def _text(pages: Sequence[Page]) -> str:
    return _words(" ".join(block.text for page in pages for block in page.blocks))


def _continues_only(page: Page) -> bool:
    """Say whether a page holds nothing but continuations (``q3_erreicht__2``)."""
    keys = [sighting.key for sighting in page.sightings]
    return bool(keys) and all(key.rpartition("__")[2].isdigit() for key in keys)


def _belongs(
    run: Sequence[Page], page: Page, ref: FormRef | None, forms: Sequence[Candidate]
) -> bool:
    """Say whether ``page`` goes on with the document ``run``; both are nearest to ``ref``."""
    last, here = _claim(run[-1]), _claim(page)
    if (last is None) is not (here is None):
        # Our own pages all say what they are; one that does not is no page of this document.
        return False
    if last is not None and here is not None:
        if last.reference and here.reference and last.reference != here.reference:
            return False
        if last.page is not None and here.page is not None:
            return here.page > last.page
    form = next((one for one in forms if one.ref == ref), None)
    if form is None:
        return True
    keys = {sighting.key for one in run for sighting in one.sightings}
    own = {sighting.key for sighting in page.sightings}
    before, now = _phrases_in(form, _text(run)), _phrases_in(form, _text([page]))
    repeated_names = own and len(keys & own) > _REPEATED * len(own)
    repeated_words = now and len(before & now) > _REPEATED * len(now)
    return not (repeated_names or repeated_words)


def _claim(page: Page) -> Claim | None:
    """Return the strongest claim of a page: QR code, printed text, then the file's own."""
    order = {"qr": 0, "text": 1, "property": 2, "info": 3}
    return min(page.claims, key=lambda claim: order.get(claim.source, 9), default=None)


def claimed_page(page: Page) -> int | None:
    """Return which page of its form a page claims to be, None if it does not say."""
    numbers = [claim.page for claim in page.claims if claim.page is not None]
    return numbers[0] if numbers else None
