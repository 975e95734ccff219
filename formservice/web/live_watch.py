"""One look at the database for everybody who waits, however many do."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

from formservice.application.live import Glimpse

_log = logging.getLogger("formservice.web")

# People see a change after this long at most, in seconds; a database that is away is spared.
_EVERY_S, _AWAY_S = 0.15, 3.0


class Watch:
    """Looks a few times a second at all documents that somebody waits for, as long as any is.

    It takes one thread and one connection while it looks, none in between, and none per viewer.
    """

    def __init__(self, look: Callable[[Collection[str]], Mapping[str, Glimpse]]) -> None:
        """Look with ``look``, which may take its time."""
        self._look = look
        self._wanted: Counter[str] = Counter()
        self._seen: Mapping[str, Glimpse] = {}
        self._running: asyncio.Task[None] | None = None
        self._viewers = 0
        # How many looks have begun, which of them came back last, and how many had begun when
        # the last viewer came: who comes during a look learns nothing of it.
        self._begun = self._looked = self._joined = 0
        # A thread of its own: uploads may take all that pages have. It is there for good, for
        # nobody must wait for a look at a database that is away because the last viewer left.
        self._own = ThreadPoolExecutor(1, "live")

    @asynccontextmanager
    async def following(self, documents: Collection[str]) -> AsyncIterator["Following"]:
        """Follow some documents, as long as this is open."""
        self._wanted.update(documents)
        self._viewers += 1
        self._joined = self._begun
        if self._running is None or self._running.done():
            self._turn, self._early = asyncio.Event(), asyncio.Event()
            self._running = asyncio.create_task(self._run())
        self._early.set()
        try:
            yield Following(self, documents, self._begun)
        finally:
            self._viewers -= 1
            self._wanted -= Counter(documents)
            if not self._wanted and self._running is not None:
                self._running.cancel()
                self._running, self._seen = None, {}

    async def changed(self, seconds: float) -> None:
        """Wait until something has changed for somebody, so long at most."""
        turn = self._turn
        try:
            async with asyncio.timeout(seconds):
                await turn.wait()
        except TimeoutError:
            return

    def count(self) -> int:
        """Return how many are looking on."""
        return self._viewers

    def seen(self, document: str) -> Glimpse | None:
        """Return what was seen of a document last."""
        return self._seen.get(document)

    def looked(self) -> int:
        """Return the number of the newest look that came back."""
        return self._looked

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._early.clear()
            self._begun += 1
            pause = _EVERY_S
            try:
                found = await loop.run_in_executor(self._own, self._look, tuple(self._wanted))
            except Exception as error:  # a database that is away comes back
                _log.warning("live: %s", type(error).__name__)
                pause = _AWAY_S
            else:
                self._tell(found)
            try:
                async with asyncio.timeout(pause):
                    await self._early.wait()
            except TimeoutError:
                continue

    def _tell(self, found: Mapping[str, Glimpse]) -> None:
        is_first = self._looked <= self._joined < self._begun
        self._looked = self._begun
        if found == self._seen and not is_first:
            return
        self._seen = found
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()


class Following:
    """The documents that one viewer follows."""

    def __init__(self, watch: Watch, documents: Collection[str], begun: int) -> None:
        """Follow ``documents`` with ``watch``, which began so many looks before."""
        self._watch = watch
        self._begun = begun
        self._documents = tuple(documents)

    @property
    def is_looked(self) -> bool:
        """Whether a look that knew of this viewer came back: before, others may be missing."""
        return self._watch.looked() > self._begun

    def now(self) -> list[Glimpse]:
        """Return what was seen of them last; fewer where some are not there (any more).

        Before ``is_looked`` it is what was seen for somebody else, if anything.
        """
        found = map(self._watch.seen, self._documents)
        return [one for one in found if one is not None]

    async def changed(self, seconds: float) -> None:
        """Wait for a change, so long at most."""
        await self._watch.changed(seconds)
