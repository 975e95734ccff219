"""What a form can take over from a record of another form, as its definition declares it.

A record is decoded JSON: one document, or the list of documents, that ``read --json`` prints and
the archive keeps.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from formservice.application.ports import Forms
from formservice.domain.copies import reshaped
from formservice.domain.document import Method
from formservice.domain.entries import entries
from formservice.domain.errors import InputError, InvalidDataError
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition, FormRef, Prefill
from formservice.domain.groups import numbered, numbers, pattern, shape_of
from formservice.domain.record import Reading
from formservice.domain.values import is_date, parse_date, shown, values_from_data

_HINT = (
    "Erwartet wird, was „formservice read --json“ ausgibt, mit genau einem Dokument, dessen"
    " Angaben dieses Formular übernehmen kann."
)


@dataclass(frozen=True, slots=True)
class Known:
    """One field of a record: its value as JSON holds it, and how far it can be trusted."""

    key: FieldKey
    reading: Reading
    value: object
    accepted: bool
    recognised: bool = False

    @property
    def holds(self) -> bool:
        """Whether something stands there; an empty signature line and an empty box are nothing."""
        return self.reading is Reading.READ and self.value not in (None, False)


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """One document of a record: which form it is, and what was read."""

    ref: FormRef
    fields: Mapping[FieldKey, Known]


@dataclass(frozen=True, slots=True)
class Source:
    """The document values come from, and the declared way from its fields to ours.

    ``prefill`` is None where the document is the same form and this says nothing else: then every
    field is its own source.
    """

    document: KnownDocument
    prefill: Prefill | None


@dataclass(frozen=True, slots=True)
class Carried:
    """One field of ours with the fields it comes from and the value they make, None if none.

    ``value`` is JSON as ``generate`` takes it.
    """

    key: FieldKey
    sources: tuple[Known, ...]
    value: object


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A field that stays blank although the other form has a place for it.

    ``reason`` is a word for programs, ``message`` a German sentence without the content.
    """

    field: FieldKey
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Prefilled:
    """Data for ``generate``: what was given and what was taken over from ``source``."""

    source: FormRef
    data: Mapping[str, object]
    taken: tuple[FieldKey, ...]
    left_out: tuple[LeftOut, ...]


def prefilled(
    definition: FormDefinition, content: object, given: object, forms: Forms
) -> Prefilled:
    """Return ``given`` (data for ``generate``) completed from a record (decoded JSON).

    Only values that needed no human look are taken over, word for word; what is given goes first.

    Raises:
        InputError: ``content`` is no record, or does not hold exactly one document to take from.
        InvalidDataError: ``given`` is no JSON object.
    """
    source = source_for(definition, documents_in(content), forms)
    if not isinstance(given, Mapping):
        values_from_data(definition, given)  # says what is expected instead
        given = {}
    own = _named(definition, given)
    data: dict[str, object] = {str(key): value for key, value in given.items()}
    taken: list[FieldKey] = []
    left_out: list[LeftOut] = []
    whole = _listed_whole(given)
    found = [
        one
        for one in carried(definition, source, forms)
        if one.key not in own and not one.key.startswith(whole)
    ]
    wide = reshaped(definition, shape_of(definition, (one.key for one in found)))
    fields = {field.key: field for field in wide.fields}
    for one in found:
        field = fields.get(one.key)
        reason = _reason(wide, field, one)
        if not reason and one.value is not None and _declared_anew(definition, source, field):
            reason = "declaration"
        if reason:
            name = one.key if field is None else field.name
            left_out.append(LeftOut(one.key, reason, f"„{name}“: {_REASONS[reason]}"))
        elif one.value is not None:
            data[one.key] = one.value
            taken.append(one.key)
    return Prefilled(source.document.ref, data, tuple(taken), tuple(left_out))


def prefilled_data(one: Prefilled) -> dict[str, object]:
    """Return what was taken over and what was not, as JSON-ready data without any content."""
    return {
        "from": {"id": one.source.form, "edition": one.source.edition},
        "taken": list(one.taken),
        "left_out": [
            {"field": left.field, "reason": left.reason, "message": left.message}
            for left in one.left_out
        ],
    }


