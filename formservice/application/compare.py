"""What was sent and what came back: one form field by field, and what a person has to look at."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any  # records have the shape of the JSON contract

from formservice.application.misread import may_be_misread
from formservice.application.ports import Forms
from formservice.application.prefill import (
    Carried,
    Source,
    carried,
    documents_in,
    is_record,
    source_for,
)
from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data, plain
from formservice.domain.copies import reshaped
from formservice.domain.document import Method
from formservice.domain.errors import InputError, InvalidDataError
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import (
    Field,
    FieldKey,
    FieldKind,
    FormDefinition,
    FormRef,
    Severity,
)
from formservice.domain.groups import shape_of
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.text import clean
from formservice.domain.values import shown, values_from_data


class Result(StrEnum):
    """How what came back differs from what was sent. Public: tested, never reused."""

    SAME = "same"
    WHITE_SPACE = "white-space"  # the same characters, other blanks or line breaks
    OCR = "ocr"  # differs as misread characters do; only the paper can tell
    CHANGED = "changed"
    MISSING = "missing"  # sent, but came back blank
    ADDED = "added"  # came back, but was not sent
    NOT_READABLE = "not-readable"  # one side could not be read


@dataclass(frozen=True, slots=True)
class Compared:
    """One field: its value as sent and as it came back, None where there was none."""

    field: Field
    sent: Value | None
    came_back: Value | None
    result: Result


@dataclass(frozen=True, slots=True)
class Comparison:
    """All fields that were sent or came back; ``source`` is the form compared with.

    ``source`` is None where the data handed to ``generate`` were given. ``other`` is its title
    where it is another form than the one that came back.
    """

    source: FormRef | None
    fields: tuple[Compared, ...]
    other: str = ""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What a person has to compare, without the content."""
        return tuple(_findings(self))


@dataclass(frozen=True, slots=True)
class _Sent:
    """A value that was sent. ``known`` is false where the source itself could not be read."""

    value: Value | None
    known: bool = True
    recognised: bool = False


def comparison(
    definition: FormDefinition, record: Record, content: object, forms: Forms
) -> Comparison:
    """Return how ``record`` differs from ``content`` (decoded JSON).

    ``content`` is a record of the same form or of one it is pre-filled from, or the data that
    were handed to ``generate``. Only fields that the source speaks of are compared.

    Raises:
        InputError: ``content`` is neither, or belongs to another form; it names what was found.
    """
    if not is_record(content):
        given = values_from_data(definition, content)
        sent = {key: _Sent(value) for key, value in given.items()}
        sent |= {key: _Sent(None) for key in record.fields if key not in sent}
        return Comparison(None, tuple(_fields(definition, record, sent)))
    source = source_for(definition, documents_in(content), forms)
    if source.document.ref.form == definition.ref.form:  # all of it was there, not only part
        source = Source(source.document, None)
    sent = {one.key: _sent(definition, one) for one in carried(definition, source, forms)}
    fields = tuple(_fields(definition, record, sent))
    return Comparison(source.document.ref, fields, _other(definition, source, forms))


def compared_again(
    definition: FormDefinition, record: Record, against: Mapping[str, Any], forms: Forms
) -> Comparison:
    """Return a comparison as it is now; ``against`` is what ``against_data`` made of it before.

    What was not known of the source then is not known now.
    """
    kinds = {field.key: field for field in definition.fields}
    sent: dict[FieldKey, _Sent] = {}
    for key, one in (against.get("fields") or {}).items():
        if key in kinds:
            value = values_from_data(definition, {key: one.get("sent")}, known=True).get(key)
            unknown = value is None and one.get("result") == Result.NOT_READABLE
            sent[key] = _Sent(value, known=not unknown)
    form, source, other = against.get("form"), None, ""
    if form is None:
        sent |= {key: _Sent(None) for key in record.fields if key not in sent}
    else:
        source = FormRef(str(form["id"]), str(form["edition"]))
        told = None if source.form == definition.ref.form else forms.find(source)
        other = "" if told is None else told.title
    return Comparison(source, tuple(_fields(definition, record, sent)), other)


