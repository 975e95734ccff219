"""Recognised values on their way from „read“ to „accepted“, or to the exact reason why not."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

from formservice.application.extract import is_prompt
from formservice.domain.acceptance import (
    AcceptanceRule,
    Decision,
    Evidence,
    agree,
    decided,
    is_trusted,
)
from formservice.domain.content import is_far
from formservice.domain.document import Doubt, Method, Opinion
from formservice.domain.facts import Facts
from formservice.domain.form import Content, Field, FieldKey, FieldKind, FormDefinition
from formservice.domain.groups import pattern
from formservice.domain.predicates import PREDICATES
from formservice.domain.record import Extraction, Reading, Record
from formservice.domain.rules import broken
from formservice.domain.text import clean, is_blank
from formservice.domain.values import is_placeholder, parse

_WRITTEN = frozenset({FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.DATE})


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The rule of this installation and the lists it knows, each by name."""

    rule: AcceptanceRule
    lists: Mapping[str, tuple[str, ...]]

    def __call__(
        self,
        definition: FormDefinition,
        record: Record,
        received: date,
        sent: Mapping[FieldKey, str],
    ) -> Record:
        """Return ``record`` with every recognised value accepted, or doubted for its reasons.

        ``sent`` is what stood in the fields when the form was sent, as far as that is known.
        """
        record = self._decided(definition, record, received, sent)
        impossible = _impossible(definition, record, received, self.rule)
        fields = {
            key: _doubted(one, Doubt.UNLIKELY_DAY) if key in impossible else one
            for key, one in record.fields.items()
        }
        return replace(record, fields=fields)

    def _decided(
        self,
        definition: FormDefinition,
        record: Record,
        received: date,
        sent: Mapping[FieldKey, str],
    ) -> Record:
        fields = dict(record.fields)
        open_ = {field.key: field for field in definition.fields if _is_open(field, record)}
        meant = {key: _meant(field, fields[key]) for key, field in open_.items()}
        trusted = self._trusted(open_, meant, record)
        required = _required(definition)
        for key, field in open_.items():
            one = fields[key]
            evidence = Evidence(
                about=field.about,
                readings=meant[key],
                trusted=trusted.get(one.page),
                required=pattern(key) in required,
                entries=tuple(self._entries(field)),
                sent=sent.get(key),
            )
            decision = decided(evidence, self.rule)
            chosen = _with_text(field, one, decision, received)
            known = chosen.doubts - {Doubt.RECOGNISED}
            if Doubt.MALFORMED in known or isinstance(chosen.value, date):
                # Said by the other already; dots and dashes of any shape make no other day.
                known -= {Doubt.CHARACTERS}
            doubts = known | decision.doubts
            if Doubt.MALFORMED in doubts:
                doubts -= {Doubt.CHARACTERS}
            fields[key] = replace(
                chosen,
                doubts=doubts,
                decided=str(self.rule),
                nearest=decision.nearest,
            )
        return replace(record, fields=fields)

    def _trusted(
        self,
        fields: Mapping[FieldKey, Field],
        meant: Mapping[FieldKey, tuple[Opinion, ...]],
        record: Record,
    ) -> Mapping[int | None, bool | None]:
        """Return which pages pass the gate, told by what is not written by hand."""
        pages: dict[int | None, list[tuple[Content, tuple[Opinion, ...]]]] = defaultdict(list)
        for key, field in fields.items():
            one = record.fields[key]
            if Doubt.HANDWRITING not in one.doubts:
                pages[one.page].append((field.about, meant[key]))
        return {page: is_trusted(found, self.rule) for page, found in pages.items()}

    def _entries(self, field: Field) -> Iterator[str]:
        """Yield what the lists have for a field; of several lists every combination."""
        known = [self.lists.get(name, ()) for name in field.lists]
        if all(known):
            yield from (", ".join(parts) for parts in product(*known) if parts)


def _is_open(field: Field, record: Record) -> bool:
    """Say whether the reading of a field is one of a picture, not yet accepted or refused."""
    one = record.fields.get(field.key)
    return (
        one is not None
        and field.kind in _WRITTEN
        and one.method is Method.OCR
        and bool(one.opinions)
        and Doubt.RECOGNISED in one.doubts
    )


def _meant(field: Field, one: Extraction) -> tuple[Opinion, ...]:
    """Return the readings of a field, those of its prompt as blank ones."""
    return tuple(
        replace(opinion, text="")
        if is_placeholder(field, opinion.text) or is_prompt(field, opinion.text)
        else opinion
        for opinion in one.opinions
    )


def _with_text(field: Field, one: Extraction, told: Decision, received: date) -> Extraction:
    """Return ``one`` with the text that counts, if that is not what it already says."""
    text = clean(told.text)
    if text == one.raw or is_blank(text) or Doubt.HANDWRITING in one.doubts:
        return one
    try:
        value = parse(field, text, received)
    except ValueError:
        return one
    return replace(
        one,
        reading=Reading.READ,
        raw=text,
        value=value,
        confidence=round(min(one.confidence, told.confidence), 3),
        doubts=one.doubts - {Doubt.MALFORMED, Doubt.CENTURY},
        together=told.together,
    )


def _required(definition: FormDefinition) -> frozenset[FieldKey]:
    """Return the fields that some rule demands to be filled, by their patterns."""
    return frozenset(
        pattern(key)
        for rule in definition.rules
        if PREDICATES[rule.predicate].requires
        for key in rule.fields
    )


def _impossible(
    definition: FormDefinition, record: Record, received: date, rule: AcceptanceRule
) -> frozenset[FieldKey]:
    """Return the recognised dates that the calendar, the form or another date speaks against.

    A misread digit is likelier than such a day, unless every reading is sure of it, or it was
    read over and over again; then it is for the form to ask about it.
    """
    recognised = {
        key: one.value
        for key, one in record.fields.items()
        if one.decided and isinstance(one.value, date)
    }
    unsure = {key for key in recognised if not _is_certain(record.fields[key], rule)}
    found = {key for key, day in recognised.items() if is_far(day, received)}
    facts = Facts(definition, record, received)
    for demand in definition.rules:
        if PREDICATES[demand.predicate].orders and any(True for _ in broken(demand, facts)):
            patterns = {pattern(key) for key in demand.fields}
            found |= {key for key in unsure if pattern(key) in patterns}
    return frozenset(found)


def _is_certain(one: Extraction, rule: AcceptanceRule) -> bool:
    """Say whether all readings are sure of a day, or very many of them are the same."""
    least = min((opinion.confidence for opinion in one.opinions), default=0.0)
    if least >= rule.unlikely:
        return True
    over_and_over = len(one.opinions) >= rule.many and agree(Content.DATE, one.opinions)
    return over_and_over and least >= rule.unlikely_by_all


def _doubted(one: Extraction, doubt: Doubt) -> Extraction:
    return replace(one, doubts=one.doubts | {doubt})
