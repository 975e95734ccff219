"""Which pages are which document: moved, split off, joined and put aside by hand; taken back.

Whatever is moved is read again, and is a further version of every document concerned.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.aside import pages_of
from formservice.application.desk import DeskStore, Holding, TakenError
from formservice.application.desk_pictures import Seen
from formservice.application.desk_reading import Asked, ReadAgain
from formservice.application.desk_shelf import (
    ASIDE,
    NEW,
    Places,
    Shelf,
    is_elsewhere,
    loose_pages,
    nothing,
    put_aside,
)
from formservice.application.editing import refuse_handed_in
from formservice.application.known_forms import form_read
from formservice.application.ports import Forms
from formservice.application.ports_store import Author, Kept, PageOf, Version
from formservice.domain.canonical import digest
from formservice.domain.errors import ConflictError, NotFoundError, UsageError
from formservice.domain.form import FormDefinition

ARRANGED = "pages.arranged"
"""The event of a document whose pages somebody put together anew."""
_MOVED, _CHOSEN, _BACK = "Seiten neu geordnet", "Formular von Hand gewählt", "rückgängig gemacht"


@dataclass(frozen=True, slots=True)
class Near:
    """Another document of that day; ``person`` and ``traeger`` say whose, empty if unknown."""

    kept: Kept
    person: str
    traeger: str


@dataclass(frozen=True, slots=True)
class Family:
    """All documents of one received file, what of it is none, and others of that day."""

    root: str
    members: Sequence[Seen]
    aside: Sequence[Mapping[str, Any]]
    near: Sequence[Near]

    @property
    def seen(self) -> str:
        """Which state of it this is, for who moves its pages: these are counted through it."""
        members = [[one.kept.id, one.kept.version] for one in self.members]
        return digest([self.root, members, list(self.aside)])[:16]


@dataclass(frozen=True, slots=True)
class Piece:
    """A document as it shall be; ``document`` is None for a new one, part of ``part_of``.

    Without pages it is a document no longer: all of it belongs to others.
    """

    document: str | None
    base: int
    pages: Sequence[PageOf]
    reading: Mapping[str, Any]
    part_of: str = ""
    reason: str = _MOVED


@dataclass(frozen=True, slots=True)
class Done:
    """What was arranged: the documents now, and the versions they were before (0: none)."""

    documents: Sequence[str]
    before: Mapping[str, int]


class PagesStore(Protocol):
    """Where it is kept which pages are which document."""

    def family(self, viewer: Author, document: str) -> Family:
        """Return all that was found with a document in one file; NotFoundError if not visible."""

    def aside(self, viewer: Author, document: str) -> Sequence[Mapping[str, Any]]:
        """Return what is no document of the same file; NotFoundError if not visible."""

    def versions(self, viewer: Author, document: str) -> Mapping[int, Version]:
        """Return all versions of a document; NotFoundError if not visible."""

    def has_arranged(self, viewer: Author, document: str) -> bool:
        """Say whether ``viewer`` has put pages of this document together."""

    def states(self, documents: Sequence[str]) -> Mapping[str, Kept]:
        """Return where documents stand."""

    def arrange(
        self,
        viewer: Author,
        pieces: Sequence[Piece],
        shelf: Shelf | None,
        *,
        knowingly: bool = False,
    ) -> list[str]:
        """Let documents have other pages, all of it or nothing; return their ids.

        ConflictError where one of them, or the shelf, is not what it is based on; TakenError
        where somebody else looks one of them through, unless that is known.
        """


class Arrange:
    """The use cases „this is another form“ and „these pages belong together“."""

    def __init__(
        self,
        store: PagesStore,
        documents: DeskStore,
        read: ReadAgain,
        forms: Forms,
    ) -> None:
        """Keep where documents are, and what reads them again."""
        self._store = store
        self._documents = documents
        self._read = read
        self._forms = forms

    def family(self, viewer: Author, document: str) -> Family:
        """Return a document with all that came in the same file."""
        return self._store.family(viewer, document)

    def aside(self, viewer: Author, document: str, number: int) -> PageOf:
        """Return a page of the same file that is in no document, by its number from 1.

        NotFoundError: no such document for ``viewer``, or no such page.
        """
        loose = loose_pages(self._store.aside(viewer, document))
        if not 0 < number <= len(loose):
            raise NotFoundError("Diese Seite gibt es nicht.")
        return loose[number - 1]

    def as_form(self, viewer: Author, document: str, form: str, edition: str) -> Done:
        """Read a document again as another form or edition: a further version.

        Raises:
            NotFoundError: no such document for ``viewer``, or no such form.
            InputError: it cannot be read.
            HandedInError: it is handed in, and a Träger corrects it by handing it in anew.
            UsageError, ConflictError: it is not to be changed any more, or somebody did.
        """
        seen = self._documents.seen(viewer, document)
        refuse_handed_in(seen.kept, viewer)
        definition = self._forms.get(form, edition)
        kept = seen.kept
        reading = self._read(Asked(seen.pages, kept.name, kept.received, definition))
        piece = Piece(document, seen.kept.version, seen.pages, reading, reason=_CHOSEN)
        return self._arranged(viewer, [piece], None)

    def form_before(self, viewer: Author, document: str) -> int | None:
        """Return from which version ``viewer`` chose the form; None if anything came since.

        NotFoundError: no such document for ``viewer``.
        """
        known = self._store.versions(viewer, document)
        made = known.get(max(known, default=0))
        if made is None or (made.author, made.reason) != (viewer.id, _CHOSEN):
            return None
        return made.version - 1

    def move(
        self,
        viewer: Author,
        document: str,
        picked: Sequence[tuple[str, int]],
        target: str,
        seen: str,
        *,
        knowingly: bool = False,
    ) -> Done:
        """Move pages to the end of ``target``: a document's id, ``NEW`` or ``ASIDE``.

        ``picked`` are pages as (document, number from 1); of what is no document the document is
        ``ASIDE``, and the number counts through it. ``seen`` is the state of the family that they
        were picked from (``Family.seen``). What somebody else decides of the documents just now
        is lost by that: it is done only ``knowingly``.

        Raises:
            NotFoundError: one of the documents is not there for ``viewer``.
            TakenError: somebody else looks one of them through.
            ConflictError: the family is not as it was ``seen``, or was changed meanwhile.
            UsageError: nothing is picked, it is where it shall go, or none of the file is open.
            InputError: what comes of it cannot be read.
        """
        family = self._store.family(viewer, document)
        if not family.members:
            raise UsageError(
                "Die Seiten dieser Datei lassen sich nicht mehr ordnen.",
                "Kein Vorgang aus ihr ist mehr offen.",
            )
        known = {one.kept.id: one for one in family.members}
        if target not in (NEW, ASIDE) and target not in known:
            known[target] = self._documents.seen(viewer, target)
            _refuse_foreign(family.members[0].kept, known[target].kept)
        # What is another's is not there: that comes first.
        for source in {one for one, _ in picked} - {ASIDE, *known}:
            self._documents.seen(viewer, source)
        if seen != family.seen:
            raise ConflictError(
                "Die Vorgänge dieser Datei hat inzwischen jemand geändert.",
                "Bitte neu laden und noch einmal ordnen.",
            )
        places = Places(known, family.aside)
        taken = [places.page(*one) for one in picked]
        places.refuse_unmoved(picked, target)
        gone = {source for source, _ in picked if source not in (ASIDE, target)}
        pieces = [self._left(known[one], places.without(one, picked)) for one in sorted(gone)]
        if target == NEW:
            first = known[sorted(gone)[0]].kept if gone else family.members[0].kept
            reading = self._reread(taken, first, None)
            pieces.append(Piece(None, 0, taken, reading, part_of=family.root))
        elif target != ASIDE:
            own = known[target]
            pages = [*places.without(target, picked), *dict.fromkeys(taken)]
            reading = self._reread(pages, own.kept, self._form(own))
            pieces.append(Piece(target, own.kept.version, pages, reading))
        shelf = places.shelf(family.root, picked, target)
        return self._arranged(viewer, pieces, shelf, knowingly=knowingly)

    def undo(self, viewer: Author, before: Mapping[str, int], *, knowingly: bool = False) -> Done:
        """Let documents be again what they were in the versions ``before``; 0 for none.

        One step makes one version of each document. Taken back is only one's own last step:
        where anything came after it, or somebody else did it, all stays as it is.

        Raises:
            NotFoundError: no such document for ``viewer``, or no such version.
            TakenError: somebody else looks one of them through; not if ``knowingly``.
            ConflictError: somebody changed one of them since.
            UsageError: somebody else did it, or one is not to be changed any more.
        """
        # What becomes a document again takes its pages before what has them now gives them up.
        order = sorted(before.items(), key=lambda one: one[1] == 0)
        pieces = [self._as_before(viewer, *one) for one in order]
        shelf = self._shelf_before(viewer, pieces)
        return self._arranged(viewer, pieces, shelf, knowingly=knowingly)

    def _as_before(self, viewer: Author, document: str, version: int) -> Piece:
        """Return a document as it was, based on the version that is to be taken back."""
        known = self._store.versions(viewer, document)
        made = known.get(version + 1)
        if made is None or (version > 0 and version not in known):
            raise NotFoundError("Diese Fassung gibt es nicht.")
        if version + 1 < max(known):
            raise ConflictError(
                "Inzwischen ist dieser Vorgang weiterbearbeitet.",
                "Was danach kam, bleibt. Bitte den Vorgang öffnen und dort berichtigen.",
            )
        if not self._is_own(viewer, made):
            raise UsageError(
                "Diesen Schritt hat jemand anderes getan.",
                "Zurücknehmen lässt sich nur der eigene letzte Schritt.",
            )
        if version == 0:
            empty = nothing(str(made.reading.get("sha256") or ""))
            return Piece(document, made.version, (), empty, reason=_BACK)
        reading = known[version].reading
        pages = pages_of(reading, str(reading.get("sha256")))
        return Piece(document, made.version, pages, reading, reason=_BACK)

    def _is_own(self, viewer: Author, made: Version) -> bool:
        """Say whether ``viewer`` made a version; a new document is written by the service."""
        if made.version == 1:
            return self._store.has_arranged(viewer, made.document)
        return made.author == viewer.id

    def _arranged(
        self,
        viewer: Author,
        pieces: Sequence[Piece],
        shelf: Shelf | None,
        *,
        knowingly: bool = False,
    ) -> Done:
        ids = self._store.arrange(viewer, pieces, shelf, knowingly=knowingly)
        before = {one: piece.base for one, piece in zip(ids, pieces, strict=True)}
        return Done(ids, before)

    def _shelf_before(self, viewer: Author, pieces: Sequence[Piece]) -> Shelf | None:
        """Return what is no document once ``pieces`` are; None if that stays as it is.

        A page that is in a document again is aside no longer, and one that was taken from there
        goes back: else a page of the file would be counted twice, or not at all.
        """
        known = [one.document for one in pieces if one.document is not None]
        now = [page for one in known for page in self._documents.seen(viewer, one).pages]
        after = [page for one in pieces for page in one.pages]
        families = {one.root: one for one in (self._store.family(viewer, d) for d in known)}
        files = self._store.states(list(families))
        _refuse_what_loses_pages(
            now, after, families.values(), {f.original for f in files.values()}
        )
        for root, family in families.items():
            loose = loose_pages(family.aside)
            own = files[root].original
            freed = [one for one in now if one.original == own and one not in (*after, *loose)]
            left = [*(one for one in loose if one not in after), *dict.fromkeys(freed)]
            if left != loose:
                kept = [one for one in family.aside if is_elsewhere(one)]
                return Shelf(root, family.aside, [*kept, *(put_aside(page) for page in left)])
        return None

    def _left(self, seen: Seen, pages: Sequence[PageOf]) -> Piece:
        """Return a document with what is left of its pages."""
        kept = seen.kept
        if not pages:
            sha256 = str(seen.reading.get("sha256"))
            return Piece(kept.id, kept.version, (), nothing(sha256))
        return Piece(kept.id, kept.version, pages, self._reread(pages, kept, self._form(seen)))

    def _reread(
        self, pages: Sequence[PageOf], kept: Kept, form: FormDefinition | None
    ) -> dict[str, Any]:
        """Read pages as what they say they are; as ``form`` if they say nothing."""
        read = self._read(Asked(pages, kept.name, kept.received))
        told = read.get("form") or {}
        if form is None or (told.get("id"), told.get("edition")) == (
            form.ref.form,
            form.ref.edition,
        ):
            return read
        return self._read(Asked(pages, kept.name, kept.received, form))

    def _form(self, seen: Seen) -> FormDefinition | None:
        return form_read(seen.reading, self._forms)


def taken(held: Holding) -> TakenError:
    """Return why pages stay where they are while somebody looks their document through."""
    return TakenError(
        "Einen dieser Vorgänge sieht gerade jemand anders durch:"
        f" {held.decided} von {held.asked} Angaben entschieden.",
        "Bitte abwarten oder nachfragen. Wer trotzdem ordnet: Was dort entschieden und noch nicht"
        " gespeichert ist, wird dann nicht übernommen.",
    )


def _refuse_what_loses_pages(
    now: Sequence[PageOf],
    after: Sequence[PageOf],
    families: Collection[Family],
    files: Collection[str | None],
) -> None:
    """Refuse a step back after which a page would be nowhere, or in two documents."""
    loose = [page for one in families for page in loose_pages(one.aside)]
    if any(one not in now and one not in loose for one in after):
        raise ConflictError(
            "Inzwischen gehört eine der Seiten zu einem anderen Vorgang.",
            "Bitte die Seiten von Hand ordnen.",
        )
    # Whose file this is lies elsewhere: its shelf is not known from here.
    if any(one not in after and one.original not in files for one in now):
        raise UsageError(
            "Dieser Schritt lässt sich nicht rückgängig machen: Die Seite kam aus einer anderen"
            " Datei und gehörte dort zu keinem Vorgang.",
            "Bitte die Seite von Hand dorthin legen, wohin sie gehört.",
        )


def _refuse_foreign(own: Kept, other: Kept) -> None:
    """Refuse pages of one Träger in a document of another, who would see them."""
    if None not in (own.traeger, other.traeger) and own.traeger != other.traeger:
        raise UsageError(
            "Die Seiten kommen von einem anderen Träger als dieser Vorgang.",
            "Seiten bleiben bei dem Träger, der sie eingereicht hat. Gehören sie dort nicht hin,"
            " bitte den Bogen zurückgeben.",
        )
