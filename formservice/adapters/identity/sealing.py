"""Sealing small secrets with the key of the installation, bound to what they are for."""

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Seal:
    """Seals and opens; a sealed text is of no use for anything else, nor elsewhere."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        """Derive a key of its own for ``purpose`` from the secret of the installation."""
        self._key = hmac.new(secret, f"formservice/{purpose}".encode(), hashlib.sha256).digest()

    def sealed(self, text: str, about: str = "") -> str:
        """Return ``text`` so that only this installation can read it, and only for ``about``."""
        nonce = secrets.token_bytes(_NONCE)
        data = AESGCM(self._key).encrypt(nonce, text.encode(), about.encode())
        return base64.urlsafe_b64encode(nonce + data).decode()

    def opened(self, sealed: str, about: str = "") -> str | None:
        """Return what was sealed; None if it was not sealed here, or about something else."""
        try:
            data = base64.urlsafe_b64decode(sealed.encode())
            return AESGCM(self._key).decrypt(data[:_NONCE], data[_NONCE:], about.encode()).decode()
        except (ValueError, binascii.Error, InvalidTag):
            return None

    def hashed(self, *parts: str) -> str:
        """Return a hash that nobody can make, or try values for, without the key."""
        told = "\0".join(parts).encode("utf-8", "replace")
        return hmac.new(self._key, told, hashlib.sha256).hexdigest()
