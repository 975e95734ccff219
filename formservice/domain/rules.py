"""Check a record: what was not read for sure, which rules are broken, which deadlines missed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from formservice.domain.copies import reshaped
from formservice.domain.deadlines import Deadline, deadline_findings, deadlines_of
from formservice.domain.document import Doubt
from formservice.domain.facts import Facts
from formservice.domain.findings import COMPARISON, Finding, FindingCode
from formservice.domain.form import Content, Field, FieldKey, FormDefinition, Rule, Severity
from formservice.domain.frist import Calendar
from formservice.domain.groups import items_of, shape_of
from formservice.domain.predicate import Breach
from formservice.domain.predicates import PREDICATES
from formservice.domain.record import Extraction, Reading, Record
from formservice.domain.text import turns

_REASONS = {
    Doubt.ANCHORS_LOST: "die Datei wurde mit einem anderen Programm gespeichert",
    Doubt.FOREIGN_LAYOUT: "der Bogen ist anders aufgebaut als unser Formular",
    Doubt.RECOGNISED: "der Text wurde aus einem Bild erkannt",
    Doubt.TRACKED_CHANGES: "im Dokument sind Änderungen noch nicht angenommen",
    Doubt.WHITE_SPACE: "Zeilenumbrüche oder Leerzeichen können abweichen",
    Doubt.CHARACTERS: "einzelne Zeichen können fehlen oder vertauscht sein",
    Doubt.OVERFLOW: "der Text ragt über das Feld hinaus, ein Teil kann fehlen",
    Doubt.AMBIGUOUS_MARK: "das Kreuz ist nicht eindeutig",
    Doubt.PART_MISSING: "die angekündigte Fortsetzung auf dem Beiblatt fehlt",
    Doubt.READINGS_DIFFER: "zwei Lesungen des Bildes sind verschieden",
    Doubt.ONE_READING: "eine zweite, unabhängige Lesung des Bildes fehlt",
    Doubt.UNSURE: "einzelne Wörter wurden unsicher erkannt",
    Doubt.CENTURY: "das Jahr hat nur zwei Ziffern, und keines der Jahrhunderte passt",
    Doubt.UNLIKELY_DAY: "der Tag widerspricht einem anderen oder dem Formular",
    Doubt.POOR_PAGE: "die Seite ist zu dunkel, verschmutzt oder unscharf",
    Doubt.HANDWRITING: "hier ist von Hand geschrieben",
    Doubt.NOT_LISTED: "die Angabe ähnelt einer bekannten, ist aber nicht gleich",
    Doubt.LABELS_LOST: "es wurden zu wenige Beschriftungen gefunden",
    Doubt.COPY_UNKNOWN: "welche Kopie der Seite das ist, war nicht zu lesen",
    Doubt.CORRECTED_MARK: "ein Kreuz wurde gestrichen oder geändert",
    Doubt.UNEXPLAINED_INK: "im Feld ist Farbe, die keine Lesung erklärt",
    Doubt.COVERED: "etwas verdeckt das Feld oder einen Teil davon",
}
# These have a finding of their own.
_APART = frozenset({Doubt.CONFLICT, Doubt.MALFORMED, Doubt.TYPED_NAME})
REASONS = {
    **_REASONS,
    Doubt.CONFLICT: "das Dokument enthält zwei verschiedene Angaben",
    Doubt.MALFORMED: "es steht etwas anderes da, als hier stehen kann",
    Doubt.TYPED_NAME: "statt einer Unterschrift steht ein getippter Name da",
}
"""Why a value needs a human look, as parts of German sentences."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check found.

    ``archivable`` is True when nothing blocks and every value was read for sure; findings that ask
    may still be open.
    """

    findings: tuple[Finding, ...]
    deadlines: tuple[Deadline, ...]
    archivable: bool


def check(
    definition: FormDefinition, record: Record, *, received: date, calendar: Calendar
) -> CheckResult:
    """Return everything to say about ``record``, received on ``received`` (Berlin).

    Findings come in this order: about the reading in the order of fields, broken rules in the
    order of the definition, deadlines.
    """
    definition = _fitting(definition, record)
    facts = Facts(definition, record, received)
    findings = (
        *_reading_findings(facts),
        *(finding for rule in definition.rules for finding in broken(rule, facts)),
        *deadline_findings(definition, record, received, calendar),
    )
    accepted = all(_is_sure(record.fields.get(field.key)) for field in definition.fields)
    blocked = any(finding.severity is Severity.BLOCKS for finding in findings)
    return CheckResult(
        findings=findings,
        deadlines=deadlines_of(definition, record, received, calendar),
        archivable=accepted and not blocked,
    )


def _fitting(definition: FormDefinition, record: Record) -> FormDefinition:
    """Return ``definition`` with as many items of its groups as ``record`` has."""
    known = {field.key for field in definition.fields}
    if not definition.members or record.fields.keys() <= known:
        return definition
    return reshaped(definition, shape_of(definition, record.fields))


def _is_sure(extraction: Extraction | None) -> bool:
    """Say whether a reading stands. A typed name is read for sure; what it is worth is asked."""
    if extraction is None or extraction.reading not in (Reading.READ, Reading.BLANK):
        return False
    return extraction.doubts <= {Doubt.TYPED_NAME}


def _reading_findings(facts: Facts) -> Iterator[Finding]:
    definition, record = facts.definition, facts.record
    lost = _lost_items(facts)
    told: set[str] = set()
    for field in definition.fields:
        if _is_found(record, field):
            yield from _doubts(field, record.fields[field.key])
            yield from _turned(field, record.fields[field.key])
            continue
        item = next((one for one in items_of(field.key) if one in lost), "")
        if item in told:
            continue
        if item:
            told.add(item)
        yield Finding(
            FindingCode.NOT_FOUND,
            Severity.ASKS,
            f"„{lost.get(item, field.name)}“ wurde im Dokument nicht gefunden. Bitte im Original "
            "nachsehen und die Angabe nachtragen oder bestätigen, dass sie fehlt.",
            field.key,
        )


def _is_found(record: Record, field: Field) -> bool:
    extraction = record.fields.get(field.key)
    return extraction is not None and extraction.reading is not Reading.NOT_FOUND


def _lost_items(facts: Facts) -> dict[str, str]:
    """Return the items nothing of which was found, with what people call them.

    Whoever deletes a goal or loses a page is asked about it once, not about all its fields.
    """
    found, every = set[str](), set[str]()
    for field in facts.definition.fields:
        items = items_of(field.key)
        every.update(items)
        if items and _is_found(facts.record, field):
            found.update(items)
    return {item: facts.item_name(item) for item in every - found}


def _doubts(field: Field, extraction: Extraction) -> Iterator[Finding]:
    doubts = extraction.doubts
    if Doubt.MALFORMED in doubts:
        yield Finding(
            FindingCode.MALFORMED,
            Severity.BLOCKS,
            f"In „{field.name}“ steht etwas, das dort nicht stehen kann (erwartet wird "
            f"{_EXPECTED.get(field.kind.value, 'etwas anderes')}). Bitte berichtigen.",
            field.key,
        )
    elif extraction.reading is Reading.UNREADABLE and Doubt.CENTURY in doubts:
        yield Finding(
            FindingCode.UNREADABLE,
            Severity.BLOCKS,
            f"In „{field.name}“ hat das Jahr nur zwei Ziffern: Es kann mit 19 oder mit 20 "
            "beginnen, und keines von beiden passt zum Tag des Eingangs. Bitte klären und mit "
            "vier Ziffern nachtragen.",
            field.key,
        )
        doubts -= {*_REASONS, Doubt.TYPED_NAME}
    elif extraction.reading is Reading.UNREADABLE:
        yield Finding(
            FindingCode.UNREADABLE,
            Severity.BLOCKS,
            f"„{field.name}“ ist nicht lesbar{_because(doubts)}. Bitte im Original nachsehen und "
            "die Angabe von Hand nachtragen.",
            field.key,
        )
        doubts -= {*_REASONS, Doubt.TYPED_NAME}
    if Doubt.CONFLICT in doubts:
        yield Finding(
            FindingCode.CONFLICT,
            Severity.ASKS,
            f"Für „{field.name}“ enthält das Dokument zwei verschiedene Angaben. Bitte im "
            "Original nachsehen und die richtige auswählen.",
            field.key,
        )
    if Doubt.TYPED_NAME in doubts:
        yield Finding(
            FindingCode.DOUBTFUL,
            Severity.ASKS,
            f"Bei „{field.name}“ steht statt einer Unterschrift ein getippter Name. Bitte "
            "unterschreiben lassen oder bestätigen, dass der Name genügt.",
            field.key,
        )
    if doubts - _APART:
        yield Finding(
            FindingCode.DOUBTFUL,
            Severity.ASKS,
            f"Bitte „{field.name}{COMPARISON}{_reasons(doubts)}.{_meant(extraction)}",
            field.key,
        )


def _turned(field: Field, extraction: Extraction) -> Iterator[Finding]:
    """Yield that a name holds signs that show it in another order than it has."""
    value = extraction.value
    if field.about is Content.NAME and isinstance(value, str) and turns(value):
        yield Finding(
            FindingCode.DIRECTION,
            Severity.ASKS,
            f"In „{field.name}“ stehen unsichtbare Zeichen, die die Schreibrichtung umkehren: Der"
            " Name kann anders lauten, als er aussieht. Bitte neu eintippen oder bestätigen, dass"
            " er so stimmt.",
            field.key,
            overridable=True,
        )


def _meant(extraction: Extraction) -> str:
    """Return the entry of a list that may be meant. It is no value of the form."""
    return f" Gemeint ist vielleicht „{extraction.nearest}“." if extraction.nearest else ""


_EXPECTED = {
    "date": "ein Datum wie 27.03.2026",
    "choice": "ein Kreuz",
    "tick": "ein Kreuz",
    "signature": "eine Unterschrift",
}


def _because(doubts: frozenset[Doubt]) -> str:
    reasons = _reasons(doubts)
    return f" ({reasons})" if reasons else ""


def _reasons(doubts: frozenset[Doubt]) -> str:
    return "; ".join(reason for doubt, reason in _REASONS.items() if doubt in doubts)


def broken(rule: Rule, facts: Facts) -> Iterator[Finding]:
    """Yield what breaks ``rule``."""
    if not rule.each:
        yield from _broken_by(rule, facts, "")
        return
    for item in facts.items.of(rule.each):
        yield from _broken_by(rule, facts, item)


def _broken_by(rule: Rule, facts: Facts, item: str) -> Iterator[Finding]:
    """Yield what breaks ``rule``, put to one item of a group or (``item`` empty) to all."""
    if not facts.holds(_at(rule.when, facts, item)):
        return
    if rule.unless and facts.spares(_at(rule.unless, facts, item)):
        return
    predicate = PREDICATES[rule.predicate]
    for breach in predicate.breaches(facts, rule.fields, rule.arguments, item):
        yield Finding(
            rule.code,
            rule.severity,
            _message(rule, breach, facts, item),
            None if breach.field is None else facts.place(breach.field),
            rule.id,
            rule.overridable,
            breach.params,
        )


def _at(
    condition: Mapping[FieldKey, tuple[str, ...]], facts: Facts, item: str
) -> Mapping[FieldKey, tuple[str, ...]]:
    """Return a condition on the fields of one item."""
    return {
        concrete: options
        for key, options in condition.items()
        for concrete in facts.items.keys(key, item)
    }


def _message(rule: Rule, breach: Breach, facts: Facts, item: str) -> str:
    """Return the rule's sentence with its gaps (``{field}``, ``{item}``, ``{words}`` …) filled."""
    message = rule.message
    if breach.field is not None:
        message = message.replace("{field}", facts.name(breach.field))
    if item:
        message = message.replace("{item}", facts.item_name(item))
    for gap, content in breach.params.items():
        message = message.replace("{" + gap + "}", str(content))
    return message
