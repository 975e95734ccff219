"""The server starts, refuses what would be unsafe, ends in good order, and loses nothing."""

import hashlib
import hmac
import signal
import socket
import subprocess
import time

import httpx
import pytest

from formservice.adapters.identity.secret_file import KEY
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices
from formservice.cli.main import main
from formservice.cli.serve import bound
from formservice.web.guard import CSRF_HEADER, cookie_name
from tests.operations.serving import PATIENCE_S, alive, serving
from tests.programs import needs_tesseract
from tests.web.conftest import house as house  # its data folder is the server's

pytestmark = pytest.mark.slow


def browser(house, server, user="anna"):
    """A browser in which somebody is signed in at the server."""
    secret = house.sessions.open(user, "test")
    token = hmac.new(house.secret, secret.encode(), hashlib.sha256).hexdigest()
    headers = {"cookie": f"{cookie_name(house)}={secret}", CSRF_HEADER: token}
    return httpx.Client(
        base_url=server.base, headers=headers | {"accept": "application/json"}, timeout=PATIENCE_S
    )


def uploaded(client, data, name):
    answer = client.post("/hochladen", files={"dateien": (name, data)})
    assert answer.status_code == 200, answer.text
    (file,) = answer.json()["files"]
    assert file["ok"], file
    return file["id"]


def word(house, reference="A" * 12):
    definition = house.forms.get("feedbackbogen")
    return house.generate.one(definition, {"name": "Özdemir"}, "docx", reference)


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.1)


