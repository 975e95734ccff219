"""The description of the API, made once in a process: that takes seconds."""

from functools import cache
from typing import Any

from formservice.web.api.description import described
from formservice.web.api.routers import ROUTERS


@cache
def whole() -> dict[str, Any]:
    """Return the description of all of it, as OpenAPI; nobody changes it."""
    return described(ROUTERS, "http://127.0.0.1:8000")
