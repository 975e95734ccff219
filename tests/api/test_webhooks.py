"""Notices to other programs: written with their event, signed, sent again, and never too far."""

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.schema import metadata
from formservice.adapters.store.store import Store
from formservice.adapters.store.webhooks import StoredWebhooks
from formservice.adapters.webhooks.caller import HttpCaller
from formservice.adapters.webhooks.hosts import addressed, resolved
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.application.webhooks import ManageWebhooks
from formservice.application.webhooks_ports import CallError, Outcome
from formservice.application.webhooks_sending import PAUSES_S, Notify
from formservice.bootstrap import Services, Settings
from formservice.domain.case import Role, State
from formservice.domain.errors import UsageError
from tests.api.receiver import Receiver, receiving
from tests.store.proven import reading

ADMIN = Author("gerda", Role.ADMIN)
TYPES = ("document.received", "document.deleted")


class Installation:
    """A store, a receiver that is allowed, and the use cases of webhooks."""

    def __init__(self, store: Store, receiver: Receiver, seconds: float = 0.4) -> None:
        self.store, self.receiver = store, receiver
        self.clock = datetime(2026, 4, 2, 12, 0, tzinfo=UTC)
        kept = self.kept(b"k" * 32)
        caller = HttpCaller([receiver.host], seconds)
        self.notify = Notify(kept, caller, lambda: self.clock)
        keys = iter(bytes([number]) * 24 for number in range(1, 99))
        self.manage = ManageWebhooks(
            kept, caller, self.notify, lambda: self.clock, lambda _count: next(keys)
        )

    def kept(self, key: bytes) -> StoredWebhooks:
        return StoredWebhooks(self.store, lambda: key)

    def registered(self, *types: str) -> tuple[str, str]:
        webhook, secret = self.manage.register(self.receiver.url, types or TYPES, ADMIN)
        return webhook.id, secret

    def receive(self, name: str) -> None:
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        arrival = Arrival(name, sha256, 3, "Bogen.pdf", "upload", date(2026, 4, 2))
        with self.store.work() as work:
            work.documents.receive(arrival, SERVICE)

    def make_due(self) -> None:
        with self.store.work() as work:
            work.connection.execute(update(schema.outbox).values(due=0.0))

    def events(self) -> list[str]:
        with self.store.look() as work:
            return list(work.connection.execute(select(schema.events.c.type)).scalars())

    def log(self, webhook: str):
        return self.manage.one(webhook)[1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as one:
        yield one


@pytest.fixture
def here(tmp_path, receiver) -> Iterator[Installation]:
    store = Store(embedded(tmp_path))
    with writing(store.engine) as connection:
        metadata.create_all(connection)
        user = {"id": "gerda", "name": "Gerda Technik", "role": "admin", "active": True}
        connection.execute(insert(schema.users).values(user))
    yield Installation(store, receiver)
    store.close()


@pytest.fixture
def there(store, receiver) -> Installation:
    """The same on both databases."""
    with store.work() as work:
        user = {"id": "gerda", "name": "Gerda Technik", "role": "admin", "active": True}
        work.connection.execute(insert(schema.users).values(user))
    return Installation(store, receiver)


def test_it_is_the_same_on_both_databases(there, receiver):
    webhook, old = there.registered()
    there.receive("d1")
    receiver.answers = "500"
    assert there.notify() == 1
    assert there.notify() == 0
    there.make_due()
    receiver.answers = "200"
    new = there.manage.renew(webhook, ADMIN)
    assert there.notify() == 1
    (first, _), (second, body) = receiver.got
    assert first["webhook-id"] == second["webhook-id"]
    assert verified(second, body, old)
    assert verified(second, body, new)
    (shown,) = there.manage.all()
    assert (shown.standing.sent, shown.standing.waiting, shown.standing.given_up) == (1, 0, 0)
    (delivery,) = there.log(webhook)
    assert (delivery.outcome, delivery.tries, delivery.told) == (Outcome.SENT, 2, "200")
    assert there.notify.tidied() == 0
    with there.store.work() as work:
        work.connection.execute(update(schema.outbox).values(done_at=1.0))
    assert there.notify.tidied() == 1
    there.manage.remove(webhook, ADMIN)
    assert there.manage.all() == []


def _types_told(store):
    with store.look() as work:
        query = select(schema.outbox.c.body).where(schema.outbox.c.kind == "webhook")
        return sorted(one["type"] for one in work.connection.execute(query).scalars())


def _sent_by_a_traeger(store, name):
    """Let a Träger send a file that is read and not handed in."""
    sha256, anna = hashlib.sha256(name.encode()).hexdigest(), Author("anna", Role.TRAEGER)
    arrival = Arrival(name, sha256, 3, "B.pdf", "portal", date(2026, 4, 2), traeger="t1")
    with store.work() as work:
        work.documents.receive(arrival, anna, is_read=True)
        work.documents.found(name, [Found([PageOf(sha256, 1)], reading("Muster"))], SERVICE)
        work.documents.save(name, 1, reading("Muster"), anna, "")
    return anna


def test_nobody_is_told_of_what_is_not_handed_in(there):
    every = ("document.received", "document.read", "document.changed", "document.submitted")
    there.registered(*every, "document.deleted")
    there.receive("d1")
    assert _types_told(there.store) == ["document.received"]
    with there.store.work() as work:
        work.connection.execute(insert(schema.traeger).values(id="t1", name="Lindenhof"))
        for row in ({"id": "anna", "name": "Anna", "role": "traeger", "active": True},):
            work.connection.execute(insert(schema.users).values(row))
        work.connection.execute(insert(schema.user_traeger).values(user="anna", traeger="t1"))
    anna = _sent_by_a_traeger(there.store, "d2")
    _sent_by_a_traeger(there.store, "d3")
    assert _types_told(there.store) == ["document.received"]
    with there.store.work() as work:
        work.documents.move("d2", State.IN_REVIEW, anna)
        work.submissions.add("d2", anna, date(2026, 4, 2))
        work.events.append("document.deleted", ADMIN, "d3", {"reason": "x"})
    assert _types_told(there.store) == ["document.received", "document.submitted"]
    with there.store.work() as work:
        work.documents.save("d2", 2, reading("Mustermann"), SERVICE, "")
        work.events.append("document.deleted", ADMIN, "d2", {"reason": "x"})
    assert _types_told(there.store)[:2] == ["document.changed", "document.deleted"]


def test_two_that_tell_at_once_tell_nothing_twice(there, receiver):
    there.registered()
    for number in range(12):
        there.receive(f"d{number}")
    threads = [threading.Thread(target=there.notify) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    names = [headers["webhook-id"] for headers, _ in receiver.got]
    assert (len(names), len(set(names))) == (12, 12)


def test_workers_tell_and_forget_by_their_clock(tmp_path):
    services = Services(Settings.from_environment({"FORMSERVICE_DATA": str(tmp_path)}))
    due = {one.name: one for one in services.further_chores}
    due["webhooks"].do()
    due["answers"].do()
    # Every machine tells by its own clock; forgetting is for one.
    assert (due["webhooks"].cron, bool(due["answers"].cron)) == ("", True)
    services.store.close()


def verified(headers, body: bytes, secret: str) -> bool:
    """Check a signature as a receiver does, by the words of the specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return wanted in headers["webhook-signature"].split()


def test_what_happens_is_told_signed_and_with_ids_only(here, receiver):
    webhook, secret = here.registered()
    here.receive("d1")
    assert here.notify() == 1
    ((headers, body),) = receiver.got
    assert verified(headers, body, secret)
    told = json.loads(body)
    assert (told["type"], told["data"]) == ("document.received", {"document": "d1"})
    assert b"Bogen" not in body
    (delivery,) = here.log(webhook)
    assert (delivery.outcome, delivery.told, delivery.tries) == (Outcome.SENT, "200", 1)


def test_an_event_that_is_taken_back_is_told_to_nobody(here, receiver):
    here.registered()
    sha256 = "0" * 64
    arrival = Arrival("d1", sha256, 3, "Bogen.pdf", "upload", date(2026, 4, 2))

    def taken_back() -> None:
        with here.store.work() as work:
            work.documents.receive(arrival, SERVICE)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        taken_back()
    assert here.notify() == 0
    assert receiver.got == []


def test_nobody_is_told_of_what_it_did_not_ask_for(here, receiver):
    here.registered("document.accepted")
    here.receive("d1")
    assert here.notify() == 0


@pytest.mark.parametrize(
    ("answers", "told"), [("500", "500"), ("redirect", "302"), ("404", "404"), ("hang", "timeout")]
)
def test_what_fails_is_sent_again_with_the_same_id(here, receiver, answers, told):
    webhook, _ = here.registered()
    here.receive("d1")
    receiver.answers = answers
    here.notify()
    (delivery,) = here.log(webhook)
    assert (delivery.outcome, delivery.told) == (Outcome.WAITING, told)
    assert here.notify() == 0, "it waits before it is tried again"
    receiver.answers = "204"
    here.make_due()
    here.notify()
    assert here.log(webhook)[0].outcome is Outcome.SENT
    (first, body), (second, again) = receiver.got
    assert (first["webhook-id"], body) == (second["webhook-id"], again)
    assert receiver.elsewhere == []


def test_who_drips_an_answer_holds_us_no_longer_than_who_is_silent(tmp_path, here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    receiver.answers = "drip"
    here.notify()
    assert here.log(webhook)[0].told == "timeout"


def test_an_endless_answer_is_an_answer(here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    receiver.answers = "endless"
    here.notify()
    assert here.log(webhook)[0].outcome is Outcome.SENT


def test_after_days_it_is_given_up_and_says_so(here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    receiver.answers = "500"
    for _ in range(len(PAUSES_S) + 1):
        here.make_due()
        here.notify()
    (delivery,) = here.log(webhook)
    assert delivery.outcome is Outcome.GIVEN_UP
    assert here.manage.all()[0].standing.given_up == 1
    here.make_due()
    assert here.notify() == 0
    assert 3 * 24 * 3600 < sum(PAUSES_S) < 3.5 * 24 * 3600
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    assert f"zusammen: {sum(PAUSES_S) // 3600:.0f} Stunden" in " ".join(guide.split())


def test_one_who_is_silent_is_asked_once_for_all_that_waits(here, receiver):
    here.registered()
    for number in range(5):
        here.receive(f"d{number}")
    receiver.answers = "503"
    assert here.notify() == 1
    receiver.answers = "200"
    here.make_due()
    assert here.notify() == 5
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 5


def test_one_who_says_that_it_is_gone_is_asked_no_more(here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    receiver.answers = "410"
    here.notify()
    assert not here.manage.one(webhook)[0].webhook.active
    here.make_due()
    here.notify()
    assert here.events().count("webhook.changed") == 1
    here.receive("d2")
    assert len(here.log(webhook)) == 1


def test_for_a_day_both_secrets_hold(here, receiver):
    webhook, old = here.registered()
    new = here.manage.renew(webhook, ADMIN)
    here.receive("d1")
    here.notify()
    ((headers, body),) = receiver.got
    assert verified(headers, body, new)
    assert verified(headers, body, old)
    with here.store.work() as work:
        work.connection.execute(
            update(schema.metadata.tables["webhooks"]).values(previous_until=0.0)
        )
    here.receive("d2")
    here.notify()
    headers, body = receiver.got[-1]
    assert verified(headers, body, new)
    assert not verified(headers, body, old)


def test_a_secret_is_sealed_and_without_the_key_nothing_is_sent(here, receiver):
    webhook, old = here.registered()
    new = here.manage.renew(webhook, ADMIN)
    with here.store.look() as work:
        row = str(work.connection.execute(select(schema.metadata.tables["webhooks"])).one())
    for secret in (old, new):
        assert secret not in row
        assert secret.removeprefix("whsec_") not in row
    here.receive("d1")
    other = HttpCaller([receiver.host], 0.4)
    Notify(here.kept(b"l" * 32), other, lambda: here.clock)()
    (delivery,) = here.log(webhook)
    assert (delivery.outcome, delivery.told, receiver.got) == (Outcome.WAITING, "key", [])
    here.make_due()
    here.notify()
    ((headers, body),) = receiver.got
    assert verified(headers, body, new)


def test_a_check_says_at_once_what_became_of_it(here, receiver):
    webhook, secret = here.registered()
    assert here.manage.check(webhook).outcome is Outcome.SENT
    headers, body = receiver.got[0]
    assert verified(headers, body, secret)
    assert json.loads(body)["type"] == "webhook.test"
    receiver.answers = "500"
    failed = here.manage.check(webhook)
    assert (failed.outcome, failed.told) == (Outcome.GIVEN_UP, "500")


def test_a_check_tells_its_time_as_events_do(here, receiver):
    webhook, _ = here.registered("document.received")
    here.clock = datetime(2026, 4, 2, 10, 15, tzinfo=ZoneInfo("Europe/Berlin"))
    here.manage.check(webhook)
    here.receive("d1")
    here.notify()
    check, event = (json.loads(body)["timestamp"] for _, body in receiver.got)
    assert check == "2026-04-02T08:15:00.000Z"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event)


def test_a_deleted_document_is_told_of_as_deleted_and_as_nothing_else(here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    with here.store.erasing() as erasure:
        erasure.erase(erasure.scope("d1"), ADMIN, "Widerruf", 60.0)
    here.notify()
    assert [json.loads(body)["type"] for _, body in receiver.got] == ["document.deleted"]
    assert len(here.log(webhook)) == 1


def test_what_is_removed_is_told_nothing_and_leaves_nothing(here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    here.manage.remove(webhook, ADMIN)
    assert here.notify() == 0
    assert here.manage.all() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/hook",
        "https://intern.example/hook",
        "http://localhost/hook",
        "https://127.0.0.1.nip.example/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://nutzer@127.0.0.1/",
        "http://[::ffff:127.0.0.1]/",
        "//127.0.0.1/",
        "http://2130706433/",
        "http://127.0.0.1:99999/",
        "",
        "x" * 600,
    ],
)
def test_nothing_goes_to_a_host_that_nobody_allowed(here, url):
    with pytest.raises(UsageError):
        here.manage.register(url, TYPES, ADMIN)


def test_a_port_that_no_server_has_is_not_taken_for_the_usual_one():
    with pytest.raises(UsageError):
        addressed("https://fachverfahren.example:0/x", ["fachverfahren.example"])


def test_a_host_that_is_allowed_no_more_gets_nothing(here, receiver):
    webhook, _ = here.registered()
    here.receive("d1")
    caller = HttpCaller(["anderswo.example"], 1.0)
    Notify(here.kept(b"k" * 32), caller, lambda: here.clock)()
    assert receiver.got == []
    assert here.log(webhook)[0].told == "host"


def test_a_name_that_leads_to_this_machine_is_not_followed():
    address = addressed("https://fachverfahren.example/x", ["fachverfahren.example"])
    local = type(address)(True, "localhost", 443, "/x", is_local=False)
    with pytest.raises(CallError, match="host"):
        resolved(local)


def test_every_change_is_in_the_chain(here):
    webhook, _ = here.registered()
    here.manage.turn(webhook, ADMIN, active=False)
    here.manage.renew(webhook, ADMIN)
    here.manage.remove(webhook, ADMIN)
    table = schema.events
    with here.store.look() as work:
        types = work.connection.execute(table.select().order_by(table.c.seq)).all()
    assert [row.type for row in types] == [
        "webhook.added",
        "webhook.changed",
        "webhook.renewed",
        "webhook.removed",
    ]
