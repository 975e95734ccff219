"""Runs one piece of work in a process of its own, bounded in time and memory.

Received files may be broken or hostile, and the libraries that read them are written in C: one
of them may crash, loop or grow. In a child process that ends one document, not the service.
"""

import builtins
import contextlib
import io
import math
import os
import pickle
import select
import signal
import struct
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from typing import Any, NoReturn, TypeVar  # Any: what a message holds depends on the work

from formservice.adapters.confined import bound, let_go
from formservice.adapters.scratch import scratch_folder
from formservice.application.ports import Done
from formservice.domain import errors
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTimeoutError,
    DocumentTooLargeError,
    FormServiceError,
)


class NoPlainDataError(Exception):
    """A child told what it must not: a bug of ours, or a file that took the child over.

    Nobody can tell which from outside, so it is not laid at the door of whoever sent the file.
    """


R = TypeVar("R")
T = TypeVar("T")

# Without other limits those of an installation that sets none (``bootstrap.Settings``).
_SECONDS = 60.0
_MEMORY = 2 << 30  # bytes
_LENGTH = struct.Struct("<Q")
_CHUNK = 1 << 20
_MEANWHILE_S = 0.25
# Between pipe and fork no other thread may fork, or its child would hold our pipe open and a
# crash of ours would go unnoticed until that one ends.
_forking = threading.Lock()


def run_isolated(
    function: Callable[..., R],
    *args: object,
    seconds: float = _SECONDS,
    memory: int = _MEMORY,
    meanwhile: Callable[[], None] | None = None,
) -> R:
    """Return ``function(*args)``, worked out by a child process.

    The child is forked: nothing is imported again, ``args`` need not be picklable. The result must
    be plain data (numbers, text, bytes, lists, dicts): a hostile file may have taken the child
    over, so nothing it sends can name a class or function for the parent to use, but our errors.
    ``seconds`` bounds wall and processor time, ``memory`` the child's address space, and so its
    result, in bytes. ``meanwhile`` is called a few times a second; what it raises ends the child
    and is raised here. The child dies with the thread that called. With the child end the programs
    it started and its temporary files, however it ends: they may hold what stands in a form.

    Other threads of the caller do not exist in the child, but locks they hold do. Python's own
    and malloc's are put right by the interpreter and the C library; those of libraries are not,
    so a process that calls this from several threads must leave PDFium, OpenCV and Tesseract to
    the children.

    Raises what ``function`` raises. Besides, DocumentTimeoutError when time ran out,
    DocumentTooLargeError when memory did, DamagedDocumentError when the child crashed,
    NoPlainDataError when its result is none of the above.
    """
    child = _Child(lambda: function(*args), seconds, memory)
    try:
        child.wait(meanwhile)
    finally:
        child.end()
    result: R = child.result()
    return result


def each_isolated(
    work: Callable[[T], R],
    items: Iterable[T],
    *,
    at_once: int,
    seconds: float = _SECONDS,
    memory: int = _MEMORY,
    room: threading.Semaphore | None = None,
) -> Generator[Done[T, R], None, None]:
    """Yield what becomes of ``work`` on each of ``items``, each in a child process of its own.

    ``at_once`` children work at the same time, each within the limits of ``run_isolated``; the
    first to end comes first. An item is taken only when there is room for it. It is all done by
    the calling thread: when that leaves, by an error or Ctrl-C, no child stays.

    ``room`` is shared by callers in several threads: each child takes one of it, so that all
    callers together have no more children than that. Children at work keep theirs while whoever
    iterates does something else. So nothing that takes of the same room may be begun inside the
    loop: with every child at work it would wait for ever, for only the loop gives room back.
    """
    waiting = iter(items)
    room = threading.Semaphore(at_once) if room is None else room
    running: dict[_Child, T] = {}
    try:
        while True:
            # Whoever has a child at work waits for that one, anybody else for room.
            while len(running) < at_once and room.acquire(blocking=not running):
                with _given_back(room):
                    for item in waiting:
                        running[_Child(partial(work, item), seconds, memory)] = item
                        break
                    else:
                        room.release()
                        break
            if not running:
                return
            for child in _ended(running):
                item = running.pop(child)
                room.release()
                yield _done(item, child)
    finally:
        for child in running:
            room.release()
            child.end()


@contextlib.contextmanager
def no_fork() -> Iterator[None]:
    """Keep all threads from forking children meanwhile: a library is being loaded or used.

    Its locks, held at that moment, would be locked in the child for ever. All other threads wait
    that need a child: with all blank forms to load that is seconds, once in a process.
    """
    with _forking:
        yield


def processors() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextlib.contextmanager
def _given_back(room: threading.Semaphore) -> Iterator[None]:
    try:
        yield
    except BaseException:
        room.release()
        raise


