"""What a definition file may contain, and the German sentence for what it may not."""

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Discriminator,
    StringConstraints,
    Tag,
    ValidationError,
)
from pydantic import Field as Setting

from formservice.adapters.definitions.draft import is_group
from formservice.adapters.definitions.schema_parts import STRICT, Key, Path, Text
from formservice.adapters.definitions.schema_uses import (
    UNLESS_NONE,
    GoalsEntry,
    ParticipationEntry,
)
from formservice.adapters.definitions.yaml_text import Source, Step
from formservice.domain.errors import Problem
from formservice.domain.findings import FindingCode
from formservice.domain.form import (
    Argument,
    Content,
    Continuation,
    DeadlineRule,
    Field,
    FieldKind,
    FixedText,
    FormDefinition,
    FormRef,
    Group,
    Option,
    Prefill,
    Rule,
    Severity,
)
from formservice.domain.frist import Art, Einheit
from formservice.domain.groups import flat
from formservice.domain.nearest import nearest

When = dict[Path, list[Key]]
# One field may stand without a list around it.
Sources = Annotated[
    list[Path],
    Setting(min_length=1),
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
]
Lists = Annotated[
    list[Key],
    Setting(min_length=1),
    BeforeValidator(lambda given: [given] if isinstance(given, str) else given),
]


class _Strict(BaseModel):
    model_config = STRICT


class _Purpose(_Strict):
    """Why values may be held and how long; at a field it goes before the form's own."""

    purpose: str = ""
    legal_basis: str = ""
    deletion_class: str = ""


class FieldEntry(_Purpose):
    """One entry below ``fields``."""

    kind: Annotated[FieldKind, Setting(strict=False)]
    label: str
    title: str = ""
    group: str = ""
    options: dict[Key, Text] = {}
    several: bool = False
    placeholder: str = ""
    long_date: bool = False
    birthday: bool = False
    o_ton: bool = False
    zeitangabe: bool = False
    content: Literal["name", "phone", "email", "address", "list"] | None = None
    lists: Lists = Setting(default=[], alias="list")
    help: str = ""


class GroupEntry(_Strict):
    """One entry below ``fields`` of kind ``group``: fields that repeat, or one single ``item``."""

    kind: Literal["group"]
    title: Text
    rows: Annotated[int, Setting(ge=1, le=50)]
    fields: "dict[Key, Member]" = {}
    item: FieldEntry | None = None


def _kind(entry: object) -> str:
    """Tell the entry of a group from that of a field."""
    if isinstance(entry, dict):
        return "group" if is_group(entry) else "field"
    return "group" if getattr(entry, "kind", None) == "group" else "field"


Member = Annotated[
    Annotated[FieldEntry, Tag("field")] | Annotated[GroupEntry, Tag("group")],
    Discriminator(_kind),
]


class RuleEntry(_Strict):
    """One entry below ``rules``."""

    predicate: Text
    fields: Annotated[list[Path], Setting(min_length=1)]
    severity: Annotated[Severity, Setting(strict=False)]
    message: Text
    each: Path | None = None
    when: When = {}
    unless: When = {}
    with_: dict[str, str | int | float | bool | list[str]] = Setting(default={}, alias="with")
    overridable: bool = False
    code: Text | None = None


class DeadlineEntry(_Strict):
    """One entry below ``deadlines``."""

    key: Key
    title: Text
    event: Key
    art: Annotated[Art, Setting(strict=False)]
    count: Annotated[int, Setting(ge=0)]
    unit: Annotated[Einheit, Setting(strict=False)]
    met_by: Key
    shift: bool
    basis: Text
    message: Text
    when: When = {}
    assumption: str = ""
    rule: str = ""


class ContinuationEntry(_Strict):
    """The entry ``continuation`` of a continuation sheet."""

    form: Key
    field: Key
    part: Key
    text: Key


class FixedTextEntry(_Strict):
    """The entry ``fixed_text`` of a form whose printed wording people sign for."""

    version: Text
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class PrefillEntry(_Strict):
    """One entry below ``prefill``: which fields of another form become ours."""

    fields: Annotated[dict[Path, Sources], Setting(min_length=1)]
    joint: str = ", "


