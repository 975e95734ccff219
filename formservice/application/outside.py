"""What people typed into a Word form outside its fields: it is never lost without a word."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from formservice.application.wording_exact import words
from formservice.domain.document import Doubt, Medium, Method, Page
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition, Severity
from formservice.domain.record import Record
from formservice.domain.rules import CheckResult
from formservice.domain.wording import one_print, phrases

# Of the fields, so many must be controls: in a foreign layout what is printed is not ours.
_IN_CONTROLS = 0.5
_MESSAGE = (
    "Im Dokument steht Text außerhalb der Felder, zuerst {place}. Er ist in keiner Angabe"
    " enthalten. Bitte im Original nachsehen."
)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed: the fields it stands beside, and whether there is more, behind what."""

    beside: frozenset[str] = frozenset()
    elsewhere: bool = False
    behind: str = ""


def typed(definition: FormDefinition, record: Record, pages: Sequence[Page]) -> Typed:
    """Return what of ``pages`` was typed outside the fields; nothing where nobody can tell.

    Forms with a fixed text are compared word for word anyhow.
    """
    if definition.fixed_text is not None or not _is_ours(definition, record, pages):
        return Typed()
    known, ours = _printed(definition), list(_phrases(definition))
    beside: set[str] = set()
    elsewhere, behind, last = False, "", ""
    for one in chain.from_iterable(page.loose for page in pages):
        here = words(one.text)
        if all(word in known or not any(map(str.isalnum, word)) for word in here):
            plain = " ".join(one.text.split())
            last = next((phrase for phrase in ours if phrase == plain), last)
            continue
        anchors = set(one.beside)
        keys = {field.key for field in definition.fields if anchors & set(field.anchors)}
        beside |= keys
        if not keys and not elsewhere:
            elsewhere, behind = True, last
    return Typed(frozenset(beside), elsewhere, behind)


def doubted(record: Record, found: Typed) -> Record:
    """Return ``record`` with a doubt on the fields beside which something was typed."""
    doubts = frozenset({Doubt.OVERFLOW})
    fields = {
        key: replace(one, doubts=one.doubts | doubts) if key in found.beside else one
        for key, one in record.fields.items()
    }
    return replace(record, fields=fields)


def with_outside(result: CheckResult, found: Typed) -> CheckResult:
    """Return ``result`` with a finding if something stands where no field is."""
    if not found.elsewhere:
        return result
    place = f"nach „{found.behind}“" if found.behind else "am Anfang"
    finding = Finding(
        FindingCode.OUTSIDE, Severity.ASKS, _MESSAGE.format(place=place), overridable=True
    )
    return replace(result, findings=(finding, *result.findings), archivable=False)


def _is_ours(definition: FormDefinition, record: Record, pages: Sequence[Page]) -> bool:
    if definition.layout is None or any(page.medium is not Medium.DOCX for page in pages):
        return False
    held = [one for one in record.fields.values() if one.method is Method.CONTROL]
    return len(held) > _IN_CONTROLS * len(record.fields)


def _phrases(definition: FormDefinition) -> Iterator[str]:
    flow = definition.layout.flow if definition.layout is not None else ()
    yield from phrases((*flow, *one_print(definition)))


def _printed(definition: FormDefinition) -> set[str]:
    """Return every word the form prints itself."""
    named = (
        (one.label, one.title, one.placeholder, *(option.label for option in one.options))
        for one in definition.fields
    )
    own = (definition.title, definition.notice, *_phrases(definition))
    return {word for text in chain(own, *named) for word in words(text)}
