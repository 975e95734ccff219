"""What somebody may do in which role: one table, which every door of the service asks."""

from collections.abc import Mapping
from enum import StrEnum

from formservice.domain.case import Role


class Action(StrEnum):
    """What people do. What of it somebody may do it to, is told by ``visible`` documents."""

    SIGNED_IN = "signed-in"  # the start page, help, one's own sessions and settings
    SEARCH = "search"
    READ_DOCUMENT = "read-document"
    EDIT_DOCUMENT = "edit-document"
    UPLOAD = "upload"
    # Träger
    OWN_PARTICIPANTS = "own-participants"
    SUBMIT = "submit"
    # caseworkers
    READ_CASES = "read-cases"
    EDIT_CASES = "edit-cases"
    IMPORT_PARTICIPANTS = "import-participants"
    ISSUE_FORMS = "issue-forms"
    READ_INBOX = "read-inbox"
    ASSIGN = "assign"
    ACKNOWLEDGE = "acknowledge"
    RETURN = "return"
    ACCEPT = "accept"
    CALENDAR = "calendar"
    PLANS = "plans"
    # back office
    DESK = "desk"
    BATCHES = "batches"
    # lead and administration
    REOPEN = "reopen"
    READ_LOG = "read-log"
    ACCOUNTS = "accounts"
    TOKENS = "tokens"
    WEBHOOKS = "webhooks"
    STATUS = "status"


_ALL = frozenset({Role.TRAEGER, Role.IFK, Role.BACK_OFFICE, Role.LEAD, Role.ADMIN})
_STAFF = frozenset({Role.IFK, Role.BACK_OFFICE, Role.LEAD})
_CASES = frozenset({Role.IFK, Role.LEAD})
_DESK = frozenset({Role.BACK_OFFICE, Role.IFK, Role.LEAD})
_LEADS = frozenset({Role.LEAD, Role.ADMIN})

# Administration keeps the service going and sees no contents (forms-and-rules 2.7).
ALLOWED: Mapping[Action, frozenset[Role]] = {
    Action.SIGNED_IN: _ALL,
    Action.SEARCH: _STAFF | {Role.TRAEGER},
    Action.READ_DOCUMENT: _STAFF | {Role.TRAEGER},
    Action.EDIT_DOCUMENT: _STAFF | {Role.TRAEGER},
    Action.UPLOAD: _STAFF | {Role.TRAEGER},
    Action.OWN_PARTICIPANTS: frozenset({Role.TRAEGER}),
    Action.SUBMIT: frozenset({Role.TRAEGER}),
    Action.READ_CASES: _CASES,
    Action.EDIT_CASES: _CASES,
    Action.IMPORT_PARTICIPANTS: _CASES,
    Action.ISSUE_FORMS: _CASES,
    Action.READ_INBOX: _CASES,
    Action.ASSIGN: _STAFF,
    Action.ACKNOWLEDGE: _CASES,
    Action.RETURN: _STAFF,
    Action.ACCEPT: _CASES,
    Action.CALENDAR: _CASES | {Role.TRAEGER},
    Action.PLANS: _CASES,
    Action.DESK: _DESK,
    Action.BATCHES: _DESK,
    Action.REOPEN: frozenset({Role.LEAD}),
    Action.READ_LOG: frozenset({Role.LEAD}),
    Action.ACCOUNTS: _LEADS,
    Action.TOKENS: _ALL,
    Action.WEBHOOKS: frozenset({Role.ADMIN}),
    Action.STATUS: _LEADS,
}


def is_allowed(action: Action, role: Role) -> bool:
    """Say whether somebody in ``role`` may do this at all."""
    return role in ALLOWED[action]
