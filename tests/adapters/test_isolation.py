"""Work in a child process ends: with its result, its error, or a named error of ours."""

import contextlib
import ctypes
import faulthandler
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import cv2
import numpy as np
import pytest

from formservice.adapters.isolation import NoPlainDataError, each_isolated, run_isolated
from formservice.domain.errors import (
    DamagedDocumentError,
    DocumentTimeoutError,
    DocumentTooLargeError,
    EncryptedDocumentError,
    InvalidDataError,
    Problem,
)

MEBIBYTE = 1 << 20


def test_the_result_comes_back() -> None:
    assert run_isolated(divmod, 17, 5) == (3, 2)


def test_arguments_need_not_be_picklable() -> None:
    assert run_isolated(lambda work: work() + 1, lambda: 41) == 42


def test_work_with_pictures_ends_although_the_parent_had_worked_with_several_threads() -> None:
    page = np.zeros((3000, 2000), np.uint8)
    cv2.setNumThreads(2)
    turn = cv2.getRotationMatrix2D((1000, 1500), 1, 1)
    cv2.warpAffine(page, turn, (2000, 3000), flags=cv2.INTER_CUBIC)
    time.sleep(0.5)  # until its threads have gone to sleep

    def work() -> int:
        cv2.setNumThreads(1)
        return int(cv2.warpAffine(page, turn, (2000, 3000)).shape[0])

    assert run_isolated(work, seconds=10) == 3000


def test_a_result_larger_than_a_pipe_comes_back_whole() -> None:
    size = 20 * MEBIBYTE
    assert run_isolated(lambda: b"x" * size) == b"x" * size


def test_the_work_happens_in_another_process() -> None:
    changed: list[int] = []
    run_isolated(changed.append, 1)
    assert changed == []


def _refuse() -> NoReturn:
    raise EncryptedDocumentError("Die Datei ist gesperrt.", "Bitte entsperren.")


def test_our_errors_pass_with_sentence_and_hint() -> None:
    with pytest.raises(EncryptedDocumentError) as caught:
        run_isolated(_refuse)
    assert caught.value.message == str(caught.value) == "Die Datei ist gesperrt."
    assert caught.value.hint == "Bitte entsperren."


def test_problems_of_an_error_pass_as_well() -> None:
    problems = [Problem("name", "Das Feld fehlt.")]

    def fail() -> NoReturn:
        raise InvalidDataError("Ein Fehler.", problems)

    with pytest.raises(InvalidDataError) as caught:
        run_isolated(fail)
    assert caught.value.problems == tuple(problems)


def test_a_child_reaches_nothing_that_the_parent_has_open_for_writing(tmp_path: Path) -> None:
    ours, others = socket.socketpair()
    file = (tmp_path / "written").open("wb", buffering=0)
    (tmp_path / "read").write_bytes(b"to be read")
    only_read = (tmp_path / "read").open("rb", buffering=0)

    def work() -> bytes:
        for number in (ours.fileno(), others.fileno(), file.fileno()):
            os.write(number, b"from the child")
        # Closed here, it must not close what has been opened since.
        ours.close()
        with (tmp_path / "own").open("wb") as own:
            others.close()
            own.write(b"own")
        return only_read.read() + (tmp_path / "own").read_bytes()

    with ours, others, file, only_read:
        assert run_isolated(work) == b"to be readown"
        ours.setblocking(False)
        with pytest.raises(BlockingIOError):
            ours.recv(100)
        assert (tmp_path / "written").read_bytes() == b""


