"""Passwords as Argon2id hashes; few are hashed at once, for each takes much memory."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# Argon2id with 64 MiB (RFC 9106 section 4), one lane, two passes: about 60 ms.
_PASSES, _KIB = 2, 65536
_AT_ONCE = 4


class Argon2:
    """Hashes and compares."""

    def __init__(self, passes: int = _PASSES, kib: int = _KIB) -> None:
        """Hash with so many passes over so much memory."""
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=kib, parallelism=1)
        self._room = threading.BoundedSemaphore(_AT_ONCE)
        self._nobodys: str | None = None

    def hashed(self, password: str) -> str:
        """Return what is kept of a password."""
        with self._room:
            return self._hasher.hash(password)

    def matches(self, kept: str | None, password: str) -> bool:
        """Say whether it is this password; it takes as long if there is none to compare with."""
        if self._nobodys is None:
            self._nobodys = self.hashed("nobody")
        with self._room:
            try:
                self._hasher.verify(kept or self._nobodys, password)
            except (VerificationError, InvalidHashError):
                return False
        return kept is not None

    def is_outdated(self, kept: str) -> bool:
        """Say whether a password should be hashed anew."""
        return self._hasher.check_needs_rehash(kept)
