"""What people decided, as data by which the acceptance rule can be measured: without any value.

A field that somebody has looked at tells whether its reading was right. That says how often a
doubt was needless and what a lower limit would let through; it says nothing of values that were
accepted without a look, unless people look at these, too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol  # readings have the shape of the JSON contract

from formservice.application.desk import is_decided
from formservice.application.desk_review import definition_of
from formservice.application.ports import Forms
from formservice.application.ports_store import SERVICE, Version
from formservice.domain.document import Method
from formservice.domain.form import Content, Field, FieldKind
from formservice.domain.groups import pattern
from formservice.domain.record import Reading

_PICTURED = (Method.OCR, Method.MARK)
_MARKS = (FieldKind.TICK, FieldKind.CHOICE, FieldKind.SIGNATURE)
_KINDS = {Content.EMAIL: "e-mail", Content.LIST: "short"}


@dataclass(frozen=True, slots=True)
class Line:
    """A field that a machine read from a picture and a person looked at.

    The shape is that of ``benchmarks.paper.score.Outcome``. ``scan`` numbers documents, it names
    none; ``confidence`` is the least of all readings; ``agreed`` says that there are two or more
    and all are the same; ``right`` that the person found there what was read.
    """

    scan: str
    how: str
    level: str
    key: str
    kind: str
    state: str
    blank: bool
    right: bool
    exact: bool
    accepted: bool
    agreed: bool
    confidence: float
    reading: str
    decided: str
    doubts: tuple[str, ...]


class Decided(Protocol):
    """Records that people made versions of."""

    def decided(self) -> Iterator[Sequence[Version]]:
        """Yield the versions of every document that has more than one, oldest first."""


class Calibration:
    """The use case „archive calibration“."""

    def __init__(self, records: Decided, forms: Forms) -> None:
        """Keep where records are, and all definitions."""
        self._records = records
        self._forms = forms

    def __call__(self) -> Iterator[Line]:
        """Yield a line for every field that somebody has looked at on a picture."""
        for number, versions in enumerate(self._records.decided(), start=1):
            yield from self._of(f"{number:06}", versions)

    def _of(self, name: str, versions: Sequence[Version]) -> Iterator[Line]:
        read = [one for one in versions if one.author == SERVICE.id]
        if not read or read[-1] is versions[-1]:
            return
        machine: Mapping[str, Any] = read[-1].reading
        person: Mapping[str, Any] = versions[-1].reading
        definition = definition_of(machine, self._forms)
        if definition is None or machine.get("form") != person.get("form"):
            return  # it was read again as another form by somebody
        fields = {field.key: field for field in definition.fields}
        for key, one in (machine.get("fields") or {}).items():
            said = (person.get("fields") or {}).get(key)
            if key in fields and said and _counts(one, said):
                yield _line(name, fields[key], one, said)


def _counts(one: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Say whether a field tells something: read from a picture, and somebody knows what it is."""
    return (
        one.get("method") in _PICTURED
        and is_decided(said)
        and said.get("reading") in (Reading.READ, Reading.BLANK)
    )


def _line(name: str, field: Field, one: Mapping[str, Any], said: Mapping[str, Any]) -> Line:
    texts = {_one_line(each["text"]) for each in one.get("opinions") or ()}
    sure = [float(each["confidence"]) for each in one.get("opinions") or ()]
    right = _one_line(one.get("value")) == _one_line(said.get("value"))
    kind = field.kind.value if field.kind in _MARKS else _KINDS.get(field.about, field.about.value)
    return Line(
        scan=name,
        how="real",
        level="real",
        key=pattern(field.key),
        kind=kind,
        state="",
        blank=said.get("reading") == Reading.BLANK,
        right=right,
        exact=right and one.get("value") == said.get("value"),
        accepted=bool(one.get("accepted")),
        agreed=len(one.get("opinions") or ()) > 1 and len(texts) == 1,
        confidence=min(sure, default=float(one.get("confidence") or 0.0)),
        reading=str(one.get("reading")),
        decided=str(one.get("decided") or ""),
        doubts=tuple(one.get("doubts") or ()),
    )


def _one_line(value: object) -> object:
    """Return a text with every run of white space made one blank; nothing and „off“ are alike."""
    if isinstance(value, str):
        return " ".join(value.split()) or None
    return value or None
