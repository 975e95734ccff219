"""Which hosts notices may be sent to: those the operator names, and no way around them."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from formservice.application.webhooks_ports import CallError
from formservice.domain.errors import UsageError

_HTTPS, _HTTP = 443, 80
_HINT = (
    "Erwartet wird https://RECHNER/PFAD; den Rechner lässt die Einstellung"
    " FORMSERVICE_WEBHOOK_HOSTS zu."
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a notice goes: by TLS or not, to which host and port, and what is asked for there."""

    tls: bool
    host: str
    port: int
    target: str
    is_local: bool

    @property
    def named(self) -> str:
        """The host as the header ``Host`` has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = _HTTPS if self.tls else _HTTP
        return host if self.port == usual else f"{host}:{self.port}"


def addressed(url: str, allowed: Collection[str]) -> Address:
    """Return where ``url`` leads.

    ``allowed`` are hosts, or hosts with ports (``127.0.0.1:9000``). This machine itself is only
    reached if it is allowed by name, and then without TLS as well.

    Raises:
        UsageError: it is no address, or its host is not among those allowed.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UsageError("Diese Adresse ist nicht zu verstehen.", _HINT) from None
    is_whole = bool(host) and port != 0 and not (parts.username or parts.fragment)
    if parts.scheme not in ("http", "https") or not is_whole:
        raise UsageError("Diese Adresse ist nicht zu verstehen.", _HINT)
    tls = parts.scheme == "https"
    port = port or (_HTTPS if tls else _HTTP)
    known = {one.casefold() for one in allowed}
    named = f"[{host}]" if ":" in host else host
    if not known & {host.casefold(), named.casefold(), f"{named}:{port}".casefold()}:
        raise UsageError("An diesen Rechner sendet diese Anlage nichts.", _HINT)
    is_local = _is_this_machine(host)
    if not (tls or is_local):
        raise UsageError("Gesendet wird nur über https.", _HINT)
    query = f"?{parts.query}" if parts.query else ""
    target = (parts.path or "/") + query
    if not (target.isascii() and target.isprintable()) or " " in target:
        raise UsageError("Diese Adresse ist nicht zu verstehen.", _HINT)
    return Address(tls, host, port, target, is_local)


def resolved(address: Address) -> tuple[socket.AddressFamily, tuple[object, ...]]:
    """Return the socket address of a host; it is looked up once, and used as it was checked.

    Raises:
        CallError: there is no such host, or its name leads to this machine or its own network
            though nobody allowed that.
    """
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise CallError("name") from None
    for family, _, _, _, place in found:
        if address.is_local or not _is_inner(str(place[0])):
            return family, place
    raise CallError("host")


def _is_this_machine(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_inner(text: str) -> bool:
    """Say whether an address is none that another machine has.

    Networks of an office (10.0.0.0/8 and the like) are others: what is called stands there.
    """
    one = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(one, ipaddress.IPv6Address) and one.ipv4_mapped is not None:
        one = one.ipv4_mapped
    return one.is_loopback or one.is_link_local or one.is_multicast or one.is_unspecified
