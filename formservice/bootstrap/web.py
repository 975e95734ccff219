"""The use cases of the web, over those of the whole installation."""

from collections.abc import Callable
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from formservice.bootstrap.accounts import AccountServices
from formservice.bootstrap.desk import DeskServices
from formservice.bootstrap.programs import ProgramServices
from formservice.bootstrap.settings import now, today
from formservice.bootstrap.web_settings import LOCAL, WebSettings, web_settings
from formservice.bootstrap.webhook_settings import webhook_hosts

if TYPE_CHECKING:
    from collections.abc import Collection

    from fastapi import FastAPI

    from formservice.adapters.work.embedded import EmbeddedWorkers
    from formservice.application.casework_import import TakeOver
    from formservice.application.casework_office import Office
    from formservice.application.condition import Condition
    from formservice.application.drafts import Drafts
    from formservice.application.filling import Fill
    from formservice.application.live import Live
    from formservice.application.portal import Portal
    from formservice.application.receive import Receive
    from formservice.application.today import TodayLists


class WebServices(AccountServices, ProgramServices, DeskServices):
    """All use cases that pages and the API need; each is built when it is first asked for."""

    workers: "EmbeddedWorkers | None" = None
    """The workers beside the web in this process, if it has any."""

    @cached_property
    def web_settings(self) -> WebSettings:
        """What this installation decides about the web; UsageError names what is wrong."""
        return web_settings(self.settings.web)

    @cached_property
    def public_url(self) -> str:
        """Where people reach the service; „serve“ sets where it listens if no setting says so."""
        return self.web_settings.public_url or LOCAL

    @property
    def hosts(self) -> "Collection[str]":
        """The host names it answers to, besides those of this machine."""
        own = urlsplit(self.public_url).netloc.lower()
        name, colon, port = own.rpartition(":")
        return {name if colon and port.isdecimal() else own, *self.web_settings.hosts}

    @property
    def upload_bytes(self) -> int:
        """How much one request may send, all its files together."""
        return self.web_settings.upload_bytes

    @cached_property
    def metrics_token(self) -> str | None:
        """What opens the metrics to other machines; None if nothing does."""
        return self.web_settings.token_of_metrics()

    def web_understood(self) -> None:
        """Raise UsageError for a setting of the web, of accounts or of notices that is wrong."""
        _ = self.web_settings, self.metrics_token, self.identity
        webhook_hosts(self.settings.web)

    @cached_property
    def condition(self) -> "Condition":
        """Whether it can be used, and figures for who runs it."""
        from formservice.adapters.condition import ConditionHere
        from formservice.application.condition import Workers

        def workers() -> Workers | None:
            beside = self.workers
            return None if beside is None else Workers(beside.wanted, beside.alive)

        return ConditionHere(self.store, self.originals, self.settings.data, workers)

    @property
    def authority(self) -> str:
        """The office's name."""
        return self.web_settings.authority

    def embedded(self, count: int, *further: str, final: tuple[int, ...]) -> "EmbeddedWorkers":
        """Return workers beside the web, to be opened; what is received wakes them at once."""
        from formservice.adapters.work.embedded import EmbeddedWorkers
        from formservice.adapters.work.service import beside

        store, originals, due = self.store, self.originals, self.further_chores
        self.workers = EmbeddedWorkers(
            count, further, final, lambda wake: beside(store, originals, today, wake, due)
        )
        return self.workers

    @cached_property
    def receive(self) -> "Receive":
        """The use case „receive“, which wakes the workers beside us as well."""
        from formservice.adapters.work.service import Delivering
        from formservice.application.receive import Receive

        elsewhere = Delivering(self.store)

        def tell(document: str) -> None:
            if self.workers is not None:
                self.workers.wake()
            elsewhere(document)

        return Receive(self.store, self.originals, tell)

    @property
    def assets(self) -> Path:
        """Where styles and fonts of KERN lie, which set-up copies in."""
        return self.settings.forms / "build" / "kern"

    @property
    def handbook(self) -> Path:
        """Where the user guide lies, in Markdown with its pictures."""
        return self.settings.forms / "docs" / "handbuch"

    @property
    def own_pages(self) -> Path:
        """Where an operator puts its own pages, ``impressum.md`` and the like."""
        return self.settings.data / "seiten"

    @property
    def today(self) -> Callable[[], date]:
        """What tells the day in the office's time zone."""
        return today

    @property
    def now(self) -> Callable[[], datetime]:
        """What tells the time there."""
        return now

    @cached_property
    def live(self) -> "Live":
        """How far work on documents is, for people who wait."""
        from formservice.adapters.store.glimpses import StoredGlimpses

        return StoredGlimpses(self.store)

    @cached_property
    def drafts(self) -> "Drafts":
        """The use case „write on later“."""
        from formservice.adapters.store.drafts import StoredDrafts
        from formservice.application.drafts import Drafts

        return Drafts(StoredDrafts(self.store))

    @cached_property
    def portal(self) -> "Portal":
        """Everything a Träger does."""
        from formservice.bootstrap import portal

        return portal.portal(self, self.edit, self.authority, self._wake)

    def _wake(self) -> None:
        """Wake the workers beside us, if there are any."""
        if self.workers is not None:
            self.workers.wake()

    def warm(self) -> None:
        """Load what reading needs, before the first is waited for."""
        from formservice.bootstrap import portal

        portal.warm(self)
        _ = self.portal

    @cached_property
    def take_over(self) -> "TakeOver":
        """The use case „import from a list“."""
        from formservice.bootstrap import office

        return office.take_over(self)

    @cached_property
    def office(self) -> "Office":
        """Everything that caseworkers do."""
        from formservice.bootstrap import office

        return office.office(self, self.authority)

    @cached_property
    def waiting(self) -> "TodayLists":
        """What needs somebody today."""
        from formservice.adapters.store.today import StoredToday

        return StoredToday(self.store)

    @cached_property
    def fill(self) -> "Fill":
        """The use case „fill in“: forms written in the browser."""
        from formservice.adapters.store.filled import FilledFor
        from formservice.application.filling import Fill, Parts

        parts = Parts(
            self.forms,
            self.generate,
            self.isolated_read,
            self.edit,
            self.office.issue,
            self.store,
            self.originals,
            FilledFor(self.store),
            self.today,
        )
        return Fill(parts)


def web(services: WebServices) -> "FastAPI":
    """Return the web application over these use cases."""
    from formservice.web.app import create

    return create(services)
