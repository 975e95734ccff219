"""What tells other programs: used by the web, which checks it, and by workers, who do it."""

from typing import TYPE_CHECKING

from formservice.bootstrap.settings import Settings, now
from formservice.bootstrap.webhook_settings import webhook_hosts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from formservice.adapters.store.store import Store
    from formservice.adapters.store.webhooks import StoredWebhooks
    from formservice.adapters.webhooks.caller import HttpCaller
    from formservice.adapters.work.chores import Chore
    from formservice.application.webhooks_sending import Notify


def caller(settings: Settings) -> "HttpCaller":
    """Return what carries notices; UsageError if the setting of their hosts is wrong."""
    from formservice.adapters.webhooks.caller import HttpCaller

    return HttpCaller(webhook_hosts(settings.web))


def kept(settings: Settings, store: "Store") -> "StoredWebhooks":
    """Return where webhooks are kept, their secrets sealed with the key of the installation."""
    from formservice.adapters.identity.secret_file import KEY, kept_secret
    from formservice.adapters.store.webhooks import StoredWebhooks

    return StoredWebhooks(store, lambda: kept_secret(settings.data / KEY))


def notify(settings: Settings, store: "Store") -> "Notify":
    """Return the use case „notify“."""
    from formservice.application.webhooks_sending import Notify

    return Notify(kept(settings, store), caller(settings), now)


def chores(settings: Settings, store: "Store") -> "Sequence[Chore]":
    """Return what is due now and then: telling others, and forgetting what was told."""
    from formservice.adapters.store.idempotency import StoredAnswers
    from formservice.adapters.work.chores import Chore
    from formservice.application.idempotency import DoOnce

    telling, answers = notify(settings, store), DoOnce(StoredAnswers(store))

    def tidied() -> None:
        answers.tidied()
        telling.tidied()

    # Every machine tells, by its own clock: which notice it takes, no other has.
    return (
        Chore("webhooks", 5.0, "", telling),
        Chore("answers", 3600.0, "25 * * * *", tidied),
    )
