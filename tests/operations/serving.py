"""A server in a process of its own, as operators start it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PATIENCE_S = 60.0
SERVE = (sys.executable, "-m", "formservice.cli.main", "serve")


@dataclass
class Server:
    """A server that runs: its address, its process, and the file with what it logs."""

    base: str
    process: subprocess.Popen[str]
    log: Path

    def ended(self, sig: int = signal.SIGTERM) -> int:
        """Tell it to end, and return its status."""
        self.process.send_signal(sig)
        return self.process.wait(PATIENCE_S)

    def children(self) -> list[int]:
        """Return its workers."""
        folder = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        found = [int(one) for one in folder.read_text("utf-8").split()]
        # Threads start workers: their children stand with them.
        for task in Path(f"/proc/{self.process.pid}/task").iterdir():
            found += [int(one) for one in (task / "children").read_text("utf-8").split()]
        return sorted(set(found))


def _hear_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def serving(data: Path, *arguments: str, **settings: str) -> Iterator[Server]:
    """Yield a server at a free port that is ready; it is ended, however this is left."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FORMSERVICE_")}
    environment |= {"FORMSERVICE_DATA": str(data), **settings}
    log = data.with_name(f"{data.name}-{time.monotonic_ns()}.log")
    with log.open("w") as out:
        process = subprocess.Popen(
            [*SERVE, "--port", "0", *arguments],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
            # Who runs tests in the background ignores Ctrl-C, and its children with it.
            preexec_fn=_hear_ctrl_c,
        )
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if "https://" in said:  # where it listens is told after where people reach it
                said = process.stdout.readline()
            found = re.search(r"http://[\d.]+:\d+", said)
            assert found is not None, (said, log.read_text("utf-8"))
            server = Server(found[0], process, log)
            until_ready(server.base)
            yield server
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(PATIENCE_S)
            if process.stdout is not None:
                process.stdout.close()


def until_ready(base: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx.get(f"{base}/bereit", timeout=10).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server is not ready")


def alive(pid: int) -> bool:
    """Say whether a process runs, and is no zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
