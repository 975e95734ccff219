"""The page for developers says what holds: addresses, codes, events, and how to verify."""

import json
import re
import time
from pathlib import Path
from typing import Any  # what the snippet defines

import pytest

from formservice.application.webhooks_signing import headers, secret_of
from formservice.application.webhooks_types import TEST, TYPES
from formservice.web.api.description import operations
from tests.api.whole import whole
from tests.known import services

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text("utf-8")
PATHS = [path for path, _, _ in operations(whole())]
SECRET = secret_of(bytes(range(24)))


def verify():
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    known: dict[str, Any] = {}
    exec(code, known)  # noqa: S102 - our own page
    return known["verify"]


def test_every_address_it_names_is_there():
    named = re.findall(r"/api/v1(/[^\s`\")]*)", PAGE)
    known = [re.sub(r"{\w+}", "[^/]+", path) for path in PATHS] + ["/api/v1/"]
    assert len(named) > 10
    for one in named:
        assert any(re.fullmatch(path, f"/api/v1{one}") for path in known), one


def test_every_event_it_names_is_one_and_none_is_missing():
    table = re.findall(r"^\| `((?:document|webhook)\.\w+)` \|", PAGE, re.M)
    assert table == [*TYPES, TEST]


def test_the_snippet_takes_what_we_sign():
    body = json.dumps({"type": "document.read"}).encode()
    told = headers("n1", int(time.time()), body, [secret_of(b"\0" * 24), SECRET])
    assert verify()(SECRET, told, body)


@pytest.mark.parametrize(
    "wrong",
    [
        {"webhook-id": "n2"},
        {"webhook-timestamp": str(int(time.time()) + 1)},
        {"webhook-timestamp": "x"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-signature": "v2,"},
    ],
)
def test_the_snippet_refuses_what_was_changed(wrong):
    told = {**headers("n1", int(time.time()), b"{}", [SECRET])}
    if wrong.get("webhook-timestamp", "").isdecimal():
        wrong = {"webhook-timestamp": str(int(told["webhook-timestamp"]) + 1)}
    assert not verify()(SECRET, {**told, **wrong}, b"{}")
    assert not verify()(SECRET, told, b"{ }")


def test_the_snippet_refuses_what_is_old():
    told = headers("n1", int(time.time()) - 301, b"{}", [SECRET])
    assert not verify()(SECRET, told, b"{}")


def test_we_sign_as_the_specification_shows():
    """The example of the Standard Webhooks specification."""
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    told = headers("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [secret])
    assert told["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_examples_of_json_are_json():
    for code in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL):
        json.loads(code)


def test_the_answers_of_its_examples_are_those_of_the_form_it_goes_through():
    """Whoever sends an example as it stands is not told that there is no such field."""
    bodies = [json.loads(one) for one in re.findall(r"-d '(\{.*?\})'", PAGE)]
    named = {key for one in bodies for said in ("values", "said") for key in one.get(said, {})}
    form = services().forms.get("feedbackbogen")
    assert len(named) > 1
    assert named <= {field.key for field in form.fields}


def test_every_list_that_comes_whole_is_named():
    bare = [
        path
        for path, method, one in operations(whole())
        if method == "GET" and "{" not in path
        for answer in [one["responses"].get("200", {})]
        for media in [answer.get("content", {}).get("application/json", {})]
        if media.get("schema", {}).get("type") == "array"
    ]
    assert len(bare) > 10
    (told,) = re.findall(r"Andere Listen kommen ganz.*?\n\n", PAGE, re.DOTALL)
    for path in bare:
        assert f"`{path.removeprefix('/api/v1')}`" in told, path


def test_it_says_which_events_do_not_come_before_something_is_handed_in(browser):
    (told,) = re.findall(r"Was ein Träger hochlädt, gehört bis.*?\n\n", PAGE, re.DOTALL)
    assert {"document.received", "document.read", "document.submitted"} <= set(
        re.findall(r"document\.\w+", told)
    )
    assert (
        "Was ein Träger vorbereitet, wird erst ab"
        in browser("gerda").get("/verwaltung/webhooks").text
    )