def sent_texts(
    definition: FormDefinition, content: object, forms: Forms
) -> Mapping[FieldKey, str]:
    """Return what stood in the written fields of ``definition`` when it was sent.

    ``content`` is as for ``comparison``; where it says nothing about this form, nothing is known.
    What was itself recognised and not yet confirmed is nothing to confirm by.
    """
    if content is None:
        return {}
    try:
        sent = _values_sent(definition, content, forms)
    except InputError:
        return {}
    whole = reshaped(definition, shape_of(definition, tuple(sent)))
    texts = {
        field.key: _text(field, sent[field.key])
        for field in whole.fields
        if field.key in sent and field.kind in _WRITTEN
    }
    return {key: text for key, text in texts.items() if text.strip()}


_WRITTEN = frozenset({FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.DATE})


def _values_sent(
    definition: FormDefinition, content: object, forms: Forms
) -> dict[FieldKey, Value | None]:
    """Return the written values that are known to have been sent."""
    if not is_record(content):
        values: Mapping[FieldKey, Value | None] = values_from_data(definition, content)
    else:
        source = source_for(definition, documents_in(content), forms)
        if source.document.ref.form == definition.ref.form:
            source = Source(source.document, None)
        values = {
            one.key: _sent(definition, one).value
            for one in carried(definition, source, forms)
            if all(known.accepted for known in one.sources)
        }
    return {key: one for key, one in values.items() if isinstance(one, str | date)}


def _other(definition: FormDefinition, source: Source, forms: Forms) -> str:
    """Return what the other form is called, empty if it is the same form."""
    ref = source.document.ref
    if ref.form == definition.ref.form:
        return ""
    other = forms.find(ref)
    return ref.form if other is None else other.title


def _sent(definition: FormDefinition, one: Carried) -> _Sent:
    readable = all(s.reading in (Reading.READ, Reading.BLANK) for s in one.sources)
    recognised = any(source.recognised for source in one.sources)
    if not readable:
        return _Sent(None, known=False)
    try:
        value = values_from_data(definition, {one.key: one.value}, known=True).get(one.key)
    except InvalidDataError:  # a field or option this edition has not
        return _Sent(None, known=False)
    return _Sent(value, recognised=recognised)


def _fields(
    definition: FormDefinition, record: Record, sent: Mapping[FieldKey, _Sent]
) -> Iterator[Compared]:
    """Yield the fields of ``sent`` in the order of the form; what is blank twice is passed over.

    An item of a group that did not come back is one whose fields came back blank.
    """
    whole = reshaped(definition, shape_of(definition, (*record.fields, *sent)))
    for field in whole.fields:
        one = sent.get(field.key)
        if one is None:
            continue
        found = record.fields.get(field.key)
        result = _result(field, one, found)
        if result is not None:
            yield Compared(field, one.value, _value(found), result)


def _result(field: Field, sent: _Sent, found: Extraction | None) -> Result | None:
    """Return how one field came back, None if nothing stood there before or after."""
    value = _value(found)
    if not sent.known or (
        found is not None and found.reading not in (Reading.READ, Reading.BLANK)
    ):
        return Result.NOT_READABLE
    if _nothing(sent.value) or _nothing(value):
        if _nothing(sent.value) and _nothing(value):
            return None
        return Result.ADDED if _nothing(sent.value) else Result.MISSING
    if field.kind in (FieldKind.TICK, FieldKind.CHOICE, FieldKind.SIGNATURE):
        return Result.SAME if _chosen(sent.value) == _chosen(value) else Result.CHANGED
    recognised = sent.recognised or (found is not None and found.method is Method.OCR)
    return _compared_text(_text(field, sent.value), _text(field, value), recognised)


def _compared_text(sent: str, came_back: str, recognised: bool) -> Result:
    if sent == came_back:
        return Result.SAME
    before, after = "".join(sent.split()), "".join(came_back.split())
    if before == after:
        return Result.WHITE_SPACE
    if recognised and may_be_misread(before, after):
        return Result.OCR
    return Result.CHANGED


def _value(found: Extraction | None) -> Value | None:
    return None if found is None or found.reading is not Reading.READ else found.value


