"""Deciding at the desk, field by field; and saving all of it as one version."""

from dataclasses import replace

from formservice.application.desk import LOOK, Decision, DeskStore, Draft, TakenError
from formservice.application.desk_pictures import Pictures, has_pictures
from formservice.application.desk_review import NO_FIELD, Review, definition_of, review
from formservice.application.editing import AS_READ, BLANK, UNREADABLE, Edit, Editing
from formservice.application.ports import Forms
from formservice.application.ports_store import Author
from formservice.domain.case import EDITORS
from formservice.domain.changes import COMPARED, changed_fields
from formservice.domain.errors import InputError, UsageError
from formservice.domain.form import FieldKind

REASON = "in der Nachbearbeitung durchgesehen"
_COMPARED_REASON = "in der Nachbearbeitung Wort für Wort mit dem Bild verglichen"
HELD_S = 600.0
"""So long a document stays somebody's whose page does not ask for it any more: it is not seen."""
_SAID = {"as-read": AS_READ, "blank": BLANK, "unreadable": UNREADABLE}
_DECIDABLE = frozenset({*_SAID, "value", LOOK})
_WRITTEN = frozenset({"as-read", "value"})


class Deciding:
    """The use case „review“."""

    def __init__(self, store: DeskStore, edit: Edit, forms: Forms, pictures: Pictures) -> None:
        """Keep the queue, what saves, all definitions, and what knows pages."""
        self._store = store
        self._edit = edit
        self._forms = forms
        self._pictures = pictures

    def review(self, viewer: Author, document: str) -> Review:
        """Return a document with what has to be looked at, and what is decided of it.

        NotFoundError: no such document, or none that ``viewer`` may see.
        """
        seen, draft = self._store.seen(viewer, document), self._store.draft(viewer, document)
        pictured = has_pictures(seen.reading)
        pages = len(self._pictures.pages(seen)) if pictured else 0
        return review(seen, draft, self._forms, pages, pictured)

    def hold(self, viewer: Author, document: str) -> None:
        """Take a document, or keep it for longer; TakenError if somebody else has it."""
        if self._store.hold(viewer, document, HELD_S) is not None:
            raise TakenError(
                "Diesen Vorgang sieht gerade jemand anders durch.",
                "Bitte den nächsten nehmen. Er wird wieder frei, wenn er dort einige Minuten nicht"
                " mehr zu sehen ist.",
            )

    def decide(self, viewer: Author, document: str, key: str, decision: Decision) -> Review:
        """Keep what somebody decided about a field; return the document after it.

        Raises:
            NotFoundError: no such document, or none that ``viewer`` may see.
            InputError: it decides nothing: another word, or a value that is not there.
            UsageError: not possible as it stands; the own words were not compared.
            InvalidDataError: the value is none for this field.
            TakenError: somebody else has the document.
        """
        if decision.said not in _DECIDABLE or (
            decision.said == "value" and decision.value is None
        ):
            raise InputError(
                "Über diese Angabe ist damit nichts entschieden.",
                "Erwartet wird as-read, blank, unreadable, oder value mit einem Wert.",
            )
        self.hold(viewer, document)
        seen = self._store.seen(viewer, document)
        definition = definition_of(seen.reading, self._forms)
        field = next((f for f in definition.fields if f.key == key), None) if definition else None
        if definition is None or field is None or key not in (seen.reading.get("fields") or {}):
            raise UsageError(NO_FIELD)
        if viewer.role not in EDITORS.get(seen.kept.state, ()):
            raise UsageError("Der Vorgang ist inzwischen weiter und wird hier nicht geändert.")
        if field.o_ton and decision.said in _WRITTEN and not decision.compared:
            raise UsageError(
                "Das sind die eigenen Worte der Person.",
                "Bitte Wort für Wort mit dem Bild vergleichen und das bestätigen.",
            )
        if field.kind is FieldKind.TICK and decision.said == "value":
            decision = replace(decision, value=bool(decision.value))
        self._edit.edited(seen.reading, {key: _change(decision)}, seen.kept.received)

        def decided(draft: Draft) -> Draft:
            others = {one: said for one, said in draft.decisions.items() if one != key}
            base = draft.base if others else seen.kept.version
            return Draft(base, {**others, key: decision})

        self._store.keep_draft(viewer, document, decided)
        return self.review(viewer, document)

    def undo(self, viewer: Author, document: str, key: str | None = None) -> str | None:
        """Take back the last decision, or that about ``key``; return about which field it was.

        NotFoundError: no such document, or none that ``viewer`` may see.
        """

        def back(draft: Draft) -> Draft:
            last = _last(draft, key)
            if last is None:
                return draft
            # In its place: it is asked for again.
            return replace(draft, decisions={**draft.decisions, last: Decision(LOOK)})

        return _last(self._store.keep_draft(viewer, document, back), key)

    def finish(self, viewer: Author, document: str) -> int:
        """Save all that was decided as one version, and return its number.

        Raises:
            NotFoundError: no such document, or none that ``viewer`` may see.
            UsageError: something is not decided yet, or which form it is; not for this role
                where it stands.
            StaleError: somebody else changed meanwhile what was decided here.
            ConflictError: something was decided meanwhile in another window.
            InvalidDataError: the values do not go together.
        """
        # Before it is looked at what is open: nothing may be decided in between and be lost.
        draft = self._store.draft(viewer, document)
        review = self.review(viewer, document)
        if review.form is None:
            raise UsageError(
                "Es ist noch nicht gesagt, welches Formular das ist.",
                "Bitte das Formular wählen, oder „Kein Formular von uns“.",
            )
        left = review.open
        if left:
            raise UsageError(
                f"Noch offen: {', '.join(f'„{one.name}“' for one in left)}.",
                "Bitte über jede Angabe entscheiden; „nicht lesbar“ ist auch eine Entscheidung.",
            )
        changes = {key: _change(one) for key, one in draft.decisions.items()}

        def write(work: Editing) -> int:
            version = work.documents.get(document).version
            if changes:
                base = _base(work, document, draft)
                version = self._edit.within(work, document, base, changes, viewer, REASON)
            for key in (key for key, one in draft.decisions.items() if one.compared):
                work.documents.acknowledge(document, COMPARED, key, viewer, _COMPARED_REASON)
            return version

        return self._store.finish(viewer, document, write, draft)


def _change(decision: Decision) -> object:
    return _SAID.get(decision.said, decision.value)


def _last(draft: Draft, key: str | None) -> str | None:
    """Return which decision is taken back: that about ``key``, or the last; None if none is."""
    if key is not None:
        return key if key in draft.decisions else None
    decided = [one for one, decision in draft.decisions.items() if decision.said != LOOK]
    return next(reversed(decided), None)


def _base(work: Editing, document: str, draft: Draft) -> int:
    """Return from which version the new one is made.

    That is the newest, if nobody changed there what was decided here.
    """
    newest = work.documents.get(document).version
    if newest == draft.base:
        return newest
    versions = {one.version: one.reading for one in work.documents.versions(document)}
    changed = changed_fields(versions.get(draft.base, {}), versions.get(newest, {}))
    return draft.base if set(changed) & set(draft.decisions) else newest
