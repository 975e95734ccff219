"""FormDefinition, Field, Rule, DeadlineRule, Layout: a form as data.

A definition is read from ``mappings/<form>/<edition>.yaml``; its layout from ``fields.json``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from formservice.domain.document import Box
from formservice.domain.form_uses import Goals, Participation

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


class Content(StrEnum):
    """What a written value is about; it decides how closely a recognised one is looked at.

    A definition names the first five. The others follow from the kind of field.
    """

    NAME = "name"  # of a person
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    LIST = "list"  # an entry of a list the installation knows
    DATE = "date"
    SHORT = "short"
    FREE = "free"


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
    ``placeholder`` is what the blank control shows. ``long_date`` writes „24. Juli 2023“;
    ``birthday`` marks the day somebody was born, whose year may be of the last century.
    ``o_ton`` marks the person's own words, kept character for character. ``zeitangabe`` marks a
    text that says until or from when; its raw text is the value, kind and day are read beside it.
    ``content`` says what a text is about, ``lists`` which lists of the installation may know it;
    of several lists an entry each is expected, joined as in a pre-filled form.
    ``purpose``, ``legal_basis`` and ``deletion_class`` say why the value may be held and how long;
    empty means: as the form.
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
    birthday: bool = False
    o_ton: bool = False
    zeitangabe: bool = False
    content: Content | None = None
    lists: tuple[str, ...] = ()
    help: str = ""
    purpose: str = ""
    legal_basis: str = ""
    deletion_class: str = ""

    @property
    def about(self) -> Content:
        """What its value is about, by definition or else by kind."""
        if self.content is not None:
            return self.content
        if self.kind is FieldKind.DATE:
            return Content.DATE
        return Content.FREE if self.kind is FieldKind.MULTILINE else Content.SHORT

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
    ``each`` names a group (``ziele``): the demand is then put to every item of it on its own.
    ``unless`` is the opposite of ``when``: the demand is not put where a choice named there holds,
    or may hold, one of the options.
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
    each: str = ""
    unless: Mapping[FieldKey, tuple[str, ...]] = field(default_factory=dict)


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

    Exactly one of the four is set; ``anchor`` is a field key or a tick key. In the flow of a
    template, ``begin`` and ``end`` name the group whose items stand between them, anchors have
    empty brackets, and ``{n}`` in a text is the number of the item.
    """

    text: str = ""
    anchor: str = ""
    begin: str = ""
    end: str = ""


@dataclass(frozen=True, slots=True, order=True)
class PageCopy:
    """A further print of page ``page`` of a form, with later items of a group.

    ``group`` is the key of the group, ``first`` (from 0) its first item on the copy. With ``part``
    above 0 the copy goes on with the lists inside that one item: their rows start behind those
    of ``part`` earlier prints.
    """

    page: int
    group: str
    first: int
    part: int = 0


@dataclass(frozen=True, slots=True)
class Echo:
    """A place where something known is printed again: it is written, never read.

    ``source`` is the key of the field repeated, or that of an item (``ziele[1]``), whose number
    is printed.
    """

    source: str
    page: int
    box: Box


@dataclass(frozen=True, slots=True)
class Layout:
    """What the Word file fixes, as built into ``fields.json``.

    ``pages`` are sizes in points; ``zones`` where fields stand; ``flow`` all printed phrases,
    word for word, and field anchors in reading order; ``qr`` and ``squares`` the registration
    marks as (page, box). ``copies`` are the last of ``pages``: copies of pages of the form, for
    groups with more items than one print has rows. ``template_flow`` is the flow with its groups
    not yet repeated, empty where nothing repeats.
    """

    ref: FormRef
    pages: tuple[tuple[float, float], ...]
    zones: tuple[Zone, ...]
    flow: tuple[FlowItem, ...] = ()
    qr: tuple[tuple[int, Box], ...] = ()
    squares: tuple[tuple[int, Box], ...] = ()
    copies: tuple[PageCopy, ...] = ()
    echoes: tuple[Echo, ...] = ()
    template_flow: tuple[FlowItem, ...] = ()

    def printed(self, page: int) -> int:
        """Return which page of ``form.pdf`` shows ``page``, both counted from 1."""
        own = len(self.pages) - len(self.copies)
        return page if page <= own else self.copies[page - own - 1].page

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
class FixedText:
    """The printed wording people sign for: its version, and the hash of every phrase of it.

    ``sha256`` is that of the printed phrases of the form; a form returned with other wording is
    no answer to ours.
    """

    version: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Prefill:
    """Where a form takes known values from: fields of a read record of ``form``.

    ``fields`` gives for each field of ours the fields of the other form it is taken from; several
    are joined with ``joint``.
    """

    form: str
    fields: Mapping[FieldKey, tuple[FieldKey, ...]]
    joint: str = ", "


@dataclass(frozen=True, slots=True)
class Group:
    """Fields that repeat together: the goals of a plan, the services of a goal.

    ``key`` is that of the group with empty brackets for the groups around it
    (``ziele[].teilziele``); the items of ``ziele`` have the keys ``ziele[0]``, ``ziele[1]`` …
    ``title`` is what one item is called, before its number. ``rows`` is how many stand on the
    printed form; what goes beyond stands on copies of its page. A ``single`` group repeats one
    field that has no name of its own (``ziele[0].teilziele[2]``). ``members`` hold keys with empty
    brackets (``ziele[].text``) and may hold one more level of groups.
    """

    key: str
    title: str
    rows: int
    members: "tuple[Field | Group, ...]"
    single: bool = False


PLAIN_GAP = "{value}"
"""Where the value stands in plain words for it."""


@dataclass(frozen=True, slots=True)
class FormDefinition:
    """Everything the product knows about one edition of one form.

    ``marks`` are printed phrases no other form has. ``layout`` is None until the form is built.
    ``fields`` are those of one printed copy, repeated ones with their numbers
    (``ziele[0].text``); ``members`` is the tree they come from (``domain.groups``), empty where
    nothing repeats. An edition that is not ``released`` is read like any other, and generated
    only where it is named. ``notice`` is a caution for those who use the form. ``sections`` names
    the parts of the form on a screen, by the (declared) field or group each begins with.
    ``plain`` has the words in which a record is told to the person it is about, in their order,
    by (declared) field, group or ``field.option``; ``PLAIN_GAP`` stands for the value, and empty
    words keep it back. ``issued_first`` is the short name of the form a case begins with: it is
    offered by itself; empty for all others. ``goals`` tells of a plan where its goals stand,
    ``participation`` of what a Träger writes of one where its days and its occasion stand.
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
    members: tuple[Field | Group, ...] = ()
    released: bool = True
    notice: str = ""
    fixed_text: FixedText | None = None
    prefills: tuple[Prefill, ...] = ()
    sections: Mapping[FieldKey, str] = field(default_factory=dict)
    plain: Mapping[FieldKey, str] = field(default_factory=dict)
    issued_first: str = ""
    goals: Goals | None = None
    participation: Participation | None = None
    purpose: str = ""
    legal_basis: str = ""
    deletion_class: str = ""

    def field(self, key: FieldKey) -> Field:
        """Return the field called ``key``; KeyError if there is none."""
        for candidate in self.fields:
            if candidate.key == key:
                return candidate
        raise KeyError(key)
