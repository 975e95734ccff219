"""Files that a browser sends: taken from disk one by one, and told what became of each."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from anyio import CapacityLimiter
from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from formservice.application.ports_store import Kept
from formservice.application.uploading import (
    MOST_FILES,
    TooManyFilesError,
    plain_name,
    refuse_too_large,
)
from formservice.domain.errors import FormServiceError, InputError
from formservice.web.posted_form import form_of
from formservice.web.texts import text

# While a file is kept and looked at it is in memory: so many at once.
_AT_ONCE = 4
# What phones and computers offer to choose from; what is sent is looked at all the same.
ACCEPT = ".pdf,.docx,.docm,.odt,.tif,.tiff,.png,.jpg,.jpeg,.heic,image/*,application/pdf"
FILES, TOGETHER, TRAEGER = "dateien", "zusammen", "traeger"


class Turn:
    """Takes files from disk into memory; who has one may, the others wait their turn."""

    def bytes_of(self, file: UploadFile) -> bytes:
        """Return what a file holds; DocumentTooLargeError before it is in memory."""
        refuse_too_large(file.size or 0)
        return file.file.read()

    def pages_of(self, files: Sequence[UploadFile]) -> list[bytes]:
        """Return what files hold that are pages of one; they are as large as one may be."""
        refuse_too_large(sum(one.size or 0 for one in files))
        return [one.file.read() for one in files]


def turns() -> CapacityLimiter:
    """Return what lets so many take files into memory at once, in one process."""
    return CapacityLimiter(_AT_ONCE)


async def in_turn(request: Request) -> AsyncIterator[Turn]:
    """Let somebody take files when it is their turn.

    Who waits holds up no thread that answers somebody else, and who still sends, nobody: it is
    on disk before one asks.
    """
    await form_of(request)
    async with request.app.state.uploads:
        yield Turn()


InTurn = Annotated[Turn, Depends(in_turn, scope="function")]


@dataclass(frozen=True, slots=True)
class Sent:
    """What the page to upload sent: files, whether they are pages of one form, from whom."""

    files: Sequence[UploadFile]
    together: bool
    traeger: str
    turn: Turn


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a file: the document it is, and whether it was known, or why it is none."""

    name: str
    document: str = ""
    known: bool = False
    error: FormServiceError | None = None


async def sent_files(request: Request, turn: InTurn) -> AsyncIterator[Sent]:
    """Yield what was sent; larger files lie on disk until the answer is made."""
    form = await form_of(request)
    try:
        files = [
            one for one in form.getlist(FILES) if isinstance(one, UploadFile) and one.filename
        ]
        yield Sent(files, bool(form.get(TOGETHER)), str(form.get(TRAEGER) or ""), turn)
    finally:
        await form.close()


SentFiles = Annotated[Sent, Depends(sent_files, scope="function")]


def refuse_wrong_count(sent: Sent) -> None:
    """Raise unless there is a file, and not more than anybody looks through."""
    if not sent.files:
        raise NoFileError(text("portal.upload.none.error"), text("portal.upload.none.hint"))
    if len(sent.files) > MOST_FILES:
        raise TooManyFilesError(
            text("portal.upload.many.error", count=len(sent.files), most=MOST_FILES),
            text("portal.upload.many.hint"),
        )


class NoFileError(InputError):
    """Nothing was sent."""

    code = "upload.none"


def each_kept(sent: Sent, keep: Callable[[bytes, str], tuple[Kept, bool]]) -> list[Outcome]:
    """Keep files one after the other; what is wrong with one costs no other."""
    return [_kept(sent.turn, one, keep) for one in sent.files]


def _kept(
    turn: Turn, file: UploadFile, keep: Callable[[bytes, str], tuple[Kept, bool]]
) -> Outcome:
    name = plain_name(file.filename or "")
    try:
        kept, known = keep(turn.bytes_of(file), file.filename or "")
    except InputError as error:
        return Outcome(name, error=error)
    return Outcome(name, kept.id, known)


def together_kept(
    sent: Sent, keep: Callable[[Sequence[bytes], str], tuple[Kept, bool]]
) -> list[Outcome]:
    """Keep files as pages of one; if one of them cannot be, none is."""
    name = plain_name(sent.files[0].filename or "")
    try:
        kept, known = keep(sent.turn.pages_of(sent.files), name)
    except InputError as error:
        return [Outcome(name, error=error)]
    return [Outcome(kept.name, kept.id, known)]