@pytest.mark.parametrize(("sig", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_told_to_end_it_ends_its_workers_and_says_so(tmp_path, sig, status):
    with serving(tmp_path / "var", "--workers", "2") as server:
        workers = server.children()
        assert len(workers) == 2
        assert server.ended(sig) == status
    assert not any(map(alive, workers))


def test_at_its_start_it_makes_the_key_and_refuses_one_that_it_cannot_use(
    tmp_path, monkeypatch, capsys
):
    with serving(tmp_path / "var", "--no-workers"):
        assert (tmp_path / "var" / KEY).stat().st_size == 32
    (tmp_path / "var" / KEY).write_bytes(b"half")
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    assert main(["serve", "--port", "0", "--no-workers"]) == 3
    assert "Der Schlüssel schluessel ist beschädigt." in capsys.readouterr().err


def test_without_workers_it_takes_in_and_reads_nothing(house, tmp_path):
    with serving(tmp_path / "var", "--no-workers") as server:
        assert server.children() == []
        assert "arbeiter" not in httpx.get(f"{server.base}/bereit").json()["parts"]
        with browser(house, server) as client:
            uploaded(client, word(house), "bogen.docx")


def test_a_request_that_has_begun_is_answered_before_the_end(house, tmp_path):
    with serving(tmp_path / "var", "--no-workers") as server:
        host, port = server.base.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), 10) as line:
            line.sendall(b"POST /anmelden HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 7\r\n")
            line.sendall(b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")
            time.sleep(0.5)
            server.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            line.sendall(b"login=x")
            line.settimeout(20)
            assert line.recv(100).startswith(b"HTTP/1.1 4")
        assert server.process.wait(PATIENCE_S) == 0


def test_no_part_of_an_answer_waits_until_the_part_before_it_is_confirmed():
    with (
        bound("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname(), 10),
        listening.accept()[0] as line,
    ):
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_port_that_is_taken_is_told_in_german(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--port", port]) == 2
    assert f"127.0.0.1:{port} antwortet schon ein anderes Programm" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "unverschlüsselt"),
        ({"FORMSERVICE_PUBLIC_URL": "https://amt.example"}, "unverschlüsselt"),
        ({"FORMSERVICE_ALLOW_HTTP": "ja"}, "FORMSERVICE_PUBLIC_URL"),
        ({"FORMSERVICE_PUBLIC_URL": "amt.example"}, "FORMSERVICE_PUBLIC_URL"),
        ({"FORMSERVICE_TRUSTED_PROXIES": "proxy"}, "FORMSERVICE_TRUSTED_PROXIES"),
        ({"FORMSERVICE_METRICS_TOKEN_FILE": "/nowhere"}, "FORMSERVICE_METRICS_TOKEN_FILE"),
    ],
)
def test_what_would_be_unsafe_is_refused_before_anything_listens(
    tmp_path, monkeypatch, capsys, settings, told
):
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path / "var"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    host = "127.0.0.1" if "FORMSERVICE_METRICS_TOKEN_FILE" in settings else "0.0.0.0"  # noqa: S104
    assert main(["serve", "--port", "0", "--host", host]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


def test_a_foreign_host_name_gets_no_page(tmp_path):
    settings = {"FORMSERVICE_ALLOWED_HOSTS": "intern.amt.example"}
    with serving(tmp_path / "var", "--no-workers", **settings) as server:

        def status(host):
            return httpx.get(
                f"{server.base}/anmelden", headers={"host": host}, timeout=30
            ).status_code

        assert status("intern.amt.example") == 200
        assert status("localhost:1") == 200
        assert status("boese.example") == status("127.0.0.1.boese.example") == 421


def test_behind_a_proxy_cookies_are_for_https_only(house, tmp_path):
    settings = {
        "FORMSERVICE_PUBLIC_URL": "https://formulare.amt.example",
        "FORMSERVICE_TRUSTED_PROXIES": "127.0.0.1",
    }
    with serving(tmp_path / "var", "--no-workers", **settings) as server:
        headers = {"host": "formulare.amt.example", "x-forwarded-proto": "https"}
        answer = httpx.get(f"{server.base}/anmelden", headers=headers, timeout=30)
        assert answer.status_code == 200
        assert "max-age" in answer.headers["strict-transport-security"]
        for cookie in answer.headers.get_list("set-cookie"):
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie


def test_a_server_that_is_killed_has_lost_nothing_of_what_it_took(house, tmp_path):
    """What was answered is kept; what workers had in hand, others read after the next start."""
    first = house.receive  # the same store, from here
    assert first is not None
    documents = []
    with serving(tmp_path / "var", "--workers", "2") as server:
        workers = server.children()
        with browser(house, server) as client:
            for number in range(6):
                data = word(house, f"{number:012d}".replace("1", "A"))
                documents.append(uploaded(client, data, f"{number}.docx"))
        server.process.kill()
        server.process.wait(PATIENCE_S)
    until(lambda: not any(map(alive, workers)))
    with serving(tmp_path / "var", "--workers", "1") as server, browser(house, server) as client:
        for document in documents:
            with house.store.look() as work:
                kept = work.documents.get(document)
            assert hashlib.sha256(house.originals.read(kept.original)).hexdigest() == kept.original
            assert client.get(f"/live/documents/{document}").status_code == 200
        assert len(set(documents)) == 6
    assert house.verify(anew=True).broken is None


@needs_tesseract
@pytest.mark.engine
def test_a_scan_in_the_hands_of_a_worker_is_read_after_a_kill(house, tmp_path):
    from random import Random  # noqa: PLC0415

    from formservice.adapters import demo_paper  # noqa: PLC0415

    form = house.forms.get("erwartungsbogen")
    paper = house.generate.one(form, {"name": "Klein"}, "pdf", "B" * 12)
    scan = demo_paper.scanned([paper], Random(1))
    with serving(tmp_path / "var", "--workers", "1") as server:
        workers = server.children()
        with browser(house, server) as client:
            document = uploaded(client, scan, "scan.pdf")
        server.process.kill()
        server.process.wait(PATIENCE_S)
    until(lambda: not any(map(alive, workers)))
    with serving(tmp_path / "var", "--workers", "1"):
        until(lambda: _version(house, document) > 0)
    assert house.verify(anew=True).broken is None


def _version(house, document):
    with house.store.look() as work:
        return work.documents.get(document).version


def test_the_help_is_german():
    told = subprocess.run(
        ["formservice", "serve", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": _venv(), "COLUMNS": "100"},
    )
    assert "Weboberfläche" in told.stdout
    assert "--no-workers" in told.stdout


def _venv():
    import sys  # noqa: PLC0415
    from pathlib import Path  # noqa: PLC0415

    return str(Path(sys.executable).parent)


def test_settings_of_the_web_do_not_disturb_other_commands(monkeypatch, tmp_path):
    monkeypatch.setenv("FORMSERVICE_PUBLIC_URL", "wrong")
    monkeypatch.setenv("FORMSERVICE_DATA", str(tmp_path))
    assert WebServices(Settings.from_environment()).settings.land == "NI"
