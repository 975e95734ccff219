"""Whom a notice is sent to holds the sender no longer than all of one call may take."""

import socket
import threading
import time

import pytest

from formservice.adapters.webhooks import caller
from formservice.adapters.webhooks.caller import HttpCaller
from formservice.adapters.webhooks.hosts import resolved
from formservice.application.webhooks_ports import CallError
from tests.api.receiver import receiving

PATIENCE_S = 60


@pytest.fixture
def receiver():
    with receiving() as one:
        yield one


@pytest.fixture
def told(receiver):
    """What sends a notice and returns why it has no answer, or its status; it has to end."""

    def of(url):
        found: list[int | str] = []

        def call():
            try:
                found.append(HttpCaller([receiver.host], 0.5).post(url, {}, b"{}"))
            except CallError as error:
                found.append(error.code)

        thread = threading.Thread(target=call, daemon=True)
        thread.start()
        thread.join(PATIENCE_S)
        assert found, "the receiver holds the sender"
        return found[0]

    return of


@pytest.mark.parametrize("answers", ["drip", "drip body"])
def test_who_drips_the_head_or_the_rest_of_an_answer_is_left(receiver, told, answers):
    receiver.answers = answers
    assert told(receiver.url) == "timeout"


def test_time_that_is_over_while_tls_is_negotiated_is_over(receiver, told, monkeypatch):
    is_over = threading.Event()
    end = caller._Connection.end

    def ended(connection):
        end(connection)
        is_over.set()

    class Slow:
        """Takes the socket as TLS does, and agrees with the other side too late."""

        def wrap_socket(self, sock, server_hostname):
            family, kind = sock.family, sock.type
            inner = socket.socket(family, kind, fileno=sock.detach())
            inner.settimeout(PATIENCE_S)
            assert is_over.wait(PATIENCE_S)
            return inner

    monkeypatch.setattr(caller._Connection, "end", ended)
    monkeypatch.setattr("ssl.create_default_context", Slow)
    receiver.answers = "drip"
    assert told(receiver.url.replace("http:", "https:")) == "timeout"


def test_looking_for_the_host_is_part_of_the_time(receiver, told, monkeypatch):
    def slow(address):
        time.sleep(0.6)  # longer than all of it may take
        return resolved(address)

    monkeypatch.setattr(caller, "resolved", slow)
    assert told(receiver.url) == "timeout"
    assert receiver.got == []
