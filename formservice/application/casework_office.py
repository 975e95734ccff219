"""All use cases of those who look after cases, as one thing that pages are given."""

from dataclasses import dataclass

from formservice.application.assigning import Assigning
from formservice.application.calendar import DueDates, Feed
from formservice.application.casework import CaseChanges, Cases
from formservice.application.casework_offers import Offers
from formservice.application.exporting import Export
from formservice.application.inbox import Incomings
from formservice.application.inbox_deciding import Decide
from formservice.application.inbox_document import Decisions
from formservice.application.inbox_messages import Messages
from formservice.application.issuing import Issue, IssuedForms


@dataclass(frozen=True, slots=True)
class Office:
    """What caseworkers do: read and change cases, issue forms, decide about what comes back."""

    cases: Cases
    change: CaseChanges
    issue: Issue
    issued: IssuedForms
    inbox: Incomings
    decisions: Decisions
    decide: Decide
    messages: Messages
    assign: Assigning
    due: DueDates
    feed: Feed
    offers: Offers
    export: Export
