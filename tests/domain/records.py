"""Records as literals: a complete one per form, and what a case changes about it."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from formservice.adapters.definitions.mappings import load
from formservice.domain.document import Doubt, Method
from formservice.domain.form import FieldKind, FormDefinition
from formservice.domain.record import Extraction, Reading, Record, Value
from formservice.domain.rules import CheckResult

_ROOT = Path(__file__).resolve().parents[2]
DEFINITIONS = load(_ROOT / "mappings", _ROOT / "form_templates")
ERWARTUNGSBOGEN = DEFINITIONS.get("erwartungsbogen", "2023-07-24")
FEEDBACKBOGEN = DEFINITIONS.get("feedbackbogen", "2023-09-22")

EXPECTATIONS: dict[str, Value] = {
    "name": "Özdemir",
    "vorname": "Aylin",
    "geschlecht": "W",
    "anschrift": "Musterweg 1\n37083 Göttingen",
    "geburtsdatum": date(1994, 2, 28),
    "telefon": "0551 000000",
    "email": "aylin@example.org",
    "ifk_name": "Frau Beispiel",
    "ifk_telefon": "0551 000001",
    "ifk_email": "beispiel@example.org",
    "projektname": "Angebot XY",
    "traeger": "Träger XY",
    "teilnahme_von": date(2026, 3, 2),
    "teilnahme_bis": date(2026, 8, 31),
    "formular_datum": date(2026, 2, 20),
    "erwartungen": "Ich will bis Ende Mai den B1-Kurs schaffen und dann eine Arbeit finden.",
    "fahrkosten": "ja",
    "fahrkosten_mittel": ("oepnv",),
    "gesetzliche_betreuung": "nein",
}

_HEAD: dict[str, Value] = {
    "traeger_massnahme": "Träger XY, Angebot XY",
    "teilnahme_von": date(2026, 1, 5),
    "teilnahme_bis": date(2026, 3, 27),
    "name": "Đặng",
    "vorname": "Ģirts",
}
_ANSWERS: dict[str, Value] = {
    "q1_erwartung": "Ich will wieder arbeiten.",
    "q2_geaendert": "nein",
    "q3_erreicht": "Ich habe ein Praktikum gefunden.",
    "q4_wodurch": "Ich habe viele Bewerbungen geschrieben.",
    "q5_nicht_erreicht": "Ich habe noch keine feste Arbeit.",
    "q6_warum_nicht": "Ich hatte keine Betreuung für mein Kind.",
    "q7_ressourcen": "Ich traue mir mehr zu.",
    "q8_danach": "Ich will eine Ausbildung machen.",
}
REGULAR: dict[str, Value] = {
    **_HEAD,
    **_ANSWERS,
    "anlass": "regulaer",
    "erstellt_am": date(2026, 3, 27),
    "sig_tn": True,
    "sig_traeger": True,
}
LEFT: dict[str, Value] = {
    **REGULAR,
    "anlass": "abbruch",
    "abbruch_am": date(2026, 3, 27),
    "abbruch_gruende": "Umzug in eine andere Stadt.",
}
NOT_STARTED: dict[str, Value] = {
    **_HEAD,
    "anlass": "nichtantritt",
    "erstellt_am": date(2026, 1, 7),
    "sig_traeger": True,
}


def record(
    definition: FormDefinition, values: Mapping[str, Value | None], **changes: Value | None
) -> Record:
    """Return a record with ``values`` and ``changes``, all read for sure; None is blank."""
    wanted = {**values, **changes}
    return Record(
        definition.ref,
        {
            field.key: _sure(field.key, field.kind, wanted.get(field.key))
            for field in definition.fields
        },
    )


def _sure(key: str, kind: FieldKind, value: Value | None) -> Extraction:
    if value is None:
        unsigned = False if kind is FieldKind.SIGNATURE else None
        return Extraction(key, Reading.BLANK, "", unsigned, 1.0, Method.CONTROL)
    raw = value if isinstance(value, str) else ""
    return Extraction(key, Reading.READ, raw, value, 1.0, Method.CONTROL)


def with_reading(one: Record, key: str, reading: Reading, raw: str = "", *doubts: Doubt) -> Record:
    """Return ``one`` with a doubtful or missing reading of ``key``."""
    extraction = Extraction(
        key,
        reading,
        raw,
        raw if reading is Reading.READ else None,
        0.5,
        Method.TEXT,
        doubts=frozenset(doubts),
    )
    return Record(one.ref, {**one.fields, key: extraction})


def said(result: CheckResult) -> list[tuple[str, str, str, str | None]]:
    """Return rule, code, severity and field of every finding."""
    return sorted(
        (one.rule, str(one.code), one.severity.value, one.field) for one in result.findings
    )
