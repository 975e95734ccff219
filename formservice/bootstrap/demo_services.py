"""The use cases of the demo: as everywhere, but for the day and the second factor."""

from collections.abc import Callable
from datetime import date
from functools import cached_property

from formservice.application.accounts import SigningIn
from formservice.application.ports_accounts import Account
from formservice.bootstrap.settings import today
from formservice.bootstrap.web import WebServices
from formservice.domain.accounts import SET_UP


class DemoServices(WebServices):
    """An installation in which a day can be set, and nobody has to set up a second factor.

    Only the demo has it: no setting of an installation does.
    """

    day: date | None = None

    @property
    def today(self) -> Callable[[], date]:
        """What tells the day: the one that was set, or that of the calendar."""
        return lambda: self.day or today()

    @cached_property
    def signing_in(self) -> SigningIn:
        """The use case „sign in“."""
        kept = (self.store, self.sessions, self.passwords, self.factors)
        return _WithoutSecondFactor(*kept)


class _WithoutSecondFactor(SigningIn):
    """Whoever has set one up is asked for it; nobody has to."""

    def missing(self, account: Account) -> tuple[str, ...]:
        return tuple(step for step in super().missing(account) if step != SET_UP)
