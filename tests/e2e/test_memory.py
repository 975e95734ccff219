"""What a long batch holds: the file in hand, and nothing of those before."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

_MEGABYTE = 1024**2
# Reads files in turn as a batch does: the next one is opened while children still have the last,
# and small things that stay are made in between. Prints the bytes held at the end.
_PROGRAM = """
import sys
from pathlib import Path
from formservice.cli import files

def held():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) * 1024

before, kept, last = held(), [], b""
for name in 2 * sys.argv[1:]:
    following = files.content(name)
    kept.append([bytes(bytearray(size % 400 + 100)) for size in range(2000)])
    last = following
    del following
    kept.append([bytes(bytearray(size % 400 + 100)) for size in range(2000)])
last = b""
print(held() - before - sum(sys.getsizeof(one) for some in kept for one in some))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps large pieces")
def test_nothing_is_held_of_large_files_that_were_read_before(tmp_path: Path):
    names = []
    for size in (26, 30, 24, 41, 29, 27):
        path = tmp_path / f"{size}.pdf"
        with path.open("wb") as file:
            file.truncate(size * _MEGABYTE)
        names.append(str(path))
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM, *names], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 16 * _MEGABYTE
