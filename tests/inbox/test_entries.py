"""What lies in a folder that others write into, and when it is whole."""

import os
import subprocess
import time

import pytest

from formservice.adapters.inbox.entries import DEEPEST, PATIENCE, Settling, looked
from tests.inbox.mails import pdf


def test_a_file_is_whole_when_it_stays_the_same_for_so_long(share):
    file = share / "a.pdf"
    settling = Settling(5)

    def settled(moment):
        return [str(one.path) for one in settling.settled(share, looked(share), moment)]

    file.write_bytes(pdf("a"))
    assert settled(0) == []
    assert settled(4) == []
    file.write_bytes(pdf("a, and more"))
    assert settled(6) == []
    assert settled(10) == []
    assert settled(11) == ["a.pdf"]


@pytest.mark.parametrize("half", [b"", b"%PDF-1.7\nhalf", b"PK\3\4half", b"\xff\xd8\xffhalf"])
def test_a_scanner_that_pauses_in_the_middle_is_waited_for_longer(share, half):
    (share / "a").write_bytes(half)
    settling = Settling(5)

    def settled(moment):
        return len(settling.settled(share, looked(share), moment))

    assert [settled(0), settled(5), settled(5 * PATIENCE - 1)] == [0, 0, 0]
    assert settled(5 * PATIENCE) == 1


def test_a_half_file_that_nobody_has_written_to_for_long_is_not_waited_for(share):
    (share / "a.pdf").write_bytes(b"%PDF-1.7\nhalf")
    os.utime(share / "a.pdf", (0, 0))
    settling = Settling(5)
    settling.settled(share, looked(share), 0)
    assert settling.settled(share, looked(share), 5)


def test_ten_thousand_files_are_looked_at_in_a_moment(share):
    for number in range(10_000):
        (share / f"{number}.pdf").touch()
    settling = Settling(5)
    began = time.process_time()
    settling.settled(share, looked(share), 0)
    settling.settled(share, looked(share), 1)
    assert settling.waiting == 10_000
    assert time.process_time() - began < 5


def test_folders_nested_without_end_are_told_and_hold_nothing_up(share):
    deep = os.open(share, os.O_RDONLY)
    for _ in range(1_100):
        os.mkdir("d", dir_fd=deep)
        inner = os.open("d", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(deep)
    (share / "x.pdf").write_bytes(pdf("a"))
    found = looked(share)
    subprocess.run(["rm", "-r", share / "d"], check=True)
    assert [str(one.path) for one in found.entries] == ["x.pdf"]
    assert [len(one.parts) for one in found.closed] == [DEEPEST]
