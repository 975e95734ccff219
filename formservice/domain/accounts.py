"""What holds for every account: passwords to choose from, and how long to wait after errors."""

import re
import unicodedata

from formservice.domain.case import Role
from formservice.domain.errors import FormServiceError, InputError, UsageError
from formservice.domain.text import is_blank

SECOND_FACTOR, SET_UP = "second-factor", "set-up"
NEW_PASSWORD, ACKNOWLEDGE = "new-password", "acknowledgement"
STEPS = (SECOND_FACTOR, NEW_PASSWORD, SET_UP, ACKNOWLEDGE)
"""What may be missing after the password, in the order in which it is asked for."""
ACKNOWLEDGEMENT = "2026-11"
"""The edition of the text under § 78 SGB X: people of a Träger are asked again for a new one."""
SHORTEST, LONGEST = 12, 256
LONGEST_NAME = 200
"""How many characters a password has."""
CONFIRM_DAYS = 365
"""After so many days somebody has to confirm again who still works for a Träger."""

_FREE_TRIES = 5
_FIRST_S, _LONGEST_S = 30.0, 3600.0
# Words from which people make what only looks long; digits and signs around them do not count.
_COMMON_WORDS = """
password passwort kennwort passwortpasswort geheim geheimes hallo hallohallo willkommen welcome
letmein admin administrator formservice jobcenter jobcentergoettingen landkreis qwertz qwerty
qwertzuiop qwertyuiop qwertzuiopasdf asdfghjkl yxcvbnm iloveyou ichliebedich schatz schatzi
fussball sommer winter herbst fruehling montag dezember test testtest temporaer startpasswort
meinpasswort meinkennwort neuespasswort changeme
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_ROWS = ("12345678901234567890", "abcdefghijklmnopqrstuvwxyz", "qwertzuiopüasdfghjklöäyxcvbnm")


class WeakPasswordError(InputError):
    """A password that must not be chosen."""

    code = "account.password"
    default_hint = "Ein Satz aus mehreren Wörtern ist gut zu merken und schwer zu raten."


class LockedError(FormServiceError):
    """Too many tries; ``seconds`` is how long to wait."""

    code = "account.locked"

    def __init__(self, seconds: float) -> None:
        """Tell how long it takes."""
        minutes = max(1, round(seconds / 60 + 0.49))
        told = "eine Minute" if minutes == 1 else f"{minutes} Minuten"
        super().__init__(
            "Nach mehreren Fehlversuchen ist die Anmeldung kurz gesperrt.",
            f"Bitte {told} warten und es dann noch einmal versuchen.",
        )
        self.seconds = seconds


def normal_login(login: str) -> str:
    """Return a login as it is kept: however somebody writes it, it is the same."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:254]


def new_login(login: str) -> str:
    """Return a login that somebody chooses as it is kept; empty where nothing is seen.

    Raises:
        UsageError: it has signs that nobody sees, and so would be nobody's to type.
    """
    normal = normal_login(login)
    if is_blank(normal):
        return ""
    if not normal.isprintable():
        raise UsageError(
            "Der Anmeldename hat Zeichen, die niemand sieht.",
            "Bitte neu eintippen statt einfügen.",
        )
    return normal


def is_address(login: str) -> bool:
    """Say whether a normal login can be a mail address: one word that hides no sign."""
    return "@" in login and len(login) >= 5 and login.isprintable() and " " not in login


def normal_password(password: str) -> str:
    """Return a password in one spelling: an ä is an ä on every keyboard."""
    return unicodedata.normalize("NFC", password)


def checked_password(password: str, login: str) -> str:
    """Return a password that may be chosen, in one spelling.

    Raises:
        WeakPasswordError: it is short, the login, or one of those that are tried first.
    """
    chosen = normal_password(password)
    if len(chosen) < SHORTEST:
        raise WeakPasswordError(f"Das Kennwort braucht mindestens {SHORTEST} Zeichen.")
    if len(chosen) > LONGEST:
        raise WeakPasswordError(f"Das Kennwort darf höchstens {LONGEST} Zeichen haben.", "")
    folded, name = chosen.casefold(), normal_login(login)
    for part in {name, name.partition("@")[0]}:
        if len(part) > 2 and len(folded.replace(part, "")) < 4:
            raise WeakPasswordError("Das Kennwort darf nicht der Anmeldename sein.")
    if _is_common(folded):
        raise WeakPasswordError("Dieses Kennwort wird zu oft benutzt und ist leicht zu raten.")
    return chosen


def _is_common(folded: str) -> bool:
    letters = re.sub(r"[\W\d_]+", "", folded)
    digits = re.sub(r"\D+", "", folded)
    plain = letters
    for umlaut, written in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        plain = plain.replace(umlaut, written)
    if plain in _COMMON or len(set(folded)) < 4:
        return True
    # „qwertz123456“ is two rows of keys.
    if _is_row(folded) or (_is_row(letters) and (not digits or _is_row(digits))):
        return True
    half = len(folded) // 2
    return folded[:half] == folded[half:] and (len(set(folded)) < 6 or folded[:half] in _COMMON)


def _is_row(folded: str) -> bool:
    """Say whether these are neighbours on a keyboard, forwards or backwards."""
    return any(folded in one for row in _ROWS for one in (row * 3, row[::-1] * 3))


def wait_seconds(failures: int) -> float:
    """Return how long nobody may try again after so many errors: none at first, then longer."""
    if failures < _FREE_TRIES:
        return 0.0
    return float(min(_LONGEST_S, _FIRST_S * 2 ** min(failures - _FREE_TRIES, 20)))


def needs_second_factor(role: Role, *, everybody: bool) -> bool:
    """Say whether somebody in ``role`` may not do without a second factor."""
    return everybody or role is Role.TRAEGER


def needs_acknowledgement(role: Role, acknowledged: str | None) -> bool:
    """Say whether somebody has to acknowledge the present text under § 78 SGB X."""
    return role is Role.TRAEGER and acknowledged != ACKNOWLEDGEMENT
