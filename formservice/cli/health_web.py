"""What ``formservice check`` tells of the web: its look, its settings, its secret."""

import shlex
import stat
from pathlib import Path
from urllib.parse import urlsplit

from formservice.adapters.identity.secret_file import KEY, found_secret
from formservice.bootstrap.web import WebServices
from formservice.bootstrap.web_settings import is_loopback
from formservice.cli.german import counted
from formservice.domain.errors import FormServiceError, StorageError

_BYTES = 32
_STYLES = ("kern.min.css", "fonts.css")
_FONTS = "fira-sans/FiraSans-Regular.woff2"
_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look(services: WebServices) -> str:
    """Return what is missing of KERN, empty if nothing is; pages go without, and look plain."""
    here = services.assets
    missing = []
    if not all((here / name).is_file() for name in _STYLES):
        missing.append("die Gestaltung")
    if not (here / _FONTS).is_file():
        missing.append("die Schriften")
    if not missing:
        return ""
    return f"KERN UX: {' und '.join(missing)} fehlen; „make assets“ holt sie"


def reached(services: WebServices) -> tuple[bool, str]:
    """Return whether people reach the web as they should, and what to say of it.

    Raises:
        FormServiceError: a setting of the web or of accounts cannot be understood.
    """
    own = services.web_settings
    services.web_understood()
    if own.public_url is None:
        if own.plain_http:
            return False, "FORMSERVICE_PUBLIC_URL fehlt: „formservice serve“ antwortet nur hier"
        return True, "nur dieser Rechner (FORMSERVICE_PUBLIC_URL ist leer)"
    secure = own.public_url.startswith("https:")
    if not secure and not is_loopback(urlsplit(own.public_url).hostname or ""):
        return False, (
            f"{own.public_url}: ohne TLS; FORMSERVICE_PUBLIC_URL mit https:// setzen, davor einen"
            " Webserver mit TLS"
        )
    return True, own.public_url


def lost(services: WebServices) -> str:
    """Return what is lost with the key and how to mend it, empty if there is one or no need.

    The next start makes a new one, and then nobody's second factor is right. Of a database that
    cannot be read something else tells.
    """
    path = services.settings.data / KEY
    if path.exists():
        return ""
    try:
        with services.store.look() as work:
            count = sum(one.totp is not None for one in work.accounts.all())
    except FormServiceError:
        return ""
    if not count:
        return ""
    whose = counted(count, "Person", "Personen")
    return (
        f"{path} fehlt, mit dem der zweite Faktor von {whose} versiegelt ist; bitte aus der"
        " Sicherung oder dem früheren Datenordner zurückholen, bevor der Dienst startet"
    )


def secret(folder: Path) -> str:
    """Return what is wrong with the file of the secret and how to mend it, empty if nothing is."""
    path = folder / KEY
    try:
        found, owner = path.stat(), folder.stat().st_uid
    except FileNotFoundError:
        return ""  # the first start makes it
    except OSError:
        return f"{path} ist nicht zu lesen; Rechte prüfen"
    if found.st_mode & _OF_OTHERS:
        return f"andere können den Schlüssel lesen; „chmod 600 {shlex.quote(str(path))}“"
    if found.st_uid != owner:
        there, here = shlex.quote(str(folder)), shlex.quote(str(path))
        return (
            f"{path} gehört einem anderen Konto als der Datenordner, der Dienst kann den Schlüssel"
            f" nicht lesen; „chown --reference={there} {here}“"
        )
    if found.st_size != _BYTES:
        return f"{path} ist beschädigt; bitte aus der eigenen Sicherung zurückholen"
    try:
        found_secret(path)
    except StorageError as error:
        return f"{error.message} {error.hint}"
    return ""
