"""What was read, as the plain data that ``read --json`` prints and the archive keeps."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any  # data of the contract

from formservice import __version__
from formservice.application.identify import LOWEST_SCORE, Identity
from formservice.application.places import places, turned
from formservice.application.read_document import ReadDocument
from formservice.domain.days import possible
from formservice.domain.deadlines import Deadline
from formservice.domain.document import Box, Doubt, Method, Page, Sighting, Unknown
from formservice.domain.errors import FormServiceError, Problem
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FieldKey, FormDefinition, Severity
from formservice.domain.groups import pattern
from formservice.domain.o_ton import seal
from formservice.domain.record import Extraction, Record, Value
from formservice.domain.rules import CheckResult
from formservice.domain.zeit_wann import written_on, zeitangabe_of

FORMAT = 1
"""Which shape a document has as data; it rises when a key is lost or changes its meaning."""

# A thousandth of a millimetre on A4: finer than any renderer places a glyph.
_BOX_DIGITS = 5


def document_data(
    document: ReadDocument,
    file: str,
    sha256: str,
    seconds: float,
    further: Sequence[Finding] = (),
) -> dict[str, object]:
    """Return one document as JSON-ready data in the shape of the command-line contract.

    ``further`` are findings the document itself does not have.
    """
    result = document.result
    findings = [_unidentified(document)] if result is None else list(result.findings)
    deadlines = () if result is None else result.deadlines
    record, times = document.record, _times(document)
    turns = turned(document)
    return {
        "format": FORMAT,
        "file": file,
        "sha256": sha256,
        "medium": document.medium.value,
        "page_numbers": list(document.page_numbers),
        # Clockwise quarter turns that right a page, of those that need any.
        **({"turned": {str(page): turns[page] for page in turns}} if turns else {}),
        "form": _form(document),
        "reference": document.reference,
        "fields": {key: one | times.get(key, {}) for key, one in _fields(document).items()},
        "rivals": []
        if record is None
        else [{"field": one.key, **_field(one)} for one in record.rivals],
        "findings": [finding_data(one) for one in (*findings, *further)],
        "sheets": [_sheet(one) for one in document.sheets],
        "deadlines": [deadline_data(one) for one in deadlines],
        "archivable": result is not None and result.archivable,
        "program": __version__,
        "seconds": round(seconds, 3),
    }


def error_data(error: FormServiceError, file: str) -> dict[str, object]:
    """Return a file that could not be read, as JSON-ready data."""
    return {
        "file": file,
        "error": {"code": error.code, "message": error.message, "hint": error.hint},
    }


def refused_page(file: str, sha256: str, page: Page, error: FormServiceError) -> dict[str, object]:
    """Return a page that could not be read, in the shape of a document without form."""
    sentence = (
        f"Seite {page.number} konnte nicht gelesen werden: {error.message} Bitte die Seite im"
        " Original ansehen."
    )
    finding = Finding(FindingCode.PAGE_UNREADABLE, Severity.BLOCKS, sentence)
    document = ReadDocument(
        page.medium,
        (page.number,),
        Identity(None, None, 0.0, 0.0),
        result=CheckResult((finding,), (), archivable=False),
    )
    return document_data(document, file, sha256, 0.0)


def problem_data(problem: Problem) -> dict[str, object]:
    """Return one thing wrong with data or a definition, as JSON-ready data."""
    return {
        "file": problem.file,
        "where": problem.where,
        "message": problem.message,
        "nearest": problem.nearest,
    }


def plain(value: Value | None) -> str | bool | list[str] | None:
    """Return a value as JSON holds it: dates ISO, several options a list."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value


def _form(document: ReadDocument) -> dict[str, object] | None:
    if document.definition is None:
        return None
    ref, text = document.definition.ref, document.definition.fixed_text
    form = {"id": ref.form, "edition": ref.edition, "margin": document.identity.margin}
    return form if text is None else form | {"fixed_text": text.version}


def _times(document: ReadDocument) -> dict[FieldKey, dict[str, object]]:
    """Return what is added to the fields that ask for a time in words."""
    definition, record = document.definition, document.record
    if definition is None or record is None or document.received is None:
        return {}
    return times_data(definition, record, document.received)


def times_data(
    definition: FormDefinition, record: Record, received: date
) -> dict[FieldKey, dict[str, object]]:
    """Return what is read beside the value of each field that asks for a time in words."""
    asked = {pattern(field.key) for field in definition.fields if field.zeitangabe}
    if not asked:
        return {}
    reference = _written_on(record, received)
    return {
        key: {"zeitangabe": _zeitangabe(one, reference)}
        for key, one in record.fields.items()
        if pattern(key) in asked
    }


def _written_on(record: Record, received: date) -> date:
    """Return the day the record's relative times count from."""
    single = (one.value for key, one in record.fields.items() if "[" not in key)
    return written_on((day for day in single if isinstance(day, date)), received)


def _zeitangabe(one: Extraction, reference: date) -> dict[str, object] | None:
    said = zeitangabe_of(one.value, reference) if isinstance(one.value, str) else None
    return None if said is None else {"art": said.art.value, "datum": plain(said.day)}


def _fields(document: ReadDocument) -> dict[FieldKey, dict[str, object]]:
    """Return all fields with what a person needs to check them: places, readings, seals."""
    definition, record = document.definition, document.record
    if definition is None or record is None:
        return {}
    seen = places(document)
    own_words = {field.key for field in definition.fields if field.o_ton}
    return {
        key: _field(one)
        | _of_picture(one)
        | _places(one, seen.get(key, ()))
        | _sealed(one, own_words)
        for key, one in record.fields.items()
    }


