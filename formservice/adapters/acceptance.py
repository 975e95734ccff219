"""Reads the acceptance rule and the lists an installation knows, both YAML, strictly.

What is wrong with them is told with its place: a rule that is half understood would accept what
nobody meant to accept.
"""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic import Field as Setting

from formservice.adapters.definitions.yaml_text import Source, Step, parse
from formservice.domain.acceptance import AcceptanceRule, Confirmation, PageGate
from formservice.domain.characters import CharacterRules
from formservice.domain.document import ReadingBy
from formservice.domain.errors import UsageError
from formservice.domain.form import Content
from formservice.domain.nearest import nearest
from formservice.domain.text import clean

STANDARD = Path(__file__).parent.parent / "assets" / "acceptance.yaml"
"""The rule that comes with the program."""

_MOST_ENTRIES = 5_000
_LIST_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

Share = Annotated[float, Setting(ge=0, le=1, strict=False)]
Text = Annotated[str, StringConstraints(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class _Pair(_Strict):
    of: Annotated[
        list[Annotated[ReadingBy, Setting(strict=False)]], Setting(min_length=2, max_length=2)
    ]
    limit: Share


class _Page(_Strict):
    agreement: Share
    confidence: Share
    texts: Annotated[int, Setting(ge=1)]
    alone: Share


class _Confirmation(_Strict):
    confidence: Share
    contradiction: Share
    near: Annotated[int, Setting(ge=1)]


class _Limits(_Strict):
    name: Share
    phone: Share
    email: Share
    address: Share
    list: Share
    date: Share
    short: Share
    free: Share


class _Characters(_Strict):
    # A list that is not there would let through what it is there to stop.
    odd: str
    mixed_case: list[Text]
    abbreviations: list[Text]
    particles: list[Text]
    endings: list[Text]
    without_marks: list[Text]
    comma_below: list[Text]
    uncertain: str
    m_words: list[Text]
    m_parts: list[Text]
    m_ends: list[Text]


class _RuleFile(_Strict):
    name: Text
    version: Text
    calibrated: Text
    pairs: Annotated[list[_Pair], Setting(min_length=1)]
    # What a file does not say is as strict as can be: those of earlier editions lack some.
    many: Annotated[int, Setting(ge=4)] = 4
    against: Annotated[int, Setting(ge=0, le=1)] = 0
    no_dirt: Share = 0.0
    limits: _Limits
    unanimous: Share = 1.0
    unanimous_up_to: Annotated[Share, Setting(lt=1)] = 0.0
    foreign: Share
    unlikely: Share
    unlikely_by_all: Share = 1.0
    lone_signs: Annotated[int, Setting(ge=1)] = 2
    lone: Share = 1.0
    page: _Page
    listed: _Confirmation
    expected: _Confirmation
    characters: _Characters

    def rule(self) -> AcceptanceRule:
        words = self.characters
        return AcceptanceRule(
            name=self.name,
            version=self.version,
            pairs=MappingProxyType({frozenset(one.of): one.limit for one in self.pairs}),
            many=self.many,
            against=self.against,
            no_dirt=self.no_dirt,
            limits=MappingProxyType({Content(k): v for k, v in self.limits.model_dump().items()}),
            unanimous=self.unanimous,
            unanimous_up_to=self.unanimous_up_to,
            foreign=self.foreign,
            unlikely=self.unlikely,
            unlikely_by_all=self.unlikely_by_all,
            lone_signs=self.lone_signs,
            lone=self.lone,
            page=PageGate(**self.page.model_dump()),
            listed=Confirmation(**self.listed.model_dump()),
            expected=Confirmation(**self.expected.model_dump()),
            characters=CharacterRules(
                odd=frozenset(words.odd),
                mixed_case=frozenset(words.mixed_case),
                abbreviations=frozenset(word.casefold() for word in words.abbreviations),
                particles=frozenset(words.particles),
                without_marks=frozenset(words.without_marks),
                comma_below=frozenset(words.comma_below),
                uncertain=frozenset(words.uncertain),
                m_words=frozenset(words.m_words),
                m_parts=frozenset(words.m_parts),
                m_ends=frozenset(words.m_ends),
                endings=frozenset(word.casefold() for word in words.endings),
            ),
            calibrated=self.calibrated,
            digest=self._digest(),
        )

    def _digest(self) -> str:
        """Return a short fingerprint of everything in the file that decides.

        Patterns and shapes that stand in code are named by the edition of the program.
        """
        said = self.model_dump(mode="json", exclude={"name", "version", "calibrated"})
        return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:8]


def load_rule(path: Path = STANDARD) -> AcceptanceRule:
    """Return the rule in a file.

    Raises:
        UsageError: the file cannot be read or understood; it names the first such place.
    """
    source = _source(path, "FORMSERVICE_ACCEPTANCE")
    try:
        return _RuleFile.model_validate(source.data).rule()
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        # A misspelt key is also a missing one; the first says more.
        detail = next((one for one in found if one["type"] == "extra_forbidden"), found[0])
        raise _refused(source, detail["type"], detail["loc"]) from None


def load_lists(
    path: Path | None, asked_for: Collection[str] | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Return the lists in a file by name; none where there is no file.

    ``asked_for`` are the names that fields give: another one would confirm nothing, unseen.

    Raises:
        UsageError: the file cannot be read or understood.
    """
    if path is None:
        return MappingProxyType({})
    source = _source(path, "FORMSERVICE_KNOWN")
    if not isinstance(source.data, dict):
        raise _wrong(source, (), "Erwartet werden Listen mit Namen.", "Zum Beispiel „traeger:“.")
    lists: dict[str, tuple[str, ...]] = {}
    for name, entries in source.data.items():
        if not _LIST_NAME.fullmatch(str(name)):
            sentence = "Der Name einer Liste besteht aus Kleinbuchstaben, Ziffern und „_“."
            raise _wrong(source, (str(name),), sentence)
        if asked_for is not None and name not in asked_for:
            guess = nearest(str(name), asked_for)
            hint = f"Gemeint: „{guess}“?" if guess else f"Es gibt: {', '.join(sorted(asked_for))}."
            raise _wrong(source, (str(name),), "Nach dieser Liste fragt kein Formular.", hint)
        if not isinstance(entries, list) or len(entries) > _MOST_ENTRIES:
            sentence = f"Erwartet wird eine Liste mit höchstens {_MOST_ENTRIES} Einträgen."
            raise _wrong(source, (str(name),), sentence)
        for index, entry in enumerate(entries):
            if not isinstance(entry, str) or not entry.strip():
                sentence = "Ein Eintrag ist ein Text; Zahlen bitte in Anführungszeichen setzen."
                raise _wrong(source, (str(name), index), sentence)
        lists[str(name)] = tuple(dict.fromkeys(" ".join(clean(one).split()) for one in entries))
    return MappingProxyType(lists)


def _source(path: Path, setting: str) -> Source:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UsageError(
            f"Die Datei {path.name} ist nicht lesbar oder kein UTF-8.",
            f"Die Einstellung {setting} muss eine vorhandene YAML-Datei nennen.",
        ) from None
    source = parse(text, path.name)
    if source.problems:
        first = source.problems[0]
        where = f", {first.where}" if first.where else ""
        raise UsageError(f"{path.name}{where}: {first.message}", f"Genannt in {setting}.")
    return source


# Pydantic names the kind of error by a stable word; the sentence is ours.
_SENTENCES = {
    "missing": "Der Schlüssel fehlt.",
    "extra_forbidden": "Den Schlüssel gibt es hier nicht.",
    "float_type": "Erwartet wird eine Zahl von 0 bis 1.",
    "float_parsing": "Erwartet wird eine Zahl von 0 bis 1.",
    "greater_than_equal": "Die Zahl ist zu klein; Anteile liegen zwischen 0 und 1.",
    "less_than": "Die Zahl muss kleiner als 1 sein.",
    "less_than_equal": "Die Zahl ist zu groß; Anteile liegen zwischen 0 und 1 (0.92, nicht 92).",
    "int_type": "Erwartet wird eine ganze Zahl.",
    "string_type": "Erwartet wird ein Text; Zahlen bitte in Anführungszeichen setzen.",
    "string_too_short": "Der Text darf nicht leer sein.",
    "list_type": "Erwartet wird eine Liste.",
    "enum": f"So heißt keine Lesung. Es gibt: {', '.join(ReadingBy)}.",
    "too_short": "Die Liste ist zu kurz.",
    "too_long": "Die Liste ist zu lang.",
}
_BELOW: Mapping[str, type[_Strict]] = {
    "pairs": _Pair,
    "limits": _Limits,
    "page": _Page,
    "listed": _Confirmation,
    "expected": _Confirmation,
    "characters": _Characters,
}


def _refused(source: Source, kind: str, path: Sequence[Step]) -> UsageError:
    hint = ""
    if kind == "extra_forbidden":
        model = _BELOW.get(str(path[0]), _RuleFile) if len(path) > 1 else _RuleFile
        guess = nearest(str(path[-1]), model.model_fields)
        hint = f"Gemeint: „{guess}“?" if guess else f"Es gibt: {', '.join(model.model_fields)}."
    return _wrong(source, path, _SENTENCES.get(kind, "Der Wert passt nicht hierher."), hint)


def _wrong(source: Source, path: Sequence[Step], sentence: str, hint: str = "") -> UsageError:
    problem = source.problem(path, sentence)
    where = f", {problem.where}" if problem.where else ""
    advice = "docs/betrieb.md zeigt, wie die Datei aussieht."
    return UsageError(f"{source.file}{where}: {sentence}", hint or advice)