class DefinitionFile(_Purpose):
    """A whole file ``mappings/<form>/<edition>.yaml``."""

    form: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
    edition: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
    title: Text
    language: Literal["de-DE"]
    marks: Annotated[list[Text], Setting(min_length=1)]
    fields: Annotated[dict[Key, Member], Setting(min_length=1)]
    rules: dict[Text, RuleEntry] = {}
    deadlines: list[DeadlineEntry] = []
    continuation: ContinuationEntry | None = None
    released: bool = True
    notice: str = ""
    fixed_text: FixedTextEntry | None = None
    prefill: dict[str, PrefillEntry] = {}
    sections: dict[Key, Text] = {}
    plain: dict[Path, str] = {}
    issued_first: Text | None = None
    goals: Annotated[GoalsEntry | None, UNLESS_NONE] = None
    participation: Annotated[ParticipationEntry | None, UNLESS_NONE] = None

    def definition(self) -> FormDefinition:
        """Return the definition this file describes, without its layout."""
        members = tuple(_member(key, entry) for key, entry in self.fields.items())
        return FormDefinition(
            ref=FormRef(self.form, self.edition),
            title=self.title,
            language=self.language,
            marks=tuple(self.marks),
            fields=flat(members, {}),
            members=members if any(isinstance(one, Group) for one in members) else (),
            rules=tuple(_rule(key, entry) for key, entry in self.rules.items()),
            deadlines=tuple(_deadline(entry) for entry in self.deadlines),
            continuation=Continuation(**self.continuation.model_dump())
            if self.continuation
            else None,
            released=self.released,
            notice=self.notice,
            fixed_text=FixedText(**self.fixed_text.model_dump()) if self.fixed_text else None,
            prefills=tuple(_prefill(form, entry) for form, entry in self.prefill.items()),
            sections=MappingProxyType(dict(self.sections)),
            plain=MappingProxyType(dict(self.plain)),
            issued_first=self.issued_first or "",
            goals=self.goals.read() if self.goals else None,
            participation=self.participation.read() if self.participation else None,
            purpose=self.purpose,
            legal_basis=self.legal_basis,
            deletion_class=self.deletion_class,
        )


def understand(source: Source) -> tuple[DefinitionFile | None, list[Problem]]:
    """Return the file's content, or every place where it breaks the schema."""
    try:
        return DefinitionFile.model_validate(source.data), []
    except ValidationError as error:
        return None, _explained(source, error)


def _member(path: str, entry: FieldEntry | GroupEntry) -> Field | Group:
    """Return one field or group; ``path`` is its key with those of the groups around it."""
    if isinstance(entry, FieldEntry):
        return _field(path, entry)
    if entry.item is not None:
        members: tuple[Field | Group, ...] = (_field(f"{path}[]", entry.item),)
    else:
        inner = entry.fields.items()
        members = tuple(_member(f"{path}[].{name}", one) for name, one in inner)
    return Group(path, entry.title, entry.rows, members, single=entry.item is not None)


def _prefill(form: str, entry: PrefillEntry) -> Prefill:
    fields = {key: tuple(sources) for key, sources in entry.fields.items()}
    return Prefill(form, MappingProxyType(fields), entry.joint)


def _field(key: str, entry: FieldEntry) -> Field:
    settings = entry.model_dump() | {
        "options": tuple(Option(name, label) for name, label in entry.options.items()),
        "content": None if entry.content is None else Content(entry.content),
        "lists": tuple(entry.lists),
    }
    return Field(key=key, **settings)


def _rule(key: str, entry: RuleEntry) -> Rule:
    arguments: dict[str, Argument] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in entry.with_.items()
    }
    usual = FindingCode.REQUIRED if entry.predicate == "filled" else FindingCode.RULE
    return Rule(
        id=key,
        predicate=entry.predicate,
        fields=tuple(entry.fields),
        severity=entry.severity,
        message=entry.message,
        when=_when(entry.when),
        arguments=MappingProxyType(arguments),
        overridable=entry.overridable,
        code=entry.code or usual.value,
        each=entry.each or "",
        unless=_when(entry.unless),
    )


def _deadline(entry: DeadlineEntry) -> DeadlineRule:
    settings = entry.model_dump() | {
        "when": _when(entry.when),
        "art": entry.art.value,
        "unit": entry.unit.value,
    }
    return DeadlineRule(**settings)


def _when(condition: Mapping[str, list[str]]) -> Mapping[str, tuple[str, ...]]:
    return MappingProxyType({key: tuple(options) for key, options in condition.items()})


