"""What a mail holds: files at any depth, and what stands beside them and is none."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from enum import StrEnum

# Mails in mails in mails: people forward what was forwarded, but no deeper than this.
_DEEPEST = 8
_MOST_PARTS = 500
MOST_FILES = 50
# A logo under a signature is smaller than any scan that could be read.
_SMALL_PICTURE = 48 * 1024


class Aside(StrEnum):
    """Why a part is no file to take in."""

    PICTURE = "inline-picture"  # small, inside the text: a logo
    SIGNATURE = "signature"  # of the mail itself


class Sealed(StrEnum):
    """What a part is that nobody here can open."""

    ENCRYPTED = "encrypted"
    OUTLOOK = "outlook"  # winmail.dat
    ELSEWHERE = "elsewhere"  # a link to a file that lies somewhere else
    TOO_DEEP = "too-deep"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its name as the sender gave it, and its bytes.

    Either it is a file to take in, or it says why not.
    """

    name: str
    data: bytes
    aside: Aside | None = None
    sealed: Sealed | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail: who sent it, which one it is, and its parts in their order."""

    headers: "Message[str, str]"
    sender: str
    message_id: str
    parts: tuple[Part, ...]

    def key(self) -> str:
        """Return what is the same when the same mail comes twice, and not for any other."""
        told = hashlib.sha256(f"{self.message_id}\0{self.sender}".encode("utf-8", "replace"))
        for one in self.parts:
            told.update(hashlib.sha256(one.data).digest())
        return told.hexdigest()


def letter(raw: bytes) -> Letter:
    """Return what a mail holds. It never fails: what is malformed is read as far as it goes."""
    # The older policy keeps malformed headers as they are; the newer one may raise on them.
    try:
        headers = message_from_bytes(raw, policy=policy.compat32)
        parts = tuple(_parts(headers))
    except RecursionError:  # parts in parts in parts: whoever reads them goes down with them
        headers = BytesHeaderParser(policy=policy.compat32).parsebytes(raw)
        parts = (Part("", b"", sealed=Sealed.TOO_DEEP),)
    sender = parseaddr(text_of(headers, "From"))[1].strip()
    message_id = text_of(headers, "Message-ID").strip()[:500]
    return Letter(headers, sender, message_id, parts)


def text_of(headers: "Message[str, str]", name: str) -> str:
    """Return a header as text on one line, empty where there is none."""
    return " ".join(str(headers.get(name, "")).split())


def _parts(whole: "Message[str, str]") -> Iterator[Part]:
    for count, (part, inside, depth) in enumerate(_leaves(whole, "", 0)):
        if count >= _MOST_PARTS or depth > _DEEPEST:
            yield Part("", b"", sealed=Sealed.TOO_DEEP)
            return
        found = _part(part, inside)
        if found is not None:
            yield found


def _leaves(
    whole: "Message[str, str]", inside: str, depth: int
) -> Iterator[tuple["Message[str, str]", str, int]]:
    """Yield every part that holds no parts itself, with what it stands in and how deep."""
    kind = whole.get_content_type()
    if depth > _DEEPEST or kind == "multipart/encrypted" or not whole.is_multipart():
        yield whole, inside, depth
        return
    for part in whole.get_payload():
        if isinstance(part, Message):
            yield from _leaves(part, kind, depth + 1)


def _part(part: "Message[str, str]", inside: str) -> Part | None:
    """Return a part as a file, or why it is none; None for the text of the mail itself."""
    kind, name = part.get_content_type(), _name(part)
    how = str(part.get_content_disposition() or "")
    if kind == "multipart/encrypted":
        return Part(name, b"", sealed=Sealed.ENCRYPTED)
    is_text = kind in ("text/plain", "text/html", "text/rtf", "text/enriched", "text/calendar")
    if is_text and how != "attachment" and not name:
        return None
    if kind in ("message/delivery-status", "message/disposition-notification"):
        return None
    if kind == "message/external-body":
        return Part(name, b"", sealed=Sealed.ELSEWHERE)
    data = _data(part)
    if kind in ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"):
        return Part(name, data, sealed=Sealed.ENCRYPTED)
    if kind.endswith("signature") or kind == "application/pgp-keys":
        return Part(name, data, aside=Aside.SIGNATURE)
    if kind == "application/ms-tnef" or name.lower() == "winmail.dat":
        return Part(name, data, sealed=Sealed.OUTLOOK)
    in_text = how == "inline" or (how != "attachment" and bool(part.get("Content-ID")))
    in_text = in_text or (inside == "multipart/related" and kind.startswith("image/"))
    if in_text and kind.startswith("image/") and len(data) < _SMALL_PICTURE:
        return Part(name, data, aside=Aside.PICTURE)
    if not data and is_text:
        return None
    return Part(name, data)


def _data(part: "Message[str, str]") -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, MessageError):
        return b""
    return data if isinstance(data, bytes) else b""


def _name(part: "Message[str, str]") -> str:
    """Return what a part is called, decoded as far as it can be, without any folders."""
    try:
        given = str(part.get_filename() or "")
        if "=?" in given:  # not as the standard wants it, but as many programs write it
            probe = EmailMessage()
            probe["Subject"] = " ".join(given.split())
            given = str(probe["Subject"])
    except (ValueError, LookupError, IndexError, TypeError, MessageError):
        return ""
    last = given.replace("\\", "/").rpartition("/")[2]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in last)[:200]
