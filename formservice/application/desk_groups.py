"""Groups: the same kind of answer of many documents on one screen; the rest is confirmed at once.

What somebody marks as wrong is left for a closer look, field by field.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol, TypeVar  # readings have the shape of the JSON contract

from formservice.application.desk import (
    LOOK,
    Choice,
    Decision,
    DeskStore,
    Draft,
    TakenError,
    doubtful,
    is_decided,
)
from formservice.application.desk_deciding import HELD_S
from formservice.application.desk_pictures import Seen, has_pictures, zones
from formservice.application.desk_review import NO_FIELD, definition_of, has_field, shown
from formservice.application.editing import AS_READ, Edit, Editing
from formservice.application.ports import Forms
from formservice.application.ports_store import Author
from formservice.domain.errors import ConflictError, NotFoundError, UsageError, no_document
from formservice.domain.form import Field, FieldKind

T = TypeVar("T")
MOST = 60
"""On one screen: as many as somebody compares without tiring."""
_SHORT = 40
REASON = "in der Gruppenprüfung bestätigt"
_WAIT = (
    "Zurückgenommen ist noch nichts. Bitte nachfragen oder abwarten, bis der Vorgang wieder frei"
    " ist, und dann noch einmal zurücknehmen."
)


class Group(StrEnum):
    """What the answers of a group have in common."""

    ON = "an"  # ticked, signed
    OFF = "aus"  # neither
    SAME = "gleich"  # the same short text in the same field


@dataclass(frozen=True, slots=True)
class Crop:
    """One answer: of which document and version, which field, what was read."""

    document: str
    version: int
    key: str
    name: str
    form: str
    value: str

    @property
    def id(self) -> str:
        """What a page names it by."""
        return f"{self.document}:{self.version}:{self.key}"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What became of a group: how many were confirmed, which documents to look at, how many not.

    ``passed`` are answers of documents that somebody else has or has changed, and such as no
    group shows: own words, what is sure or decided, what has no picture.
    """

    count: int
    wrong: Sequence[tuple[str, str]]
    passed: int


class GroupStore(Protocol):
    """The documents of the queue, many at once."""

    def pile(self, viewer: Author, choice: Choice) -> Iterable[Seen]:
        """Yield the documents that wait and that nobody else has, the oldest first."""

    def held(self, viewer: Author, documents: Sequence[str]) -> Collection[str]:
        """Return which of these documents ``viewer`` has already."""

    def keep_last(self, viewer: Author, before: Mapping[str, int]) -> None:
        """Keep which versions documents had before the last group was confirmed."""

    def last(self, viewer: Author) -> Mapping[str, int]:
        """Return that; nothing if no group was confirmed, or it is taken back."""

    def forget_last(self, viewer: Author, before: Mapping[str, int]) -> None:
        """Forget that, unless another group was confirmed meanwhile."""