# Pydantic names the kind of error by a stable word; the sentence is ours.
_SENTENCES = {
    "missing": "Der Schlüssel fehlt.",
    "string_type": "Hier muss ein Text stehen; Zahlen, Daten und ja/nein-Wörter in "
    "Anführungszeichen setzen.",
    "bool_type": "Hier muss true oder false stehen.",
    "int_type": "Hier muss eine ganze Zahl stehen.",
    "dict_type": "Hier müssen Schlüssel mit Werten stehen.",
    "model_type": "Hier müssen Schlüssel mit Werten stehen.",
    "list_type": "Hier muss eine Liste stehen.",
    "string_too_short": "Der Text darf nicht leer sein.",
    "string_too_long": "Der Name ist zu lang: höchstens 40 Zeichen.",
    "too_short": "Mindestens ein Eintrag ist nötig.",
    "greater_than_equal": "Die Zahl ist zu klein.",
    "less_than_equal": "Die Zahl ist zu groß: höchstens 50.",
}
_PATTERNS: Mapping[tuple[Step, ...], str] = {
    ("form",): "Die Kennung besteht aus Kleinbuchstaben, Ziffern und Bindestrichen.",
    ("edition",): "Die Ausgabe ist ein Datum wie 2023-09-22 oder ein Monat wie 2026-11.",
    ("fixed_text", "sha256"): "Die Prüfsumme hat 64 Zeichen, 0 bis 9 und a bis f; mit 64 Nullen "
    "nennt „forms check“ die richtige.",
}
_KEY_PATTERN = "Ein Schlüssel besteht aus Kleinbuchstaben, Ziffern und einzelnen Unterstrichen."
_REPEATED = "Felder einer Gruppe stehen mit leeren Klammern hinter dem Namen der Gruppe."
_NUMBERED = re.compile(r"\[[^\]]*\]?")
_CONTENTS = ("name", "phone", "email", "address", "list")
_VALUES: Mapping[str, type[Enum]] = {
    "kind": FieldKind,
    "severity": Severity,
    "art": Art,
    "unit": Einheit,
}


def _explained(source: Source, error: ValidationError) -> list[Problem]:
    found: list[Problem] = []
    meant: set[tuple[Step, ...]] = set()
    missing: list[tuple[tuple[Step, ...], Problem]] = []
    for detail in error.errors(include_url=False, include_context=False):
        path = _untagged(tuple(step for step in detail["loc"] if step != "[key]"))
        if detail["type"] == "extra_forbidden":
            guess = nearest(
                str(path[-1]), _known(path, of_group=detail["loc"][-2:-1] == ("group",))
            )
            found.append(source.problem(path, "Der Schlüssel ist unbekannt.", guess))
            if guess:
                meant.add((*path[:-1], guess))
            continue
        sentence, guess = _sentence(detail["type"], path, detail["input"])
        problem = source.problem(path, sentence, guess)
        if detail["type"] == "missing":
            missing.append((path, problem))
        elif problem not in found:
            found.append(problem)
    # A misspelt key is one mistake, not two: unknown here and missing there.
    return found + [problem for path, problem in missing if path not in meant]


def _untagged(path: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return ``path`` without the words that only say which kind of entry was tried."""
    steps: list[Step] = []
    for step in path:
        if not (len(steps) > 1 and steps[-2] == "fields" and step in ("field", "group")):
            steps.append(step)
    return tuple(steps)


def _sentence(kind: str, path: tuple[Step, ...], value: object) -> tuple[str, str | None]:
    last = str(path[-1]) if path else ""
    if kind == "enum" and last in _VALUES:
        known = [member.value for member in _VALUES[last]]
        if last == "kind":
            known.append("group")
        return f"Erlaubt ist: {', '.join(known)}.", nearest(str(value), known)
    if kind == "literal_error" and last == "kind":
        return "Eine Gruppe hat kind: group.", "group"
    if kind == "literal_error" and last == "content":
        return f"Erlaubt ist: {', '.join(_CONTENTS)}.", nearest(str(value), _CONTENTS)
    if kind == "literal_error":
        return "Erlaubt ist: de-DE.", None
    if kind == "string_pattern_mismatch" and "[" in str(value):
        return _REPEATED, _NUMBERED.sub("[]", str(value))
    if kind == "string_pattern_mismatch":
        return _PATTERNS.get(path, _KEY_PATTERN), None
    if "with" in path:
        return "Ein Argument ist ein Text, eine Zahl, true/false oder eine Liste von Texten.", None
    return _SENTENCES.get(kind, "Der Wert passt nicht hierher."), None


def _known(path: tuple[Step, ...], *, of_group: bool) -> Iterable[str]:
    """Return the keys allowed beside the last step of ``path``."""
    below: Mapping[str, type[BaseModel]] = {
        "fields": FieldEntry,
        "rules": RuleEntry,
        "deadlines": DeadlineEntry,
        "continuation": ContinuationEntry,
        "fixed_text": FixedTextEntry,
        "prefill": PrefillEntry,
        "goals": GoalsEntry,
        "participation": ParticipationEntry,
    }
    model = below.get(str(path[0]), DefinitionFile) if len(path) > 1 else DefinitionFile
    if path[0] == "fields" and of_group:
        model = GroupEntry
    return [entry.alias or name for name, entry in model.model_fields.items()]
