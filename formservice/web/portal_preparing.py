"""A document that its sender prepares or corrects: its form, and what was typed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any  # what templates show is of many kinds

from fastapi import Depends, Request

from formservice.application.assigning import OwnPerson, Whose, naming, wanted_by
from formservice.application.desk_pictures import has_pictures
from formservice.application.drafts import EDIT, About, Draft
from formservice.application.due import marks, participation_forms
from formservice.application.known_forms import form_read, titles
from formservice.application.signed_in import SignedIn
from formservice.application.submitting import Prepared
from formservice.domain.case import EDITORS, Role, State
from formservice.domain.errors import Problem, UsageError
from formservice.domain.findings import FindingCode
from formservice.domain.form import FormDefinition
from formservice.web.form_page import FormView, Posted
from formservice.web.form_page_drafts import as_body, from_body, imprint
from formservice.web.form_page_merged import Words, begun_with, words
from formservice.web.guard import Home, Me
from formservice.web.house import House
from formservice.web.portal_views import form_view, unread
from formservice.web.reading_log import seen
from formservice.web.texts import counted, text
from formservice.web.told import day


@dataclass(frozen=True)
class Preparing:
    """A document with its form, None while that is not known; who looks, and their draft."""

    house: House
    me: SignedIn
    prepared: Prepared

    @property
    def id(self) -> str:
        """The document's id."""
        return self.prepared.kept.id

    @cached_property
    def definition(self) -> FormDefinition | None:
        """The form a document was read as."""
        return form_read(self.prepared.reading, self.house.forms)

    @cached_property
    def draft(self) -> Draft | None:
        """What somebody typed and did not save."""
        return self.house.drafts.get(self.me.author, EDIT, self.id) if self.can_edit else None

    @property
    def can_edit(self) -> bool:
        """Whether its sender may still correct it."""
        editors = EDITORS.get(self.prepared.kept.state, frozenset())
        return Role.TRAEGER in editors and bool(self.prepared.reading.get("form"))

    @property
    def is_own(self) -> bool:
        """Whether it is not handed in yet."""
        return self.prepared.kept.state is State.PREPARING

    @property
    def is_unchanged(self) -> bool:
        """Whether it was returned, and is still what was handed in."""
        kept, sent = self.prepared.kept, self.prepared.submissions
        return kept.state is State.RETURNED and bool(sent) and sent[-1].version == kept.version

    @property
    def form(self) -> FormDefinition:
        """The form; UsageError where it is not known, or nobody may correct it any more."""
        if self.definition is None or not self.can_edit:
            raise UsageError(text("portal.prepare.closed"), text("portal.prepare.closed_hint"))
        return self.definition

    def said(self) -> Posted | None:
        """Return what was typed before; None if there is no draft."""
        if self.draft is None or self.definition is None:
            return None
        return from_body(self.definition, self.draft.body)

    def words(self, said: Posted, base: int) -> Words:
        """Return what somebody said on a page made from version ``base`` of the record."""
        reading, kept = self.prepared.reading, self.prepared.kept
        if base != kept.version:
            reading = self.house.consult.version(self.id, self.me.author, base).reading
        return words(self.form, said, base, reading, self.house.today())

    def typed(self) -> Words | None:
        """Return what was typed before and is not saved; None if there is no draft."""
        said = self.said()
        if said is None or self.draft is None:
            return None
        return self.words(said, begun_with(self.draft, self.prepared.kept.version))

    def imprint(self, typed: Words | None) -> str:
        """Return what tells the words that go with it when it is handed in; empty if none do."""
        if self.draft is None or typed is None or not typed.made:
            return ""
        return imprint(self.draft.body)

    def is_stale(self, typed: Words) -> bool:
        """Say whether others have saved since, and what was typed has to be looked at again."""
        return typed.base != self.prepared.kept.version and bool(typed.made)

    def keep(self, said: Posted, base: int, seen: int | None) -> Draft:
        """Keep what was typed over version ``base`` as a draft."""
        about = About(EDIT, self.id, document=self.id)
        return self.house.drafts.save(self.me.author, about, as_body(said), base, seen)

    def view(
        self, request: Request, said: Posted | None, problems: Sequence[Problem] = ()
    ) -> FormView:
        """Return the form to be corrected."""

        def picture(key: str) -> str | None:
            if not has_pictures(self.prepared.reading):
                return None
            return str(request.app.url_path_for("field_picture", document=self.id, field=key))

        return form_view(self.prepared, self.form, picture, said, problems)

    def _needed(self) -> str:
        """Return what a Träger writes, where this is something else; empty where it is that."""
        needed = participation_forms(self.house.forms)
        form = self.definition
        if form is None or form.continuation is not None or form.ref.form in needed:
            return ""
        return ", ".join(one.title for one in needed.values())

    def known(self) -> dict[str, Any]:
        """Return what every page about it knows."""
        prepared, kept = self.prepared, self.prepared.kept
        named = titles(self.house.forms)
        return {
            "day": day,
            "kept": kept,
            "prepared": prepared,
            "title": named.get(kept.form or "", text("portal.receipt.unknown_form")),
            "titles": named,
            "is_own": self.is_own,
            "can_edit": self.can_edit,
            "can_submit": kept.state in (State.PREPARING, State.RETURNED),
            "blocking": counted("portal.prepare.blocking", len(prepared.blocking)),
            "asking": counted("portal.prepare.asking", len(prepared.asking)),
            "unread": unread(prepared),
            "deadlines": marks(
                form_read(prepared.reading, self.house.forms),
                prepared.reading.get("deadlines") or (),
                self.house.today(),
                is_sent=kept.state is not State.PREPARING,
            ),
            "pages": range(1, len(prepared.reading.get("page_numbers") or ()) + 1),
            "has_pictures": has_pictures(prepared.reading),
            "needed": self._needed(),
            "is_cut": any(one.get("code") == FindingCode.INCOMPLETE for one in prepared.blocking),
        }


