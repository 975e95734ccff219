"""The stages of this installation, put together from what reads, and where it is kept."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from formservice.adapters.bugs import named
from formservice.adapters.intake_folder import IntakeFolder
from formservice.application.intake import Intake
from formservice.application.ports import Archive, WorkInHand
from formservice.application.ports_store import Kept, Originals
from formservice.application.work import READ, Limits, Reading, Stage
from formservice.domain.errors import StorageError

# Every page and every look at a file has limits of its own; this ends what none of them sees.
_SECONDS = 6 * 3600.0


class PagesInWork(IntakeFolder):
    """What is known of the pages of a file that a worker reads: who takes it over goes on there.

    A batch works beside it, and so may a worker that lost its claim: they write the same.
    """

    def __init__(self, root: Path, state: str) -> None:
        """Keep it where batches do, for as long."""
        super().__init__(root, state)
        self._pages = root

    @contextmanager
    def held(self, waiting: Callable[[], None]) -> Iterator[None]:
        """Hold nothing: the claim is held already, and each file has a folder of its own."""
        try:
            self._pages.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._pages.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise StorageError("Der Ordner für Eingänge in Arbeit ist nicht nutzbar.") from error
        yield

    def sweep(self) -> None:
        """Take away what nobody came back for, where no batch has done so."""
        if self._pages.is_dir():
            self._sweep()

    def forget(self, sha256: str) -> None:
        """Forget nothing yet: what was read is not kept before the claim ends."""

    def forget_kept(self, kept: Kept) -> None:
        """Forget the pages of a file of which everything is kept."""
        shutil.rmtree(self._pages / str(kept.original), ignore_errors=True)


def reading(
    originals: Originals,
    intake: Callable[[Archive, WorkInHand], Intake],
    pages: PagesInWork,
    memory: int,
) -> Stage:
    """Return the stage that reads received files; ``memory`` is what reading one may take."""
    stage = Reading(originals, lambda archive: intake(archive, pages), named)
    # Its own children have that limit; it holds what they send, and must be above them.
    limits = Limits(_SECONDS, 2 * memory)
    return Stage(READ, stage.work, stage.keep, limits, pages.forget_kept)
