"""What may become of a received document, and who decides it: the state machine as data."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from formservice.domain.errors import ConflictError, UsageError


class State(StrEnum):
    """Where a document stands for people; steps nobody waits in are no states."""

    RECEIVED = "received"
    UNIDENTIFIED = "unidentified"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    ACCEPTED = "accepted"
    ARCHIVED = "archived"


DECIDED = (State.ACCEPTED, State.ARCHIVED)
"""Where somebody answers for the record: it is copied, handed over and no longer changed."""


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
    (State.UNIDENTIFIED, State.IN_REVIEW): Move(_STAFF),
    (State.UNIDENTIFIED, State.RETURNED): Move(_STAFF, reason=True),
    (State.IN_REVIEW, State.UNIDENTIFIED): Move(_STAFF, reason=True),
    (State.IN_REVIEW, State.RETURNED): Move(_STAFF, reason=True),
    (State.IN_REVIEW, State.ACCEPTED): Move(_DECIDE),
    # What the Träger sends anew for it is a new version.
    (State.RETURNED, State.IN_REVIEW): Move(_STAFF | {Role.TRAEGER, Role.SYSTEM}),
    (State.ACCEPTED, State.IN_REVIEW): Move(frozenset({Role.LEAD}), reason=True),
    (State.ACCEPTED, State.ARCHIVED): Move(_DECIDE | {Role.BACK_OFFICE}),
}


# Who accepts has looked at what stands there: while somebody may decide, the Träger only sends
# anew what was returned to it. The service keeps what was read again.
EDITORS: Mapping[State, frozenset[Role]] = {
    State.UNIDENTIFIED: _STAFF | {Role.SYSTEM},
    State.IN_REVIEW: _STAFF | {Role.SYSTEM},
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
    if move.reason and not reason.strip():
        raise UsageError(
            f"Für den Schritt zu „{NAMES[wanted]}“ fehlt die Begründung.",
            "Bitte in einem Satz angeben, warum.",
        )


NAMES: Mapping[State, str] = {
    State.RECEIVED: "eingegangen",
    State.UNIDENTIFIED: "nicht erkannt",
    State.IN_REVIEW: "in Prüfung",
    State.RETURNED: "zurückgegeben",
    State.ACCEPTED: "angenommen",
    State.ARCHIVED: "archiviert",
}
"""The German words for the states, as every screen and message has them."""
