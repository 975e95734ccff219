"""Two forms as literals: what is asked first (``anfrage``), and the report that takes it over."""

from collections.abc import Mapping
from typing import Any  # JSON

from formservice.adapters.definitions.mappings import Definitions
from formservice.domain.form import (
    Field,
    FieldKind,
    FormDefinition,
    FormRef,
    Group,
    Option,
    Prefill,
)
from formservice.domain.groups import flat

_YES_NO = (Option("ja", "ja, sofort"), Option("nein", "nein"))


def _goals(*extra: Field) -> Group:
    return Group(
        "ziele",
        "Ziel",
        2,
        (
            Field("ziele[].text", FieldKind.MULTILINE, "Ziel {n}:", "Wortlaut", o_ton=True),
            Group(
                "ziele[].schritte",
                "Schritt",
                2,
                (Field("ziele[].schritte[]", FieldKind.TEXT, "Schritt {n}"),),
                single=True,
            ),
            *extra,
        ),
    )


def _form(ref: FormRef, title: str, members: tuple[Any, ...], **more: Any) -> FormDefinition:
    return FormDefinition(
        ref, title, "de-DE", (title,), flat(members, {}), members=members, **more
    )


ASKED = _form(
    FormRef("anfrage", "2025-01"),
    "Anfrage",
    (
        Field("name", FieldKind.TEXT, "Name:"),
        Field("traeger", FieldKind.TEXT, "Träger:"),
        Field("angebot", FieldKind.TEXT, "Angebot:"),
        Field("beginn", FieldKind.DATE, "Beginn:"),
        Field("worte", FieldKind.MULTILINE, "In eigenen Worten", o_ton=True),
        Field("eilt", FieldKind.CHOICE, "Eilt", options=_YES_NO),
        Field("sig", FieldKind.SIGNATURE, "Unterschrift"),
        _goals(),
    ),
)
REPORT = _form(
    FormRef("bericht", "2025-06"),
    "Bericht",
    (
        Field("name", FieldKind.TEXT, "Name:", "Name der Person"),
        Field("massnahme", FieldKind.TEXT, "Träger und Maßnahme:"),
        Field("von", FieldKind.DATE, "von"),
        Field("zeitraum", FieldKind.TEXT, "Zeitraum:"),
        Field("erwartung", FieldKind.MULTILINE, "Erwartung", o_ton=True),
        Field("dringend", FieldKind.CHOICE, "Dringend", options=_YES_NO),
        Field("ergebnis", FieldKind.MULTILINE, "Ergebnis"),
        Field("sig", FieldKind.SIGNATURE, "Unterschrift"),
        _goals(),
    ),
    prefills=(
        Prefill(
            "anfrage",
            {
                "name": ("name",),
                "massnahme": ("traeger", "angebot"),
                "von": ("beginn",),
                "zeitraum": ("beginn",),
                "erwartung": ("worte",),
                "dringend": ("eilt",),
                "ziele[].text": ("ziele[].text",),
                "ziele[].schritte[]": ("ziele[].schritte[]",),
            },
            " – ",
        ),
    ),
)
FORMS = Definitions([ASKED, REPORT])
WORDS = "Ich will\n\tbis Mai „arbeiten“ 👩‍👩‍👧 und Ģirts treffen."
SENT: dict[str, object] = {
    "name": "Özdemir",
    "traeger": "Werkhof",
    "angebot": "Holz",
    "beginn": "2026-03-02",
    "worte": WORDS,
    "eilt": "ja",
    "ziele[0].text": "Führerschein",
    "ziele[2].text": "Wohnung",
    "ziele[2].schritte[3]": "Besichtigen",
}


def document(
    definition: FormDefinition, values: Mapping[str, object], **changes: Mapping[str, object]
) -> dict[str, Any]:
    """Return a document as ``read --json`` prints it; ``changes`` are of single fields."""
    fields = {field.key: _field(None) for field in definition.fields}
    fields |= {key: _field(value) for key, value in values.items()}
    for key, change in changes.items():
        fields[key] = {**fields[key], **change}
    ref = definition.ref
    return {
        "file": "bogen.pdf",
        "medium": "acroform",
        "form": {"id": ref.form, "edition": ref.edition, "margin": 0.9},
        "fields": fields,
    }


def _field(value: object) -> dict[str, object]:
    return {
        "reading": "blank" if value is None else "read",
        "value": value,
        "accepted": True,
        "method": "control",
        "doubts": [],
    }
