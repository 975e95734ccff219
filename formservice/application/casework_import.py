"""Taking over a list of participants from a browser: shown first, then done."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from formservice.application.participants import Answers, Plan, Row
from formservice.application.participants_seen import SeenPlan, seen_plan
from formservice.application.ports_store import Author


class WaitingLists(Protocol):
    """Lists that were shown and wait for somebody to say yes; nobody has those of others."""

    def keep(self, data: bytes, user: str) -> str:
        """Keep a list for an hour and return its name; the one before is forgotten."""

    def rows(self, name: str, user: str, profile: str, day: date) -> Sequence[Row]:
        """Return the rows of a list.

        Raises:
            NotFoundError: it is not there any more.
            InputError: it cannot be read, or has mistakes; it lists them by row and column.
        """

    def show(self, name: str, user: str, seen: SeenPlan) -> None:
        """Keep with a list what somebody was shown of it last."""

    def seen(self, name: str, user: str) -> SeenPlan:
        """Return what somebody was shown of a list; an empty one if nothing was."""

    def forget(self, name: str, user: str) -> None:
        """Forget a list."""


class Participants(Protocol):
    """Compares lists with what is known, and follows what was shown."""

    def shown(self, rows: Sequence[Row], answers: Answers, viewer: Author, day: date) -> Plan:
        """Return what would change on ``day`` of what ``viewer`` may see; nothing does."""

    def done(
        self,
        rows: Sequence[Row],
        answers: Answers,
        author: Author,
        day: date,
        *,
        end_gone: bool = False,
        seen: SeenPlan | None = None,
    ) -> Plan:
        """Change it as ``author`` may see it, in one transaction; return what changed.

        ConflictError if that is not what was ``seen``.
        """


class TakeOver:
    """The use case „import from a list“, in two steps of one person."""

    def __init__(
        self, lists: WaitingLists, participants: Participants, profiles: Sequence[str]
    ) -> None:
        """Keep where lists wait, what compares them, and the names of profiles there are."""
        self._lists = lists
        self._participants = participants
        self.profiles = profiles

    def kept(self, data: bytes, author: Author) -> str:
        """Keep a list and return its name."""
        return self._lists.keep(data, author.id)

    def shown(
        self, name: str, profile: str, answers: Answers, author: Author, day: date
    ) -> tuple[Plan, int]:
        """Return what a list would change, and how many rows it has.

        Raises:
            NotFoundError: it is not there any more.
            InputError: it cannot be read, or has mistakes.
        """
        rows = self._lists.rows(name, author.id, profile, day)
        answers = _fitting(rows, answers)
        plan = first = self._participants.shown(rows, answers, author, day)
        if not answers.is_empty:
            first = self._participants.shown(rows, Answers(), author, day)
        self._lists.show(name, author.id, seen_plan(first, answers, plan))
        return plan, len(rows)

    def done(
        self,
        name: str,
        profile: str,
        answers: Answers,
        author: Author,
        day: date,
        *,
        end_gone: bool = False,
    ) -> Plan:  # fmt: skip
        """Take a list over as it was shown, and forget it.

        Raises:
            ListChangedError: it would change something else by now; nothing was changed.
            ConflictError: people are in doubt, or somebody else was faster; nothing was changed.
            NotFoundError: it is not there any more.
            InputError: it cannot be read, or has mistakes.
        """
        rows = self._lists.rows(name, author.id, profile, day)
        answers = _fitting(rows, answers)
        seen = self._lists.seen(name, author.id)
        plan = self._participants.done(rows, answers, author, day, end_gone=end_gone, seen=seen)
        self._lists.forget(name, author.id)
        return plan


def _fitting(rows: Sequence[Row], answers: Answers) -> Answers:
    """Return the answers about people who stand in the list; a page may be older than it."""
    listed = {row.number for row in rows}
    return Answers(
        [one for one in answers.new if one in listed],
        [one for one in answers.same if one in listed and one not in answers.new],
        answers.ifk,
    )