def _of_picture(one: Extraction) -> dict[str, object]:
    """Return the separate readings of a picture, and the rule that decided."""
    if one.method not in (Method.OCR, Method.MARK) and not one.opinions:
        return {}
    readings = [
        {"by": said.by.value, "text": said.text, "confidence": round(said.confidence, 3)}
        for said in one.opinions
    ]
    together = {"together": True} if one.together else {}
    return {"opinions": readings, **together, "decided": one.decided or None}


def _places(one: Extraction, seen: Sequence[Sighting]) -> dict[str, object]:
    """Return where a field stands if that is more than its one place."""
    if all((place.page, place.box) == (one.page, one.box) for place in seen):
        return {}
    return {"places": [_place(place) for place in seen]}


def _place(seen: Sighting) -> Mapping[str, object]:
    marked = {} if seen.on is None and seen.method is not Method.MARK else {"on": seen.on}
    doubts = sorted(doubt.value for doubt in seen.doubts)
    return {
        "key": seen.key,
        "method": seen.method.value,
        "page": seen.page,
        "box": _box(seen.box),
        "doubts": doubts,
        **marked,
    }


def _sealed(one: Extraction, own_words: set[FieldKey]) -> dict[str, object]:
    """Return what proves that the person's own words were not changed since."""
    if one.key not in own_words or not isinstance(one.value, str):
        return {}
    return {"o_ton_sha256": seal(one.value)}


def _field(one: Extraction) -> dict[str, object]:
    return {
        "reading": one.reading.value,
        "value": plain(one.value),
        "raw": one.raw,
        "confidence": one.confidence,
        "accepted": one.accepted,
        "method": None if one.method is None else one.method.value,
        "page": one.page,
        "box": _box(one.box),
        "doubts": sorted(doubt.value for doubt in one.doubts),
        **_possible(one),
    }


def _possible(one: Extraction) -> dict[str, object]:
    """Return which days a date may be whose year has two digits, if none of them fits."""
    if Doubt.CENTURY not in one.doubts:
        return {}
    return {"possible": [plain(day) for day in possible(one.raw)]}


def _sheet(sheet: ReadDocument) -> dict[str, object]:
    """Return a free sheet behind a form, with the field of the form it answers."""
    return {
        "form": _form(sheet),
        "pages": list(sheet.page_numbers),
        "answers": sheet.answers,
        "fields": _fields(sheet),
    }


def _box(box: Box | None) -> list[float] | None:
    if box is None:
        return None
    return [round(edge, _BOX_DIGITS) for edge in (box.left, box.top, box.right, box.bottom)]


def finding_data(one: Finding) -> dict[str, object]:
    """Return a finding as JSON-ready data."""
    return {
        "code": str(one.code),
        "severity": one.severity.value,
        "field": one.field,
        "rule": one.rule or None,
        "message": one.message,
        "overridable": one.overridable,
    }


def deadline_data(one: Deadline) -> dict[str, object]:
    """Return a deadline as JSON-ready data."""
    return {
        "key": one.key,
        "title": one.title,
        "rule": one.rule or None,
        "start": one.start.isoformat(),
        "due": one.due.isoformat(),
        "met": one.met,
        "why": list(one.why),
        # Which holidays were counted: a later edition of them must not change an old result.
        "calendar": one.calendar,
    }


_UNKNOWN = {
    Unknown.NO_FORM: "Das Bild gleicht keinem bekannten Formular.",
    Unknown.SEVERAL_FORMS: "Das Bild gleicht mehreren Formularen oder Seiten.",
    Unknown.DARK: "Die Seite ist zu dunkel: Es ist nicht zu erkennen, welches Formular das ist.",
    Unknown.FAINT: "Die Seite ist zu blass: Es ist nicht zu erkennen, welches Formular das ist.",
    Unknown.SMALL: "Das Bild ist zu klein: Es ist nicht zu erkennen, welches Formular das ist.",
}
# What has to be scanned once more; choosing the form would not help.
_MISTAKES = {
    Unknown.SEVERAL_SHEETS: "Zwei Blätter auf einem Bild: bitte jedes Blatt einzeln scannen.",
    Unknown.MIRRORED: "Die Seite ist gespiegelt: bitte noch einmal richtig herum scannen.",
}


def _unidentified(document: ReadDocument) -> Finding:
    sentence = "Es ist nicht sicher, welches Formular das ist. Bitte das Formular von Hand wählen."
    identity = document.identity
    if document.unknown in _MISTAKES:
        return Finding(FindingCode.UNIDENTIFIED, Severity.BLOCKS, _MISTAKES[document.unknown])
    if document.unknown is not None and identity.nearest is None:
        sentence = f"{_UNKNOWN[document.unknown]} Bitte das Formular von Hand wählen."
    if identity.editions and identity.score >= LOWEST_SCORE:
        title = identity.title
        choices = " oder ".join(f"„{title} ({one.edition})“" for one in identity.editions)
        sentence = (
            f"Das ist das Formular „{title}“, es ist aber nicht sicher, in"
            f" welcher Ausgabe. Bitte die Ausgabe von Hand wählen ({choices})."
        )
    return Finding(FindingCode.UNIDENTIFIED, Severity.BLOCKS, sentence)


def pointing(document: Mapping[str, Any], first: str, pages: Sequence[int]) -> dict[str, object]:
    """Return what stands with a file of which ``pages`` belong to a document of another.

    ``first`` is the hash of the file that ``document`` stands with.
    """
    codes = [one for one in document["findings"] if document["form"] is None]
    return {
        "format": FORMAT,
        "part_of": first,
        "medium": document["medium"],
        "page_numbers": list(pages),
        "form": document["form"],
        "findings": codes[:1],
    }
