"""Scans of an office with what people typed from them, as if they were made by us."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from benchmarks.paper.answers import Answer, kind_of
from benchmarks.paper.pages import Scan
from formservice.bootstrap import Services, today
from formservice.domain.errors import FormServiceError
from formservice.domain.form import Field, FormDefinition, FormRef, Zone
from formservice.domain.values import parse

# A file is compared with this where no form is known that its lines could be about.
_UNKNOWN = FormRef("unbekannt", "0000-00")


def given(listed: Path, services: Services) -> Iterator[Scan]:
    """Yield the scans a list of ``{"file", "key", "value"}`` lines speaks of.

    Every file is one document; only fields listed are compared. A line may name the ``form``, once
    per file, else the form that is found is taken for the right one: then only a file whose lines
    name other fields counts as taken for a wrong form.
    """
    named: dict[str, str] = {}
    values: dict[str, dict[str, object]] = defaultdict(dict)
    for line in listed.read_text(encoding="utf-8").splitlines():
        if line.strip():
            told = json.loads(line)
            values[told["file"]][told["key"]] = told["value"]
            if "form" in told:
                named[told["file"]] = told["form"]
    for file, known in values.items():
        path = listed.parent / file
        data = path.read_bytes()
        definition = services.forms.get(named[file]) if file in named else _found(services, data)
        ref, answers = _UNKNOWN, tuple[Answer, ...]()
        if definition is not None and (file in named or known.keys() <= _keys(definition)):
            ref, answers = definition.ref, _answers(definition, known)
        name = re.sub(r"\W+", "-", file)  # files may lie in folders; what is kept does not
        yield Scan(name, data, path.suffix, ref, 1, answers, "real", "real", "", 0, False)


def _found(services: Services, data: bytes) -> FormDefinition | None:
    """Return the form a file is taken for, None if it is none or cannot be read."""
    try:
        documents = services.read(data, received=today())
    except FormServiceError:
        return None
    return next((one.definition for one in documents if one.definition is not None), None)


def _keys(definition: FormDefinition) -> set[str]:
    return {field.key for field in definition.fields}


def _answers(definition: FormDefinition, known: Mapping[str, object]) -> tuple[Answer, ...]:
    fields = {field.key: field for field in definition.fields}
    zones = definition.layout.zones if definition.layout else ()
    return tuple(
        _answer(fields[key], value, tuple(z for z in zones if z.key in fields[key].anchors))
        for key, value in known.items()
    )


def _answer(field: Field, value: object, zones: tuple[Zone, ...]) -> Answer:
    """Return what a person typed as the truth of a field."""
    kind = kind_of(field)
    if kind == "signature":
        return Answer(field.key, kind, zones, signed=bool(value))
    if kind == "tick":
        return Answer(field.key, kind, zones, on=(field.key,) if value else ())
    if kind == "choice":
        chosen = value if isinstance(value, list) else [value] if value else []
        return Answer(field.key, kind, zones, on=tuple(f"{field.key}.{one}" for one in chosen))
    text = str(value or "")
    day = parse(field, text) if kind == "date" and text else None
    return Answer(field.key, kind, zones, text, day if isinstance(day, date) else None)