def _nothing(value: Value | None) -> bool:
    """Say whether a value is none: an empty box and an empty signature line say nothing."""
    return value is None or value is False


def _chosen(value: Value | None) -> frozenset[str]:
    """Return what is ticked: the options of a choice, or that the one box is."""
    if isinstance(value, tuple):
        return frozenset(value)
    return frozenset([value if isinstance(value, str) else str(value)])


def _text(field: Field, value: Value | None) -> str:
    return "" if value is None or isinstance(value, tuple) else clean(shown(field, value))


def _findings(one: Comparison) -> Iterator[Finding]:
    for compared in one.fields:
        sentence = _sentence(one, compared)
        if sentence:
            yield Finding(
                FindingCode.CHANGED,
                Severity.ASKS,
                sentence,
                compared.field.key,
                params={"result": compared.result.value},
            )


def _sentence(one: Comparison, compared: Compared) -> str:
    """Return what to tell a person, empty if there is nothing to do."""
    name = compared.field.name
    before = f"in „{one.other}“" if one.other else "beim Versand"
    if compared.field.o_ton and one.other and compared.result in _WORDS:
        return _WORDS[compared.result].format(name=name, before=before)
    return _SENTENCES.get(compared.result, "").format(name=name, before=before)


_SENTENCES = {
    Result.OCR: "„{name}“ ist in wenigen Zeichen anders als {before}. Das kann ein Lesefehler des"
    " Scans sein. Bitte mit dem Original vergleichen.",
    Result.CHANGED: "„{name}“ ist anders als {before}. Bitte klären, was stimmt.",
    Result.MISSING: "„{name}“ ist leer, obwohl {before} etwas eingetragen war. Bitte klären, was"
    " stimmt.",
}
# The person's own words are to be the same in both forms; who changes them speaks for the person.
_WORDS = {
    Result.CHANGED: "In „{name}“ stehen andere Worte der Person als {before}. Bitte beide"
    " vergleichen und klären, was die Person gesagt hat.",
    Result.MISSING: "In „{name}“ fehlen die Worte der Person, die {before} stehen. Bitte beide"
    " vergleichen.",
    Result.ADDED: "In „{name}“ stehen Worte der Person, die {before} fehlen. Bitte beide"
    " vergleichen.",
}


def against_data(one: Comparison) -> dict[str, object]:
    """Return a comparison as ``read --json`` prints it."""
    source = one.source
    return {
        "form": None if source is None else {"id": source.form, "edition": source.edition},
        "fields": {
            compared.field.key: {
                "sent": plain(compared.sent),
                "came_back": plain(compared.came_back),
                "result": compared.result.value,
            }
            for compared in one.fields
        },
    }


def documents_data(
    found: Sequence[ReadDocument],
    file: str,
    sha256: str,
    seconds: float,
    forms: Forms,
    against: object = None,
) -> list[dict[str, object]]:
    """Return the documents ``found`` in a file as ``read --json`` prints them.

    ``seconds`` is what the whole file took. ``against`` is what was sent, as decoded JSON, if the
    documents are to be compared with it; one of another form has nothing to compare.

    Raises:
        InputError: nothing in the file can be compared with ``against``.
    """
    each = seconds / max(1, len(found))
    if against is None:
        return [document_data(one, file, sha256, each) for one in found]
    told: list[dict[str, object]] = []
    for one, differences in zip(found, _comparisons(found, against, forms), strict=True):
        further = () if differences is None else differences.findings
        data = document_data(one, file, sha256, each, further)
        told.append(data | {"against": None if differences is None else against_data(differences)})
    return told


def _comparisons(
    found: Sequence[ReadDocument], against: object, forms: Forms
) -> list[Comparison | None]:
    """Return how each document differs, None where it cannot be compared; InputError if all."""
    refused: InputError | None = None
    compared: list[Comparison | None] = []
    for one in found:
        differences = None
        if one.definition is not None and one.record is not None:
            try:
                differences = comparison(one.definition, one.record, against, forms)
            except InputError as error:
                refused = refused or error
        compared.append(differences)
    if refused is not None and not any(compared):
        raise refused
    return compared
