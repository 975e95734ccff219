"""What a page sent, read once and within our limits, whoever asks for it first."""

from fastapi import Request
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from formservice.domain.errors import UsageError
from formservice.web.texts import text

MOST_NAMES = 6000
"""So many names a page may send; a plan of 20 goals has about 1,050."""


class BrokenUploadError(UsageError):
    """What was sent is not as browsers send files, or a name is longer than any file's."""

    code = "upload.broken"


async def form_of(request: Request) -> FormData:
    """Return the form that was sent.

    The first to ask decides the limits for all who ask later, so nobody asks without this. Twice
    of what is taken is read: who takes it says in words that it is too much. BrokenUploadError
    if it is no form.
    """
    try:
        return await request.form(max_fields=2 * MOST_NAMES)
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise broken_upload() from error


def broken_upload() -> BrokenUploadError:
    """Return that files did not arrive as they have to."""
    return BrokenUploadError(text("portal.upload.broken.error"), text("portal.upload.broken.hint"))
