"""A form as its page shows it: sections, lists and fields, with what is to say about each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from formservice.domain.form import FieldKey


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence about a field or the form; ``kind`` is that of an alert."""

    text: str
    kind: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class OptionView:
    """One box of a choice."""

    key: str
    label: str
    checked: bool


@dataclass(frozen=True, slots=True)
class DoubtView:
    """What a person has to look at: what the machine read, and where it stands.

    ``is_missing`` says that the place of the field was not found: then there is no reading.
    """

    read: str
    picture: str | None
    can_confirm: bool
    confirmed: bool
    unreadable: bool
    is_missing: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field: ``text`` is what stands in it, ``shown`` how a page without fields tells it.

    ``question`` is the printed wording where it says more than the label. ``context`` tells
    screen readers of which item it is. ``source`` says where the value was taken from, empty if
    somebody typed it. ``changed`` says that a person has decided what stands
    there.
    """

    key: FieldKey
    id: str
    name: str
    kind: str
    label: str
    context: str
    question: str
    help: str
    placeholder: str
    text: str
    shown: str
    options: tuple[OptionView, ...]
    several: bool
    o_ton: bool
    least_words: int
    errors: tuple[str, ...]
    told: tuple[Told, ...]
    doubt: DoubtView | None
    source: str
    changed: bool
    is_blank: bool

    @property
    def is_group(self) -> bool:
        """No: it is a field."""
        return False

    @property
    def has_news(self) -> bool:
        """Whether something is to say about it."""
        return bool(self.errors or self.told or self.doubt)


def runs(
    parts: "Sequence[FieldView | GroupView]",
) -> "list[tuple[bool, list[FieldView | GroupView]]]":
    """Return parts in their order, fields that follow each other together; whether lists first."""
    return [(is_list, list(some)) for is_list, some in groupby(parts, lambda one: one.is_group)]


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of a group; ``origin`` is which it was in the record, empty for a new one.

    ``name`` tells it from those of other items („Ziel 2, Teilziel 1“).
    """

    key: str
    id: str
    title: str
    name: str
    origin: str
    number: int
    parts: "tuple[FieldView | GroupView, ...]"
    is_first: bool
    is_last: bool

    @property
    def has_news(self) -> bool:
        """Whether something is to say about one of its fields."""
        return any(part.has_news for part in self.parts)

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(part.is_blank for part in self.parts)


@dataclass(frozen=True, slots=True)
class GroupView:
    """The items of a list; ``title`` is what one of them is called.

    ``about`` is the item that the list is in („Ziel 2“), empty for one of the form.
    """

    key: str
    id: str
    title: str
    about: str
    items: tuple[ItemView, ...]
    single: bool
    inner: bool

    @property
    def is_group(self) -> bool:
        """Yes."""
        return True

    @property
    def has_news(self) -> bool:
        """Whether something is to say about one of its fields."""
        return any(item.has_news for item in self.items)

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(item.is_blank for item in self.items)


@dataclass(frozen=True, slots=True)
class SectionView:
    """A part of the form; one that nothing is demanded of stays closed while it is blank."""

    id: str
    title: str
    parts: tuple[FieldView | GroupView, ...]
    optional: bool

    @property
    def is_open(self) -> bool:
        """Whether it has something to show."""
        return not self.is_blank or any(part.has_news for part in self.parts)

    @property
    def is_blank(self) -> bool:
        """Whether nothing stands in it."""
        return all(part.is_blank for part in self.parts)


@dataclass(frozen=True, slots=True)
class FormView:
    """A whole form, ready for the macros.

    ``errors`` are what cannot be taken as it stands, ``findings`` what is to say about what
    stands there: each the id of a field (empty: about all of it) and a sentence.
    """

    title: str
    notice: str
    sections: tuple[SectionView, ...]
    errors: tuple[tuple[str, str], ...]
    findings: tuple[tuple[str, Told], ...]
    doubtful: int

    @property
    def blocking(self) -> tuple[tuple[str, str], ...]:
        """What has to be put right before the form can go on, for the error summary."""
        return tuple((id_, one.text) for id_, one in self.findings if one.kind == "danger")

    @property
    def general(self) -> tuple[Told, ...]:
        """What is to say about all of the form, not about a field of it."""
        return tuple(one for id_, one in self.findings if not id_)
