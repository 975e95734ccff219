"""What people typed into a Word form outside its fields: it is never lost without a word."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from formservice.application.wording_exact import words
from formservice.domain.document import Doubt, Medium, Method, Page
from formservice.domain.findings import Finding, FindingCode
from formservice.domain.form import FormDefinition, Severity
from formservice.domain.record import Record
from formservice.domain.rules import CheckResult

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
    printed = _printed(_texts(definition))
    beside: set[str] = set()
    elsewhere, behind, last = False, "", ""
    for one in chain.from_iterable(page.loose for page in pages):
        plain = " ".join(one.text.split())
        if plain in printed.phrases:
            last = plain
            continue
        if all(
            word in printed.words or not any(map(str.isalnum, word)) for word in words(one.text)
        ):
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


class _Printed(NamedTuple):
    """What a form prints itself: its phrases, and all their words."""

    phrases: frozenset[str]
    words: frozenset[str]


def _texts(definition: FormDefinition) -> tuple[str, ...]:
    """Return all texts the form prints, those of its groups also where it has none of them."""
    layout = definition.layout
    flow = (*layout.flow, *layout.template_flow) if layout is not None else ()
    named = (
        (one.label, one.title, one.placeholder, *(option.label for option in one.options))
        for one in definition.fields
    )
    own = (definition.title, definition.notice, *(item.text for item in flow))
    return (*own, *chain.from_iterable(named))


@lru_cache(maxsize=64)
def _printed(texts: tuple[str, ...]) -> _Printed:
    """Return what is printed with ``texts``; kept, for it is the same in every document."""
    phrases = frozenset(" ".join(text.split()) for text in texts)
    return _Printed(phrases, frozenset(word for text in phrases for word in words(text)))
