"""An invitation goes out through a real mail server, and its link stays nowhere."""

import email
import email.policy
from datetime import UTC, datetime

import pytest

from formservice.adapters.inbox.accounts import MailAccount, Security, Server
from formservice.adapters.store import schema
from formservice.bootstrap.mail_settings import mail_sending
from formservice.domain.errors import EngineError
from tests.accounts.houses import LEAD, PASSWORD
from tests.inbox.conftest import caught  # noqa: F401 - a server that takes mail

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def sent(accounts, port: int) -> list[str]:
    """Send what waits; return what became of it."""
    server = Server("127.0.0.1", port, Security.NONE)
    account = MailAccount(outbox=server, address="formulare@amt.example")
    sending = mail_sending(account, accounts.store, lambda: NOW)
    assert sending is not None
    return [f"{one.kind} {one.receipt}" for one in sending.gone()]


def test_who_is_invited_gets_the_link_and_can_use_it(accounts, caught):  # noqa: F811 - fixture
    invited = accounts.invite.invite("ida@werk.example", "Ida Geheim", "t1", LEAD)
    assert sent(accounts, caught.port) == ["notice sent"]
    (mail,) = caught.mails
    assert mail[1] == ["ida@werk.example"]
    letter = email.message_from_bytes(mail[2], policy=email.policy.default)
    assert letter["Subject"] == "Einladung zum Formularservice"
    body = letter.get_content()
    assert invited.link in body
    assert "Ida" not in body
    assert accounts.invite.accept(invited.link.rpartition("/")[2], "Ida", PASSWORD)
    with accounts.store.look() as work:
        kept = str(work.connection.execute(schema.outbox.select()).all())
    assert invited.link not in kept
    assert "ida@werk.example" not in kept
    assert sent(accounts, caught.port) == []


def test_an_invitation_waits_for_a_server_that_is_away(accounts):
    accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    with pytest.raises(EngineError):
        sent(accounts, 1)
    assert accounts.count("outbox") == 1


def test_an_address_that_is_refused_is_not_tried_again(accounts, caught):  # noqa: F811 - fixture
    caught.nobody = {"ida@werk.example": "550 nobody"}
    accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    assert sent(accounts, caught.port) == ["notice refused"]
    assert sent(accounts, caught.port) == []
