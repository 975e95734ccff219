"""The automatic answer: what came, what of it was taken in, and why the rest was not.

It names no file and repeats no word of the mail: names of files are often names of people.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import Message

from formservice.adapters.inbox.letter import Letter, text_of
from formservice.domain.errors import FormServiceError

OURS = "formservice"
"""How the ids of our own mails begin: nobody answers an answer."""

MOST_A_DAY = 20
"""So many answers an address gets on one day: two programs may answer each other unknowingly."""

_NOBODY = re.compile(
    r"(mailer-daemon|postmaster|no[-_.]?reply|do[-_.]?not[-_.]?reply|nicht[-_.]?antworten"
    r"|bounces?|listserv|majordomo)([-+=._].*)?|.*[-+](bounces?|request|owner)|owner-.*",
    re.IGNORECASE,
)
_LISTS = ("List-Id", "List-Post", "List-Unsubscribe", "Mailing-List", "X-Mailing-List")
_SUPPRESSED = frozenset({"all", "autoreply", "oof", "dr", "rn", "nrn"})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one part: taken in (then ``document``), refused (``error``), or left out."""

    kind: str
    size: int
    sha256: str
    document: str | None = None
    known: bool = False
    error: FormServiceError | None = None
    aside: str | None = None


def silence(mail: Letter, own: str) -> str | None:
    """Return why a mail is not answered, None if it is (RFC 3834)."""
    local, _, domain = mail.sender.rpartition("@")
    if not local or not domain or not mail.sender.isascii() or not mail.sender.isprintable():
        return "no-sender"
    if mail.sender.casefold() == own.casefold():
        return "own"
    if _NOBODY.fullmatch(local):
        return "no-reply"
    return next((why for why, asks in _SILENT if asks(mail.headers)), None)


def _is_automatic(headers: "Message[str, str]") -> bool:
    return text_of(headers, "Auto-Submitted").casefold() not in ("", "no")


def _is_list(headers: "Message[str, str]") -> bool:
    precedence = text_of(headers, "Precedence").casefold()
    bulk = precedence in ("bulk", "junk", "list", "auto_reply")
    return bulk or any(headers.get(name) is not None for name in _LISTS)


def _is_suppressed(headers: "Message[str, str]") -> bool:
    asked = text_of(headers, "X-Auto-Response-Suppress").casefold().replace(",", " ").split()
    said = headers.get("X-Autoreply") or headers.get("X-Autorespond")
    return bool(_SUPPRESSED & set(asked) or said)


def _is_answer(headers: "Message[str, str]") -> bool:
    return f"<{OURS}." in text_of(headers, "In-Reply-To") + text_of(headers, "References")


def _is_spam(headers: "Message[str, str]") -> bool:
    return text_of(headers, "X-Spam-Flag").casefold() == "yes"


def _is_report(headers: "Message[str, str]") -> bool:
    kind = headers.get_content_type()
    is_report = kind in ("multipart/report", "message/delivery-status")
    return is_report or text_of(headers, "Return-Path") == "<>"


_SILENT: tuple[tuple[str, Callable[["Message[str, str]"], bool]], ...] = (
    ("auto-submitted", _is_automatic),
    ("bounce", _is_report),
    ("list", _is_list),
    ("suppressed", _is_suppressed),
    ("spam", _is_spam),
    ("answer-to-ours", _is_answer),
)


def text(results: Sequence[Result], when: datetime) -> str:
    """Return what to write, in German."""
    lines = [
        "Guten Tag,",
        "",
        f"Ihre E-Mail ist eingegangen und wurde am {when:%d.%m.%Y um %H:%M} Uhr bearbeitet.",
    ]
    taken = [(place, one) for place, one in enumerate(results, 1) if one.document]
    refused = [(place, one, one.error) for place, one in enumerate(results, 1) if one.error]
    aside = [(place, one) for place, one in enumerate(results, 1) if one.aside]
    if taken:
        lines += ["", "Angenommen:"]
        for place, one in taken:
            again = " (lag schon vor)" if one.known else f", Kennung {one.document}"
            lines += [f"- {_named(place, one)}{again}", f"  SHA-256 {one.sha256}"]
    if refused:
        lines += ["", "Nicht angenommen:"]
        for place, one, error in refused:
            lines.append(f"- {_named(place, one)}: {error.message}")
            if error.hint:
                lines.append(f"  {error.hint}")
    if aside:
        lines += ["", "Nicht beachtet (kleine Bilder im Text, Signaturen):"]
        lines += [f"- {_named(place, one)}" for place, one in aside]
    if not taken and not refused:
        lines += ["", "Sie enthielt keine Datei, die angenommen werden kann.", _KINDS]
    elif refused:
        lines += ["", _KINDS]
    lines += [
        "",
        "Diese Antwort wurde automatisch erstellt. Sie bestätigt den Eingang, nicht den Inhalt;",
        "ob ein Bogen vollständig ist, wird noch geprüft.",
    ]
    return "\n".join(lines) + "\n"


_KINDS = "Angenommen werden PDF, Word (DOCX), PNG, JPEG, TIFF und HEIC als Anhang."


def _named(place: int, one: Result) -> str:
    """Return what a part is called in the answer: its place, what it is, and how large."""
    kind = f"{one.kind}, " if one.kind else ""
    if one.size < 1024:
        return f"{place}. Anhang ({kind}{one.size} Byte)"
    if one.size < 1024**2:
        return f"{place}. Anhang ({kind}{one.size // 1024} KB)"
    megabytes = f"{one.size / 1024**2:.1f}".replace(".", ",")
    return f"{place}. Anhang ({kind}{megabytes} MB)"
