"""What is known of files being taken in: kept until they are filed, so that work goes on there.

It holds what stands in the forms: nobody but the service's account may look, and what nobody comes
back for is taken away.
"""

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from formservice.adapters.page_data import known_page, packed, plain, unpacked
from formservice.application.page_results import PageResult
from formservice.domain.document import Page
from formservice.domain.errors import StorageError

# Whoever broke off a batch comes back the next working day, or after a long weekend.
_ABANDONED_S = 7 * 24 * 3600
_PAGES = "pages"


class IntakeFolder:
    """A folder ``<sha256>/<state>`` with the pages of a file and what was recognised on each.

    ``state`` names what the results depend on besides the file: another one is not used.
    """

    def __init__(self, root: Path, state: str) -> None:
        """Keep work below ``root``; the folder is made when the first file comes."""
        self._root = root
        self._state = state

    @contextmanager
    def held(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold the folder against other batches, which wait; take away what nobody came back for.

        ``waiting`` is called if another batch holds it now.

        Raises:
            StorageError: the folder cannot be used.
        """
        with _explained():
            # Parents that are made on the way would be open to all.
            self._root.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._root.mkdir(mode=0o700, exist_ok=True)
            lock = os.open(self._root / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            with _explained():
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    waiting()
                    fcntl.flock(lock, fcntl.LOCK_EX)
                self._sweep()
            yield
        finally:
            os.close(lock)

    def pages(self, sha256: str) -> list[Page]:
        """Return what was kept as the pages of a file; none if it was not, or is damaged."""
        try:
            return [known_page(page) for page in json.loads(self._read(sha256, _PAGES))]
        except (ValueError, TypeError, RecursionError):
            return []

    def keep_pages(self, sha256: str, pages: Sequence[Page]) -> None:
        """Keep the pages of a file; a StorageError if that is impossible."""
        self._write(sha256, _PAGES, json.dumps(plain(pages)).encode())

    def result(self, sha256: str, page: int) -> PageResult | None:
        """Return what was recognised on a page; None if that was not kept, or is damaged."""
        try:
            return unpacked(self._read(sha256, str(page)))
        except (ValueError, RecursionError):
            return None

    def keep_result(self, sha256: str, page: int, result: PageResult) -> None:
        """Keep what was recognised on a page; a StorageError if that is impossible."""
        self._write(sha256, str(page), packed(result))

    def forget(self, sha256: str) -> None:
        """Take away all that is known of a file: it is filed, or refused."""
        shutil.rmtree(self._root / sha256, ignore_errors=True)

    def _read(self, sha256: str, name: str) -> bytes:
        try:
            return (self._root / sha256 / self._state / name).read_bytes()
        except OSError:
            return b""  # then it is worked out once more

    def _write(self, sha256: str, name: str, data: bytes) -> None:
        with _explained():
            folder = self._root / sha256 / self._state
            for one in (folder.parent, folder):
                one.mkdir(mode=0o700, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=folder)  # only for us to read
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(handle)
                # Whole or not at all: neither a crash nor a power cut leaves half a page behind.
                Path(part).replace(folder / name)
            except BaseException:
                Path(part).unlink(missing_ok=True)
                raise

    def _sweep(self) -> None:
        for left in self._root.iterdir():
            with suppress(OSError):
                if left.is_dir() and time.time() - _touched(left) > _ABANDONED_S:
                    shutil.rmtree(left, ignore_errors=True)


def _touched(folder: Path) -> float:
    """Return when something was last written below a folder."""
    return max(one.stat().st_mtime for one in (folder, *folder.iterdir()))


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError("Der Ordner für Eingänge in Arbeit ist nicht nutzbar.") from error