def _done(item: T, child: "_Child") -> Done[T, Any]:
    child.end()
    try:
        return Done(item, child.result(), None)
    except Exception as error:  # a bug of one piece must not cost the others
        return Done(item, None, error)


def _ended(running: "Iterable[_Child]", most: float = math.inf) -> "list[_Child]":
    """Wait until children have answered or their time is up, and return these.

    Not longer than ``most`` seconds: then there may be none.
    """
    poll = select.poll()
    by_pipe = {child.pipe: child for child in running}
    for pipe in by_pipe:
        poll.register(pipe, select.POLLIN)
    left = min(most, *(child.left for child in by_pipe.values()))
    ready = {pipe for pipe, _ in poll.poll(max(0.0, left) * 1000)}
    return [
        child
        for pipe, child in by_pipe.items()
        if child.left <= 0 or (pipe in ready and child.take())
    ]


def _end_pools() -> None:
    """End the threads that OpenCV may keep: a child that inherits its pool without them hangs."""
    cv2 = sys.modules.get("cv2")
    if cv2 is not None and cv2.getNumThreads() != 1:
        cv2.setNumThreads(1)


class _Child:
    """A child process at work. ``pipe`` is where it answers, ``left`` the seconds it still has."""

    def __init__(self, work: Callable[[], object], seconds: float, memory: int) -> None:
        """Fork; whoever makes a child has to ``end`` it."""
        self._deadline = time.monotonic() + seconds
        self._message = _Message(memory)
        self._status: int | None = None
        self._scratch = scratch_folder()
        self._process, self.pipe = 0, -1
        try:
            self._fork(work, seconds, memory)
        except BaseException:
            self.end()
            raise

    def _fork(self, work: Callable[[], object], seconds: float, memory: int) -> None:
        parent, scratch = os.getpid(), self._scratch.name
        with _forking:
            _end_pools()
            self.pipe, write = os.pipe()
            # A Ctrl-C that meets fork's own callbacks is swallowed by them: it has to wait.
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                self._process = os.fork()
                if self._process == 0:
                    signal.pthread_sigmask(signal.SIG_SETMASK, before)
                    _work(write, lambda: _kept_together(work, scratch), parent, seconds, memory)
            finally:
                os.close(write)
                signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @property
    def left(self) -> float:
        return self._deadline - time.monotonic()

    def take(self) -> bool:
        """Take what can be read at once, and say whether the child has told everything."""
        return self._message.take(os.read(self.pipe, _CHUNK))

    def wait(self, meanwhile: Callable[[], None] | None = None) -> None:
        """Wait until the child has told everything, or its time is up."""
        while not _ended([self], math.inf if meanwhile is None else _MEANWHILE_S):
            if meanwhile is not None:
                meanwhile()

    def end(self) -> None:
        """End the child with all it started and wrote; it may have ended long ago."""
        if self.pipe >= 0:
            os.close(self.pipe)
            self.pipe = -1
        if self._process:
            process, self._process = self._process, 0
            for end in (os.kill, os.killpg):  # the child leads the group of what it started
                with contextlib.suppress(ProcessLookupError):
                    end(process, signal.SIGKILL)
            _, self._status = os.waitpid(process, 0)
        self._scratch.cleanup()

    def result(self) -> Any:
        """Return what the ended child told, or raise why there is nothing."""
        return _result(self._message.whole, self._status or 0)


class _Message:
    """What a child tells, as it comes in: its length, and so many bytes.

    A message announced as longer than ``most`` bytes is none: the child cannot have held it.
    ``whole`` is None until everything is there, and empty if the child ended before.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._parts: list[bytes] = []
        self._size = 0
        self._length: int | None = None
        self.whole: bytes | None = None

    def take(self, part: bytes) -> bool:
        """Add a part, empty if there will be no more; say whether this is the end."""
        self._parts.append(part)
        self._size += len(part)
        if self._length is None and self._size >= _LENGTH.size:
            self._length = _LENGTH.size + _LENGTH.unpack_from(b"".join(self._parts))[0]
        if not part or (self._length or 0) > self._most:
            self.whole = b""
        elif self._length is not None and self._size >= self._length:
            self.whole = b"".join(self._parts)[_LENGTH.size :]
        return self.whole is not None


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
        raise NoPlainDataError("a child sent what is no plain data") from error
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


def _work(
    write: int, work: Callable[[], object], parent: int, seconds: float, memory: int
) -> NoReturn:
    """Do the work in the child and leave without any of the parent's clean-up."""
    global _forking  # the copy inherited here is locked for ever
    try:
        _forking = threading.Lock()
        let_go(write)
        bound(parent, seconds, memory)
        _send(write, _message(work))
    except BaseException:  # noqa: S110 (the parent sees that the message is missing)
        pass
    finally:
        os._exit(0)


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
