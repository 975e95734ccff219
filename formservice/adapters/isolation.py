"""Runs one piece of work in a process of its own, bounded in time and memory.

Received files may be broken or hostile, and the libraries that read them are written in C: one
of them may crash, loop or grow. In a child process that ends one document, not the service.
"""

import builtins
import contextlib
import ctypes
import io
import os
import pickle
import resource
import select
import signal
import struct
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar  # Any: what a message holds depends on the work

from formservice.domain import errors
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTimeoutError,
    DocumentTooLargeError,
    FormServiceError,
)

R = TypeVar("R")

_SECONDS = 60.0
_MEMORY = 2 << 30
_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 20
_PR_SET_PDEATHSIG = 1
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
# Loaded before any fork: the child must not have to load anything to arm its own death.
_libc = ctypes.CDLL(None, use_errno=True)
# Between pipe and fork no other thread may fork, or its child would hold our pipe open and a
# crash of ours would go unnoticed until that one ends.
_forking = threading.Lock()


def run_isolated(
    function: Callable[..., R], *args: object, seconds: float = _SECONDS, memory: int = _MEMORY
) -> R:
    """Return ``function(*args)``, worked out by a child process.

    The child is forked: nothing is imported again, ``args`` need not be picklable. The result must
    be plain data (numbers, text, bytes, lists, dicts): a hostile file may have taken the child
    over, so nothing it sends can name a class or function for the parent to use, but our errors.
    ``seconds`` bounds wall and processor time, ``memory`` the child's address space, and so its
    result, in bytes. The child dies with the thread that called. With the child end the programs
    it started and its temporary files, however it ends: they may hold what stands in a form.

    Other threads of the caller do not exist in the child, but locks they hold do. Python's own
    and malloc's are put right by the interpreter and the C library; those of libraries are not,
    so a process that calls this from several threads must leave PDFium, OpenCV and Tesseract to
    the children.

    Raises what ``function`` raises. Besides, DocumentTimeoutError when time ran out,
    DocumentTooLargeError when memory did, DamagedDocumentError when the child crashed.
    """
    with tempfile.TemporaryDirectory(prefix="formservice-") as scratch:
        message, status = _outcome(lambda: function(*args), seconds, memory, scratch)
    result: R = _result(message, status)
    return result


def _outcome(
    work: Callable[[], object], seconds: float, memory: int, scratch: str
) -> tuple[bytes | None, int]:
    """Return the message of a child that did ``work``, and the status it ended with."""
    parent = os.getpid()
    with _forking:
        read, write = os.pipe()
        # A Ctrl-C that meets fork's own callbacks is swallowed by them: it has to wait.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            child = os.fork()
        except OSError:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            os.close(read)
            os.close(write)
            raise
        if child == 0:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            _work(write, lambda: _kept_together(work, scratch), parent, seconds, memory)
        os.close(write)
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        message = _received(read, time.monotonic() + seconds, memory)
    finally:
        os.close(read)
        for end in (os.kill, os.killpg):  # the child leads the group of what it started
            with contextlib.suppress(ProcessLookupError):
                end(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    return message, status


def _kept_together(work: Callable[[], object], scratch: str) -> object:
    """Do ``work`` so that all it starts and writes is found when it has to end."""
    os.setpgid(0, 0)
    os.environ["TMPDIR"] = tempfile.tempdir = scratch
    return work()


class _Plain(pickle.Unpickler):
    """Rebuilds plain data, our errors and Python's own, and refuses everything else."""

    def find_class(self, module: str, name: str) -> type:
        found = {errors.__name__: errors, "builtins": builtins}.get(module)
        kind = getattr(found, name, None)
        ours = found is errors and isinstance(kind, type)
        if isinstance(kind, type) and (ours or issubclass(kind, Exception)):
            return kind
        raise pickle.UnpicklingError("no plain data")


def _unpacked(message: bytes) -> Any:
    return _Plain(io.BytesIO(message)).load()


def _result(message: bytes | None, status: int) -> Any:
    if message is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU):
        raise DocumentTimeoutError("Das Lesen der Datei dauerte zu lange und wurde abgebrochen.")
    if not message:
        raise DamagedDocumentError("Die Datei hat das Leseprogramm zum Absturz gebracht.")
    try:
        outcome, content = _unpacked(message)
    except Exception as error:  # a message that is none of ours may fail in any way
        raise DamagedDocumentError("Die Datei hat das Leseprogramm verändert.") from error
    if outcome == "result":
        return content
    if outcome == "memory":
        raise DocumentTooLargeError("Die Datei braucht zum Lesen zu viel Arbeitsspeicher.")
    if outcome == "error":
        kind, values, state = content
        told = kind.__new__(kind, *values)
        told.__dict__.update(state)
        raise told
    raise content


def _received(read: int, deadline: float, most: int) -> bytes | None:
    """Return the child's whole message, empty if it ended without one, None if time ran out.

    A message announced as longer than ``most`` bytes is none: the child cannot have held it.
    """
    poll = select.poll()
    poll.register(read, select.POLLIN)
    parts: list[bytes] = []
    size, length = 0, None
    while length is None or size < length:
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            return None
        part = os.read(read, _CHUNK)
        if not part:
            return b""
        parts.append(part)
        size += len(part)
        if length is None and size >= _LENGTH.size:
            length = _LENGTH.size + _LENGTH.unpack_from(b"".join(parts))[0]
            if length > most:
                return b""
    return b"".join(parts)[_LENGTH.size :]


def _work(
    write: int, work: Callable[[], object], parent: int, seconds: float, memory: int
) -> NoReturn:
    """Do the work in the child and leave without any of the parent's clean-up."""
    global _forking  # the copy inherited here is locked for ever
    try:
        _forking = threading.Lock()
        _bound(parent, seconds, memory)
        _send(write, _message(work))
    except BaseException:  # noqa: S110 (the parent sees that the message is missing)
        pass
    finally:
        os._exit(0)


def _bound(parent: int, seconds: float, memory: int) -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    limit = max(memory, _address_space() + memory // 4)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = time.process_time()
    processor = int(used + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))


def _address_space() -> int:
    """Return how much the child has inherited: with many libraries loaded over a gigabyte."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 (nothing may be imported here)
            return int(file.read().split()[0]) * _PAGE_SIZE
    except (OSError, ValueError, IndexError):
        return 0


def _message(work: Callable[[], object]) -> bytes:
    try:
        return pickle.dumps(("result", work()), pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(("memory", None))
    except FormServiceError as error:
        # Not as it is: unpickling would call the constructor, whose arguments differ by class.
        content = (type(error), error.args, error.__dict__)
        return pickle.dumps(("error", content), pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # a bug: raised again where it can be seen
        return pickle.dumps(("bug", _portable(error)), pickle.HIGHEST_PROTOCOL)


def _portable(error: Exception) -> Exception:
    try:
        _unpacked(pickle.dumps(error))
    except Exception:  # its pickling may do anything, and a library's class is not let through
        return RuntimeError(f"{type(error).__name__} in einem Leseprozess")
    return error


def _send(write: int, message: bytes) -> None:
    data = memoryview(_LENGTH.pack(len(message)) + message)
    while data:
        data = data[os.write(write, data) :]
