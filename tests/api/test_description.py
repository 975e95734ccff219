"""The API describes itself: every operation in German, with examples and its errors."""

import re

import pytest
from fastapi.routing import APIRoute
from pydantic import BaseModel

from formservice.application.idempotency import ReusedError
from formservice.web.api.description import operations
from formservice.web.api.problems import ALWAYS, STATUS
from formservice.web.api.routers import ROUTERS
from formservice.web.guard import action_of
from formservice.web.refusals import status_of
from tests.api.whole import whole

WHOLE = whole()
EVERY = [
    pytest.param(path, method, one, id=one["operationId"])
    for path, method, one in operations(WHOLE)
]
ROUTES = {
    one.operation_id: one
    for router in ROUTERS
    for one in router.routes
    if isinstance(one, APIRoute) and one.include_in_schema
}


def schema_of(media):
    schema = media["schema"]
    if "$ref" in schema:
        return WHOLE["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def test_it_is_openapi_3_1():
    assert WHOLE["openapi"].startswith("3.1")
    assert WHOLE["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert len(ROUTES) == len(EVERY)


@pytest.mark.parametrize(("path", "method", "one"), EVERY)
def test_every_operation_is_told_in_words(path, method, one):
    assert one["summary"]
    assert len(one["description"]) > 20
    assert one["tags"]
    assert re.fullmatch(r"[a-z]+[A-Za-z]+", one["operationId"])
    for parameter in one.get("parameters", []):
        assert parameter["description"], parameter["name"]


@pytest.mark.parametrize(("path", "method", "one"), EVERY)
def test_every_operation_names_its_errors_in_the_shape_of_problems(path, method, one):
    errors = {int(status): answer for status, answer in one["responses"].items() if status >= "4"}
    wanted = set(ALWAYS) if one["security"] else {405, 422, 429, 500, 503}
    if "{" in path and one["security"]:
        wanted.add(404)
    if "requestBody" in one:
        wanted |= {413, 415}
    assert wanted <= set(errors)
    for answer in errors.values():
        media = answer["content"]["application/json"]
        assert media["schema"]["$ref"].endswith("/Problem")
        assert set(media["example"]) == {"ok", "code", "error", "hint"}


@pytest.mark.parametrize(("path", "method", "one"), EVERY)
def test_every_operation_has_examples(path, method, one):
    for status, answer in one["responses"].items():
        for kind, media in answer.get("content", {}).items():
            if kind == "application/json" and status < "3":
                assert media.get("example") is not None, status
    for kind, media in one.get("requestBody", {}).get("content", {}).items():
        if kind == "application/json":
            assert schema_of(media).get("example") is not None


@pytest.mark.parametrize("id_", ROUTES)
def test_who_needs_a_token_is_told_so(id_):
    route = ROUTES[id_]
    (method,) = sorted(route.methods or ())
    told = WHOLE["paths"][route.path_format][method.lower()]["security"]
    assert bool(told) == (action_of(route) is not None)


@pytest.mark.parametrize(("path", "method", "one"), EVERY)
def test_every_change_takes_a_key_and_nothing_else_does(path, method, one):
    names = {parameter["name"] for parameter in one.get("parameters", [])}
    is_safe = method == "GET" or "x-safe" in (ROUTES[one["operationId"]].openapi_extra or {})
    assert ("Idempotency-Key" in names) == (not is_safe)


def _answers(one):
    """Return all that an operation says when it is done, its models followed to their ends."""
    found, models = [], set()
    todo = [one["responses"][status] for status in one["responses"] if status.startswith("2")]
    while todo:
        part = todo.pop()
        found.append(part)
        for key, each in part.items():
            if key == "$ref" and each not in models:
                models.add(each)
                todo.append(WHOLE["components"]["schemas"][each.rpartition("/")[2]])
            todo += [
                leaf
                for leaf in (each if isinstance(each, list) else [each])
                if isinstance(leaf, dict)
            ]
    return found


@pytest.mark.parametrize(("path", "method", "one"), EVERY)
def test_no_answer_that_is_kept_says_who_somebody_is(path, method, one):
    extra = ROUTES[one["operationId"]].openapi_extra or {}
    if method == "GET" or {"x-safe", "x-secret"} & set(extra):
        return  # is kept nowhere
    said = {key for part in _answers(one) for key in part.get("properties", {})}
    assert not said & {"name", "vorname", "login", "email", "telefon", "person", "value", "text"}


def test_examples_fit_their_models():
    for router in ROUTERS:
        for route in router.routes:
            if not isinstance(route, APIRoute) or not route.include_in_schema:
                continue
            field = route.response_field
            if field is None:
                continue
            (method,) = sorted(route.methods or ())
            answers = WHOLE["paths"][route.path_format][method.lower()]["responses"]
            for status, answer in answers.items():
                media = answer.get("content", {}).get("application/json", {})
                if status < "3" and "example" in media:
                    _, wrong = field.validate(media["example"], {}, loc=("example",))
                    assert not wrong, route.path


def test_no_address_asks_for_what_tells_of_a_person():
    words = ("name", "vorname", "geburt", "query", "q", "words", "search")
    for path, _, one in operations(WHOLE):
        asked = {p["name"] for p in one.get("parameters", []) if p["in"] == "query"}
        assert not asked & set(words), path


def test_every_error_of_the_api_has_a_status():
    for kind, status in STATUS.items():
        assert 400 <= status < 500
        assert kind.code
    assert status_of(ReusedError("x")) == 422


def test_the_page_shows_every_operation_without_a_script(browser):
    answer = browser(None).get("/api/v1/")
    assert answer.status_code == 200
    for _, _, one in operations(WHOLE):
        assert f'id="{one["operationId"]}"' in answer.text


def _said(part):
    """Yield what a part of the description says to people; examples are of no language."""
    if isinstance(part, dict):
        for key, each in part.items():
            if key in ("description", "summary", "title") and isinstance(each, str):
                yield each
            elif key not in ("example", "examples"):
                yield from _said(each)
    elif isinstance(part, list):
        for each in part:
            yield from _said(each)


def _models(kind):
    for one in kind.__subclasses__():
        yield one
        yield from _models(one)


def test_nothing_is_said_in_english():
    told = [*_said(WHOLE["paths"]), *_said(WHOLE["components"])]
    docs = {" ".join((one.__doc__ or "").split()) for one in _models(BaseModel)}
    english = re.compile(r"\b(the|of|is|which|and|what|who|successful|response|to be)\b", re.I)
    for one in told:
        assert " ".join(one.split()) not in docs
        assert not english.search(re.sub(r"`[^`]*`|„[^“]*“", "", one)), one
    assert not [name for name in WHOLE["components"]["schemas"] if "__" in name or "-" in name]


@pytest.mark.parametrize(("path", "method", "one"), EVERY)
def test_every_body_has_an_example_where_it_stands(path, method, one):
    media = one.get("requestBody", {}).get("content", {}).get("application/json")
    assert media is None or "example" in media


def test_who_shows_no_token_is_answered_as_the_description_says(browser):
    answer = browser(None).get("/api/v1/me")
    told = WHOLE["paths"]["/api/v1/me"]["get"]["responses"]["401"]
    assert answer.json() == told["content"]["application/json"]["example"]
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "WWW-Authenticate" in told["headers"]


def test_a_day_that_is_none_is_told_as_programs_write_days(browser):
    person = {"name": "Beispiel", "vorname": "Kim", "geburtsdatum": "heute"}
    answer = browser("carla").post("/api/v1/cases", json={"person": person})
    assert answer.status_code == 422
    assert "JJJJ-MM-TT" in answer.json()["problems"][0]["message"]
    assert "TT.MM" not in answer.text
