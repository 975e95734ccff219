"""What is due now and then because of the web: telling programs, and forgetting after a while."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from formservice.bootstrap import notifying
from formservice.bootstrap.identity_settings import identity_settings
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web_settings import web_settings

if TYPE_CHECKING:
    from formservice.adapters.store.store import Store
    from formservice.adapters.work.chores import Chore


def chores(settings: Settings, store: "Store") -> "Sequence[Chore]":
    """Return what tells others, and what forgets.

    Forgotten are ended sessions, old tries, who looked at what, what was thrown away, and lists of
    participants that were shown and not taken over.
    """
    from formservice.adapters.store.reads import StoredReads
    from formservice.adapters.store.sessions import StoredSessions
    from formservice.adapters.waiting_lists import FOLDER, WaitingLists
    from formservice.adapters.work.chores import Chore
    from formservice.application.discarding import discarded

    own, web = identity_settings(settings.identity), web_settings(settings.web)

    def tidied() -> None:
        StoredSessions(store, web.session_s, web.idle_s).tidied()
        StoredReads(store).tidied(own.reads_days)

    telling = notifying.chores(settings, store)
    forgetting = Chore("accounts", 3600.0, "15 * * * *", tidied)
    return (
        *telling,
        forgetting,
        Chore("discarded", 3600.0, "25 * * * *", lambda: discarded(store)),
        # They lie on the machine that people reached.
        Chore("lists", 600.0, "", WaitingLists(settings.data / FOLDER).tidied),
    )
