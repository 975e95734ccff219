"""Telling other programs what happened: at least once, with growing pauses, and not for ever."""

import json
from collections.abc import Callable
from datetime import datetime

from formservice.application.webhooks_ports import (
    Caller,
    CallError,
    Notice,
    Outcome,
    Webhook,
    WebhookStore,
)
from formservice.application.webhooks_signing import headers
from formservice.application.webhooks_types import TEST
from formservice.domain.case import SERVICE
from formservice.domain.errors import NotFoundError, UsageError

PAUSES_S = (10.0, 60.0, 300.0, 1800.0, *(3600.0 * hours for hours in (2, 5, 10, 14, 20, 24)))
"""So long is waited after each try; after the last, some three days later, it is given up."""
_KEPT_S = 30 * 24 * 3600.0
# While one notice to somebody fails, the others to the same one wait so long.
_BEHIND_S = 60.0
_LEASE_S, _AT_ONCE = 300.0, 10
_GONE = 410
_OK = range(200, 300)


class Notify:
    """The use case „notify“: takes what is due, signs it, and hands it over."""

    def __init__(self, store: WebhookStore, caller: Caller, now: Callable[[], datetime]) -> None:
        """Take from ``store`` and send through ``caller``."""
        self._store = store
        self._caller = caller
        self._now = now

    def __call__(self) -> int:
        """Tell everything that is due; return how many notices were settled or tried.

        Somebody who does not answer is asked once, and holds up nobody else.
        """
        count, silent = 0, set[str]()
        while notices := self._claimed():
            for notice in notices:
                if notice.webhook in silent:
                    with self._store.work() as work:
                        work.notices.postponed(notice, _BEHIND_S)
                    continue
                count += 1
                if not self._told(notice):
                    silent.add(notice.webhook)
        return count

    def one(self, name: str) -> None:
        """Tell this one now, unless somebody does."""
        with self._store.work() as work:
            notice = work.notices.claim_one(name, _LEASE_S)
        if notice is not None:
            self._told(notice)

    def tidied(self) -> int:
        """Forget what was settled long ago; return how many."""
        with self._store.work() as work:
            return work.notices.tidied(_KEPT_S)

    def _claimed(self) -> list[Notice]:
        with self._store.look() as work:
            is_due = work.notices.is_due()
        if not is_due:  # nobody who writes is held up for nothing, every few seconds
            return []
        with self._store.work() as work:
            return list(work.notices.claim(_LEASE_S, _AT_ONCE))

    def _told(self, notice: Notice) -> bool:
        """Try to tell; False if nobody answered as asked."""
        webhook, secrets = self._receiver(notice.webhook)
        if webhook is None or not (webhook.active or notice.type == TEST):
            self._done(notice, Outcome.REMOVED, "")
            return True
        if not secrets:  # another machine may have the key; unsigned nothing is told
            self._failed(notice, "key")
            return False
        body = body_of(notice)
        signed = headers(notice.id, int(self._now().timestamp()), body, secrets)
        try:
            self._caller.refuse(webhook.url)
            status = self._caller.post(webhook.url, signed, body)
        except CallError as error:
            self._failed(notice, error.code)
            return False
        except UsageError:  # the operator does not allow this host any more
            self._failed(notice, "host")
            return False
        if status in _OK:
            self._done(notice, Outcome.SENT, str(status))
            return True
        if status == _GONE:
            self._turned_off(webhook.id)
        self._failed(notice, str(status))
        return False

    def _turned_off(self, webhook: str) -> None:
        with self._store.work() as work:
            work.events.held()
            try:
                was_on = work.webhooks.get(webhook).active
            except NotFoundError:  # removed while it was asked
                return
            if was_on:
                work.webhooks.turn(webhook, active=False)
                body = {"webhook": webhook, "active": False}
                work.events.append("webhook.changed", SERVICE, None, body)

    def _receiver(self, webhook: str) -> tuple[Webhook | None, list[str]]:
        with self._store.look() as work:
            try:
                return work.webhooks.get(webhook), list(work.webhooks.secrets(webhook))
            except NotFoundError:
                return None, []

    def _failed(self, notice: Notice, told: str) -> None:
        # A check is tried once: somebody waits for its result.
        if notice.type == TEST or notice.tries > len(PAUSES_S):
            self._done(notice, Outcome.GIVEN_UP, told)
            return
        with self._store.work() as work:
            work.notices.later(notice, PAUSES_S[notice.tries - 1], told)

    def _done(self, notice: Notice, outcome: Outcome, told: str) -> None:
        with self._store.work() as work:
            work.notices.done(notice, outcome, told)


def body_of(notice: Notice) -> bytes:
    """Return the body of a notice, the same at every try."""
    told = {"type": notice.type, "timestamp": notice.at, "data": dict(notice.data)}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
