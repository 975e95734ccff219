"""Received bytes → documents: open, identify, extract, check. Nothing is stored here."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from formservice.application.documents import Found, documents
from formservice.application.extract import extract
from formservice.application.identify import Identity, candidate, identify
from formservice.application.outside import doubted, typed, with_outside
from formservice.application.ports import Forms, OpenDocument, Reader
from formservice.application.seen import seen_on
from formservice.application.sheets import answered, belongs, is_free
from formservice.application.wording import with_wording
from formservice.domain.document import Medium, Page, Sighting, part_key
from formservice.domain.errors import EmptyDocumentError, UnsupportedMediaError
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition, Severity
from formservice.domain.frist import Calendar
from formservice.domain.groups import numbers
from formservice.domain.record import Record
from formservice.domain.rules import CheckResult, check

_SHEET_NUMBER = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """One document found in a file; ``definition`` and what follows are None if unidentified.

    ``sheets`` are free sheets that belong to it; ``answers`` is the field one of them answers.
    """

    medium: Medium
    page_numbers: tuple[int, ...]
    identity: Identity
    definition: FormDefinition | None = None
    record: Record | None = None
    result: CheckResult | None = None
    reference: str | None = None
    received: date | None = None
    sheets: "tuple[ReadDocument, ...]" = ()
    answers: str | None = None


class ReadFile:
    """The use case „read“: which documents a file holds and what they say."""

    def __init__(self, readers: Sequence[Reader], forms: Forms, calendar: Calendar) -> None:
        """Keep the readers in the order they are asked."""
        self._readers = tuple(readers)
        self._forms = forms
        self._candidates = {one.ref: candidate(one) for one in forms}
        self._calendar = calendar

    def __call__(
        self, data: bytes, *, received: date, form: FormDefinition | None = None
    ) -> list[ReadDocument]:
        """Return the documents in ``data``, identified ones first, each in the file's order.

        ``received`` is the day of receipt, which deadlines are measured by; ``form`` says which
        form it is when a person knows.

        Raises:
            InputError: the file cannot be read.
        """
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        for reader in self._readers:
            if reader.reads(data):
                with reader.open(data) as opened:
                    found = self._documents(opened.pages, form)
                    read = [piece for one in found for piece in self._one(opened, one, received)]
                    read = self._with_free_sheets(read, received)
                    if form is not None:
                        read = [self._compared(one, opened.pages) for one in read]
                return sorted(read, key=lambda one: one.definition is None)
        raise UnsupportedMediaError("Diese Art von Datei kann nicht gelesen werden.")

    def _documents(self, pages: Sequence[Page], form: FormDefinition | None) -> list[Found]:
        """Return the documents among ``pages``; what is nearest to ``form`` is that form."""
        if not pages:
            raise EmptyDocumentError("Das Dokument hat keine Seiten.")
        if form is None:
            return documents(pages, list(self._candidates.values()))
        sheets = [one for one in self._candidates.values() if one.is_sheet]
        found = documents(pages, [self._candidates[form.ref], *sheets])
        if not any(one.identity.nearest == form.ref for one in found):
            return [Found(Identity(form.ref, form.ref, 0.0, 0.0), tuple(pages))]
        return [
            replace(one, identity=replace(one.identity, ref=form.ref))
            if one.identity.nearest == form.ref
            else one
            for one in found
        ]

    def _one(self, opened: OpenDocument, found: Found, received: date) -> list[ReadDocument]:
        """Return one document read and checked, or only named if it is no known form.

        Behind it come sheets that were taken for its continuation and are not.
        """
        pages = (*found.pages, *found.sheets)
        ref = found.identity.ref
        definition = self._forms.find(ref) if ref is not None else None
        if definition is None:
            return [ReadDocument(_medium(found.pages), _numbers(pages), found.identity)]
        definition, sightings = seen_on(opened, found.pages, definition, found.sheets)
        parts, free = self._continued(opened, found.sheets, definition)
        record = extract(definition, [*sightings, *parts])
        outside = typed(definition, record, found.pages)
        record = doubted(record, outside)
        gone = {page.number for page in free}
        pages = tuple(page for page in pages if page.number not in gone)
        result = check(definition, record, received=received, calendar=self._calendar)
        result = with_outside(result, outside)
        main = ReadDocument(
            medium=_medium(found.pages),
            page_numbers=_numbers(pages),
            identity=found.identity,
            definition=definition,
            record=record,
            result=with_wording(result, opened, found.pages, definition, record),
            reference=_reference(pages),
            received=received,
        )
        forms = list(self._candidates.values())
        apart = [Found(identify([page], forms), (page,)) for page in free]
        return [main, *(one for sheet in apart for one in self._one(opened, sheet, received))]

    def _with_free_sheets(
        self, read: Sequence[ReadDocument], received: date
    ) -> list[ReadDocument]:
        """Return the documents with each free sheet given to the one it belongs to.

        A sheet that does not say enough goes with the only form it may belong to, and a person is
        asked.
        """
        sheets = [one for one in read if _is_free_sheet(one)]
        mains = [one for one in read if not _is_free_sheet(one)]
        for sheet in sheets:
            said = [(number, _belongs(sheet, main)) for number, main in enumerate(mains)]
            sure = [number for number, verdict in said if verdict]
            perhaps = [number for number, verdict in said if verdict is None]
            homes = sure or perhaps
            if len(homes) == 1:
                home = homes[0]
                mains[home] = self._joined(mains[home], sheet, received, sure=bool(sure))
            else:
                mains.append(sheet)
        return sorted(mains, key=lambda one: one.page_numbers)

    def _joined(
        self, main: ReadDocument, sheet: ReadDocument, received: date, *, sure: bool
    ) -> ReadDocument:
        """Return ``main`` with a free sheet: what it answers is asked for no more."""
        form, record, old = main.definition, main.record, main.result
        if form is None or record is None or old is None:
            raise AssertionError("only what was read and checked takes a sheet")
        if sheet.definition is None or sheet.record is None:
            raise AssertionError("a sheet was read")
        key = answered(sheet.definition, sheet.record, form, record)
        more = replace(record, elsewhere=record.elsewhere | ({key} if key else set()))
        before, after = (
            check(form, one, received=received, calendar=self._calendar) for one in (record, more)
        )
        spared = [one for one in before.findings if one not in after.findings]
        new = [one for one in after.findings if one not in before.findings]
        findings = [one for one in old.findings if one not in spared]
        findings += [*new, *_about_sheet(sheet, key, sure=sure)]
        archivable = after.archivable and _text_is_sure(sheet)
        return replace(
            main,
            page_numbers=tuple(sorted((*main.page_numbers, *sheet.page_numbers))),
            record=more,
            result=replace(
                after,
                findings=tuple(findings),
                archivable=archivable and not any(_blocks(one) for one in findings),
            ),
            sheets=(*main.sheets, replace(sheet, answers=key)),
        )

    def _compared(self, read: ReadDocument, pages: Sequence[Page]) -> ReadDocument:
        """Return ``read`` with an objection if the document says it is another form."""
        if read.definition is None or read.result is None:
            return read
        own = [page for page in pages if page.number in read.page_numbers]
        ref = identify(own, list(self._candidates.values())).ref
        if ref is None or ref == read.definition.ref:
            return read
        other = self._forms.find(ref)
        chosen, alike = read.definition.title, other.title if other else str(ref)
        if ref.form == read.definition.ref.form:
            chosen, alike = str(read.definition.ref), str(ref)
        finding = Finding(
            FindingCode.OTHER_FORM,
            Severity.BLOCKS,
            f"Gewählt ist „{chosen}“, das Dokument ist aber dem Formular"
            f" „{alike}“ gleich. Bitte die Wahl prüfen.",
        )
        findings = (finding, *read.result.findings)
        return replace(read, result=replace(read.result, findings=findings, archivable=False))

    def _continued(
        self, opened: OpenDocument, sheets: Sequence[Page], definition: FormDefinition
    ) -> tuple[list[Sighting], list[Page]]:
        """Return what continuation sheets hold, as parts (``key__2``) of the form's fields.

        Behind it stand the sheets that continue nothing.
        """
        parts: list[Sighting] = []
        free: list[Page] = []
        for page in sheets:
            # Fields, or what flattening left of their values; else what is drawn there.
            found = list(page.sightings) or self._drawn_part(opened, page, definition)
            parts.extend(found)
            if not found:
                free.append(page)
        return parts, free

    def _drawn_part(
        self, opened: OpenDocument, page: Page, definition: FormDefinition
    ) -> list[Sighting]:
        """Return the part drawn on a flat continuation sheet, told by its heading."""
        for sheet in self._forms:
            layout, marks = sheet.layout, sheet.continuation
            if layout is None or marks is None:
                continue
            seen = {one.key: one for one in opened.zones(page.number, layout, 1)}
            number = _SHEET_NUMBER.search(seen[marks.part].text) if marks.part in seen else None
            if number is None or marks.field not in seen or marks.text not in seen:
                continue
            keys = [field.key for field in definition.fields]
            key = _meant(seen[marks.field].text.strip(), keys)
            if key:
                return [replace(seen[marks.text], key=part_key(key, int(number[0])))]
        return []


def _meant(written: str, keys: Sequence[str]) -> str | None:
    """Return the field a sheet names, with some letters misread; of an item only word for word.

    The fields of several items differ by one digit. A blank, which no name of a field has, is
    recognised where letters stand far apart.
    """
    written = "".join(written.split())
    if written in keys:
        return written
    near = difflib.get_close_matches(written, keys, 1, 0.8)
    return near[0] if near and not numbers(near[0]) else None


def _numbers(pages: Sequence[Page]) -> tuple[int, ...]:
    return tuple(sorted(page.number for page in pages))


def _is_free_sheet(one: ReadDocument) -> bool:
    return (
        one.definition is not None
        and one.record is not None
        and is_free(one.definition, one.record)
    )


def _belongs(sheet: ReadDocument, main: ReadDocument) -> bool | None:
    """Say whether a free sheet belongs to ``main``, None when it does not say enough."""
    if main.definition is None or main.record is None or main.definition.continuation:
        return False
    if sheet.definition is None or sheet.record is None:
        return False
    one_reference = sheet.reference is not None and sheet.reference == main.reference
    pair = (sheet.definition, sheet.record), (main.definition, main.record)
    return belongs(*pair, main.reference or "", one_reference=one_reference)


def _about_sheet(sheet: ReadDocument, key: str | None, *, sure: bool) -> list[Finding]:
    """Return what a person has to know about a free sheet, as findings of its form."""
    marks = sheet.definition.continuation if sheet.definition else None
    where = f"Beiblatt (Seite {sheet.page_numbers[0]}): "
    found = [
        replace(one, field=key, message=where + one.message)
        for one in (sheet.result.findings if sheet.result else ())
        if marks is not None and one.field == marks.text
    ]
    if not sure:
        sentence = (
            f"{where}Es sagt nicht sicher, dass es zu diesem Bogen gehört. Bitte prüfen, ob"
            " Formular, Name und Vorname stimmen."
        )
        found.append(Finding(FindingCode.DOUBTFUL, Severity.ASKS, sentence, key))
    return found


def _text_is_sure(sheet: ReadDocument) -> bool:
    marks = sheet.definition.continuation if sheet.definition else None
    text = sheet.record.fields.get(marks.text) if sheet.record and marks else None
    return text is not None and text.accepted


def _blocks(finding: Finding) -> bool:
    return finding.severity is Severity.BLOCKS


def _medium(pages: Sequence[Page]) -> Medium:
    """Return the medium of a document: fields weigh more than text, text more than picture."""
    media = {page.medium for page in pages}
    for medium in (Medium.DOCX, Medium.ACROFORM, Medium.TEXT):
        if medium in media:
            return medium
    return Medium.SCAN


def _reference(pages: Sequence[Page]) -> str | None:
    """Return the opaque reference the pages carry, None if they carry none or several."""
    references = {claim.reference for page in pages for claim in page.claims if claim.reference}
    return references.pop() if len(references) == 1 else None
