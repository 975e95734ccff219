"""The stages of work on a document: plain functions from a document to a result, and what follows.

Nothing here knows how work is handed out. What a stage does may be done several times, when a
worker dies in the midst of it; what it keeps is kept once, in one transaction with the next stage.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias  # results and readings have the shape of the JSON contract

from formservice.application.aside import sorted_out
from formservice.application.intake import Intake
from formservice.application.intake_report import Outside, Taken
from formservice.application.ports import Archive, Received
from formservice.application.ports_store import SERVICE, Claim, Kept, Originals, Work
from formservice.domain.errors import (
    DocumentTimeoutError,
    DocumentTooLargeError,
    FormServiceError,
    InputError,
)

Tell: TypeAlias = Callable[[int, int], None]
"""Takes how many pages are done, and how many there are."""

MOST_TRIES = 5
"""After so many a document is put aside, for people to see."""

READ, DONE = "read", "done"
TOO_OFTEN = "work.too-often"

# Seconds until the next try: a full disk or a busy machine is better a little later.
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 600.0


@dataclass(frozen=True, slots=True)
class Next:
    """Where a document goes after a stage: to workers (``ready``), people (``waiting``), no one.

    ``error`` says why what its sender sent was refused.
    """

    stage: str
    status: str
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds, and bytes of memory, the process of one document may take."""

    seconds: float
    memory: int


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the work.

    ``work`` is done in a process of its own and returns JSON data; ``keep`` writes that, inside
    the transaction that ends the claim, and says where the document goes; ``forget`` is called
    when all that holds.
    """

    name: str
    work: Callable[[Kept, Tell], Any]
    keep: Callable[[Work, Kept, Any], Next]
    limits: Limits
    forget: Callable[[Kept], None] = lambda _kept: None


def pause(tries: int) -> float | None:
    """Return after how many seconds to try again what failed so often; None for never."""
    if tries >= MOST_TRIES:
        return None
    return float(min(_LONGEST_PAUSE, _FIRST_PAUSE * 4 ** (tries - 1)))


def finished(work: Work, claim: Claim, kept: Kept, stage: Stage, result: Any) -> bool:
    """Keep a result and send the document on, if the claim holds; else nothing is done."""
    work.events.held()
    if not work.queue.held(claim):
        return False
    after = stage.keep(work, kept, result)
    work.queue.tell(claim, "done", None, None)
    work.queue.finish(claim, after.stage, after.status, after.error)
    body: dict[str, object] = {"stage": stage.name, "next": after.stage, "status": after.status}
    if after.error is not None:
        body["error"] = after.error
    work.events.append("work.done", SERVICE, kept.id, body)
    return True


def failed(work: Work, claim: Claim, error: str) -> float | None:
    """Write that work failed; return after how many seconds it is tried again, None for never."""
    again_in = pause(claim.tries)
    if again_in is None:
        work.events.held()
    if work.queue.held(claim):
        work.queue.tell(claim, error, None, None)
        work.queue.fail(claim, error, again_in)
        if again_in is None:
            body = {"stage": claim.stage, "error": error, "tries": claim.tries}
            work.events.append("work.failed", SERVICE, claim.document, body)
    return again_in


class Reading:
    """The stage that reads a received file: all its pages, and which documents it holds."""

    def __init__(
        self,
        originals: Originals,
        intake: Callable[[Archive], Intake],
        bug: Callable[[Exception], FormServiceError],
    ) -> None:
        """Keep where originals are, and the use case that reads a pile of one.

        ``bug`` names an exception that nobody expected.
        """
        self._originals = originals
        self._intake = intake
        self._bug = bug

    def work(self, kept: Kept, tell: Tell) -> dict[str, Any]:
        """Return what was read of a file, or the code of why it is refused.

        Raises:
            FormServiceError: it may go better another time.
        """
        sha256 = str(kept.original)
        caught = _Caught()
        outside = Outside(lambda _: self._originals.read(sha256), tell, self._bug)
        for taken in self._taken(caught, kept, outside):
            if taken.error is None:
                continue
            if _is_for_good(taken.error):
                return {"refused": taken.error.code}
            raise taken.error
        return {"readings": caught.read}

    def _taken(self, caught: "_Caught", kept: Kept, outside: Outside) -> Iterator[Taken]:
        return self._intake(caught)([kept.name or "?"], kept.received, outside)

    def keep(self, work: Work, kept: Kept, result: Mapping[str, Any]) -> Next:
        """Keep the documents that a file holds; people take them from there."""
        told = sorted_out(result.get("readings", ()), str(kept.original))
        # Before: what waits for people is the file, or what was found in it.
        ids = work.documents.found(kept.id, told.found, SERVICE, told.aside)
        in_parts = bool(ids) and list(ids) != [kept.id]
        nobody = in_parts or (bool(told.aside) and not ids)
        return Next(DONE, "done" if nobody else "waiting", result.get("refused"))


def _is_for_good(error: FormServiceError) -> bool:
    """Say whether a file is at fault, and will be the next time as well."""
    # A busy machine is slow, and short of memory.
    by_chance = isinstance(error, DocumentTimeoutError | DocumentTooLargeError)
    return isinstance(error, InputError) and not by_chance


class _Caught:
    """Takes what the use case would have kept: it is kept later, by who still holds the claim."""

    def __init__(self) -> None:
        self.read: Sequence[dict[str, Any]] = ()

    def readings(self, sha256: str) -> list[dict[str, Any]]:
        """Return nothing: whether a file is known was found out before."""
        return []

    def file_together(self, files: Sequence[Received], received: object) -> None:
        """Take what was read."""
        (file,) = files
        self.read = file.readings