def _named(definition: FormDefinition, given: Mapping[object, object]) -> set[FieldKey]:
    """Return the fields ``given`` decides about, if only by leaving them blank (``null``)."""
    keys = {str(key) for key in given}
    choices = {key.rpartition(".")[0] for key in keys}  # ``anlass.abbruch`` decides ``anlass``
    return {*entries(definition, given, []), *keys, *choices}


def _listed_whole(given: Mapping[object, object]) -> tuple[str, ...]:
    """Return how the keys begin of lists and items that ``given`` holds whole, or leaves blank.

    New goals with the steps of old ones would be plans nobody made.
    """
    whole = [key for key, one in given.items() if one is None or isinstance(one, list | Mapping)]
    return tuple(f"{key}{sign}" for key in whole for sign in "[.")


_REASONS = {
    "not-accepted": "ist nicht sicher gelesen, bitte im Original nachsehen",
    "unreadable": "ist nicht lesbar, bitte im Original nachsehen",
    "not-found": "wurde im Dokument nicht gefunden",
    "signature": "eine Unterschrift wird nie übernommen",
    "declaration": "das erklärt die Person jedes Mal neu",
    "no-field": "dieses Feld hat das Formular nicht",
    "not-possible": "die Angabe passt nicht in das Feld",
}


def _reason(definition: FormDefinition, field: Field | None, one: Carried) -> str:
    """Return why a value is not taken over, empty if it may be or there is none."""
    if any(source.reading is Reading.UNREADABLE for source in one.sources):
        return "unreadable"
    if any(source.reading is Reading.NOT_FOUND for source in one.sources):
        return "not-found"
    if field is not None and field.kind is FieldKind.SIGNATURE:
        return "signature" if any(source.holds for source in one.sources) else ""
    if not all(source.accepted for source in one.sources):
        return "not-accepted"
    if not any(source.holds for source in one.sources):
        return ""
    if field is None:
        return "no-field"
    return "" if one.value is not None and _possible(definition, one) else "not-possible"


def _declared_anew(definition: FormDefinition, source: Source, field: Field | None) -> bool:
    """Say whether ``field`` is part of what the person signs for, not only who and where it is.

    A box ticked beforehand is no consent (Art. 4 Nr. 11, recital 32 DSGVO), and an old day on a
    declaration is wrong. What may be taken over nevertheless the form has to declare.
    """
    if definition.fixed_text is None or field is None:
        return False
    if field.kind in (FieldKind.CHOICE, FieldKind.TICK):
        return True
    return source.prefill is None and field.kind is FieldKind.DATE


def _possible(definition: FormDefinition, one: Carried) -> bool:
    try:
        values_from_data(definition, {one.key: one.value})
    except InvalidDataError:
        return False
    return True


def documents_in(content: object) -> list[KnownDocument | None]:
    """Return the documents of a record in its order; None for one whose form is not known.

    Raises:
        InputError: ``content`` is nothing that ``read --json`` prints.
    """
    listed = content if isinstance(content, list) else [content]
    return [_document(one) for one in listed]


def is_record(content: object) -> bool:
    """Say whether decoded JSON is a record, not the data that ``generate`` takes."""
    if isinstance(content, list):
        return True
    return isinstance(content, Mapping) and (
        isinstance(content.get("fields"), Mapping) or "error" in content
    )


def _document(content: object) -> KnownDocument | None:
    if isinstance(content, Mapping) and isinstance(content.get("error"), Mapping):
        return None
    fields = content.get("fields") if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or not isinstance(fields, Mapping):
        raise InputError("Das ist kein Datensatz eines gelesenen Formulars.", _HINT)
    form = content.get("form")
    if not isinstance(form, Mapping):
        return None
    ref = FormRef(str(form.get("id")), str(form.get("edition")))
    return KnownDocument(ref, {str(key): _known(str(key), one) for key, one in fields.items()})


_READINGS = {one.value: one for one in Reading}


def _known(key: FieldKey, content: object) -> Known:
    reading = _READINGS.get(str(content.get("reading"))) if isinstance(content, Mapping) else None
    if not isinstance(content, Mapping) or reading is None:
        raise InputError(f"Der Datensatz ist unvollständig (Feld {key}).", _HINT)
    return Known(
        key,
        reading,
        content.get("value"),
        accepted=content.get("accepted") is True,
        recognised=content.get("method") == Method.OCR.value,
    )


