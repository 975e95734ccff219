"""The use cases of caseworkers."""

from typing import TYPE_CHECKING

from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import today

if TYPE_CHECKING:
    from formservice.application.casework_import import TakeOver
    from formservice.application.casework_office import Office


def office(services: Services, authority: str) -> "Office":
    """Return everything that caseworkers do; ``authority`` is the office's name."""
    from formservice.adapters.calendar_feed import feed
    from formservice.adapters.handover.spreadsheet import spreadsheet
    from formservice.adapters.identity.secret_file import KEY, kept_secret
    from formservice.adapters.store.assigned_cases import StoredAssigning
    from formservice.adapters.store.calendar_terms import StoredTerms
    from formservice.adapters.store.cases import StoredCases
    from formservice.adapters.store.cases_change import StoredCaseChanges
    from formservice.adapters.store.inbox import StoredInbox
    from formservice.adapters.store.inbox_messages import StoredMessages
    from formservice.adapters.store.issued import StoredIssued
    from formservice.adapters.store.offers import StoredOffers
    from formservice.adapters.store.reads import StoredReads
    from formservice.application.assigning import naming
    from formservice.application.calendar import DueDates
    from formservice.application.casework_office import Office
    from formservice.application.exporting import Export
    from formservice.application.inbox_deciding import Decide
    from formservice.application.inbox_document import Decisions
    from formservice.application.issuing import Issue

    store, issued = services.store, StoredIssued(services.store)
    inbox = StoredInbox(store, naming(services.forms))
    cases = StoredCases(store, lambda: kept_secret(services.settings.data / KEY))
    due = DueDates(StoredTerms(store), services.forms, services.calendar, today)
    return Office(
        cases,
        StoredCaseChanges(store),
        Issue(issued, services.forms, services.generate, services.new_reference, authority),
        issued,
        inbox,
        Decisions(inbox, services.forms, due),
        Decide(store, services.forms),
        StoredMessages(store),
        StoredAssigning(store),
        due,
        feed,
        StoredOffers(store),
        Export(cases, inbox, services.forms, spreadsheet, StoredReads(store)),
    )


def take_over(services: Services) -> "TakeOver":
    """Return the use case „import from a list“."""
    from formservice.adapters.handover.participant_lists import PROFILES
    from formservice.adapters.waiting_lists import FOLDER, WaitingLists
    from formservice.application.casework_import import TakeOver

    lists = WaitingLists(services.settings.data / FOLDER)
    profiles = sorted((one.stem for one in PROFILES.glob("*.yaml")), reverse=True)
    return TakeOver(lists, services.participants, profiles)
