"""What the environment says about accounts: the office's own identity provider, second factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from formservice.adapters.identity.oidc_settings import OidcSettings
from formservice.bootstrap.web_settings import is_loopback
from formservice.domain.case import Role
from formservice.domain.errors import UsageError

NAMES = (
    "FORMSERVICE_SECOND_FACTOR",
    "FORMSERVICE_READS_DAYS",
    "FORMSERVICE_OIDC_ISSUER",
    "FORMSERVICE_OIDC_CLIENT_ID",
    "FORMSERVICE_OIDC_CLIENT_SECRET",
    "FORMSERVICE_OIDC_CLIENT_SECRET_FILE",
    "FORMSERVICE_OIDC_ROLES",
    "FORMSERVICE_OIDC_SCOPE",
    "FORMSERVICE_OIDC_GROUPS",
    "FORMSERVICE_OIDC_ADDRESS",
)
_OF_AN_ISSUER = ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET", "OIDC_CLIENT_SECRET_FILE", "OIDC_ROLES")
_MOST_DAYS = 3660
# Träger are invited by name (§ 78 SGB X); no group of the office makes somebody one of theirs.
_OF_GROUPS = {str(role): role for role in Role if role not in (Role.SYSTEM, Role.TRAEGER)}


@dataclass(frozen=True, slots=True)
class IdentitySettings:
    """What an installation decides about accounts.

    ``factor_for_all`` asks everybody for a second factor, else Träger only; ``reads_days`` is how
    long it is kept who looked at what; ``oidc`` whom staff sign in with, None for nobody, and
    ``roles`` which group has which role here, in the order in which they count.
    """

    factor_for_all: bool = False
    reads_days: int = 365
    oidc: OidcSettings | None = None
    roles: tuple[tuple[str, Role], ...] = ()


def identity_settings(given: Mapping[str, str]) -> IdentitySettings:
    """Return the settings of accounts; UsageError names a variable that is wrong."""
    said = {name.removeprefix("FORMSERVICE_"): given.get(name, "").strip() for name in NAMES}
    return IdentitySettings(
        factor_for_all=_factor(said["SECOND_FACTOR"]),
        reads_days=_days(said["READS_DAYS"]),
        oidc=_oidc(said),
        roles=_roles(said["OIDC_ROLES"]) if said["OIDC_ISSUER"] else (),
    )


def _factor(text: str) -> bool:
    if text not in ("", "traeger", "alle"):
        raise _wrong("SECOND_FACTOR", "Erwartet wird traeger oder alle.")
    return text == "alle"


def _days(text: str) -> int:
    if not text:
        return IdentitySettings().reads_days
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_DAYS))
    if not is_number or not 1 <= int(text) <= _MOST_DAYS:
        raise _wrong("READS_DAYS", f"Erwartet wird eine ganze Zahl von 1 bis {_MOST_DAYS}.")
    return int(text)


def _oidc(said: Mapping[str, str]) -> OidcSettings | None:
    issuer = said["OIDC_ISSUER"]
    if not issuer:
        _refuse_without_issuer(said)
        return None
    if not _is_issuer(issuer):
        raise _wrong("OIDC_ISSUER", "Erwartet wird eine Adresse, die mit https:// beginnt.")
    if not said["OIDC_CLIENT_ID"]:
        raise _wrong(
            "OIDC_CLIENT_ID", "Erwartet wird der Name, unter dem das Dienstkonto uns kennt."
        )
    usual = OidcSettings(issuer, "", "")
    return OidcSettings(
        issuer,
        said["OIDC_CLIENT_ID"],
        _secret(said),
        said["OIDC_SCOPE"] or usual.scope,
        said["OIDC_GROUPS"] or usual.groups,
        said["OIDC_ADDRESS"],
    )


def _refuse_without_issuer(said: Mapping[str, str]) -> None:
    """Raise UsageError if it is said who we are at a service, and not at which one."""
    for name in _OF_AN_ISSUER:
        if said[name]:
            hint = f"Sie fehlt, und ohne sie gilt FORMSERVICE_{name} nicht."
            raise _wrong("OIDC_ISSUER", hint)


def _is_issuer(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port  # what a number of a port is, is only found out here
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    )


def _secret(said: Mapping[str, str]) -> str:
    file = said["OIDC_CLIENT_SECRET_FILE"]
    if not file:
        if not said["OIDC_CLIENT_SECRET"]:
            raise _wrong("OIDC_CLIENT_SECRET", "Erwartet wird das Kennwort beim Dienstkonto.")
        return said["OIDC_CLIENT_SECRET"]
    try:
        return Path(file).read_text("utf-8").strip()
    except (OSError, UnicodeError):
        raise _wrong("OIDC_CLIENT_SECRET_FILE", "Die Datei ist nicht zu lesen.") from None


def _roles(text: str) -> tuple[tuple[str, Role], ...]:
    """Return groups and roles of ``role=group, role=group``."""
    found = []
    for one in filter(None, (part.strip() for part in text.split(","))):
        role, _, group = (part.strip() for part in one.partition("="))
        if role not in _OF_GROUPS or not group:
            known = ", ".join(_OF_GROUPS)
            hint = f"Erwartet wird rolle=gruppe, mit Komma dazwischen; Rollen: {known}."
            raise _wrong("OIDC_ROLES", hint)
        found.append((group, _OF_GROUPS[role]))
    if not found:
        raise _wrong("OIDC_ROLES", "Erwartet wird mindestens eine Gruppe: ifk=fachkraefte.")
    return tuple(found)


def _wrong(name: str, hint: str) -> UsageError:
    return UsageError(f"Die Einstellung FORMSERVICE_{name} ist nicht zu verstehen.", hint)
