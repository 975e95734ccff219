"""A form with every kind of group: fields that repeat, lists of one field, lists in items."""

from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef, Group, Option
from formservice.domain.groups import flat

YES_NO = (Option("ja", "ja"), Option("nein", "nein"))
SERVICES = Group(
    "ziele[].leistungen",
    "Leistung",
    4,
    (
        Field("ziele[].leistungen[].text", FieldKind.MULTILINE, "Leistung"),
        Field("ziele[].leistungen[].zeitangabe", FieldKind.TEXT, "Zeit", zeitangabe=True),
    ),
)
STEPS = Group(
    "ziele[].teilziele",
    "Teilziel",
    3,
    (Field("ziele[].teilziele[]", FieldKind.MULTILINE, "Teilziel {n}"),),
    single=True,
)
DAYS = Group("tage", "Tag", 2, (Field("tage[]", FieldKind.DATE, "Tag {n}"),), single=True)
GOALS = Group(
    "ziele",
    "Ziel",
    2,
    (
        Field("ziele[].text", FieldKind.MULTILINE, "Ziel {n}:", o_ton=True),
        Field("ziele[].wiedervorlage", FieldKind.DATE, "Wiedervorlage"),
        Field("ziele[].angebot", FieldKind.CHOICE, "Angebot?", options=YES_NO),
        STEPS,
        SERVICES,
    ),
)
MEMBERS = (
    Field("vorname", FieldKind.TEXT, "Vorname", help="Rufname.", purpose="Anrede"),
    GOALS,
    DAYS,
)
PLAN = FormDefinition(
    FormRef("plan", "2026-01"),
    "Plan",
    "de-DE",
    (),
    flat(MEMBERS, {}),
    members=MEMBERS,
    notice="Muster",
    purpose="Förderung planen",
    deletion_class="fallakte",
)
