"""What the environment says about the service in a browser."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from formservice.domain.errors import UsageError

LOCAL = "http://127.0.0.1:8000"
# The names of all settings here: commands that have no use for them do not stumble over them.
NAMES = (
    "FORMSERVICE_PUBLIC_URL",
    "FORMSERVICE_AUTHORITY",
    "FORMSERVICE_ALLOWED_HOSTS",
    "FORMSERVICE_TRUSTED_PROXIES",
    "FORMSERVICE_ALLOW_HTTP",
    "FORMSERVICE_SESSION_HOURS",
    "FORMSERVICE_SESSION_IDLE_MINUTES",
    "FORMSERVICE_UPLOAD_MEGABYTES",
    "FORMSERVICE_METRICS_TOKEN_FILE",
    "FORMSERVICE_LOG_FORMAT",
    "FORMSERVICE_LOG_LEVEL",
    "FORMSERVICE_WEBHOOK_HOSTS",
)
_SHORTEST_TOKEN = 16
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\]|[0-9a-f:]+")


class LogFormat(StrEnum):
    """How log lines look."""

    JSON = "json"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What an installation decides about the web.

    ``public_url`` is where people reach it, None where ``serve`` listens; ``hosts`` the names it
    answers to besides that one and this machine; ``proxies`` whose word counts for the address
    and protocol of a request; ``plain_http`` whether it may listen to other machines without TLS;
    ``session_s`` and ``idle_s`` how long a sign-in holds, and without doing anything;
    ``upload_bytes`` how much one request may send; ``metrics_token`` the file with what a program
    elsewhere shows to read metrics.
    """

    public_url: str | None = None
    authority: str = "Jobcenter"
    hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    plain_http: bool = False
    session_s: float = 12 * 3600.0
    idle_s: float = 3600.0
    upload_bytes: int = 200 * 1024**2
    metrics_token: Path | None = None
    log_format: LogFormat = LogFormat.JSON
    log_level: str = "info"

    def token_of_metrics(self) -> str | None:
        """Return what opens the metrics to other machines, None if nothing does."""
        if self.metrics_token is None:
            return None
        try:
            token = self.metrics_token.read_text("utf-8").strip()
        except (OSError, UnicodeError):
            raise _wrong("METRICS_TOKEN_FILE", "Die Datei ist nicht zu lesen.") from None
        if len(token) < _SHORTEST_TOKEN:
            raise _wrong("METRICS_TOKEN_FILE", "Darin stehen mindestens 16 Zeichen.")
        return token


def web_settings(given: Mapping[str, str]) -> WebSettings:
    """Return the settings of the web; UsageError names a variable that is wrong."""
    said = {name.removeprefix("FORMSERVICE_"): given.get(name, "").strip() for name in NAMES}
    plain = WebSettings()
    token = said["METRICS_TOKEN_FILE"]
    return WebSettings(
        public_url=_url(said["PUBLIC_URL"]),
        authority=said["AUTHORITY"] or plain.authority,
        hosts=_hosts(said["ALLOWED_HOSTS"]),
        proxies=_networks(said["TRUSTED_PROXIES"]),
        plain_http=_yes(said["ALLOW_HTTP"]),
        session_s=3600.0 * _number(said, "SESSION_HOURS", 12, 24 * 7),
        idle_s=60.0 * _number(said, "SESSION_IDLE_MINUTES", 60, 24 * 60),
        upload_bytes=1024**2 * _number(said, "UPLOAD_MEGABYTES", 200, 10_000),
        metrics_token=Path(token) if token else None,
        log_format=_format(said["LOG_FORMAT"]),
        log_level=_level(said["LOG_LEVEL"]),
    )


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches an address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def _url(text: str) -> str | None:
    if not text:
        return None
    hint = "Erwartet wird eine Adresse wie https://formulare.amt.example, ohne Pfad."
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname)
        # What a number of a port is, is only found out here.
        bare = parts.path in ("", "/") and not (parts.query or parts.fragment or parts.username)
        fits = known and bare and (parts.port is None or parts.port > 0)
    except ValueError:
        fits = False
    if not fits:
        raise _wrong("PUBLIC_URL", hint)
    return text.rstrip("/")


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(text.lower().replace(",", " ").split())
    if not all(map(_HOST.fullmatch, hosts)):
        raise _wrong("ALLOWED_HOSTS", "Erwartet werden Rechnernamen mit Komma dazwischen.")
    return hosts


def _networks(text: str) -> tuple[str, ...]:
    given = tuple(text.replace(",", " ").split())
    try:
        for one in given:
            ipaddress.ip_network(one)
    except ValueError:
        hint = "Erwartet werden Adressen oder Netze wie 10.0.0.5 oder 10.0.0.0/24."
        raise _wrong("TRUSTED_PROXIES", hint) from None
    return given


def _yes(text: str) -> bool:
    if text.lower() not in ("", "ja", "nein"):
        raise _wrong("ALLOW_HTTP", "Erwartet wird ja oder nein.")
    return text.lower() == "ja"


def _number(said: Mapping[str, str], name: str, usual: int, most: int) -> int:
    text = said[name]
    if not text:
        return usual
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        raise _wrong(name, f"Erwartet wird eine ganze Zahl von 1 bis {most}.")
    return int(text)


def _format(text: str) -> LogFormat:
    if (text or LogFormat.JSON) not in set(LogFormat):
        raise _wrong("LOG_FORMAT", "Erwartet wird json oder text.")
    return LogFormat(text or LogFormat.JSON)


def _level(text: str) -> str:
    if (text or "info") not in ("info", "warning", "error"):
        raise _wrong("LOG_LEVEL", "Erwartet wird info, warning oder error.")
    return text or "info"


def _wrong(name: str, hint: str) -> UsageError:
    return UsageError(f"Die Einstellung FORMSERVICE_{name} ist nicht zu verstehen.", hint)
