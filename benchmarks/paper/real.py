"""Scans of an office with what people typed from them, as if they were made by us."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.paper.answers import Answer, kind_of
from benchmarks.paper.pages import Scan
from formservice.adapters.definitions.mappings import Definitions
from formservice.domain.form import Field, Zone
from formservice.domain.values import parse


def given(listed: Path, forms: Definitions) -> Iterator[Scan]:
    """Yield the scans a list of ``{"file", "form", "key", "value"}`` lines speaks of.

    ``form`` is needed once per file. Every file is one document; only fields listed are compared.
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
        definition = forms.get(named[file])
        fields = {field.key: field for field in definition.fields}
        zones = definition.layout.zones if definition.layout else ()
        answers = tuple(
            _answer(fields[key], value, tuple(z for z in zones if z.key in fields[key].anchors))
            for key, value in known.items()
        )
        path = listed.parent / file
        yield Scan(
            file,
            path.read_bytes(),
            path.suffix,
            definition.ref,
            1,
            answers,
            "real",
            "real",
            "",
            0,
            False,
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
