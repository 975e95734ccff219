"""How every request to the API is taken: who it is, what its body may be, and done once."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeAlias  # FastAPI's own signatures

from anyio import CapacityLimiter, to_thread
from fastapi import Request, Response, params
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from formservice.application.idempotency import (
    RENEWED_S,
    Answer,
    Deed,
    DoneError,
    DoOnce,
    Once,
    RunningError,
)
from formservice.domain.changes import StaleError
from formservice.domain.errors import (
    FormServiceError,
    InvalidDataError,
    StorageError,
    UsageError,
)
from formservice.web import guard
from formservice.web.api.problems import STATUS, MediaTypeError
from formservice.web.api.told import Nothing
from formservice.web.posted_form import form_of
from formservice.web.refusals import problem, status_of

_Inner: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]
KEY_HEADER = "idempotency-key"
REPLAYED_HEADER = "idempotency-replayed"
_LONGEST_KEY = 128
# One record with all its texts has far less.
MOST_JSON = 2 * 1024**2
_JSON, _FORM = "application/json", "multipart/form-data"
# What was refused for one of these may be asked again by the same key.
_NOT_KEPT = frozenset({401, 403, 408, 409, 429})
_UNFINISHED = "Bevor Programme für Sie arbeiten können, fehlt noch ein Schritt der Anmeldung."
_UNFINISHED_HINT = "Bitte einmal im Browser anmelden und den Schritten folgen."
_DONE = "Das ist schon geschehen; das Geheimnis wird nicht noch einmal gezeigt."
# A file of an upload is looked at in pieces, to tell whether it is the same as before.
_PIECE = 1024**2
# Who asks for what is being done just now may ask again after so many seconds.
_PAUSE_S = "3"
_OF_BROWSERS = frozenset({"GET", "HEAD", "OPTIONS"})


class ApiRoute(APIRoute):
    """A route of the API.

    Before its body is looked at it is known who sends it, and that the body is of a kind and size
    that is taken here. Errors are told as problems. With an idempotency key a change is made once.
    """

    def get_route_handler(self) -> _Inner:
        """Return what answers a request."""
        inner = super().get_route_handler()

        async def answered(request: Request) -> Response:
            try:
                return await self._taken(request, inner)
            except FormServiceError as error:
                return told(error)

        return answered

    async def _taken(self, request: Request, inner: _Inner) -> Response:
        action = guard.action_of(self)
        if action is not None:
            house = guard.at_home(request)
            me = await run_in_threadpool(guard.signed_in, request, house)
            guard.May(action)(request, me)  # counts it as well, before its body is read
        self._refuse_body(request)
        _refuse_unknown("query", request.query_params, self._asked)
        if self.body_field is None:
            await _refuse_what_nobody_reads(request)
        elif self._is_upload():
            await self._refuse_unknown_parts(request)
        key = request.headers.get(KEY_HEADER)
        if key is None or action is None or request.method in _OF_BROWSERS or self._is_safe():
            return await inner(request)
        try:
            return await self._once(request, inner, Once(me.user, key, ""))
        finally:
            await request.close()  # the files of a form that was looked at for the key alone

    async def _once(self, request: Request, inner: _Inner, once: Once) -> Response:
        """Answer a change that carries a key: do it, or answer as it was answered before.

        An answer with a secret is kept nowhere: who asks again is told that it is done.
        """
        if not 1 <= len(once.key) <= _LONGEST_KEY or not once.key.isprintable():
            raise UsageError(
                "Dieser Idempotenzschlüssel ist nicht zu verstehen.",
                f"Erwartet werden 1 bis {_LONGEST_KEY} druckbare Zeichen, zum Beispiel eine UUID.",
            )
        do_once, extra = guard.at_home(request).do_once, self.openapi_extra or {}
        once = replace(once, request=await _fingerprint(request))
        known = await run_in_threadpool(do_once.begun, once)
        if known is not None:
            headers = {REPLAYED_HEADER: "true"}
            return Response(known.body, known.status, headers, known.media_type or None)
        deed = Deed(once)
        # Files that are sent again are known by their bytes: that may be done anew, half done.
        noting = nullcontext() if "x-repeatable" in extra else do_once.within(deed)
        try:
            async with _renewed(do_once, once):
                with noting:
                    answer = await _answered(request, inner)
        except BaseException:
            await run_in_threadpool(do_once.dropped, deed)
            raise
        if answer.status_code in _NOT_KEPT or answer.status_code >= 500:
            await run_in_threadpool(do_once.dropped, deed)
            return answer
        is_told = "x-secret" in extra and answer.status_code < 400
        kept = told(DoneError(_DONE)) if is_told else answer
        media_type = kept.headers.get("content-type", "")
        await run_in_threadpool(
            do_once.ended, once, Answer(kept.status_code, bytes(kept.body), media_type)
        )
        return answer

    async def _refuse_unknown_parts(self, request: Request) -> None:
        """Raise where a form has fields of other names; its files are let go of then."""
        names = {one.alias for one in self.dependant.body_params}
        try:
            _refuse_unknown("body", await form_of(request), names)
        except RequestValidationError:
            await request.close()
            raise

    @cached_property
    def _asked(self) -> Collection[str]:
        """The names that may stand in the query of its address."""
        every = get_flat_params(self.dependant)
        return {one.alias for one in every if isinstance(one.field_info, params.Query)}

    def _is_safe(self) -> bool:
        return "x-safe" in (self.openapi_extra or {})

    def _refuse_body(self, request: Request) -> None:
        """Raise unless a body of this kind and size is taken here."""
        if self.body_field is None or (
            not self.body_field.field_info.is_required() and _has_none(request)
        ):
            return
        wanted = _FORM if self._is_upload() else _JSON
        given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        is_empty = request.headers.get("content-length", "") == "0"
        if given != wanted and not (is_empty and not given):
            raise MediaTypeError(
                f"Hier wird {wanted} erwartet.",
                "Bitte den Kopf „Content-Type“ passend setzen.",
            )
        if wanted == _FORM:
            return  # how much files may be is told by a setting, for all of the web
        length = request.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > MOST_JSON:
            raise HTTPException(413)
        _bound(request)

    def _is_upload(self) -> bool:
        return any(
            one.field_info.__class__.__name__ in ("File", "Form")
            for one in self.dependant.body_params
        )


def _has_none(request: Request) -> bool:
    """Say whether a request has no body: one of HTTP/1.1 says how long it is, or that it comes."""
    length = request.headers.get("content-length", "")
    return length == "0" or not (length or "transfer-encoding" in request.headers)


def _refuse_unknown(place: str, given: Iterable[str], known: Collection[str]) -> None:
    """Raise for names that nobody knows: who misspells one is not answered as without it."""
    wrong = [one for one in dict.fromkeys(given) if one not in known]
    if wrong:
        raise RequestValidationError(
            [{"type": "extra_forbidden", "loc": (place, one)} for one in wrong]
        )


async def _refuse_what_nobody_reads(request: Request) -> None:
    """Raise where something is sent to a route that takes nothing; an empty object is nothing.

    Who sends a field expects that it counts: to do the rest all the same would be a surprise.
    """
    if _has_none(request):
        return
    _bound(request)
    sent = await request.body()
    if not sent.strip():
        return
    try:
        said = json.loads(sent)
    except json.JSONDecodeError as error:
        wrong = {"type": "json_invalid", "loc": ("body", error.pos)}
        raise RequestValidationError([wrong]) from None
    except (ValueError, RecursionError):
        raise HTTPException(400) from None
    try:
        if said is not None:
            Nothing.model_validate(said)
    except ValidationError as error:
        told = [{**one, "loc": ("body", *one["loc"])} for one in error.errors()]
        raise RequestValidationError(told) from None


def _bound(request: Request) -> None:
    """Let a body end in an error that turns out to be longer than its header said."""
    receive, seen = request._receive, 0

    async def counted() -> Any:  # a message of ASGI
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > MOST_JSON:
            raise HTTPException(413)
        return message

    request._receive = counted


@asynccontextmanager
async def _renewed(do_once: DoOnce, once: Once) -> AsyncIterator[None]:
    """Say now and then that a request is still being done, as long as this is open."""

    async def renew() -> None:
        # A thread of its own: those that answer may all be busy, with requests such as this.
        thread = CapacityLimiter(1)
        while True:
            await asyncio.sleep(RENEWED_S)
            with suppress(StorageError):  # the next one may come through
                await to_thread.run_sync(do_once.goes_on, once, limiter=thread)

    renewing = asyncio.create_task(renew())
    try:
        yield
    finally:
        renewing.cancel()
        with suppress(asyncio.CancelledError):
            await renewing


async def _answered(request: Request, inner: _Inner) -> Response:
    try:
        return await inner(request)
    except FormServiceError as error:
        return told(error)
    except RequestValidationError as error:
        return await _invalid(request, error)


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    """Answer as the application answers a request that is not as it has to be."""
    answer: Response = request.app.exception_handlers[RequestValidationError](request, error)
    return answer


async def _fingerprint(request: Request) -> str:
    """Return the hash of all that a request says; of files their names and bytes."""
    whole = hashlib.sha256()

    def add(*parts: str | bytes) -> None:
        for part in parts:
            data = part.encode() if isinstance(part, str) else part
            whole.update(len(data).to_bytes(8) + data)

    add(request.method, request.url.path, request.url.query, request.headers.get("if-match", ""))
    if not request.headers.get("content-type", "").lower().startswith(_FORM):
        add(await request.body())
        return whole.hexdigest()
    # The boundary between parts is another one at every try: it is the parts that count.
    for name, part in (await form_of(request)).multi_items():
        if isinstance(part, UploadFile):
            add(name, part.filename or "", await _hash_of(part))
        else:
            add(name, part)
    return whole.hexdigest()


async def _hash_of(file: UploadFile) -> bytes:
    whole = hashlib.sha256()
    while piece := await file.read(_PIECE):
        whole.update(piece)
    await file.seek(0)
    return whole.digest()


def told(error: FormServiceError) -> JSONResponse:
    """Return an error as the API answers it."""
    if isinstance(error, guard.MissingStepError):
        error = guard.MissingStepError(_UNFINISHED, _UNFINISHED_HINT)
    own = next((status for kind, status in STATUS.items() if isinstance(error, kind)), None)
    more: dict[str, object] = {}
    if isinstance(error, InvalidDataError):
        more = {
            "problems": [
                {"where": one.where, "code": one.code, "message": _as_programs_write(one.message)}
                for one in error.problems
            ]
        }
    elif isinstance(error, StaleError):
        more = {"changed": list(error.changed), "version": error.newest}
    headers = {"Retry-After": _PAUSE_S} if isinstance(error, RunningError) else {}
    if isinstance(error, guard.SignInFirstError):
        headers = {"WWW-Authenticate": "Bearer"}
    return JSONResponse(problem(error) | more, own or status_of(error), headers)


def _as_programs_write(sentence: str) -> str:
    """Return what is told of a day that is none; people write days another way than programs."""
    return sentence.replace("TT.MM.JJJJ", "JJJJ-MM-TT")
