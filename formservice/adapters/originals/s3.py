"""Received files in storage that speaks S3, each under the SHA-256 of its bytes."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from obstore import exceptions
from obstore.store import S3Store

from formservice.adapters.originals.local import altered, missing
from formservice.domain.errors import FormServiceError, StorageError, UsageError

# A short outage is sat out; a longer one is told, for somebody waits.
_RETRIES, _RETRY_S, _TIMEOUT_S = 4, 30, 60
# What is asked and deleted holds up who writes to the database: the sum must be below the time
# after which a server ends such a transaction.
_QUICK_RETRIES, _QUICK_S = 1, 5
_PROBE = "neu/probe"
_HASH = 64
_ASKED_BY: dict[str, int] = {}


class S3Originals:
    """Objects ``ab/cd/<sha256>`` that are written once and never changed.

    Not every such storage can write only where nothing is; as names are hashes, writing the same
    bytes again is harmless. Where it is and who may use it stands in the usual ``AWS_`` settings.
    """

    def __init__(self, bucket: str, prefix: str = "") -> None:
        """Keep originals in ``bucket`` below ``prefix``; nothing is connected yet.

        UsageError if an ``AWS_`` setting cannot be understood.
        """
        try:
            self._store = _opened(bucket, prefix, _RETRIES, _RETRY_S, _TIMEOUT_S)
            self._quick = _opened(bucket, prefix, _QUICK_RETRIES, _QUICK_S, _QUICK_S)
        except (exceptions.BaseError, ValueError):
            # The library repeats the setting, which may hold a secret.
            raise UsageError(
                "Die Einstellungen für den S3-Speicher sind nicht zu verstehen.",
                "Bitte FORMSERVICE_STORAGE_URL und die Variablen AWS_… prüfen.",
            ) from None

    def put(self, data: bytes) -> str:
        """Keep ``data`` and return its SHA-256; the same bytes again change nothing.

        Raises:
            StorageError: not reachable, not allowed, or a kept original has been altered.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        with _explained():
            kept = self._bytes(sha256)
            if kept is None or kept == data:
                # What is there already, too: it was put again, and is young.
                self._store.put(_key(sha256), data)
                # What is acknowledged has been read back once.
                kept = self._bytes(sha256)
            if kept != data:
                raise altered(sha256)
        return sha256

    def read(self, sha256: str) -> bytes:
        """Return the original, checked against its hash; NotFoundError if there is none."""
        with _explained():
            data = self._bytes(sha256)
        if data is None:
            raise missing(sha256)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise altered(sha256)
        return data

    def exists(self, sha256: str) -> bool:
        """Say whether there is an original, without looking at its bytes."""
        with _explained():
            try:
                self._quick.head(_key(sha256))
            except FileNotFoundError:
                return False
            return True

    def delete(self, sha256: str, older: float = 0.0) -> bool:
        """Forget an original for good; say whether there is none now.

        One that somebody put, or put again, within the last ``older`` seconds stays.
        """
        with _explained():
            if older:
                try:
                    kept = self._quick.head(_key(sha256))
                except FileNotFoundError:
                    return True
                if _age(kept["last_modified"]) < older:
                    return False
            self._quick.delete(_key(sha256))
            return True

    def names(self, older: float = 0.0) -> Iterator[str]:
        """Yield the SHA-256 of every original that is there, in order.

        None that somebody put, or put again, within the last ``older`` seconds.
        """
        with _explained():
            for some in self._store.list():
                for one in some:
                    name = one["path"].rpartition("/")[2]
                    ours = len(name) == _HASH and one["path"].endswith(_key(name))
                    if ours and (not older or _age(one["last_modified"]) >= older):
                        yield name

    def check(self) -> None:
        """Raise a StorageError unless originals can be kept here."""
        with _explained():
            self._store.put(_PROBE, b"formservice")
            self._store.delete(_PROBE)

    def _bytes(self, sha256: str) -> bytes | None:
        try:
            return bytes(self._store.get(_key(sha256)).bytes())
        except FileNotFoundError:
            return None


def _opened(bucket: str, prefix: str, retries: int, retry: int, timeout: int) -> S3Store:
    """Return a way to the storage; the last two are seconds."""
    return S3Store(
        bucket,
        prefix=prefix or None,
        client_options={
            "timeout": timedelta(seconds=timeout),
            "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() == "true",
        },
        retry_config={"max_retries": retries, "retry_timeout": timedelta(seconds=retry)},
    )


def _age(changed: datetime) -> float:
    return time.time() - changed.timestamp()


def _key(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


@contextmanager
def _explained() -> Iterator[None]:
    """Turn what the storage says into what somebody can do about it; it may name secrets.

    The library's threads do not live on in a forked child, which would wait for them for ever:
    a process asks the storage or forks children that do, never both.
    """
    asked_by = _ASKED_BY.setdefault("process", os.getpid())
    if asked_by != os.getpid():
        raise RuntimeError("the storage was asked by the process this one was forked from")
    try:
        yield
    except FormServiceError:
        raise
    except FileNotFoundError:
        raise StorageError(
            "Den Speicher für Originale gibt es nicht.",
            "Bitte FORMSERVICE_STORAGE_URL prüfen; der Eimer (Bucket) muss angelegt sein.",
        ) from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
        raise StorageError(
            "Der Speicher für Originale verweigert den Zugriff.",
            "Bitte AWS_ACCESS_KEY_ID und AWS_SECRET_ACCESS_KEY und die Rechte dort prüfen.",
        ) from None
    except (exceptions.BaseError, OSError, ValueError) as error:
        told = StorageError(
            "Der Speicher für Originale ist nicht erreichbar.",
            "Bitte Netz, AWS_ENDPOINT_URL und FORMSERVICE_STORAGE_URL prüfen.",
        )
        told.add_note(type(error).__name__)
        raise told from None
