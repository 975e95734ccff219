"""Signs notices as the Standard Webhooks specification asks, so that receivers can trust them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence

PREFIX = "whsec_"
KEY_BYTES = 24
"""How long a key is; the specification asks for 24 to 64 bytes."""


def secret_of(key: bytes) -> str:
    """Return a key as people copy it."""
    return PREFIX + base64.b64encode(key).decode()


def headers(name: str, timestamp: int, body: bytes, secrets: Sequence[str]) -> Mapping[str, str]:
    """Return the headers of a notice: its id, the second it was sent, one signature per secret."""
    signatures = (signature(name, timestamp, body, one) for one in secrets)
    return {
        "webhook-id": name,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def signature(name: str, timestamp: int, body: bytes, secret: str) -> str:
    """Return the signature of a notice; ValueError for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("no secret") from error
    signed = f"{name}.{timestamp}.".encode() + body
    made = hmac.new(key, signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(made).decode()}"
