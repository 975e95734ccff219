"""Who else is told of what happens: registering, checking and forgetting webhooks."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from formservice.application.webhooks_ports import (
    Caller,
    Delivery,
    Standing,
    Webhook,
    WebhookStore,
)
from formservice.application.webhooks_sending import Notify
from formservice.application.webhooks_signing import KEY_BYTES, secret_of
from formservice.application.webhooks_types import TEST, TYPES
from formservice.domain.case import Author
from formservice.domain.chain import moment
from formservice.domain.errors import UsageError

OVERLAP_S = 24 * 3600.0
"""So long a secret counts beside the one that took its place."""
MOST = 20
"""More webhooks than this nobody needs, and each is told of everything."""
_LOGGED = 50
_LONGEST_URL = 500


@dataclass(frozen=True, slots=True)
class Shown:
    """A webhook with how its notices stand."""

    webhook: Webhook
    standing: Standing


class ManageWebhooks:
    """The use cases of those who run the service; each change is in the chain of events."""

    def __init__(
        self,
        store: WebhookStore,
        caller: Caller,
        notify: Notify,
        now: Callable[[], datetime],
        new_key: Callable[[int], bytes],
    ) -> None:
        """Keep them in ``store``; ``new_key`` gives so many random bytes."""
        self._store = store
        self._caller = caller
        self._notify = notify
        self._now = now
        self._new_key = new_key

    def all(self) -> Sequence[Shown]:
        """Return all webhooks."""
        with self._store.look() as work:
            standing: Mapping[str, Standing] = work.notices.standing()
            return [Shown(one, standing.get(one.id, Standing())) for one in work.webhooks.all()]

    def one(self, webhook: str) -> tuple[Shown, Sequence[Delivery]]:
        """Return one with its last notices; NotFoundError if there is none of that id."""
        with self._store.look() as work:
            found = work.webhooks.get(webhook)
            standing = work.notices.standing().get(webhook, Standing())
            return Shown(found, standing), work.notices.log(webhook, _LOGGED)

    def register(self, url: str, types: Collection[str], author: Author) -> tuple[Webhook, str]:
        """Register an address; return it with the secret, which is shown this once.

        Raises:
            UsageError: it is no address, or none that this installation may send to; types that
                there are not, or none; or there are too many webhooks.
        """
        given = url.strip()
        if len(given) > _LONGEST_URL or not given.isprintable():
            raise UsageError("Diese Adresse ist nicht zu verstehen.")
        self._caller.refuse(given)
        wanted = tuple(one for one in TYPES if one in types)
        if not wanted or set(types) - set(TYPES):
            raise UsageError(
                "Mindestens eine Art von Ereignis wird gebraucht, und nur solche, die es gibt.",
                f"Zur Auswahl stehen: {', '.join(TYPES)}.",
            )
        at = self._now().timestamp()
        added = Webhook(str(uuid.uuid4()), given, wanted, True, at, author.id)
        secret = secret_of(self._new_key(KEY_BYTES))
        with self._store.work() as work:
            work.events.held()
            if len(work.webhooks.all()) >= MOST:
                raise UsageError(f"Mehr als {MOST} Webhooks sind nicht vorgesehen.")
            work.webhooks.add(added, secret)
            work.events.append("webhook.added", author, None, {"webhook": added.id})
        return added, secret

    def remove(self, webhook: str, author: Author) -> None:
        """Forget a webhook; what waits for it is told to nobody."""
        with self._store.work() as work:
            work.events.held()
            work.webhooks.get(webhook)
            work.webhooks.remove(webhook)
            work.events.append("webhook.removed", author, None, {"webhook": webhook})

    def turn(self, webhook: str, author: Author, *, active: bool) -> None:
        """Let a webhook be told of what happens from now on, or not."""
        with self._store.work() as work:
            work.events.held()
            if work.webhooks.get(webhook).active is not active:
                work.webhooks.turn(webhook, active=active)
                body = {"webhook": webhook, "active": active}
                work.events.append("webhook.changed", author, None, body)

    def renew(self, webhook: str, author: Author) -> str:
        """Return a new secret, shown this once; for a day the former counts as well."""
        secret = secret_of(self._new_key(KEY_BYTES))
        with self._store.work() as work:
            work.events.held()
            work.webhooks.get(webhook)
            work.webhooks.renew(webhook, secret, OVERLAP_S)
            work.events.append("webhook.renewed", author, None, {"webhook": webhook})
        return secret

    def check(self, webhook: str) -> Delivery:
        """Send a notice that says nothing, now; return what became of it."""
        name, at = str(uuid.uuid4()), moment(self._now().timestamp())
        with self._store.work() as work:
            work.webhooks.get(webhook)
            work.notices.put(name, webhook, TEST, at)
        self._notify.one(name)
        with self._store.look() as work:
            return next(one for one in work.notices.log(webhook, _LOGGED) if one.id == name)
