"""The program, loaded once: each call is a process of its own that need not load it again.

Loading takes most of the time of a short command. What depends on how a process starts (streams
in another encoding, limits, signals) is tried with programs that are started anew.
"""

import atexit
import base64
import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NoReturn  # Any: what was called is JSON

_ROOT = Path(__file__).parents[2]
_MOST = 1 << 17
_PATIENCE_S = 120
# What the program loads when it needs it.
_LATE = ("alembic.command", "cv2", "docx", "numpy", "pikepdf", "procrastinate", "pypdfium2")


class Loaded:
    """The program, waiting for calls."""

    def __init__(self) -> None:
        """Load it, with the environment of this process."""
        self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.loaded", str(other.fileno())],
                cwd=_ROOT,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
                pass_fds=[other.fileno()],
            )
        self._control.settimeout(_PATIENCE_S)

    def call(
        self,
        arguments: Sequence[bytes],
        cwd: Path,
        environment: Mapping[str, str],
        stdin: bytes,
        streams: Mapping[str, IO[bytes]],
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run one command; what is not among ``streams`` (stdout, stderr) is kept and returned."""
        told = {
            "arguments": [base64.b64encode(one).decode() for one in arguments],
            "cwd": str(cwd),
            "environment": dict(environment),
        }
        with ExitStack() as stack:
            given = stack.enter_context(tempfile.TemporaryFile())
            given.write(stdin)
            given.seek(0)
            out = [
                streams.get(name) or stack.enter_context(tempfile.TemporaryFile())
                for name in ("stdout", "stderr")
            ]
            files = [one.fileno() for one in (given, *out)]
            socket.send_fds(self._control, [json.dumps(told).encode()], files)
            try:
                status = json.loads(self._control.recv(_MOST))
            except TimeoutError:
                # Else its answer, when it comes, would be taken for that of the next call.
                self._process.kill()
                raise
            kept: list[bytes | None] = []
            for name, file in zip(("stdout", "stderr"), out, strict=True):
                if name in streams:
                    kept.append(None)
                else:
                    file.seek(0)
                    kept.append(file.read())
        return subprocess.CompletedProcess(list(arguments), status, *kept)

    def close(self) -> None:
        """End it."""
        self._control.close()
        self._process.wait(_PATIENCE_S)


def _serve(control: socket.socket) -> None:
    import formservice.cli  # noqa: PLC0415 - in the process that is loaded only

    for part in pkgutil.iter_modules(formservice.cli.__path__):
        importlib.import_module(f"formservice.cli.{part.name}")
    for name in _LATE:
        importlib.import_module(name)
    while True:
        message, files, _, _ = socket.recv_fds(control, _MOST, 3)
        if not message:
            return
        child = os.fork()
        if child == 0:
            control.close()
            _called(json.loads(message), files)
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        control.send(json.dumps(os.waitstatus_to_exitcode(status)).encode())


def _called(told: Mapping[str, Any], files: Sequence[int]) -> NoReturn:
    """Be the process that was called, as the interpreter would begin and end it."""
    status = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.environ.clear()
        os.environ.update(told["environment"])
        os.chdir(str(told["cwd"]))
        arguments = [os.fsdecode(base64.b64decode(one)) for one in told["arguments"]]
        sys.argv = ["formservice", *arguments]
        from formservice.cli.main import main  # noqa: PLC0415 - loaded long ago

        status = main()
    except SystemExit as left:
        status = left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                status = 120
        os._exit(status)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
