"""What may become of a received document, and who decides it: the state machine as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from formservice.domain.errors import ConflictError, UsageError
from formservice.domain.text import is_blank


class State(StrEnum):
    """Where a document stands for people; steps nobody waits in are no states."""

    RECEIVED = "received"
    PREPARING = "preparing"
    UNIDENTIFIED = "unidentified"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ARCHIVED = "archived"
    JOINED = "joined"  # all its pages belong to other documents
    NO_FORM = "no-form"  # a letter or the like, that somebody has said is none of ours
    DISCARDED = "discarded"  # its sender has thrown it away, and may take that back for a day


DECIDED = (State.ACCEPTED, State.ARCHIVED)
"""Where somebody answers for the record: it is copied, handed over and no longer changed."""
WAITING = (State.RECEIVED, State.UNIDENTIFIED, State.IN_REVIEW, State.RETURNED)
"""Where the office, or whom it has asked, has still to do something."""
HANDED_IN = (State.UNIDENTIFIED, State.IN_REVIEW)
"""Where its sender has nothing to do, and the office has not decided."""
PORTAL, BROWSER = "portal", "browser"
OWN_SOURCES = (PORTAL, BROWSER)
"""Which way something came of which its sender says when it is handed in: till then it is
theirs alone. ``PORTAL`` is a file of a Träger, ``BROWSER`` a form it filled in there."""


class Role(StrEnum):
    """What somebody may do; ``SYSTEM`` is the service itself, which decides nothing."""

    SYSTEM = "system"
    TRAEGER = "traeger"
    IFK = "ifk"
    BACK_OFFICE = "back-office"
    LEAD = "lead"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Author:
    """Who does something: a user's id, and in which role. The service itself is ``SERVICE``."""

    id: str
    role: Role


SERVICE = Author("service", Role.SYSTEM)
_STAFF = frozenset({Role.IFK, Role.BACK_OFFICE, Role.LEAD})
_DECIDE = frozenset({Role.IFK, Role.LEAD})


@dataclass(frozen=True, slots=True)
class Move:
    """One way from state to state: who may take it, and whether a reason must be given."""

    roles: frozenset[Role]
    reason: bool = False


# The service may only say what it found; everything else is somebody's decision.
MOVES: Mapping[tuple[State, State], Move] = {
    (State.RECEIVED, State.UNIDENTIFIED): Move(frozenset({Role.SYSTEM})),
    (State.RECEIVED, State.IN_REVIEW): Move(frozenset({Role.SYSTEM})),
    (State.RECEIVED, State.PREPARING): Move(frozenset({Role.SYSTEM})),
    # Thrown away before it was handed in; what was never read goes back to where it was.
    (State.PREPARING, State.DISCARDED): Move(frozenset({Role.TRAEGER}), reason=True),
    (State.RECEIVED, State.DISCARDED): Move(frozenset({Role.TRAEGER}), reason=True),
    (State.DISCARDED, State.PREPARING): Move(frozenset({Role.TRAEGER})),
    (State.DISCARDED, State.RECEIVED): Move(frozenset({Role.TRAEGER})),
    # Handed in, also with no form recognised: then the back office sorts it.
    (State.PREPARING, State.IN_REVIEW): Move(frozenset({Role.TRAEGER})),
    (State.PREPARING, State.UNIDENTIFIED): Move(frozenset({Role.TRAEGER})),
    (State.UNIDENTIFIED, State.IN_REVIEW): Move(_STAFF),
    (State.UNIDENTIFIED, State.RETURNED): Move(_STAFF, reason=True),
    (State.IN_REVIEW, State.UNIDENTIFIED): Move(_STAFF, reason=True),
    (State.IN_REVIEW, State.RETURNED): Move(_STAFF, reason=True),
    (State.IN_REVIEW, State.ACCEPTED): Move(_DECIDE),
    # What the Träger sends anew for it is a new version.
    (State.RETURNED, State.IN_REVIEW): Move(_STAFF | {Role.TRAEGER, Role.SYSTEM}),
    (State.RETURNED, State.UNIDENTIFIED): Move(frozenset({Role.TRAEGER})),
    (State.ACCEPTED, State.IN_REVIEW): Move(frozenset({Role.LEAD}), reason=True),
    (State.ACCEPTED, State.ARCHIVED): Move(_DECIDE | {Role.BACK_OFFICE}),
    # Pages put together by hand, and taken apart again.
    (State.IN_REVIEW, State.JOINED): Move(_STAFF),
    (State.UNIDENTIFIED, State.JOINED): Move(_STAFF),
    (State.JOINED, State.UNIDENTIFIED): Move(_STAFF),
    # What is no form of ours waits for nobody; whoever finds it otherwise takes that back.
    (State.UNIDENTIFIED, State.NO_FORM): Move(_STAFF, reason=True),
    (State.NO_FORM, State.UNIDENTIFIED): Move(_STAFF),
}