def test_a_bug_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        run_isolated(lambda: 1 // 0)


def test_a_bug_that_cannot_travel_is_still_raised() -> None:
    class Unportable(Exception):  # noqa: N818 (no name of ours)
        def __reduce__(self) -> NoReturn:
            raise TypeError

    def fail() -> NoReturn:
        raise Unportable

    with pytest.raises(RuntimeError, match="Unportable"):
        run_isolated(fail)


class _Acts:
    """What a file that took the child over might send: work for whoever unpacks it."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.mkdir, (str(self.trace),)


def test_nothing_a_child_sends_is_carried_out(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with pytest.raises(NoPlainDataError):
        run_isolated(lambda: _Acts(trace))
    assert not trace.exists()


def test_a_message_longer_than_the_child_could_hold_is_not_waited_for() -> None:
    before = set(os.listdir("/proc/self/fd"))  # noqa: PTH208

    def announce() -> None:
        own = {int(name) for name in os.listdir("/proc/self/fd") if name not in before}  # noqa: PTH208
        for descriptor in own:  # the pipe to the parent is among them
            with contextlib.suppress(OSError):
                os.write(descriptor, (1 << 60).to_bytes(8, "little") + b"x")
        time.sleep(30)

    started = time.monotonic()
    with pytest.raises(DamagedDocumentError):
        run_isolated(announce, seconds=25)
    assert time.monotonic() - started < 20  # the work itself takes 30


@pytest.mark.parametrize("work", [lambda: time.sleep(30), lambda: all(iter(lambda: 1, 0))])
def test_work_that_does_not_end_is_ended(work: Callable[[], object]) -> None:
    started = time.monotonic()
    with pytest.raises(DocumentTimeoutError):
        run_isolated(work, seconds=0.3)
    assert time.monotonic() - started < 20  # the work itself takes 30, or has no end


def test_a_child_past_its_time_is_gone(tmp_path: Path) -> None:
    def report() -> None:
        (tmp_path / "pid").write_text(str(os.getpid()), "utf-8")
        time.sleep(30)

    with pytest.raises(DocumentTimeoutError):
        run_isolated(report, seconds=4)  # a busy machine takes one to begin
    child = int((tmp_path / "pid").read_text("utf-8"))
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_greed_for_memory_is_a_document_too_large() -> None:
    with pytest.raises(DocumentTooLargeError):
        run_isolated(lambda: bytes(3 << 30), memory=1 << 30)


def test_a_child_may_use_the_memory_it_is_given() -> None:
    assert run_isolated(lambda: len(bytes(200 * MEBIBYTE)), memory=1 << 30) == 200 * MEBIBYTE


def _without_report(crash: Callable[[], object]) -> None:
    faulthandler.disable()  # pytest's own would print all threads of a child that is meant to die
    crash()


@pytest.mark.parametrize(
    "crash",
    [os.abort, lambda: ctypes.string_at(0), lambda: os.kill(os.getpid(), signal.SIGKILL)],
    ids=["abort", "segmentation fault", "killed"],
)
def test_a_crash_is_a_damaged_document(crash: Callable[[], object]) -> None:
    with pytest.raises(DamagedDocumentError):
        run_isolated(_without_report, crash)


def test_several_threads_get_their_own_results() -> None:
    results: dict[int, int] = {}

    def work(number: int) -> None:
        def slowly() -> int:
            time.sleep(0.05)
            return number * 2

        results[number] = run_isolated(slowly)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {number: number * 2 for number in range(8)}


def test_isolated_work_may_isolate_again() -> None:
    assert run_isolated(lambda: run_isolated(max, 1, 2)) == 2


def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    code = (
        "import os, time\n"
        "from formservice.adapters.isolation import each_isolated, run_isolated\n"
        "run_isolated(lambda: (os.write(1, b'%d\\n' % os.getpid()), time.sleep(60)))\n"
    )
    where = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=where) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()
    for _ in range(100):
        if not _alive(child):
            return
        time.sleep(0.02)
    pytest.fail("the child outlives its parent")


def _alive(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_temporary_files_go_with_the_child_however_it_ends(tmp_path: Path) -> None:
    told = tmp_path / "told"

    def scribble() -> NoReturn:
        with tempfile.NamedTemporaryFile(delete=False) as file:
            told.write_text(file.name)
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with pytest.raises(DamagedDocumentError):
        run_isolated(scribble)
    assert told.read_text()
    assert not Path(told.read_text()).exists()


def test_programs_end_with_the_child_that_started_them(tmp_path: Path) -> None:
    told = tmp_path / "told"

    def start() -> None:
        with subprocess.Popen(["sleep", "60"]) as program:
            told.write_text(str(program.pid))

    with pytest.raises(DocumentTimeoutError):
        run_isolated(start, seconds=4)
    program = int(told.read_text())
    for _ in range(100):
        if not _alive(program):
            return
        time.sleep(0.02)
    pytest.fail("the program outlives the child")


def test_no_pipe_is_left_open() -> None:
    run_isolated(int)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    for _ in range(5):
        run_isolated(int)
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208


def _refusing_seven(number: int) -> int:
    if number == 7:
        raise EncryptedDocumentError("Die Datei ist gesperrt.")
    if number == 8:
        os.kill(os.getpid(), signal.SIGKILL)
    if number == 9:
        time.sleep(30)
    return number * number


def test_of_many_pieces_of_work_each_has_its_own_end() -> None:
    done = {
        one.item: one for one in each_isolated(_refusing_seven, range(12), at_once=3, seconds=10)
    }
    assert {item: one.result for item, one in done.items() if one.error is None} == {
        number: number * number for number in range(12) if number not in (7, 8, 9)
    }
    assert {item: type(done[item].error) for item in (7, 8, 9)} == {
        7: EncryptedDocumentError,
        8: DamagedDocumentError,
        9: DocumentTimeoutError,
    }


def test_no_more_work_is_taken_than_is_done_at_once() -> None:
    taken, ended, most = 0, 0, 0

    def items() -> Iterator[int]:
        nonlocal taken, most
        for number in range(10):
            taken += 1
            most = max(most, taken - ended)
            yield number

    big = 3 * MEBIBYTE  # more than a pipe holds at a time
    for done in each_isolated(lambda number: bytes(big + number), items(), at_once=2):
        ended += 1
        assert len(done.result or b"") == big + done.item
    assert (taken, ended, most) == (10, 10, 2)


def test_whoever_stops_early_leaves_no_child_behind(tmp_path: Path) -> None:
    def note(number: int) -> None:
        if number:
            (tmp_path / str(os.getpid())).touch()
            time.sleep(30)

    started = time.monotonic()
    work = each_isolated(note, [1, 2, 0], at_once=3)
    next(work)
    while len(list(tmp_path.iterdir())) < 2:
        time.sleep(0.01)
    work.close()
    assert time.monotonic() - started < 20
    assert [one.name for one in tmp_path.iterdir() if _alive(int(one.name))] == []


def test_what_a_killed_process_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    program = (
        "import os, time\n"
        "from formservice.adapters.isolation import run_isolated\n"
        "run_isolated(lambda: (open(os.environ['TMPDIR'] + '/x', 'w').close(),"
        " os.write(1, b'x'), time.sleep(60)))\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    other = tmp_path / "formservice-of-somebody"
    other.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        running = "from formservice.adapters.scratch import scratch_folder as new\nnew()"
        subprocess.run([sys.executable, "-c", running], env=environment, check=True)
        assert len(list(tmp_path.iterdir())) == 2  # whoever lives keeps his
        process.kill()
    assert len(list(tmp_path.iterdir())) == 2
    subprocess.run([sys.executable, "-c", running], env=environment, check=True)
    assert list(tmp_path.iterdir()) == [other]


def test_what_was_left_long_ago_by_a_process_numbered_elsewhere_is_taken_away(
    tmp_path: Path,
) -> None:
    """A container that was killed shares a folder with the next one, but not its numbers."""
    left, works = (tmp_path / f"formservice-4026531836999-{n}-abc" for n in (7, 8))
    others = tmp_path / "formservice-of-somebody", tmp_path / "formservice-1-x-y"
    for folder in (left, works, *others):
        folder.mkdir()
        (folder / "page.png").touch()
    long_ago = time.time() - 25 * 3600
    for folder in (left, *others):
        os.utime(folder, (long_ago, long_ago))
    begins = "from formservice.adapters.scratch import sweep\nsweep()"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", begins], env=environment, check=True)
    assert set(tmp_path.iterdir()) == {works, *others}
