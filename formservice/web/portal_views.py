"""What pages of a Träger show of its documents: the form, findings, and lists by what is to do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formservice.application.ports import Forms
from formservice.application.ports_portal import OwnDocument
from formservice.application.submitting import Prepared
from formservice.domain.case import BROWSER, DECIDED, State
from formservice.domain.errors import Problem
from formservice.domain.form import FormDefinition
from formservice.web.form_page import FormView, Known, Picture, Posted, view
from formservice.web.texts import counted, text


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list: what it is, where it leads, and what is to do."""

    id: str
    title: str
    name: str
    day: str
    state: State
    told: str
    kind: str
    do: str
    submission: str | None
    reason: str | None
    person: str | None
    named: str


# What waits for the Träger comes first, what was returned before everything else.
_ORDER: Mapping[str, tuple[State, ...]] = {
    "returned": (State.RETURNED,),
    "preparing": (State.RECEIVED, State.PREPARING),
    "submitted": (State.IN_REVIEW, State.UNIDENTIFIED),
    "accepted": (State.ACCEPTED, State.ARCHIVED),
    "no-form": (State.NO_FORM,),
    "discarded": (State.DISCARDED,),
}


def editions(forms: Forms) -> list[tuple[str, str]]:
    """Return the forms that somebody may say it is, the newest edition of each first."""
    found = [one for one in forms if one.released and one.continuation is None]
    found.sort(key=lambda one: one.ref.edition, reverse=True)
    found.sort(key=lambda one: one.title)
    return [
        (
            f"{one.ref.form}/{one.ref.edition}",
            text("portal.prepare.edition", title=one.title, edition=one.ref.edition),
        )
        for one in found
    ]


def form_view(
    prepared: Prepared,
    definition: FormDefinition,
    picture: Picture,
    said: Posted | None = None,
    problems: Sequence[Problem] = (),
) -> FormView:
    """Return a document as the page of its form; in a browser nobody signs (§ 36a SGB I)."""
    reading = prepared.reading
    known = Known(
        reading=reading,
        posted=said,
        findings=reading.get("findings") or (),
        problems=problems,
        picture=picture,
        signatures=prepared.kept.source != BROWSER,
    )
    return view(definition, known)


def lists(
    found: Sequence[OwnDocument], named: Mapping[str, str]
) -> Sequence[tuple[str, Sequence[Listed]]]:
    """Return documents by what is to do with them, what waits for the Träger first."""
    sorted_ = (
        (name, [_listed(one, named) for one in found if one.state in states])
        for name, states in _ORDER.items()
    )
    return [(name, some) for name, some in sorted_ if some]


def _listed(one: OwnDocument, named: Mapping[str, str]) -> Listed:
    handed_in = one.state not in (State.RECEIVED, State.PREPARING, State.DISCARDED)
    day = "portal.mine.received" if handed_in else "portal.mine.uploaded"
    told, kind = _open(one)
    do = {State.RETURNED: "do_return", State.DISCARDED: "do_look"}.get(
        one.state, "do_look" if handed_in else "do_prepare"
    )
    return Listed(
        one.id,
        named.get(one.form or "", text("portal.receipt.unknown_form")),
        one.name,
        text(day, day=one.received.strftime("%d.%m.%Y")),
        one.state,
        told,
        kind,
        text(f"portal.mine.{do}"),
        one.submission,
        one.reason,
        one.person,
        one.named,
    )


def _open(one: OwnDocument) -> tuple[str, str]:
    """Return what is open of a document, and how that looks (a kind of badge)."""
    if one.state in DECIDED:  # whatever was in doubt, somebody has answered for it
        return text("portal.mine.settled"), "none"
    if not one.is_read:
        return text("portal.mine.reading"), "info"
    if one.form is None:
        return text("portal.mine.no_form"), "warning"
    if one.blocks:
        return counted("portal.mine.blocks", one.blocks), "danger"
    if one.asks:
        return counted("portal.mine.asks", one.asks), "warning"
    return text("portal.mine.complete"), "success"


# Why a file could not be read, by the codes of domain/errors; for all else there is no reason
# that would help its sender.
_UNREAD = {
    "input.unsupported": "unsupported",
    "input.damaged": "damaged",
    "input.encrypted": "encrypted",
    "input.too-large": "too_large",
    "input.empty": "empty",
    "input.timeout": "timeout",
    "engine.timeout": "timeout",
}


def unread(prepared: Prepared) -> tuple[str, str] | None:
    """Return what happened to a file of which nothing was read, and why; None if it was read."""
    kept = prepared.kept
    if prepared.reading or prepared.parts:
        return None
    if kept.status == "failed" or kept.error:
        why = _UNREAD.get(kept.error or "", "unknown")
        return text("portal.unread.failed"), text(f"portal.unread.why.{why}")
    return text("portal.unread.blank"), text("portal.unread.why.blank")


def when(days: int | None) -> str:
    """Return how long it is until a day, in words."""
    if days is None:
        return text("portal.participants.when.unknown")
    if days < 0:
        return counted("portal.participants.when.late", -days)
    if days == 0:
        return text("portal.participants.when.today")
    return counted("portal.participants.when.left", days)