# The Träger corrects until somebody has accepted; who accepts says which version they have seen,
# so that nothing is accepted unread. The service keeps what was read again.
EDITORS: Mapping[State, frozenset[Role]] = {
    State.PREPARING: frozenset({Role.TRAEGER, Role.SYSTEM}),
    State.UNIDENTIFIED: _STAFF | {Role.SYSTEM},
    State.IN_REVIEW: _STAFF | {Role.TRAEGER, Role.SYSTEM},
    State.RETURNED: _STAFF | {Role.TRAEGER, Role.SYSTEM},
}


def checked_edit(now: State, role: Role) -> None:
    """Raise UsageError unless somebody of ``role`` may write a version of a document there."""
    if now is State.ARCHIVED:
        raise UsageError("Ein archivierter Vorgang wird nicht mehr geändert.")
    if now is State.ACCEPTED:
        raise UsageError(
            "Ein angenommener Vorgang wird nicht mehr geändert.",
            "Die Leitung kann ihn mit Begründung wieder öffnen.",
        )
    if role not in EDITORS.get(now, ()):
        raise UsageError(
            f"Einen Vorgang im Stand „{NAMES[now]}“ darf diese Rolle nicht ändern.",
            "Bitte jemanden mit der passenden Rolle darum bitten.",
        )


def checked_move(now: State, wanted: State, role: Role, reason: str) -> None:
    """Raise unless somebody of ``role`` may move a document from ``now`` to ``wanted``.

    Raises:
        ConflictError: there is no such way; somebody else may have moved it meanwhile.
        UsageError: it is not for this role, or a reason is missing.
    """
    move = MOVES.get((now, wanted))
    if move is None:
        raise ConflictError(
            f"Ein Vorgang im Stand „{NAMES[now]}“ kann nicht „{NAMES[wanted]}“ werden.",
            "Bitte den Vorgang neu laden: Vielleicht hat ihn inzwischen jemand bearbeitet.",
        )
    if role not in move.roles:
        raise UsageError(
            f"Der Schritt von „{NAMES[now]}“ zu „{NAMES[wanted]}“ ist dieser Rolle nicht erlaubt.",
            "Bitte jemanden mit der passenden Rolle darum bitten.",
        )
    if move.reason and is_blank(reason):
        raise UsageError(
            f"Für den Schritt zu „{NAMES[wanted]}“ fehlt die Begründung.",
            "Bitte in einem Satz angeben, warum.",
        )


NAMES: Mapping[State, str] = {
    State.RECEIVED: "eingegangen",
    State.PREPARING: "in Vorbereitung",
    State.UNIDENTIFIED: "nicht erkannt",
    State.IN_REVIEW: "in Prüfung",
    State.RETURNED: "zurückgegeben",
    State.ACCEPTED: "angenommen",
    State.ARCHIVED: "archiviert",
    State.JOINED: "in anderem Vorgang",
    State.NO_FORM: "kein Formular",
    State.DISCARDED: "verworfen",
}
"""The German words for the states, as every screen and message has them."""
