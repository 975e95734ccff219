"""FormDefinition, Field, Rule, DeadlineRule, Layout: a form as data.

A definition is read from ``mappings/<form>/<edition>.yaml``; its layout from ``fields.json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from formservice.domain.document import Box

FieldKey: TypeAlias = str
Argument: TypeAlias = str | int | float | bool | tuple[str, ...]


class FieldKind(StrEnum):
    """What kind of value a field holds."""

    TEXT = "text"
    MULTILINE = "multiline"
    DATE = "date"
    TICK = "tick"  # a single box of its own
    CHOICE = "choice"  # several boxes that belong together
    SIGNATURE = "signature"


class Severity(StrEnum):
    """What a finding demands: blocks archiving, asks for a confirmation, or only notes."""

    BLOCKS = "blocks"
    ASKS = "asks"
    NOTES = "notes"


@dataclass(frozen=True, slots=True)
class FormRef:
    """A form and its edition, for example ``feedbackbogen/2023-09-22``."""

    form: str
    edition: str

    def __str__(self) -> str:
        """Return ``form/edition``."""
        return f"{self.form}/{self.edition}"


@dataclass(frozen=True, slots=True)
class Option:
    """One box of a choice; ``label`` is printed beside it, word for word."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form.

    ``label`` is the printed wording beside it, word for word; ``title`` names it in messages and
    to screen readers where the label alone does not (two fields „Telefon:“). ``group`` joins
    fields of one person or block, which tells repeated labels apart in a foreign layout.
    ``placeholder`` is what the blank control shows. ``long_date`` writes „24. Juli 2023“.
    ``o_ton`` marks the person's own words, kept character for character.
    """

    key: FieldKey
    kind: FieldKind
    label: str
    title: str = ""
    group: str = ""
    options: tuple[Option, ...] = ()
    several: bool = False
    placeholder: str = ""
    long_date: bool = False
    o_ton: bool = False
    help: str = ""

    @property
    def name(self) -> str:
        """What people call the field: its title, else its label without colon."""
        return self.title or self.label.rstrip(": ")

    @property
    def anchors(self) -> tuple[str, ...]:
        """The names of its controls: the key, or one ``key.option`` per box of a choice."""
        if self.kind is FieldKind.CHOICE:
            return tuple(f"{self.key}.{option.key}" for option in self.options)
        return (self.key,)


@dataclass(frozen=True, slots=True)
class Rule:
    """One checkable demand: a named predicate over fields, with the sentence for people.

    ``when`` limits it: every named choice must hold one of the options listed (an empty tuple
    means: holds nothing). ``arguments`` are the predicate's own settings. ``message`` is German
    and says what to do. An ``overridable`` finding may be set aside by a caseworker with reason.
    """

    id: str
    predicate: str
    fields: tuple[FieldKey, ...]
    severity: Severity
    message: str
    when: Mapping[FieldKey, tuple[str, ...]] = field(default_factory=dict)
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    overridable: bool = False
    code: str = "rule.broken"


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """When something about a document was due, and what shows that it was met.

    ``event`` is the field whose date starts the clock. ``art`` is ``ereignis`` (the day does not
    count), or ``datum`` (due on that very day). ``met_by`` is ``received`` (day of receipt) or a
    date field. ``shift`` says whether an end on a closed day moves to the next open one.
    ``assumption`` is a sentence shown when the event is only assumed.
    """

    key: str
    title: str
    event: FieldKey
    art: str
    count: int
    unit: str
    met_by: str
    shift: bool
    basis: str
    message: str
    when: Mapping[FieldKey, tuple[str, ...]] = field(default_factory=dict)
    assumption: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """Where a control stands on the printed form; ``kind`` as in ``fields.json``."""

    key: str
    kind: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class FlowItem:
    """One step through the form in reading order: a printed phrase, or the anchor of a field.

    Exactly one of the two is set; ``anchor`` is a field key or a tick key.
    """

    text: str = ""
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """What the Word file fixes, as built into ``fields.json``.

    ``pages`` are sizes in points; ``zones`` where fields stand; ``flow`` all printed phrases,
    word for word, and field anchors in reading order; ``qr`` and ``squares`` the registration
    marks as (page, box).
    """

    ref: FormRef
    pages: tuple[tuple[float, float], ...]
    zones: tuple[Zone, ...]
    flow: tuple[FlowItem, ...] = ()
    qr: tuple[tuple[int, Box], ...] = ()
    squares: tuple[tuple[int, Box], ...] = ()

    def on_page(self, page: int) -> tuple[Zone, ...]:
        """Return the zones of one page of the form, counted from 1."""
        return tuple(zone for zone in self.zones if zone.page == page)


@dataclass(frozen=True, slots=True)
class Continuation:
    """Marks a form as continuation sheet and names the fields that tell what it continues."""

    form: FieldKey
    field: FieldKey
    part: FieldKey
    text: FieldKey


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """Everything the product knows about one edition of one form.

    ``marks`` are printed phrases no other form has. ``layout`` is None until the form is built.
    """

    ref: FormRef
    title: str
    language: str
    marks: tuple[str, ...]
    fields: tuple[Field, ...]
    rules: tuple[Rule, ...] = ()
    deadlines: tuple[DeadlineRule, ...] = ()
    layout: Layout | None = None
    continuation: Continuation | None = None

    def field(self, key: FieldKey) -> Field:
        """Return the field called ``key``; KeyError if there is none."""
        for candidate in self.fields:
            if candidate.key == key:
                return candidate
        raise KeyError(key)
