"""Mails of a mailbox taken in: what they hold is kept first, then they are moved and answered."""

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from formservice.adapters.bugs import named
from formservice.adapters.inbox import answer
from formservice.adapters.inbox.accounts import MailAccount
from formservice.adapters.inbox.answer import Result
from formservice.adapters.inbox.imap import DONE, REFUSED, Mailbox, Waiting, opened
from formservice.adapters.inbox.kinds import kind_of
from formservice.adapters.inbox.letter import MOST_FILES, Letter, Part, Sealed, letter
from formservice.adapters.store.store import Store, Work
from formservice.adapters.work.signals import Stop
from formservice.application.ports_mail import ANSWER, Outcome
from formservice.application.receive import Sent
from formservice.application.taking import TakeIn
from formservice.domain.errors import (
    DocumentTooLargeError,
    EncryptedDocumentError,
    EngineError,
    FormServiceError,
    StorageError,
    UnsupportedMediaError,
    UsageError,
)

_log = logging.getLogger("formservice")

LARGEST_MAIL = 64 * 1024**2
_SEALED: dict[Sealed, FormServiceError] = {
    Sealed.ENCRYPTED: EncryptedDocumentError("Die E-Mail oder der Anhang ist verschlüsselt."),
    Sealed.OUTLOOK: UnsupportedMediaError(
        "Der Anhang ist in einem Format von Outlook verpackt (winmail.dat).",
        "Bitte die E-Mail als „HTML“ oder „Nur-Text“ senden, nicht als „Rich-Text“.",
    ),
    Sealed.ELSEWHERE: UnsupportedMediaError(
        "Der Anhang liegt an anderer Stelle; Verweisen wird nicht gefolgt.",
        "Bitte die Datei selbst anhängen.",
    ),
    Sealed.TOO_DEEP: DocumentTooLargeError(
        "Die E-Mail enthält zu viele oder zu tief verschachtelte Teile.",
        "Bitte die Dateien an eine neue E-Mail anhängen.",
    ),
}


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of a mail: its number, the folder it went to, and every part.

    ``silence`` is why nobody is told; ``again`` says that the same mail was handled before.
    """

    uid: str
    folder: str
    results: Sequence[Result]
    silence: str | None
    again: bool


class MailIntake:
    """Takes in a mailbox, mail by mail."""

    def __init__(
        self,
        account: MailAccount,
        store: Store,
        take: TakeIn,
        now: Callable[[], datetime],
        largest: int = LARGEST_MAIL,
    ) -> None:
        """Take in mails up to ``largest`` bytes."""
        self._account = account
        self._store = store
        self._take = take
        self._now = now
        self._largest = largest

    def handled(self, stop: Stop) -> Iterator[Handled]:
        """Yield what becomes of every mail that waits.

        Raises:
            EngineError: the mailbox cannot be used; mails stay where they are.
            StorageError: nothing can be kept; the mail stays where it is.
        """
        server = self._account.inbox
        if server is None:
            raise UsageError("Die Einstellung FORMSERVICE_MAIL_HOST fehlt.")
        with opened(server, self._account.folder) as mailbox:
            failed: EngineError | None = None
            for mail in mailbox.waiting():
                if stop.asked:
                    return
                try:
                    done = self._one(mailbox, mail)
                except EngineError as error:  # one that the server does not move, say
                    failed = failed or error
                    continue
                if done is not None:
                    yield done
            if failed is not None:
                raise failed

    def _one(self, mailbox: Mailbox, mail: Waiting) -> Handled | None:
        too_large = mail.size > self._largest
        raw = mailbox.content(mail, headers_only=too_large)
        if raw is None:
            return None  # somebody took it away
        try:
            whole = letter(raw)
        except Exception as error:  # one mail must not hold up the others
            mailbox.move(mail, REFUSED)
            unread = [Result("", mail.size, "", error=named(error))]
            return Handled(mail.uid, REFUSED, unread, "unreadable", again=False)
        which = whole.message_id or f"{mailbox.validity}/{mail.uid}"
        if too_large:
            results = [self._too_large(mail.size)]
        else:
            results = [self._part(one, which, n, mail) for n, one in enumerate(whole.parts)]
        folder = DONE if any(one.document for one in results) else REFUSED
        if any(one.error for one in results):
            folder = REFUSED
        silence, again = self._noted(whole, which, results)
        # Last: whatever ends the program before, it is the same mail once more.
        mailbox.move(mail, folder)
        return Handled(mail.uid, folder, results, silence, again)

    def _part(self, part: Part, which: str, place: int, mail: Waiting) -> Result:
        """Take in one part. A StorageError ends it all, anything else is about this part."""
        sha256, size = hashlib.sha256(part.data).hexdigest(), len(part.data)
        if part.aside is not None:
            return Result("", size, sha256, aside=str(part.aside))
        kind = ""
        try:
            if part.sealed is not None:
                raise _SEALED[part.sealed]
            if place >= MOST_FILES:
                raise _SEALED[Sealed.TOO_DEEP]
            kind = kind_of(part.data)
            name = part.name or f"anhang-{place + 1}.{kind.lower()}"
            sent = Sent(part.data, name, "mail", mail.received, _id(f"{which}/{place}"))
            kept, known = self._take(sent)
        except (StorageError, EngineError):
            raise
        except Exception as error:  # one part must not hold up the others
            return Result(kind, size, sha256, error=named(error))
        return Result(kind, size, sha256, document=kept.id, known=known)

    def _too_large(self, size: int) -> Result:
        limit = self._largest // 1024**2
        error = DocumentTooLargeError(f"Die E-Mail ist größer als {limit} MB.")
        return Result("", size, "", error=error)

    def _noted(
        self, whole: Letter, which: str, results: Sequence[Result]
    ) -> tuple[str | None, bool]:
        """Write the answer into the outbox, once for every mail; say why there is none."""
        silence = answer.silence(whole, self._account.address)
        if silence is None and self._account.outbox is None:
            silence = "no-smtp"
        name = _id(f"{which}/{whole.key()}")
        found = [one.document for one in results if one.document]
        text = answer.text(results, self._now())
        body = {"to": whole.sender, "text": text, "about": whole.message_id, "documents": found}

        def noted(work: Work) -> tuple[str | None, bool]:
            if work.outbox.knows(name):
                return silence, True
            why, document = silence, next(iter(found), None)
            if not work.outbox.holds(found):
                why, document = Outcome.DELETED, None
            if why is None and self._is_too_much(work, whole.sender):
                why = Outcome.TOO_MANY
            work.outbox.put(name, ANSWER, {} if why else body, why, document)
            return why, False

        return self._store.written(noted)

    def _is_too_much(self, work: Work, sender: str) -> bool:
        count = work.outbox.nth_answer(sender, self._now().date())
        if count == answer.MOST_A_DAY + 1:
            _log.warning(
                "mail: an address got %d answers today and gets no more", answer.MOST_A_DAY
            )
        return count > answer.MOST_A_DAY


def _id(told: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{ANSWER}/{told}"))