class Groups:
    """The use case „check many at once“."""

    def __init__(self, store: GroupStore, desk: DeskStore, edit: Edit, forms: Forms) -> None:
        """Keep the queue, what saves, and all definitions."""
        self.store = store
        self._desk = desk
        self._edit = edit
        self._forms = forms

    def shown(self, viewer: Author, group: Group, choice: Choice) -> Sequence[Crop]:
        """Return the answers of one screen."""
        found: list[Crop] = []
        same = defaultdict[tuple[str, str, str], list[Crop]](list)
        for seen in self.store.pile(viewer, choice):
            for field, crop in self._of(seen):
                if group is not Group.SAME:
                    if _is(field, seen.reading["fields"][crop.key], group):
                        found.append(crop)
                elif _is_short(field, crop.value):
                    same[crop.form, crop.name, crop.value].append(crop)
            if len(found) >= MOST:
                break
        if group is Group.SAME:
            found = max(same.values(), key=len, default=[])
            found = found if len(found) > 1 else []
        return found[:MOST]

    def confirm(self, viewer: Author, given: Sequence[str], wrong: Sequence[str]) -> Confirmed:
        """Confirm the answers ``given`` but those that are ``wrong``, as ``Crop.id`` names them.

        Whoever asks, only what a group shows is confirmed: of own words, say, nobody has compared
        a single one here.

        What cannot be confirmed holds up nothing else: it is counted as ``passed``. Afterwards
        somebody has what they had before, and what they marked as wrong.

        Raises:
            NotFoundError: none of the documents is there for ``viewer``.
            UsageError: ``wrong`` names a field that its document does not have; nothing is done.
        """
        marked, by_document = set(wrong), defaultdict[tuple[str, int], list[str]](list)
        for one in dict.fromkeys(given):
            document, version, key = _parsed(one)
            by_document[document, version] += [key]
        for (document, version), keys in by_document.items():
            flagged = [key for key in keys if f"{document}:{version}:{key}" in marked]
            self._refuse_unknown(viewer, document, version, flagged)
        count = passed = 0
        before: dict[str, int] = {}
        look: list[tuple[str, str]] = []
        missing: list[NotFoundError] = []
        kept = set(self.store.held(viewer, [document for document, _ in by_document]))
        try:
            for (document, version), keys in by_document.items():
                right = [key for key in keys if f"{document}:{version}:{key}" not in marked]
                flagged = [key for key in keys if key not in right]
                try:
                    saved = self._confirmed(viewer, document, version, right)
                    if saved:
                        before[document] = version
                    count, passed = count + saved, passed + len(right) - saved
                    if flagged and self._asked_for(viewer, document, flagged):
                        look += [(document, key) for key in flagged]
                        kept.add(document)
                    else:
                        passed += len(flagged)
                except (ConflictError, NotFoundError) as error:
                    passed += len(keys)
                    missing += [error] if isinstance(error, NotFoundError) else []
                finally:
                    # Nobody is kept waiting for what was taken for this moment alone.
                    if document not in kept:
                        self._free(viewer, document)
        finally:
            # Whatever else goes wrong: what is saved can be taken back.
            if before:
                self.store.keep_last(viewer, before)
        if missing and len(missing) == len(by_document):
            raise missing[0]
        return Confirmed(count, look, passed)

    def undo(self, viewer: Author, back: Callable[[Author, Mapping[str, int]], T]) -> T | None:
        """Let ``back`` make the documents of the last group what they were; return what it did.

        None if there is nothing to take back. Where ``back`` refuses, it can be asked again.

        TakenError: somebody else looks one of them through; nothing is taken back.
        """
        before = self.store.last(viewer)
        if not before:
            return None
        try:
            done = back(viewer, before)
        except TakenError as error:
            # Pages can be arranged all the same; a whole group is taken back by no such step.
            raise TakenError(str(error), _WAIT) from None
        self.store.forget_last(viewer, before)
        return done

    def _confirmed(self, viewer: Author, document: str, version: int, right: Sequence[str]) -> int:
        if self._desk.hold(viewer, document, HELD_S) is not None:
            raise TakenError("Diesen Vorgang sieht gerade jemand anders durch.")
        return self._saved(viewer, document, version, right)

    def _asked_for(self, viewer: Author, document: str, flagged: Sequence[str]) -> bool:
        """Let what is wrong be asked for; say whether it was there."""
        try:
            self._flag(viewer, document, flagged)
        except (ConflictError, NotFoundError):
            return False
        return True

    def _free(self, viewer: Author, document: str) -> None:
        with suppress(ConflictError, NotFoundError):
            self._desk.release(viewer, document)

    def _saved(self, viewer: Author, document: str, version: int, given: Sequence[str]) -> int:
        """Keep that fields are right, those that a group shows; return how many.

        If nothing else is in doubt, the document is looked at.
        """
        if not given:
            return 0
        seen = self._desk.seen(viewer, document)
        if seen.kept.version != version:
            raise ConflictError("Diesen Vorgang hat inzwischen jemand geändert.")
        could_be_shown = {crop.key for _, crop in self._of(seen)}
        keys = [key for key in given if key in could_be_shown]
        if not keys:
            return 0
        draft = self._desk.draft(viewer, document)
        # What is decided and not saved yet would go with the draft.
        left = {*doubtful(seen.reading), *draft.decisions} - set(keys)
        changes = dict.fromkeys(keys, AS_READ)

        def write(work: Editing) -> int:
            return self._edit.within(work, document, version, changes, viewer, REASON)

        if left:
            self._edit(document, version, changes, viewer, REASON)
        else:
            self._desk.finish(viewer, document, write, draft)
        return len(keys)

    def _refuse_unknown(
        self, viewer: Author, document: str, version: int, keys: Sequence[str]
    ) -> None:
        """Refuse what no page has shown of this version; of others nobody can say that here."""
        if not keys:
            return
        try:
            seen = self._desk.seen(viewer, document)
        except (ConflictError, NotFoundError):
            return
        known = all(has_field(seen.reading, key, self._forms) for key in keys)
        if seen.kept.version == version and not known:
            raise UsageError(NO_FIELD, "Bestätigt ist nichts. Bitte die Gruppe neu laden.")

    def _flag(self, viewer: Author, document: str, keys: Sequence[str]) -> None:
        """Let fields be asked for that the machine was sure of.

        ConflictError: the document does not have them any more, as it is another form by now.
        """
        seen = self._desk.seen(viewer, document)
        if not all(has_field(seen.reading, key, self._forms) for key in keys):
            raise ConflictError(NO_FIELD)
        asked = set(doubtful(seen.reading))
        flags = {key: Decision(LOOK) for key in keys if key not in asked}

        def flagged(draft: Draft) -> Draft:
            base = draft.base if draft.decisions else seen.kept.version
            return Draft(base, {**draft.decisions, **flags})

        if flags:
            self._desk.keep_draft(viewer, document, flagged)

    def _of(self, seen: Seen) -> Iterator[tuple[Field, Crop]]:
        """Yield the doubtful answers of a document that a picture shows."""
        definition = definition_of(seen.reading, self._forms)
        if definition is None or not has_pictures(seen.reading):
            return
        kept, fields = seen.kept, {field.key: field for field in definition.fields}
        for key in doubtful(seen.reading):
            field, one = fields.get(key), seen.reading["fields"][key]
            if field is None or is_decided(one) or field.o_ton or not zones(seen.reading, key):
                continue
            value = shown(field, one)
            yield field, Crop(kept.id, kept.version, key, field.name, definition.title, value)


_MARKS = (FieldKind.TICK, FieldKind.SIGNATURE)


def _is(field: Field, one: Mapping[str, Any], group: Group) -> bool:
    value = one.get("value")
    if field.kind in _MARKS:
        return value is (group is Group.ON)
    if field.kind is not FieldKind.CHOICE or one.get("reading") == "unreadable":
        return False
    return bool(value) is (group is Group.ON)


def _is_short(field: Field, value: str) -> bool:
    return (
        field.kind in (FieldKind.TEXT, FieldKind.DATE)
        and 0 < len(value) <= _SHORT
        and not value.startswith("–")
    )


def _parsed(given: str) -> tuple[str, int, str]:
    # An id may have colons; neither a version nor a key has any.
    parts = given.rsplit(":", 2)
    if len(parts) != 3 or not parts[1].isdecimal():
        raise no_document()
    return parts[0], int(parts[1]), parts[2]
