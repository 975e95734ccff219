"""A server on this machine that speaks S3, for the time of a test; it forgets everything."""

import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

import pytest
from obstore.store import S3Store


@contextmanager
def bucket(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Yield the name of an empty bucket; the settings of this process lead to it."""
    # The port is found by the server itself, or another process could take it in between.
    log = folder / "s3.log"
    with log.open("wb") as told:
        server = subprocess.Popen(
            [sys.executable, "-c", _SERVER], stdout=told, stderr=subprocess.STDOUT
        )
    try:
        port = _port(server, log)
        for name, value in {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "pruefung",
            "AWS_SECRET_ACCESS_KEY": "geheim",
            "AWS_REGION": "eu-central-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        made = f"b{uuid.uuid4().hex}"
        connection = HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("PUT", f"/{made}", _PLACE)
        assert connection.getresponse().status == HTTPStatus.OK
        connection.close()
        yield made
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()


def put_raw(bucket: str, key: str, data: bytes) -> None:
    """Write an object as somebody else would."""
    S3Store(bucket, client_options={"allow_http": True}).put(key, data)


_PLACE = b"""<CreateBucketConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>"""


def _port(server: subprocess.Popen[bytes], log: Path) -> int:
    for _ in range(600):
        lines = log.read_text("utf-8").splitlines()
        ports = [int(line.split()[1]) for line in lines if line.startswith("port ")]
        if ports and _answers(ports[0]):
            return ports[0]
        assert server.poll() is None, log.read_text("utf-8")
        time.sleep(0.1)
    raise AssertionError(log.read_text("utf-8"))


def _answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


_SERVER = """
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

app = DomainDispatcherApplication(create_backend_app)
server = make_server("127.0.0.1", 0, app, threaded=True)
print("port", server.port, flush=True)
server.serve_forever()
"""
