"""The API's own description: OpenAPI 3.1, from the routes and models themselves."""

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from typing import Any  # a description is JSON

from fastapi import APIRouter
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from formservice import __version__
from formservice.web.guard import action_of
from formservice.web.texts import text

_KEY: Mapping[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Frei gewählter Schlüssel für diese Änderung, zum Beispiel eine UUID. Dieselbe"
    " Anfrage mit demselben Schlüssel wird 24 Stunden lang nicht noch einmal ausgeführt, sondern"
    " gleich beantwortet.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"},
    "example": "0d6ad9a2-6d0b-4c1e-9d43-5a9a4c1b7f10",
}
_REPLAYED: Mapping[str, Any] = {
    "description": "`true`, wenn die Änderung früher schon gemacht wurde.",
    "schema": {"type": "string", "enum": ["true"]},
}
_SECURITY: Mapping[str, Any] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Ein Token, das man sich unter „Mein Konto“ selbst ausstellt. Es kann, was"
        " man selbst in der eigenen Rolle kann.",
    },
    "sitzung": {
        "type": "apiKey",
        "in": "cookie",
        "name": "formservice",
        "description": "Die Sitzung eines Browsers, für unsere eigenen Seiten; Änderungen brauchen"
        " dazu den Kopf `x-csrf`.",
    },
}


_DONE: Mapping[str, str] = {
    "200": "Die Antwort.",
    "201": "Es ist angelegt.",
    "204": "Es ist geschehen; die Antwort hat keinen Inhalt.",
}
"""What is said of an answer that is none of the errors, where its route says nothing itself."""
_FRAMEWORKS = "Successful Response"


def described(routers: Sequence[APIRouter], public_url: str) -> dict[str, Any]:
    """Return the description of all operations of these routers."""
    routes = [one for router in routers for one in router.routes if isinstance(one, APIRoute)]
    tags = list(dict.fromkeys(str(tag) for route in routes for tag in route.tags))
    whole = get_openapi(
        title=text("api.title"),
        version=__version__,
        summary=text("api.summary"),
        description=text("api.description"),
        routes=routes,
        tags=[{"name": tag, "description": text(f"api.tags.{tag}")} for tag in tags],
        servers=[{"url": public_url, "description": text("api.server")}],
    )
    whole["components"]["securitySchemes"] = dict(_SECURITY)
    schemas = whole["components"]["schemas"]
    for schema in schemas.values():
        # What stands there is for those who work on this program; the fields tell in German.
        schema.pop("description", None)
        _untitled(schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for model in _models(BaseModel):
        # FastAPI leaves out of an example what is null there.
        extra = model.model_config.get("json_schema_extra")
        if model.__name__ in schemas and isinstance(extra, dict):
            schemas[model.__name__]["example"] = extra["example"]
    for route in routes:
        if not route.include_in_schema:
            continue
        for method in sorted(route.methods or ()):
            operation = whole["paths"][route.path_format][method.lower()]
            _completed(operation, route, method, schemas)
            _closed(operation, schemas)
    return whole


def _models(kind: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield all models of the API."""
    for one in kind.__subclasses__():
        if one.__module__.startswith(__package__):
            yield one
        yield from _models(one)


def _completed(
    operation: MutableMapping[str, Any], route: APIRoute, method: str, schemas: Mapping[str, Any]
) -> None:
    """Add what all operations have in common."""
    operation.pop("x-safe", None)
    operation.pop("x-secret", None)
    operation.pop("x-repeatable", None)
    is_open = action_of(route) is None
    operation["security"] = [] if is_open else [{one: []} for one in _SECURITY]
    changes = method not in ("GET", "HEAD") and "x-safe" not in (route.openapi_extra or {})
    if changes and not is_open:
        operation.setdefault("parameters", []).append(dict(_KEY))
    _asked(operation, schemas)
    for status, answer in operation["responses"].items():
        if answer["description"] == _FRAMEWORKS:
            answer["description"] = _DONE[status]
        if changes and status.startswith("2"):
            answer.setdefault("headers", {})["Idempotency-Replayed"] = dict(_REPLAYED)
        for media in answer.get("content", {}).values():
            _untitled(media.get("schema", {}))
            if "example" not in media and "examples" not in media:
                found = _example(media.get("schema", {}), schemas)
                if found is not None:
                    media["example"] = found


def _asked(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Complete what a request has to say."""
    for parameter in operation.get("parameters", ()):
        _untitled(parameter.get("schema", {}))
    for media in operation.get("requestBody", {}).get("content", {}).values():
        _untitled(media.get("schema", {}))
        example = _example(media.get("schema", {}), schemas)
        if example is not None:
            media["example"] = example


def _untitled(schema: MutableMapping[str, Any]) -> None:
    """Take away the titles that are made of the names in the program, of this and all in it."""
    schema.pop("title", None)
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", ())]
    inner += [schema[key] for key in ("items", "additionalProperties") if key in schema]
    for one in inner:
        if isinstance(one, dict):
            _untitled(one)


def _closed(operation: Mapping[str, Any], schemas: Mapping[str, Any]) -> None:
    """Say of a form that it has no other fields, as it is said of every object."""
    form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
    if form is not None:
        schemas[form["schema"]["$ref"].rpartition("/")[2]]["additionalProperties"] = False


def _example(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:  # JSON
    """Return an example of a model, or of a list of them; None if there is none."""
    if "$ref" in schema:
        return schemas[schema["$ref"].rpartition("/")[2]].get("example")
    if schema.get("type") == "array":
        item = _example(schema.get("items", {}), schemas)
        return None if item is None else [item]
    return schema.get("example")


def operations(whole: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield path, method and description of every operation, in their order."""
    for path, methods in whole["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation
