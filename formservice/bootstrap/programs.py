"""The use cases that only programs need: the API's own, beside those of the pages."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import now

if TYPE_CHECKING:
    from formservice.adapters.webhooks.caller import HttpCaller
    from formservice.application.consult import Consult
    from formservice.application.idempotency import DoOnce
    from formservice.application.webhooks import ManageWebhooks
    from formservice.application.webhooks_sending import Notify
    from formservice.domain.form import FormDefinition


class ProgramServices(Services):
    """What the API needs beside the use cases of the pages."""

    @cached_property
    def consult(self) -> "Consult":
        """The use case „consult“: one document, as somebody may see it."""
        from formservice.application.consult import Consult

        return Consult(self.store, self.originals)

    @cached_property
    def do_once(self) -> "DoOnce":
        """The use case that lets the same request change something once."""
        from formservice.adapters.store.idempotency import StoredAnswers
        from formservice.application.idempotency import DoOnce

        return DoOnce(StoredAnswers(self.store))

    @staticmethod
    def schema_of(definition: "FormDefinition") -> Mapping[str, object]:
        """Return the JSON Schema of the data of an edition."""
        from formservice.adapters.record_schema import schema

        return schema(definition)

    @cached_property
    def webhooks(self) -> "ManageWebhooks":
        """The use cases of webhooks; UsageError if the setting of their hosts is wrong."""
        import secrets

        from formservice.application.webhooks import ManageWebhooks
        from formservice.bootstrap.notifying import kept

        stored = kept(self.settings, self.store)
        return ManageWebhooks(stored, self.caller, self.notify, now, secrets.token_bytes)

    @cached_property
    def caller(self) -> "HttpCaller":
        """What carries notices to other programs."""
        from formservice.bootstrap.notifying import caller

        return caller(self.settings)

    @cached_property
    def notify(self) -> "Notify":
        """The use case „notify“."""
        from formservice.bootstrap.notifying import notify

        return notify(self.settings, self.store)
