"""Makes the archive copy of a document: its official form as PDF/A, with the record inside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from io import BytesIO

import pikepdf

from formservice.adapters import pdf_fonts
from formservice.adapters.archive_copy import grid
from formservice.adapters.archive_copy import protocol as pages
from formservice.adapters.archive_copy.checks import check
from formservice.adapters.archive_copy.envelope import Attachment, Described, sealed
from formservice.adapters.archive_copy.flatten import flatten
from formservice.adapters.archive_copy.free_sheets import free_sheets
from formservice.adapters.archive_copy.verapdf import VeraPdf, claimed
from formservice.adapters.record_schema import schema
from formservice.application.ports import Forms, Renderer
from formservice.application.pruefprotokoll import CaseFile, protocol, values_of
from formservice.domain.canonical import canonical, digest
from formservice.domain.errors import EngineError
from formservice.domain.form import FieldKey, FormDefinition
from formservice.domain.record import Value
from formservice.domain.reference import identifier

RECORD, DEFINITION, PROTOCOL = "datensatz.json", "formulardefinition.json", "pruefprotokoll.json"


@dataclass(frozen=True, slots=True)
class ArchiveCopy:
    """A finished copy: the file, and what lies beside it where it may hold no attachments."""

    pdf: bytes
    beside: Mapping[str, bytes]


class ArchiveCopies:
    """Makes archive copies; may be used by several threads."""

    def __init__(
        self,
        renderer: Renderer,
        forms: Forms,
        validator: VeraPdf | None = None,
        *,
        embed: bool = True,
    ) -> None:
        """Fill with ``renderer``; without ``embed`` copies are PDF/A-2, the record beside.

        What ``validator`` does not find conformant is refused as well.
        """
        self._validator = validator
        self._renderer = renderer
        self._forms = forms
        self._embed = embed

    @property
    def validator(self) -> VeraPdf | None:
        """What judges copies besides our own checks."""
        return self._validator

    @property
    def embeds(self) -> bool:
        """Whether copies hold attachments."""
        return self._embed

    def make(self, case: CaseFile, definition: FormDefinition) -> ArchiveCopy:
        """Return the copy, the same bytes for the same case.

        Raises:
            EngineError: the copy does not pass our own checks, or veraPDF's; it is not kept.
        """
        described = self._described(case, definition)
        values = values_of(definition, case.reading)
        data = protocol(case, definition) | {"undrawn": undrawn(values)}
        form = canonical(definition_data(definition))
        attachments = [
            Attachment(RECORD, canonical(dict(case.reading)), "Angenommener Datensatz"),
            Attachment(DEFINITION, form, "Definition und Schema des Formulars"),
            Attachment(PROTOCOL, canonical(data), "Prüfprotokoll"),
        ]
        reference = str(case.reading.get("reference") or "")
        filled = self._renderer.render(definition, values, reference)
        with pikepdf.open(BytesIO(filled)) as pdf:
            font = pdf.Root.AcroForm.DR.Font[f"/{pdf_fonts.DRAWING}"]
            flatten(pdf)
            grid.completed(pdf)
            for number, sheet in enumerate(free_sheets(case.reading, definition, self._forms), 1):
                sheet.add_to(pdf, f"Beiblatt {number} zu {case.document}", font)
            sheets = pages.told(data, digest(definition_data(definition)))
            sheets.add_to(pdf, f"Prüfprotokoll zu {case.document}", font)
            made = sealed(pdf, described, attachments if self._embed else ())
        refuse_faulty(made, self._validator)
        beside = {} if self._embed else {one.name: one.data for one in attachments}
        return ArchiveCopy(made, beside)

    def _described(self, case: CaseFile, definition: FormDefinition) -> Described:
        reference = str(case.reading.get("reference") or "")
        return Described(
            title=definition.title,
            subject=f"Archivkopie des Vorgangs {case.document}",
            identifier=identifier(definition.ref, reference),
            at=case.at,
            language=definition.language,
            part=3 if self._embed else 2,
        )


def undrawn(values: Mapping[FieldKey, Value]) -> list[dict[str, object]]:
    """Return the fields with letters that no font here has, and which: U+ and their numbers."""
    told: list[dict[str, object]] = []
    for key, value in values.items():
        signs = {one for one in str(value) if pdf_fonts.face_of(one)[1] == pdf_fonts.REPLACEMENT}
        if signs := signs - {pdf_fonts.REPLACEMENT}:
            told.append({"field": key, "signs": [f"U+{ord(one):04X}" for one in sorted(signs)]})
    return told


def refuse_faulty(made: bytes, validator: VeraPdf | None) -> None:
    """Raise EngineError if a copy does not pass our own checks, or those of ``validator``."""
    faults = check(made)
    if faults:
        told = "; ".join(f"{one.code}: {one.message}" for one in faults[:5])
        raise EngineError(f"Die Archivkopie besteht die eigene Prüfung nicht ({told}).")
    for one in [] if validator is None else validator.judged(made, claimed(made)):
        if not one.compliant:
            told = "; ".join(one.failures[:3])
            raise EngineError(f"Die Archivkopie besteht veraPDF nicht ({one.flavour}: {told}).")


def definition_data(definition: FormDefinition) -> dict[str, object]:
    """Return what a form asks, with rules, deadlines and schema, as JSON-ready data."""
    return {
        "form": definition.ref.form,
        "edition": definition.ref.edition,
        "title": definition.title,
        "language": definition.language,
        "fields": [_plain(one) for one in definition.fields],
        "rules": [_plain(one) for one in definition.rules],
        "deadlines": [_plain(one) for one in definition.deadlines],
        "fixed_text": _plain(definition.fixed_text),
        "purpose": definition.purpose,
        "legal_basis": definition.legal_basis,
        "deletion_class": definition.deletion_class,
        "schema": schema(definition),
    }


def _plain(value: object) -> object:
    """Return part of a definition without what is empty: most settings of a field are unset."""
    if is_dataclass(value):
        value = {one.name: getattr(value, one.name) for one in fields(value)}
    if isinstance(value, Mapping):
        return {
            str(key): _plain(one)
            for key, one in value.items()
            if one is not None and one is not False and one not in ("", (), [], {})
        }
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value
