"""What the web needs of the house: the use cases, as ``bootstrap`` builds them."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from formservice.application.accounts import SigningIn
from formservice.application.accounts_elsewhere import Provider, SignInElsewhere
from formservice.application.accounts_invited import Invite
from formservice.application.accounts_linked import LetIn
from formservice.application.accounts_own import OwnAccount
from formservice.application.accounts_people import People
from formservice.application.casework_import import TakeOver
from formservice.application.casework_office import Office
from formservice.application.condition import Condition
from formservice.application.consult import Consult
from formservice.application.desk import DeskStore
from formservice.application.desk_batches import Batches
from formservice.application.desk_deciding import Deciding
from formservice.application.desk_groups import Groups
from formservice.application.desk_pages import Arrange
from formservice.application.desk_pictures import Pictures
from formservice.application.drafts import Drafts
from formservice.application.editing import Edit
from formservice.application.filling import Fill
from formservice.application.generate import Generate
from formservice.application.idempotency import DoOnce
from formservice.application.live import Live
from formservice.application.portal import Portal
from formservice.application.ports import Forms
from formservice.application.ports_store import Originals, Store
from formservice.application.reads import Reads
from formservice.application.receive import Receive
from formservice.application.search import Find
from formservice.application.signed_in import Sessions
from formservice.application.today import TodayLists
from formservice.application.tokens import Tokens
from formservice.application.webhooks import ManageWebhooks
from formservice.domain.form import FormDefinition


class House(Protocol):
    """The finished use cases of one installation, with what pages have to know of it.

    ``public_url`` is where people reach the service (no slash at its end); by HTTPS its cookies
    are for HTTPS only. ``authority`` is the office's name as pages show it. ``secret`` signs what
    leaves and comes back.
    """

    @property
    def public_url(self) -> str:
        """Where people reach the service."""

    @property
    def hosts(self) -> Collection[str]:
        """The host names it answers to, besides those of this machine."""

    @property
    def upload_bytes(self) -> int:
        """How much one request may send, all its files together."""

    @property
    def metrics_token(self) -> str | None:
        """What opens the metrics to other machines; None if nothing does."""

    @property
    def condition(self) -> Condition:
        """Whether it can be used, and figures for who runs it."""

    @property
    def authority(self) -> str:
        """The office's name."""

    @property
    def secret(self) -> bytes:
        """What signs tokens of pages."""

    @property
    def assets(self) -> Path:
        """Where KERN lies."""

    @property
    def handbook(self) -> Path:
        """Where the user guide lies."""

    @property
    def own_pages(self) -> Path:
        """Where an operator puts what it says of itself: privacy, imprint, accessibility."""

    @property
    def today(self) -> Callable[[], date]:
        """What tells the day."""

    @property
    def now(self) -> Callable[[], datetime]:
        """What tells the time."""

    @property
    def store(self) -> Store:
        """Documents, work and events."""

    @property
    def originals(self) -> Originals:
        """Received bytes."""

    @property
    def forms(self) -> Forms:
        """All definitions."""

    @property
    def generate(self) -> Generate:
        """The use case „generate“."""

    @property
    def receive(self) -> Receive:
        """The use case „receive“."""

    @property
    def find(self) -> Find:
        """The use case „find“."""

    @property
    def live(self) -> Live:
        """How far work on documents is, for people who wait."""

    @property
    def sessions(self) -> Sessions:
        """Sessions of browsers."""

    @property
    def pictures(self) -> Pictures:
        """The use case „show what arrived“: pictures of pages and of fields."""

    @property
    def signing_in(self) -> SigningIn:
        """The use case „sign in“."""

    @property
    def own_account(self) -> OwnAccount:
        """What people do with their own account."""

    @property
    def edit(self) -> Edit:
        """The use case „edit“: a person corrects a record."""

    @property
    def consult(self) -> Consult:
        """The use case „consult“: one document, as somebody may see it."""

    @property
    def do_once(self) -> DoOnce:
        """The use case that lets the same request of a program change something once."""

    def schema_of(self, definition: FormDefinition) -> Mapping[str, object]:
        """Return the JSON Schema of the data of an edition."""

    @property
    def let_in(self) -> LetIn:
        """Letting in who is known already and cannot sign in yet."""

    @property
    def people(self) -> People:
        """Administering accounts."""

    @property
    def portal(self) -> Portal:
        """Everything a Träger does."""

    @property
    def take_over(self) -> TakeOver:
        """The use case „import from a list“."""

    @property
    def office(self) -> Office:
        """Everything that caseworkers do."""

    @property
    def tokens(self) -> Tokens:
        """Tokens of programs and calendars."""

    @property
    def reads(self) -> Reads:
        """Who looked at what."""

    @property
    def drafts(self) -> Drafts:
        """The use case „write on later“."""

    @property
    def desk(self) -> DeskStore:
        """The queue of doubtful documents."""

    @property
    def groups(self) -> Groups:
        """The use case „check many at once“."""

    @property
    def batches(self) -> Batches:
        """The use case „upload a batch“."""

    @property
    def arrange(self) -> Arrange:
        """The use cases „this is another form“ and „these pages belong together“."""

    @property
    def deciding(self) -> Deciding:
        """The use case „review“: deciding about doubtful fields."""

    @property
    def fill(self) -> Fill:
        """The use case „fill in“."""

    @property
    def webhooks(self) -> ManageWebhooks:
        """The use cases of webhooks."""

    @property
    def provider(self) -> Provider | None:
        """The office's own service that knows people, if there is one."""

    @property
    def elsewhere(self) -> SignInElsewhere:
        """The use case „sign in with an account of that service“."""

    @property
    def invite(self) -> Invite:
        """Inviting people of a Träger."""

    @property
    def waiting(self) -> TodayLists:
        """What needs somebody today."""
