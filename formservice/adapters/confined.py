"""What a child process gives up before it looks at a received file, and what bounds it."""

import contextlib
import ctypes
import fcntl
import os
import resource
import signal
import stat
import time

_PR_SET_PDEATHSIG = 1
_PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
# Loaded before any fork: the child must not have to load anything to arm its own death.
_libc = ctypes.CDLL(None, use_errno=True)


def let_go(write: int) -> None:
    """Let go of what the parent has open: a hostile file could speak to its database there.

    Only ``write`` stays, and what can but be read. A number is not freed but leads nowhere from
    now on: objects of the parent's may still close it here, and must not meet a file that was
    opened since.
    """
    null = os.open(os.devnull, os.O_RDWR)
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 (nothing may be imported here)
        number = int(name)
        with contextlib.suppress(OSError):  # the folder that was listed
            if number not in {0, 1, 2, write, null} and not _is_only_read(number):
                os.dup2(null, number, inheritable=False)
    os.close(null)


def _is_only_read(number: int) -> bool:
    kind = os.fstat(number).st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        return False
    return fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY


def bound(parent: int, seconds: float, memory: int) -> None:
    """Bound this process in time and memory, and let it end with the process ``parent``."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    # What libraries loaded before hold is no work: a quarter is left for that in any case.
    limit = max(memory, _address_space() + memory // 4)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    used = time.process_time()
    # In whole seconds, and later than the parent's own deadline, which says more.
    processor = int(used + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))


def _address_space() -> int:
    """Return how much the child has inherited: with many libraries loaded over a gigabyte."""
    try:
        with open("/proc/self/statm", "rb") as file:  # noqa: PTH123 (nothing may be imported here)
            return int(file.read().split()[0]) * _PAGE_SIZE
    except (OSError, ValueError, IndexError):
        return 0
