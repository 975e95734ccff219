"""Second factors: codes by time (RFC 6238) and recovery codes for a lost device."""

import secrets
import time
from collections.abc import Callable, Sequence

import pyotp

from formservice.adapters import qr
from formservice.adapters.identity.sealing import Seal

# No I, L, O or U: codes are read from paper. Ten letters hold 50 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODES, _LETTERS = 10, 10
_STEP_S = 30
# A clock may be wrong by half a minute, and typing takes time.
_AROUND = (0, -1, 1)


class Totp:
    """Codes of authenticators; what is kept of them is sealed."""

    def __init__(self, secret: bytes, issuer: str, clock: Callable[[], float] = time.time) -> None:
        """Seal with the installation's ``secret``; authenticators show ``issuer``."""
        self._totp = Seal(secret, "totp")
        self._codes = Seal(secret, "recovery")
        self._tries = Seal(secret, "tries")
        self._issuer = issuer
        self._clock = clock

    def new(self, user: str) -> str:
        """Return a new secret, sealed for this user."""
        return self._totp.sealed(pyotp.random_base32(), user)

    def shown(self, user: str, sealed: str) -> str | None:
        """Return a secret as it is typed in; None if it was not sealed here for this user."""
        return self._totp.opened(sealed, user)

    def picture(self, login: str, secret: str) -> bytes:
        """Return the QR code that an authenticator reads, as PNG."""
        return qr.png(pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=self._issuer))

    def step(self, user: str, sealed: str, code: str) -> int | None:
        """Return to which step of time a code belongs; None if it is wrong or too old."""
        secret = self.shown(user, sealed)
        digits = "".join(code.split())
        if secret is None or len(digits) != 6 or not digits.isascii() or not digits.isdecimal():
            return None
        present = int(self._clock()) // _STEP_S
        generator = pyotp.TOTP(secret)
        for step in (present + one for one in _AROUND):
            if pyotp.utils.strings_equal(generator.generate_otp(step), digits):
                return step
        return None

    def recovery_codes(self) -> Sequence[str]:
        """Return new recovery codes, as people write them."""
        many = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_CODES))
        return [f"{one[:5]}-{one[5:]}" for one in many]

    def hashed(self, user: str, code: str) -> str:
        """Return what is kept of a recovery code."""
        plain = "".join(one for one in code.upper() if one.isalnum())
        # As people misread what is printed.
        return self._codes.hashed(user, plain.translate(str.maketrans("OILU", "011V")))

    def key(self, login: str) -> str:
        """Return the name under which tries for a login are counted."""
        return self._tries.hashed(login)
