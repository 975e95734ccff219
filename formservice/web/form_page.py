"""Any form as a page: what its definition says, what is known, and what is to say about it.

Nothing here knows a form. ``view`` makes what the macros of ``templates/form/fields.html`` show;
``posted`` takes what comes back, and ``changes`` says what of a record it changes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias  # records have the shape of the JSON contract

from formservice.application.editing_record import is_looked_at
from formservice.domain.errors import Problem
from formservice.domain.form import Field, FieldKey, FieldKind, FormDefinition, Group, Severity
from formservice.domain.groups import flat, numbered, pattern, shape_of
from formservice.domain.predicates import PREDICATES
from formservice.domain.record import Reading
from formservice.domain.text import clean
from formservice.web.form_page_changes import changes
from formservice.web.form_page_posted import Posted, field_id, field_name, posted
from formservice.web.form_page_read import as_read, as_typed, origin_of, shown_as
from formservice.web.form_page_views import (
    DoubtView,
    FieldView,
    FormView,
    GroupView,
    ItemView,
    OptionView,
    SectionView,
    Told,
)
from formservice.web.texts import text

__all__ = ["FormView", "Known", "Posted", "changes", "field_id", "posted", "told_of", "view"]

Picture: TypeAlias = Callable[[FieldKey], str | None]
"""Returns the address of the picture of a field, None if there is none."""


@dataclass(frozen=True, slots=True)
class Known:
    """What a form is shown with; all of it may be missing.

    ``reading`` is a kept record; ``values`` are data as ``generate`` takes them, by flat key;
    ``posted`` is what somebody typed, which goes before both. ``findings`` are those of a record
    as JSON, ``problems`` what cannot be taken as it was typed. ``picture`` tells where a field can
    be seen. ``taken`` are values that were known before, each with a sentence from where, which
    is told as long as nobody changed them. ``signatures`` shows whether the paper was signed: in a
    browser nobody signs (§ 36a SGB I).
    """

    reading: Mapping[str, Any] | None = None
    values: Mapping[FieldKey, object] = field(default_factory=dict)
    posted: Posted | None = None
    findings: Sequence[Mapping[str, Any]] = ()
    problems: Sequence[Problem] = ()
    picture: Picture = lambda _key: None
    taken: Mapping[FieldKey, tuple[object, str]] = field(default_factory=dict)
    signatures: bool = False


_KINDS = {str(Severity.BLOCKS): "danger", str(Severity.ASKS): "warning"}


def told_of(finding: Mapping[str, Any]) -> Told:
    """Return a finding as pages tell it."""
    kind = _KINDS.get(str(finding.get("severity")), "info")
    return Told(str(finding["message"]), kind, str(finding.get("code") or ""))


def view(definition: FormDefinition, known: Known) -> FormView:
    """Return a form with what is known of it."""
    return _Parts(definition, known).form()


def _demanded(definition: FormDefinition) -> frozenset[FieldKey]:
    """Return the (declared) fields that some rule wants to be filled."""
    return frozenset(
        key
        for rule in definition.rules
        if PREDICATES[rule.predicate].requires
        for key in rule.fields
    )


def _least_words(definition: FormDefinition) -> Mapping[FieldKey, int]:
    """Return how many words an answer needs at least, for the fields that need some."""
    return {
        key: int(str(rule.arguments["words"]))
        for rule in definition.rules
        if rule.predicate == "at_least_words" and "words" in rule.arguments
        for key in rule.fields
    }


class _Parts:
    """Makes the parts of one view."""

    def __init__(self, definition: FormDefinition, known: Known) -> None:
        self._definition = definition
        self._known = known
        self._fields = (known.reading or {}).get("fields") or {}
        self._shape = self._counts()
        members = definition.members or definition.fields
        self._flat = {one.key: one for one in flat(members, self._shape)}
        self._words = _least_words(definition)
        self._told: dict[str, list[Told]] = {}
        for one in known.findings:
            self._told.setdefault(str(one.get("field") or ""), []).append(told_of(one))
        self._wrong: dict[str, list[str]] = {}
        for problem in (*known.problems, *(known.posted.problems if known.posted else ())):
            self._wrong.setdefault(problem.where, []).append(problem.message)

    def form(self) -> FormView:
        """Return the whole form."""
        sections = tuple(self._sections())
        return FormView(
            title=self._definition.title,
            notice=self._definition.notice,
            sections=sections,
            errors=tuple(
                (field_id(key) if key in self._flat else "", self._named(key, sentence))
                for key, sentences in self._wrong.items()
                for sentence in sentences
            ),
            findings=tuple(
                (field_id(key) if key in self._flat else "", one)
                for key, told in self._told.items()
                for one in told
            ),
            doubtful=sum(1 for one in self._fields.values() if not one.get("accepted")),
        )

    def _named(self, key: str, sentence: str) -> str:
        one = self._flat.get(key)
        return sentence if one is None else text("form.named", field=one.name, told=sentence)

    def _counts(self) -> dict[str, int]:
        """Return how many items of each list are shown: those somebody typed, or filled ones."""
        known, counts = self._known, {}
        found = shape_of(self._definition, (*known.values, *self._filled()))
        for group in (one for one in self._definition.members if isinstance(one, Group)):
            counts[group.key] = self._count(group.key, found)
            for index in range(counts[group.key]):
                for inner in (one for one in group.members if isinstance(one, Group)):
                    key = numbered(inner.key, (index,))
                    counts[key] = self._count(key, found)
        return counts

    def _count(self, key: str, found: Mapping[str, int]) -> int:
        if self._known.posted is not None and self._known.posted.items:
            return len(self._known.posted.items.get(key, ()))
        return max(1, found.get(key, 0))

    def _filled(self) -> Iterator[FieldKey]:
        """Yield the fields in which something stands, or might."""
        for key, one in self._fields.items():
            if one.get("reading") != Reading.BLANK or not one.get("accepted"):
                yield key

    def _sections(self) -> Iterator[SectionView]:
        demanded, starts = _demanded(self._definition), self._definition.sections
        some: list[Field | Group] = []
        title = ""
        for member in self._definition.members or self._definition.fields:
            if member.key in starts:
                yield from self._section(some, title, demanded)
                some, title = [], starts[member.key]
            some.append(member)
        yield from self._section(some, title, demanded)

    def _section(
        self, members: Sequence[Field | Group], title: str, demanded: frozenset[FieldKey]
    ) -> Iterator[SectionView]:
        parts = tuple(self._parts(members, ()))
        if not parts:
            return
        keys = {member.key for member in members}
        wanted = any(key in keys or key.partition("[")[0] in keys for key in demanded)
        yield SectionView(f"abschnitt-{members[0].key}", title, parts, optional=not wanted)

    def _parts(
        self, members: Sequence[Field | Group], indices: tuple[int, ...]
    ) -> Iterator[FieldView | GroupView]:
        for member in members:
            if isinstance(member, Group):
                group = self._group(member, indices)
                if group is not None:
                    yield group
            elif self._is_shown(member):
                yield self._field(self._flat[numbered(member.key, indices)], member.name)

    def _is_shown(self, member: Field) -> bool:
        return member.kind is not FieldKind.SIGNATURE or self._known.signatures

    def _group(self, group: Group, indices: tuple[int, ...]) -> GroupView | None:
        key = numbered(group.key, indices)
        fields = [one for one in group.members if isinstance(one, Field)]
        if group.single and not all(map(self._is_shown, fields)):
            return None
        count = self._shape.get(key, 0)
        origins = self._known.posted.items.get(key) if self._known.posted else None
        items = tuple(
            self._item(group, (*indices, index), count, origins) for index in range(count)
        )
        about = self._called(self._around(group)[0], indices) if indices else ""
        return GroupView(
            key, field_id(key), group.title, about, items, group.single, inner=bool(indices)
        )

    def _item(
        self,
        group: Group,
        indices: tuple[int, ...],
        count: int,
        origins: tuple[int | None, ...] | None,
    ) -> ItemView:
        key, index = numbered(f"{group.key}[]", indices), indices[-1]
        before = origins[index] if origins is not None else self._before(key, index)
        title = f"{group.title} {index + 1}"
        if group.single:
            one = self._flat[key]
            parts: tuple[FieldView | GroupView, ...] = (self._field(one, title),)
        else:
            parts = tuple(self._parts(group.members, indices))
        return ItemView(
            key,
            field_id(key),
            title,
            self._called(group, indices),
            "" if before is None else str(before),
            index + 1,
            parts,
            is_first=index == 0,
            is_last=index == count - 1,
        )

    def _called(self, group: Group, indices: tuple[int, ...]) -> str:
        """Return what an item is called with the items around it."""
        outer = [
            f"{one.title} {indices[depth] + 1}" for depth, one in enumerate(self._around(group))
        ]
        return ", ".join([*outer, f"{group.title} {indices[-1] + 1}"])

    def _around(self, group: Group) -> list[Group]:
        outer = group.key.partition("[].")[0]
        members = self._definition.members if "[]" in group.key else ()
        return [one for one in members if isinstance(one, Group) and one.key == outer]

    def _before(self, item: str, index: int) -> int | None:
        """Return the number of an item in the record, None if it has not so many."""
        return index if any(key.startswith(item) for key in self._fields) else None

    def _field(self, one: Field, label: str) -> FieldView:
        known = self._fields.get(origin_of(one.key, self._known.posted)) or {}
        typed = self._typed(one, known)
        context = one.name.removesuffix(label).rstrip(": ,") if one.name != label else ""
        question = clean(one.label).rstrip(": ")
        return FieldView(
            key=one.key,
            id=field_id(one.key),
            name=field_name(one.key),
            kind=self._kind(one, typed),
            label=label,
            context=context,
            question=question if len(question) > len(label) + _SAYS_MORE else "",
            help=one.help,
            placeholder=one.placeholder if one.kind is FieldKind.TEXT else "",
            text=typed[0] if typed else "",
            shown=shown_as(one, typed),
            options=tuple(
                OptionView(option.key, option.label, option.key in typed) for option in one.options
            ),
            several=one.several,
            o_ton=one.o_ton,
            least_words=self._words.get(pattern(one.key), 0),
            errors=tuple(self._wrong.get(one.key, ())),
            told=tuple(self._told.get(one.key, ())),
            doubt=self._doubt(one, known),
            source=self._source(one, typed),
            changed=is_looked_at(known),
            is_blank=not any(typed) or (one.kind is FieldKind.TICK and typed != ("ja",)),
        )

    def _kind(self, one: Field, typed: tuple[str, ...]) -> str:
        """Return the kind; an answer of several lines is not pressed into one."""
        lines = one.kind is FieldKind.TEXT and any("\n" in line for line in typed)
        return str(FieldKind.MULTILINE if lines else one.kind)

    def _typed(self, one: Field, known: Mapping[str, Any]) -> tuple[str, ...]:
        """Return what stands in a field: typed, handed in, or as it was read."""
        given = self._known.posted.typed.get(one.key) if self._known.posted else None
        if given is not None:
            return given
        if one.key in self._known.values:
            return as_typed(one, self._known.values[one.key])
        return () if self._known.posted is not None and not known else as_read(one, known)

    def _source(self, one: Field, typed: tuple[str, ...]) -> str:
        value, sentence = self._known.taken.get(one.key, (None, ""))
        return sentence if sentence and typed == as_typed(one, value) else ""

    def _doubt(self, one: Field, known: Mapping[str, Any]) -> DoubtView | None:
        if not known or known.get("accepted"):
            return None
        said = self._known.posted
        return DoubtView(
            read=shown_as(one, as_read(one, known)) or str(known.get("raw") or ""),
            picture=self._known.picture(one.key) if _has_place(known) else None,
            can_confirm=known.get("value") is not None
            or known.get("reading") in (Reading.NOT_FOUND, Reading.BLANK),
            confirmed=said is not None and one.key in said.right,
            unreadable=said is not None and one.key in said.unreadable,
            is_missing=known.get("reading") == Reading.NOT_FOUND,
        )


def _has_place(known: Mapping[str, Any]) -> bool:
    return bool(known.get("box") or known.get("places"))


# So many characters longer, a printed question says more than the name of its field.
_SAYS_MORE = 12
