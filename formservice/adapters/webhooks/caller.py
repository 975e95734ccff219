"""Sends one notice by HTTP: bounded in time and size, to the address checked, no redirects."""

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import suppress

from formservice import __version__
from formservice.adapters.webhooks.hosts import Address, addressed, resolved
from formservice.application.webhooks_ports import CallError

# Receivers are asked to answer at once and to work afterwards.
_SECONDS = 15.0
# What they answer is not looked at; so much of it is taken, so that they see it was.
_MOST_BYTES = 16 * 1024


class HttpCaller:
    """Carries notices to the hosts that are allowed."""

    def __init__(self, allowed: Collection[str], seconds: float = _SECONDS) -> None:
        """Send to hosts among ``allowed``; ``seconds`` is how long all of one call may take."""
        self._allowed = tuple(allowed)
        self._seconds = seconds

    def refuse(self, url: str) -> None:
        """Raise UsageError for an address that this installation sends nothing to."""
        addressed(url, self._allowed)

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        """Send and return the HTTP status of the answer.

        Raises:
            CallError: there is no answer; its code says why.
            UsageError: this installation sends nothing there.
        """
        address = addressed(url, self._allowed)
        begun = time.monotonic()
        family, place = resolved(address)
        left = self._seconds - (time.monotonic() - begun)
        if left <= 0:
            raise CallError("timeout")
        connection = _Connection(address, family, place, left)
        # A limit for each read lets somebody who sends a letter now and then hold us for hours.
        ending = threading.Timer(left, connection.end)
        ending.daemon = True
        ending.start()
        try:
            status = _asked(connection, address, headers, body)
        except (TimeoutError, http.client.HTTPException, OSError) as error:
            raise CallError(_code(error, ended=connection.is_ended)) from None
        finally:
            ending.cancel()
            connection.hang_up()
        if connection.is_ended:  # an answer cut off reads like a short one
            raise CallError("timeout")
        return status


class _Connection(http.client.HTTPConnection):
    """A connection to the very address that was checked, whatever its name says by now."""

    def __init__(
        self,
        address: Address,
        family: socket.AddressFamily,
        place: tuple[object, ...],
        seconds: float,
    ) -> None:
        super().__init__(address.host, address.port, timeout=seconds)
        self._address, self._family, self._place = address, family, place
        self._seconds = seconds
        # The same line as ``sock``, which is given away: to TLS while it is negotiated, and to the
        # answer while that is read.
        self._line: socket.socket | None = None
        self.is_ended = False

    def connect(self) -> None:
        """Connect, by TLS if it is asked for; the certificate has to be that of the host."""
        sock = socket.socket(self._family, socket.SOCK_STREAM)
        self.sock = sock
        self._line = sock.dup()
        sock.settimeout(self._seconds)
        sock.connect(self._place)
        if self.is_ended:  # there was nothing to end before
            raise TimeoutError
        if self._address.tls:
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(sock, server_hostname=self._address.host)

    def end(self) -> None:
        """Let whoever waits for the other side wait no longer."""
        self.is_ended = True
        line = self._line
        if line is not None:
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Let go of all of it."""
        self.close()
        if self._line is not None:
            self._line.close()


def _asked(
    connection: _Connection, address: Address, headers: Mapping[str, str], body: bytes
) -> int:
    connection.putrequest("POST", address.target, skip_host=True, skip_accept_encoding=True)
    told = {
        "Host": address.named,
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": f"formservice/{__version__}",
        "Connection": "close",
        **headers,
    }
    for name, value in told.items():
        connection.putheader(name, value)
    connection.endheaders(body)
    answer = connection.getresponse()
    answer.read(_MOST_BYTES)
    return answer.status


def _code(error: Exception, *, ended: bool) -> str:
    if ended or isinstance(error, TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError):
        return "tls"
    return "answer" if isinstance(error, http.client.HTTPException) else "connection"
