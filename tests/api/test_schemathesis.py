"""The API tried by its own description: odd requests, by every role, against a running server.

„make test“ tries some requests for each operation, the same in every run; „make explore“ tries
more, and others each time.
"""

import os
import re
from collections.abc import Iterator
from copy import deepcopy

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from formservice.bootstrap.web import web
from formservice.web.api.description import operations
from formservice.web.rates import Rates
from tests.api.serving import serving
from tests.api.tokens import token_of
from tests.api.whole import whole
from tests.web.foreign import OWN, PLAIN
from tests.web.foreign import settled as a_settled_house

pytestmark = pytest.mark.slow
WHOLE = whole()
SCHEMA = schemathesis.openapi.from_dict(deepcopy(WHOLE))
EVERY = [
    pytest.param(path, method, id=one["operationId"]) for path, method, one in operations(WHOLE)
]
USERS = ("anna", "carla", "elif", "frank", "gerda")
EXPLORING = os.environ.get("HYPOTHESIS_PROFILE") == "explore"
MOST = 300 if EXPLORING else 5
ASKED = CHECKS.get_by_names(
    [
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "missing_required_header",
    ]
)
# What is known not to be told by the description alone: whether a value fits a form.
REFUSED = CHECKS.get_by_names(["negative_data_rejection"])


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a server, and a token of everybody."""
    for house in a_settled_house(tmp_path_factory.mktemp("schemathesis")):
        app = web(house)
        app.state.rates = Rates(
            dict.fromkeys(("fails", "login", "upload", "api"), "1000000/minute")
        )
        tokens = {user: token_of(house, user) for user in USERS}
        with serving(app) as url:
            yield url, tokens


@pytest.fixture(scope="module")
def session() -> Iterator[requests.Session]:
    with requests.Session() as one:
        yield one


def known(name: str, user: str) -> str | None:
    """Return what there is of that name, so that a request may also be one that is good."""
    return OWN[name].get(user) if name in OWN else PLAIN.get(name)


@pytest.mark.parametrize(("path", "method"), EVERY)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda one: one.value)
def test_no_request_breaks_it_and_every_answer_is_as_described(
    served, session, path, method, mode
):
    url, tokens = served
    if mode is GenerationMode.NEGATIVE and not WHOLE["paths"][path][method.lower()].get(
        "security"
    ):
        pytest.skip("there is nothing that could be wrong")
    operation = SCHEMA[path][method.lower()]
    cases = operation.as_strategy(generation_mode=mode)

    @settings(
        max_examples=MOST,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),
    )
    @given(case=cases, user=st.sampled_from(USERS), is_known=st.booleans())
    def tried(case, user, is_known):
        if is_known and mode is GenerationMode.POSITIVE:
            for name in case.path_parameters or {}:
                value = known(name, user)
                if value is not None:
                    case.path_parameters[name] = value
        headers = {"Authorization": f"Bearer {tokens[user]}"}
        answer = case.call(base_url=url, session=session, headers=headers, timeout=30)
        checks = [*ASKED, *(REFUSED if answer.status_code < 300 else ())]
        case.validate_response(answer, checks=checks, headers=headers)

    tried()


@pytest.mark.parametrize(("path", "method"), EVERY)
def test_a_stranger_and_a_wrong_method_are_refused(served, session, path, method):
    url, tokens = served
    address = url + re.sub(r"{(\w+)}", "x", path)
    if WHOLE["paths"][path][method.lower()]["security"]:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp4"}):
            answer = session.request(method, address, headers=headers, json={}, timeout=30)
            assert (answer.status_code, answer.json()["code"]) == (401, "signed-out")
    # „search“ after /documents/ may be an id as well.
    fits = [one for one in WHOLE["paths"] if re.fullmatch(re.sub(r"{\w+}", "[^/]+", one), path)]
    allowed = {method.upper() for one in fits for method in WHOLE["paths"][one]}
    for wrong in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allowed:
        headers = {"Authorization": f"Bearer {tokens['frank']}"}
        answer = session.request(wrong, address, headers=headers, timeout=30)
        assert (answer.status_code, answer.json()["code"]) == (405, "method")
        assert allowed <= set(answer.headers["allow"].replace(",", " ").split())
