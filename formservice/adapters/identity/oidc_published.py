"""What a provider publishes (its addresses and keys): kept, and asked for by one at a time."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any  # what a provider says is any JSON until it is looked at

from formservice.application.accounts_elsewhere import AwayError, NotTrustedError

# Addresses and keys of a provider change seldom; after a change of keys we ask at once, but no
# more often than this, whatever keys forged tokens name.
_FRESH_S, _AGAIN_S = 3600.0, 30.0
# Requests have few threads, and uploads the same ones: while the provider is away, nobody waits
# for it who need not. One asks, others wait so long at most; then nobody asks for so long.
WAITED_S, FAILED_S = 1.0, 10.0


@dataclass(slots=True)
class _Page:
    """What is known of one address; ``found`` is None until it has answered once."""

    found: Mapping[str, Any] | None = None
    at: float = 0.0
    error: AwayError | NotTrustedError | None = None
    failed: float = 0.0
    is_asked: bool = False


class Published:
    """Keeps what a provider publishes; while it is away, what it published before holds."""

    def __init__(
        self, fetch: Callable[[str], Mapping[str, Any]], ticks: Callable[[], float]
    ) -> None:
        """Ask with ``fetch``, which raises AwayError or NotTrustedError; ``ticks`` in seconds."""
        self._fetch = fetch
        self._ticks = ticks
        self._turn = threading.Condition()
        self._pages: dict[str, _Page] = {}

    def known(self, address: str) -> Mapping[str, Any]:
        """Return what is published there, as it was within the last hour if it can be had.

        Raises:
            AwayError: nothing is known, and the provider does not answer.
            NotTrustedError: nothing is known, and the provider does not tell us.
        """
        return self._kept(address, _FRESH_S)

    def renewed(self, address: str) -> Mapping[str, Any]:
        """Return the same asked for anew, if that is not just done; errors as ``known``."""
        return self._kept(address, _AGAIN_S)

    def _kept(self, address: str, fresh: float) -> Mapping[str, Any]:
        with self._turn:
            page = self._pages.setdefault(address, _Page())
            if page.is_asked and (page.found is None or fresh < _FRESH_S):
                self._turn.wait_for(lambda: not page.is_asked, WAITED_S)
            if page.is_asked or self._is_settled(page, fresh):
                return _said(page)
            page.is_asked = True
        try:
            self._ask(address, page)
        finally:
            with self._turn:
                page.is_asked = False
                self._turn.notify_all()
        return _said(page)

    def _is_settled(self, page: _Page, fresh: float) -> bool:
        now = self._ticks()
        if page.error is not None and now - page.failed < FAILED_S:
            return True
        return page.found is not None and now - page.at <= fresh

    def _ask(self, address: str, page: _Page) -> None:
        try:
            found = self._fetch(address)
        except (AwayError, NotTrustedError) as error:
            page.error, page.failed = error, self._ticks()
        else:
            page.found, page.at, page.error = found, self._ticks(), None


def _said(page: _Page) -> Mapping[str, Any]:
    if page.found is not None:
        return page.found
    # Each gets an error of its own: what is raised twice gathers the frames of both.
    if isinstance(page.error, NotTrustedError):
        raise NotTrustedError(str(page.error))
    raise AwayError("Das Dienstkonto antwortet nicht.")
