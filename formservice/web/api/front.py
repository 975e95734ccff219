"""The front of the API: its description for programs and people, and what is nowhere else."""

import json
import re
from contextlib import suppress
from typing import Any  # a description is JSON

from fastapi import APIRouter, Request, Response
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send

from formservice.domain.errors import FormServiceError
from formservice.web.api.description import described, operations
from formservice.web.api.problems import refused_to_all
from formservice.web.api.route import ApiRoute
from formservice.web.guard import at_home, public, signed_in
from formservice.web.pages_made import page

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# What a request gets while it is on its way through the application, and not before.
_ON_THE_WAY = frozenset({"endpoint", "route", "path_params", "router"})


def fronted(routers: tuple[APIRouter, ...]) -> tuple[APIRouter, ...]:
    """Return the routers of the API with what stands before and behind them."""
    front = APIRouter(prefix="/api/v1", tags=["Beschreibung"], route_class=ApiRoute)
    whole: dict[str, dict[str, Any]] = {}

    def description(request: Request) -> dict[str, Any]:
        url = at_home(request).public_url
        if url not in whole:
            whole[url] = described((front, *routers), url)
        return whole[url]

    @front.get(
        "/openapi.json",
        name="api_openapi",
        operation_id="getDescription",
        summary="Diese Beschreibung (OpenAPI 3.1)",
        dependencies=public(),
        responses={
            **refused_to_all(),
            200: {
                "description": "Die Beschreibung aller Aufrufe.",
                "content": {"application/json": {"example": {"openapi": "3.1.0"}}},
            },
        },
    )
    def openapi(request: Request) -> dict[str, Any]:
        """Gibt die Beschreibung aller Aufrufe, für Programme und Werkzeuge."""
        return description(request)

    @front.get("", include_in_schema=False, name="api_start_short", dependencies=public())
    @front.get("/", include_in_schema=False, name="api_start", dependencies=public())
    def start(request: Request) -> Response:
        """Show the description to people."""
        _look_who(request)
        told = description(request)
        by_tag: dict[str, list[dict[str, Any]]] = {}
        for path, method, one in operations(told):
            by_tag.setdefault(one["tags"][0], []).append(_shown(path, method, one, told))
        return page(
            request, "api/description.html", {"told": told, "by_tag": by_tag, "marked": marked}
        )

    return (front, *routers, _behind((front, *routers)))


def _behind(routers: tuple[APIRouter, ...]) -> APIRouter:
    """Return what answers where nothing else does: HEAD, wrong methods, unknown addresses."""
    behind = APIRouter(prefix="/api/v1")

    @behind.api_route(
        "/{rest:path}",
        methods=list(_METHODS),
        include_in_schema=False,
        name="api_nowhere",
        dependencies=public(),
    )
    def nowhere(rest: str, request: Request) -> Response:
        allowed = _allowed(routers, request.scope)
        if request.method == "HEAD" and "GET" in allowed:
            return _Head(request)
        if not allowed:
            raise HTTPException(404)
        headers = {"allow": ", ".join(sorted(allowed | {"HEAD"} if "GET" in allowed else allowed))}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        raise HTTPException(405, headers=headers)

    return behind


def _look_who(request: Request) -> None:
    """Find out who it is, so that the page has its usual frame; strangers may read it as well."""
    with suppress(FormServiceError):
        signed_in(request, at_home(request))


def _allowed(routers: tuple[APIRouter, ...], scope: Scope) -> set[str]:
    """Return the methods by which this address can be asked."""
    found: set[str] = set()
    for router in routers:
        for route in router.routes:
            if isinstance(route, ApiRoute) and route.matches(dict(scope))[0] is not Match.NONE:
                found |= route.methods or set()
    return found


class _Head(Response):
    """The headers of what GET answers, without its body."""

    def __init__(self, request: Request) -> None:
        """Ask what ``request`` asks, by GET."""
        super().__init__()
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers alone."""

        async def bodiless(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        asked = {key: value for key, value in scope.items() if key not in _ON_THE_WAY}
        await self._request.app.router({**asked, "method": "GET"}, receive, bodiless)


def _shown(
    path: str, method: str, one: dict[str, Any] | Any, told: dict[str, Any]
) -> dict[str, Any]:
    """Return an operation as the page shows it."""
    answers = []
    for status, answer in one["responses"].items():
        content: dict[str, Any] = answer.get("content", {})
        media = next(iter(content.items()), ("", {"example": None}))
        answers.append(
            {
                "status": status,
                "told": answer["description"],
                "media": media[0],
                "example": _json(media[1].get("example")),
            }
        )
    asked: dict[str, Any] = one.get("requestBody", {}).get("content", {})
    body = next(iter(asked.items()), None)
    example = None
    if body is not None:
        example = body[1].get("example")
    return {
        "path": path,
        "method": method,
        "id": one["operationId"],
        "summary": one["summary"],
        "description": one["description"].split("\n\n"),
        "parameters": one.get("parameters", []),
        "body": body and {"media": body[0], "example": _json(example)},
        "good": [answer for answer in answers if answer["status"] < "4"],
        "bad": [answer for answer in answers if answer["status"] >= "4"],
    }


def _json(example: Any) -> str:  # JSON
    return "" if example is None else json.dumps(example, ensure_ascii=False, indent=2)


_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def marked(text: str) -> Markup:
    """Return a text of the description as HTML: `code` and **strong words**, and nothing else."""
    made, end = Markup(), 0
    for found in _MARKS.finditer(text):
        code, strong = found.groups()
        made += escape(text[end : found.start()])
        made += (
            Markup("<code>{}</code>").format(code)
            if code
            else Markup("<strong>{}</strong>").format(strong)
        )
        end = found.end()
    return made + escape(text[end:])
