"""A small form as a literal, for tests that need no files."""

from formservice.domain.document import Box
from formservice.domain.form import (
    Continuation,
    Field,
    FieldKind,
    FlowItem,
    FormDefinition,
    FormRef,
    Layout,
    Option,
    Zone,
)

REF = FormRef("abholschein", "2026-01")
SHEET_REF = FormRef("beiblatt", "2026-11")

FIELDS = (
    Field("name", FieldKind.TEXT, "Name:", "Name", group="person", placeholder="Name"),
    Field("telefon", FieldKind.TEXT, "Telefon:", "Telefon", group="person"),
    Field("betreuer", FieldKind.TEXT, "Betreuung durch:", "Betreuung", group="amt"),
    Field("amt_telefon", FieldKind.TEXT, "Telefon:", "Telefon (Amt)", group="amt"),
    Field("von", FieldKind.DATE, "Zeitraum:", "Beginn", placeholder="Datum"),
    Field("bis", FieldKind.DATE, "bis", "Ende", placeholder="Datum"),
    Field(
        "anlass",
        FieldKind.CHOICE,
        "Anlass",
        options=(Option("abholung", "Abholung"), Option("versand", "Versand")),
    ),
    Field(
        "bericht",
        FieldKind.MULTILINE,
        "Was habe ich in dieser Zeit geschafft?",
        placeholder="Klicken oder tippen Sie hier, um Text einzugeben.",
        o_ton=True,
    ),
    Field("eilig", FieldKind.TICK, "Es ist eilig."),
    Field("sig", FieldKind.SIGNATURE, "Unterschrift"),
)


def _flow() -> tuple[FlowItem, ...]:
    items = [FlowItem(text="Abholschein für Fundsachen")]
    for field in FIELDS:
        items.append(FlowItem(text=field.label))
        items.extend(FlowItem(text=option.label) for option in field.options)
        items.extend(FlowItem(anchor=anchor) for anchor in field.anchors)
    return tuple(items)


def _zones() -> tuple[Zone, ...]:
    kinds = {FieldKind.CHOICE: "tick"}
    anchors = [(anchor, field) for field in FIELDS for anchor in field.anchors]
    return tuple(
        Zone(
            anchor,
            kinds.get(field.kind, field.kind.value),
            1,
            Box(0.1, n / 20, 0.9, n / 20 + 0.03),
        )
        for n, (anchor, field) in enumerate(anchors, start=1)
    )


FORM = FormDefinition(
    REF,
    "Abholschein",
    "de-DE",
    ("Abholschein für Fundsachen",),
    FIELDS,
    layout=Layout(REF, ((595.0, 842.0),), _zones(), _flow()),
)

SHEET = FormDefinition(
    SHEET_REF,
    "Beiblatt",
    "de-DE",
    ("Fortsetzung zu:",),
    tuple(
        Field(key, FieldKind.TEXT, label)
        for key, label in (
            ("formular", "Formular:"),
            ("feld", "Feld:"),
            ("teil", "Teil:"),
            ("fortsetzung", "Fortsetzung zu:"),
        )
    ),
    layout=Layout(
        SHEET_REF,
        ((595.0, 842.0),),
        (),
        (FlowItem(text="Beiblatt"), FlowItem(text="Fortsetzung zu:"), FlowItem(anchor="feld")),
    ),
    continuation=Continuation("formular", "feld", "teil", "fortsetzung"),
)