def source_for(
    definition: FormDefinition, found: Sequence[KnownDocument | None], forms: Forms
) -> Source:
    """Return the one document among ``found`` that ``definition`` can take values from.

    Raises:
        InputError: there is none, or more than one; it names what was found.
    """
    ways = {one.form: one for one in definition.prefills}
    fitting = [
        Source(one, ways.get(one.ref.form))
        for one in found
        if one is not None and (one.ref.form == definition.ref.form or one.ref.form in ways)
    ]
    if len(fitting) == 1:
        return fitting[0]
    titles = [_title(form, forms) for form in (*ways, definition.ref.form)]
    raise InputError(
        f"Für „{definition.title}“ wird genau ein Dokument gebraucht"
        f" ({' oder '.join(titles)}); der Datensatz enthält {_listed(found)}.",
        _HINT,
    )


def _title(form: str, forms: Forms) -> str:
    return next((f"„{one.title}“" for one in forms if one.ref.form == form), form)


def _listed(found: Sequence[KnownDocument | None]) -> str:
    """Return „feedbackbogen/2023-09-22 (2-mal), ein nicht erkanntes Dokument“."""
    names = ["ein nicht erkanntes Dokument" if one is None else str(one.ref) for one in found]
    counted = {name: names.count(name) for name in names}
    return (
        ", ".join(
            name if count == 1 else f"{name} ({count}-mal)" for name, count in counted.items()
        )
        or "kein Dokument"
    )


def carried(definition: FormDefinition, source: Source, forms: Forms) -> Iterator[Carried]:
    """Yield every field of ``definition`` the source speaks of, trusted or not.

    A field of a group comes once per item of the source. Values are not yet checked.
    """
    document = source.document
    origin = forms.find(document.ref)
    if origin is not None:
        origin = reshaped(origin, shape_of(origin, document.fields))
    about = {field.key: field for field in origin.fields} if origin is not None else {}
    if source.prefill is None:
        for key, known in document.fields.items():
            yield Carried(key, (known,), known.value if known.holds else None)
        return
    targets = _kinds(definition)
    for ours, theirs in source.prefill.fields.items():
        kind = targets.get(ours)
        for indices in _items(document.fields, theirs):
            keys = [numbered(key, indices) for key in theirs]
            sources = tuple(document.fields.get(key) or _absent(key) for key in keys)
            values = [_carried(one, about.get(one.key), kind) for one in sources if one.holds]
            yield Carried(numbered(ours, indices), sources, _joined(values, source.prefill.joint))


def _absent(key: FieldKey) -> Known:
    """Return what is known of a field that this edition of the other form has not."""
    return Known(key, Reading.NOT_FOUND, None, accepted=False)


def _kinds(definition: FormDefinition) -> dict[str, FieldKind]:
    """Return the kind of every field, repeated ones with empty brackets."""
    return {pattern(field.key): field.kind for field in definition.fields}


def _items(fields: Iterable[FieldKey], patterns: Sequence[str]) -> list[tuple[int, ...]]:
    """Return the numbers of all items any of ``patterns`` has; one without, if none repeats."""
    if not any("[]" in one for one in patterns):
        return [()]
    return sorted({numbers(key) for key in fields if pattern(key) in patterns})


def _carried(known: Known, field: Field | None, target: FieldKind | None) -> object:
    """Return a value of the source as our field holds it: a date in a text is written out."""
    value = known.value
    if field is None or target not in (FieldKind.TEXT, FieldKind.MULTILINE):
        return value
    if field.kind is FieldKind.DATE and isinstance(value, str):
        return shown(field, parse_date(value)) if is_date(value) else value
    if field.kind is FieldKind.CHOICE:
        chosen = [value] if isinstance(value, str) else value
        if isinstance(chosen, list):
            return ", ".join(one.label for one in field.options if one.key in chosen)
    return value


def _joined(values: Sequence[object], joint: str) -> object:
    """Return one value as it is, several texts in one; None where that cannot be."""
    if len(values) == 1:
        return values[0]
    texts = [one for one in values if isinstance(one, str)]
    return joint.join(texts) if texts and len(texts) == len(values) else None
