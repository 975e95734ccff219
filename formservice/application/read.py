"""Received bytes → documents: open, identify, extract, check. Nothing is stored here."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from formservice.application.acceptance import Acceptance
from formservice.application.batch import BatchFile, batch
from formservice.application.compare import sent_texts
from formservice.application.continued import SheetSeen, continued
from formservice.application.documents import documents
from formservice.application.extract import extract
from formservice.application.found import Found
from formservice.application.free_sheets import with_free_sheets
from formservice.application.identify import Identity, candidate, identify
from formservice.application.known_forms import edition_title
from formservice.application.missing_pages import with_missing_pages, without_content
from formservice.application.outside import doubted, typed, with_outside
from formservice.application.ports import Forms, OpenDocument, Reader
from formservice.application.read_document import ReadDocument
from formservice.application.seen import seen_on
from formservice.application.twice import each_once, with_joined, with_others, with_twice
from formservice.application.wording import with_wording
from formservice.domain.document import TO_SCAN_AGAIN, Medium, Page, PageRole, Sighting, part_of
from formservice.domain.errors import EmptyDocumentError, UnsupportedMediaError
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FieldKind, FormDefinition, Severity
from formservice.domain.frist import Calendar
from formservice.domain.rules import check


class ReadFile:
    """The use case „read“: which documents a file holds and what they say."""

    def __init__(
        self,
        readers: Sequence[Reader],
        forms: Forms,
        calendar: Calendar,
        accept: Acceptance | None = None,
    ) -> None:
        """Keep the readers in the order they are asked; without ``accept`` all OCR is doubtful."""
        self._readers = tuple(readers)
        self._accept = accept
        self._forms = forms
        self._candidates = {one.ref: candidate(one) for one in forms}
        self._calendar = calendar

    def __call__(
        self,
        data: bytes,
        *,
        received: date,
        form: FormDefinition | None = None,
        against: object = None,
    ) -> list[ReadDocument]:
        """Return the documents in ``data``, identified ones first, each in the file's order.

        ``received`` is the day of receipt, which deadlines are measured by; ``form`` says which
        form it is when a person knows. ``against`` is what was sent, as decoded JSON, if that is
        known: it confirms what is recognised in pictures.

        Raises:
            InputError: the file cannot be read.
        """
        with self.reader(data).open(data) as opened:
            return self.opened(opened, received=received, form=form, against=against)

    def reader(self, data: bytes) -> Reader:
        """Return the reader for ``data``; an InputError says that there is none."""
        if not data:
            raise EmptyDocumentError("Die Datei ist leer.")
        for reader in self._readers:
            if reader.reads(data):
                return reader
        raise UnsupportedMediaError("Diese Art von Datei kann nicht gelesen werden.")

    def opened(
        self,
        opened: OpenDocument,
        *,
        received: date,
        form: FormDefinition | None = None,
        against: object = None,
        grouped: Sequence[Sequence[Sequence[Page]]] | None = None,
    ) -> list[ReadDocument]:
        """Return the documents in an opened file, as for one that is still closed.

        ``grouped`` says which pages are a document, and which are continuation sheets behind
        them, where that was found out before.
        """
        if not opened.pages:
            raise EmptyDocumentError("Das Dokument hat keine Seiten.")
        found = self._documents(opened.pages, form) if grouped is None else self._known(grouped)
        read = [piece for one in found for piece in self._one(opened, one, received, against)]
        read = with_free_sheets(read, received, self._calendar)
        if form is not None:
            read = [self._compared(one, opened.pages) for one in read]
        read.sort(key=lambda one: one.definition is None)
        return [*read, *without_content(opened.pages)]

    def batch(self, files: Sequence[BatchFile]) -> list[Found]:
        """Return the documents in many files, their pages numbered through."""
        return batch(files, list(self._candidates.values()))

    def _known(self, grouped: Sequence[Sequence[Sequence[Page]]]) -> list[Found]:
        forms = list(self._candidates.values())
        return [
            Found(identify(pages, forms), tuple(pages), tuple(sheets)) for pages, sheets in grouped
        ]

    def _documents(self, pages: Sequence[Page], form: FormDefinition | None) -> list[Found]:
        """Return the documents among ``pages``; what is nearest to ``form`` is that form."""
        if form is None:
            return documents(pages, list(self._candidates.values()))
        sheets = [one for one in self._candidates.values() if one.is_sheet]
        found = documents(pages, [self._candidates[form.ref], *sheets])
        if not any(one.identity.nearest == form.ref for one in found):
            content = [page for page in pages if page.role is PageRole.CONTENT]
            again = [page for page in content if page.unknown in TO_SCAN_AGAIN]
            chosen = tuple(page for page in content if page not in again)
            nothing = [Found(Identity(None, None, 0.0, 0.0), (page,)) for page in again]
            named = Found(Identity(form.ref, form.ref, 0.0, 0.0), chosen)
            return [named, *nothing] if chosen else nothing
        return [
            replace(one, identity=replace(one.identity, ref=form.ref))
            if one.identity.nearest == form.ref
            else one
            for one in found
        ]

    def _one(
        self, opened: OpenDocument, found: Found, received: date, against: object = None
    ) -> list[ReadDocument]:
        """Return one document read and checked, or only named if it is no known form.

        Behind it come sheets that were taken for its continuation and are not.
        """
        pages = (*found.pages, *found.sheets)
        ref = found.identity.ref
        definition = self._forms.find(ref) if ref is not None else None
        if definition is None:
            unknown = found.pages[0].unknown
            medium = _medium(found.pages)
            turned = _turned(pages)
            return [
                ReadDocument(
                    medium, _numbers(pages), found.identity, unknown=unknown, turned=turned
                )
            ]
        twice = each_once(opened, found.pages, definition)
        definition, sightings = seen_on(opened, twice.pages, definition, found.sheets)
        if twice.other:
            sightings = with_others(opened, twice, definition, sightings)
        parts, free = self._continued(opened, found, definition, sightings)
        record = extract(definition, [*sightings, *parts], received)
        if self._accept is not None:
            sent = sent_texts(definition, against, self._forms)
            record = self._accept(definition, record, received, sent)
        outside = typed(definition, record, twice.pages)
        record = doubted(record, outside)
        gone = {page.number for page in free}
        pages = tuple(page for page in pages if page.number not in gone)
        checked = check(definition, record, received=received, calendar=self._calendar)
        result = with_joined(with_twice(with_outside(checked, outside), twice), pages)
        main = ReadDocument(
            medium=_medium(found.pages),
            page_numbers=_numbers(pages),
            identity=found.identity,
            definition=definition,
            record=record,
            checked=checked,
            result=with_wording(
                with_missing_pages(result, definition, twice.pages),
                opened,
                twice.pages,
                definition,
                record,
            ),
            reference=_only_reference(pages),
            received=received,
            sightings=(*sightings, *parts),
            turned=_turned(pages),
        )
        forms = list(self._candidates.values())
        apart = [Found(identify([page], forms), (page,)) for page in free]
        return [main, *(one for sheet in apart for one in self._one(opened, sheet, received))]

    def _compared(self, read: ReadDocument, pages: Sequence[Page]) -> ReadDocument:
        """Return ``read`` with an objection if the document says it is another form."""
        if read.definition is None or read.result is None:
            return read
        own = [page for page in pages if page.number in read.page_numbers]
        ref = identify(own, list(self._candidates.values())).ref
        if ref is None or ref == read.definition.ref:
            return read
        other = self._forms.find(ref)
        chosen = edition_title(read.definition, self._forms)
        alike = edition_title(other, self._forms) if other else str(ref)
        finding = Finding(
            FindingCode.OTHER_FORM,
            Severity.BLOCKS,
            f"Gewählt ist „{chosen}“, das Dokument ist aber dem Formular"
            f" „{alike}“ gleich. Bitte die Wahl prüfen.",
        )
        findings = (finding, *read.result.findings)
        return replace(read, result=replace(read.result, findings=findings, archivable=False))

    def _continued(
        self,
        opened: OpenDocument,
        found: Found,
        definition: FormDefinition,
        sightings: Sequence[Sighting],
    ) -> tuple[list[Sighting], list[Page]]:
        """Return what continuation sheets hold, as parts (``key__2``) of the form's fields.

        ``sightings`` is what stands on the form. Behind the parts stand the sheets that are none
        of them for sure.
        """
        parts: list[Sighting] = []
        flat: list[tuple[Page, SheetSeen]] = []
        free: list[Page] = []
        reference = _only_reference(found.pages)
        begun = {one.key for one in sightings}
        for page in found.sheets:
            # Fields, or what flattening left of their values; else what is drawn there.
            if page.sightings:
                here = definition.continuation or _begins_here(page, begun)
                if here:
                    parts.extend(page.sightings)
                else:
                    free.append(page)
                continue
            own = _only_reference([page])
            drawn = self._drawn(opened, page, same=own is not None and own == reference)
            if drawn is None:
                free.append(page)
            else:
                flat.append((page, drawn))
        told = continued(definition, [*sightings, *parts], [drawn for _, drawn in flat])
        free += [page for place, (page, _) in enumerate(flat) if place not in told]
        return [*parts, *(told[place] for place in sorted(told))], free

    def _drawn(self, opened: OpenDocument, page: Page, *, same: bool) -> SheetSeen | None:
        """Return what is drawn on a flat sheet, None if it is none of ours."""
        for sheet in self._forms:
            layout, continuation = sheet.layout, sheet.continuation
            if layout is None or continuation is None:
                continue
            seen = {one.key: one for one in opened.zones(page.number, layout, 1)}
            if not {continuation.field, continuation.part, continuation.text} <= seen.keys():
                continue
            asked = (
                seen[field.key].text
                for field in sheet.fields
                if field.kind is FieldKind.MULTILINE
                and field.key != continuation.text
                and field.key in seen
            )
            return SheetSeen(
                field=seen[continuation.field].text,
                question=next(asked, ""),
                part=seen[continuation.part].text,
                text=seen[continuation.text],
                same=same,
            )
        return None


def _begins_here(sheet: Page, begun: set[str]) -> bool:
    """Say whether all that goes on on ``sheet`` begins in one of the fields ``begun``."""
    parts = [part_of(sighting.key) for sighting in sheet.sightings]
    return all(key in begun for key, number in parts if number > 1)


def _numbers(pages: Sequence[Page]) -> tuple[int, ...]:
    return tuple(sorted(page.number for page in pages))


def _turned(pages: Sequence[Page]) -> dict[int, int]:
    return {page.number: page.quarters for page in pages if page.quarters}


def _medium(pages: Sequence[Page]) -> Medium:
    """Return the medium of a document: fields weigh more than text, text more than picture."""
    media = {page.medium for page in pages}
    for medium in (Medium.DOCX, Medium.ACROFORM, Medium.TEXT):
        if medium in media:
            return medium
    return Medium.SCAN


def _only_reference(pages: Sequence[Page]) -> str | None:
    """Return the opaque reference the pages carry, None if they carry none or several."""
    references = {claim.reference for page in pages for claim in page.claims if claim.reference}
    return references.pop() if len(references) == 1 else None
