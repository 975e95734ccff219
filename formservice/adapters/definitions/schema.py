"""What a definition file may contain, and the German sentence for what it may not."""

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Setting

from formservice.adapters.definitions.yaml_text import Source, Step
from formservice.domain.errors import Problem
from formservice.domain.findings import FindingCode
from formservice.domain.form import (
    Argument,
    Continuation,
    DeadlineRule,
    Field,
    FieldKind,
    FormDefinition,
    FormRef,
    Option,
    Rule,
    Severity,
)
from formservice.domain.frist import Art, Einheit
from formservice.domain.nearest import nearest

Text = Annotated[str, StringConstraints(min_length=1)]
# A key becomes a Word bookmark and a PDF field name: no dot, no „__“ (it joins option and part).
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=40)]
When = dict[Key, list[Key]]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class FieldEntry(_Strict):
    """One entry below ``fields``."""

    kind: Annotated[FieldKind, Setting(strict=False)]
    label: str
    title: str = ""
    group: str = ""
    options: dict[Key, Text] = {}
    several: bool = False
    placeholder: str = ""
    long_date: bool = False
    o_ton: bool = False
    help: str = ""


class RuleEntry(_Strict):
    """One entry below ``rules``."""

    predicate: Text
    fields: Annotated[list[Key], Setting(min_length=1)]
    severity: Annotated[Severity, Setting(strict=False)]
    message: Text
    when: When = {}
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


class DefinitionFile(_Strict):
    """A whole file ``mappings/<form>/<edition>.yaml``."""

    form: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,60}$")]
    edition: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}(-\d{2})?$")]
    title: Text
    language: Literal["de-DE"]
    marks: Annotated[list[Text], Setting(min_length=1)]
    fields: Annotated[dict[Key, FieldEntry], Setting(min_length=1)]
    rules: dict[Text, RuleEntry] = {}
    deadlines: list[DeadlineEntry] = []
    continuation: ContinuationEntry | None = None

    def definition(self) -> FormDefinition:
        """Return the definition this file describes, without its layout."""
        return FormDefinition(
            ref=FormRef(self.form, self.edition),
            title=self.title,
            language=self.language,
            marks=tuple(self.marks),
            fields=tuple(_field(key, entry) for key, entry in self.fields.items()),
            rules=tuple(_rule(key, entry) for key, entry in self.rules.items()),
            deadlines=tuple(_deadline(entry) for entry in self.deadlines),
            continuation=Continuation(**self.continuation.model_dump())
            if self.continuation
            else None,
        )


def understand(source: Source) -> tuple[DefinitionFile | None, list[Problem]]:
    """Return the file's content, or every place where it breaks the schema."""
    try:
        return DefinitionFile.model_validate(source.data), []
    except ValidationError as error:
        return None, _explained(source, error)


def _field(key: str, entry: FieldEntry) -> Field:
    options = tuple(Option(name, label) for name, label in entry.options.items())
    return Field(key=key, **(entry.model_dump() | {"options": options}))


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
        arguments=arguments,
        overridable=entry.overridable,
        code=entry.code or usual.value,
    )


def _deadline(entry: DeadlineEntry) -> DeadlineRule:
    settings = entry.model_dump() | {
        "when": _when(entry.when),
        "art": entry.art.value,
        "unit": entry.unit.value,
    }
    return DeadlineRule(**settings)


def _when(condition: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(options) for key, options in condition.items()}


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
    "greater_than_equal": "Die Zahl darf nicht kleiner als 0 sein.",
}
_PATTERNS = {
    "form": "Die Kennung besteht aus Kleinbuchstaben, Ziffern und Bindestrichen.",
    "edition": "Die Ausgabe ist ein Datum wie 2023-09-22 oder ein Monat wie 2026-11.",
}
_KEY_PATTERN = "Ein Schlüssel besteht aus Kleinbuchstaben, Ziffern und einzelnen Unterstrichen."
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
        path = tuple(step for step in detail["loc"] if step != "[key]")
        if detail["type"] == "extra_forbidden":
            guess = nearest(str(path[-1]), _known(path))
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


def _sentence(kind: str, path: tuple[Step, ...], value: object) -> tuple[str, str | None]:
    last = str(path[-1]) if path else ""
    if kind == "enum" and last in _VALUES:
        known = [member.value for member in _VALUES[last]]
        return f"Erlaubt ist: {', '.join(known)}.", nearest(str(value), known)
    if kind == "literal_error":
        return "Erlaubt ist: de-DE.", None
    if kind == "string_pattern_mismatch":
        return (_PATTERNS[last] if path == (last,) and last in _PATTERNS else _KEY_PATTERN), None
    if "with" in path:
        return "Ein Argument ist ein Text, eine Zahl, true/false oder eine Liste von Texten.", None
    return _SENTENCES.get(kind, "Der Wert passt nicht hierher."), None


def _known(path: tuple[Step, ...]) -> Iterable[str]:
    """Return the keys allowed beside the last step of ``path``."""
    below: Mapping[str, type[_Strict]] = {
        "fields": FieldEntry,
        "rules": RuleEntry,
        "deadlines": DeadlineEntry,
        "continuation": ContinuationEntry,
    }
    model = below[str(path[0])] if len(path) > 1 else DefinitionFile
    return [entry.alias or name for name, entry in model.model_fields.items()]
