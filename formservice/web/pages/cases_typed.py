"""What a form of a page sent, and errors by field, for the pages of caseworkers."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse

from formservice.domain.errors import InvalidDataError
from formservice.web.posted_form import form_of


class Sent:
    """The fields of a form that was sent."""

    def __init__(self, form: FormData) -> None:
        """Keep ``form``."""
        self._form = form

    def text(self, key: str) -> str:
        """Return a field's text, empty if it was not sent."""
        found = self._form.get(key)
        return found if isinstance(found, str) else ""

    def texts(self, key: str) -> list[str]:
        """Return all texts of that name."""
        return [one for one in self._form.getlist(key) if isinstance(one, str)]

    def file(self, key: str) -> UploadFile | None:
        """Return a file, None if none was chosen."""
        found = self._form.get(key)
        return found if isinstance(found, UploadFile) and found.filename else None

    @property
    def all(self) -> Mapping[str, str]:
        """All texts by their names; of several of one name the last."""
        return {key: one for key, one in self._form.multi_items() if isinstance(one, str)}


async def sent(request: Request) -> AsyncIterator[Sent]:
    """Yield what a form sent; its files are closed when the answer is on its way."""
    form = await form_of(request)
    try:
        yield Sent(form)
    finally:
        await form.close()


Typed = Annotated[Sent, Depends(sent)]


def to(request: Request, name: str, /, **path: str) -> RedirectResponse:
    """Return the way to the page called ``name`` after something was done."""
    return RedirectResponse(request.app.url_path_for(name, **path), 303)


def by_field(error: InvalidDataError | None) -> Mapping[str, str]:
    """Return the first sentence about each field."""
    found: dict[str, str] = {}
    for one in () if error is None else error.problems:
        found.setdefault(one.where, one.message)
    return found
