"""A program that is told by webhooks: a real HTTP server on loopback, which can misbehave."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What it got, and how it answers: a status, or ``hang``, ``drip`` and so on."""

    answers: str = "200"
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    port: int = 0
    elsewhere: list[str] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    """Answers as the receiver is told to."""

    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        told = {key.lower(): value for key, value in self.headers.items()}
        if self.path != "/hook":
            self.receiver.elsewhere.append(self.path)
        self.receiver.got.append((told, body))
        match self.receiver.answers:
            case "hang":
                self.receiver.stop.wait(20)
            case "drip":
                self._drip()
            case "drip body":
                self.send_response(200)
                self.send_header("Content-Length", "10000")
                self.end_headers()
                self._drip_on()
            case "redirect":
                self.send_response(302)
                self.send_header("Location", f"{self.receiver.url}/elsewhere")
                self.end_headers()
            case "endless":
                self.send_response(200)
                self.end_headers()
                for _ in range(200):
                    self.wfile.write(b"x" * 65536)
            case status:
                self.send_response(int(status))
                self.send_header("Content-Length", "0")
                self.end_headers()

    def _drip(self) -> None:
        """Send a letter of the answer now and then, never the end of it."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
        self._drip_on()

    def _drip_on(self) -> None:
        while not self.receiver.stop.wait(0.2):
            try:
                self.wfile.write(b"x")
            except OSError:
                return

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def handle(self) -> None:
        with suppress(OSError):  # whoever asked has gone
            super().handle()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Serve on a free port as long as this is open."""
    receiver = Receiver()
    handler = type("Handler", (_Handler,), {"receiver": receiver})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.stop.set()
        time.sleep(0.05)
        server.shutdown()
        server.server_close()
        thread.join()