def preparing(document: str, me: Me, house: Home) -> Preparing:
    """Return a document as its sender looks at it; NotFoundError if it is not theirs."""
    prepared = house.portal.submit.prepared(document, me.author)
    seen(house, me, document)
    return Preparing(house, me, prepared)


One = Annotated[Preparing, Depends(preparing)]


@dataclass(frozen=True)
class AboutPerson:
    """Whom a form is about, and who may be meant as long as nobody has said so.

    ``everybody`` says that whoever the form names is none of those whose name it is.
    """

    one: Preparing
    everybody: bool = False

    @cached_property
    def whose(self) -> Whose:
        """What is known."""
        return self.one.house.portal.people.whose(self.one.id, self.one.me.author)

    @cached_property
    def named(self) -> str:
        """The name that the form says, empty if it says none."""
        return naming(self.one.house.forms)(self.one.prepared.reading)

    @cached_property
    def _offered(self) -> Sequence[OwnPerson]:
        if not self.whose.can_change or self.whose.is_known:
            return ()
        house, reading = self.one.house, self.one.prepared.reading
        wanted = wanted_by(reading, house.forms)
        return house.portal.people.offered(self.one.id, wanted, self.one.me.author)

    @property
    def is_asked(self) -> bool:
        """Whether its sender can still say whom it is about."""
        return self.is_shown and not self.whose.is_known

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to tell or to ask."""
        if self.one.definition is None:
            return False
        return self.whose.is_known or bool(self._offered)

    @property
    def told(self) -> str:
        """Whom it is about, as a sentence has it; empty if that is not known to its sender."""
        return "" if self.whose.person is None else _told(self.whose.person)

    @property
    def likely(self) -> Sequence[tuple[str, ...]]:
        """Who has the name that stands on the form, to be chosen from, or none of them."""
        found = () if self.everybody else [one for one in self._offered if one.because]
        return [*map(_choice, found), ("", text("portal.person.nobody"))] if found else ()

    @property
    def all(self) -> Sequence[tuple[str, str]]:
        """Everybody, to be chosen from."""
        told = [(one.participation, _told(one)) for one in self._offered]
        return [("", text("portal.person.nobody")), *told]


def _choice(one: OwnPerson) -> tuple[str, ...]:
    because = ", ".join(text(f"casework.because.{each}") for each in one.because)
    return one.participation, _told(one), because


def _told(one: OwnPerson) -> str:
    period = text(
        "portal.participants.period",
        begins=day(one.begins) or text("portal.participants.open_end"),
        ends=day(one.ends) or text("portal.participants.open_end"),
    )
    return f"{one.vorname} {one.name} – {one.massnahme}, {period}"
