"""What was asked of a page and answered: all that is kept of a picture that was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from formservice.domain.document import Block, Medium, Page, Sighting


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one question about a page, named by ``key``."""

    key: str
    sightings: tuple[Sighting, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class PageResult:
    """A page that was looked at, with everything that was asked of it, and how long that took."""

    page: Page
    answers: tuple[Answer, ...] = ()
    seconds: float = 0.0

    def numbered(self, number: int) -> "PageResult":
        """Return the same as page ``number`` of a file or batch."""
        sightings = sightings_at(self.page.sightings, number)
        blocks = blocks_on(self.page.blocks, number)
        page = replace(self.page, number=number, sightings=sightings, blocks=blocks)
        return replace(self, page=page)

    def with_answers(self, answers: Sequence[Answer]) -> "PageResult":
        """Return the same with more answers."""
        return replace(self, answers=(*self.answers, *answers))


def is_picture(page: Page) -> bool:
    """Say whether a page has to be recognised."""
    return page.medium is Medium.SCAN


def seen(page: Page, result: PageResult | None) -> Page:
    """Return ``page`` as its file has it, with what its picture shows."""
    if result is None:
        return page
    looked_at = result.numbered(page.number).page
    return replace(looked_at, claims=looked_at.claims or page.claims)


def sightings_at(sightings: Sequence[Sighting], page: int) -> tuple[Sighting, ...]:
    """Return the same sightings on the page with that number."""
    return tuple(replace(one, page=page) for one in sightings)


def blocks_on(blocks: Sequence[Block], page: int) -> tuple[Block, ...]:
    """Return the same text on the page with that number."""
    return tuple(replace(one, page=page) for one in blocks)
