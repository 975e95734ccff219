"""The Word templates print the wording of the original forms, no more and no less.

The phrases below are the originals' own, character for character; only line breaks and doubled
blanks of the printed page carry no meaning. Where a phrase stands is the layout's business.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest
from lxml import etree

from formservice.adapters.definitions.mappings import load
from formservice.adapters.word.package import Package
from formservice.domain.form import FormDefinition

Element: TypeAlias = etree._Element

ROOT = Path(__file__).parent.parent
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"

LONG = "Klicken oder tippen Sie hier, um Text einzugeben."
SHORT = "Klicken Sie hier, um Text einzugeben."
VORLAGEFRIST = "(Vorlagefrist: sofort, spätestens aber innerhalb einer Woche nach dem Ereignis)"


@dataclass(frozen=True)
class Original:
    """What the original form prints, and which fields it has: key to kind and placeholder.

    A placeholder of None means that the original does not fix it.
    """

    phrases: tuple[str, ...]
    fields: Mapping[str, tuple[str, str | None]]
    options: Mapping[str, tuple[str, ...]]


ORIGINALS = {
    "erwartungsbogen/2023-07-24": Original(
        phrases=(
            "Erwartungsbogen für die Nutzung des Angebots",
            "Projektname:",
            "Träger:",
            "Teilnahmezeitraum:",
            "bis",
            "Individuelle Formulierung der Erwartungen des eLb",
            "Bitte formulieren Sie präzise mit den Worten des eLb (O-Ton), mit welchen "
            "Erwartungen er das Angebot nutzen möchte. Bitte orientieren Sie sich dabei an den "
            "folgenden Fragen:",
            "Welche Erwartungen hat der eLb an das Angebot? (z.B. ein konkretes Ziel oder "
            "einzelne Schritte, ggf. eine Priorisierung einzelner Schritte)",
            "Bis wann soll das Erwartete erreicht werden?",
            "Fallinformationen",
            "Anspruch auf Fahrkosten",
            "ja",
            "nein",
            "ÖPNV",
            "PKW",
            "Gesetzliche Betreuung vorhanden",
            "ja (siehe beigefügte Betreuungsurkunde)",
            "nein",
            "Name:",
            "IFK:",
            "Vorname:",
            "Telefon:",
            "Geschlecht:",
            "Anschrift:",
            "E-Mail:",
            "Geburtsdatum:",
            "Telefon:",
            "E-Mail:",
        ),
        fields={
            "projektname": ("text", None),
            "traeger": ("text", None),
            "teilnahme_von": ("date", None),
            "teilnahme_bis": ("date", None),
            "formular_datum": ("date", None),
            "erwartungen": ("multiline", LONG),
            "fahrkosten": ("choice", None),
            "fahrkosten_mittel": ("choice", None),
            "gesetzliche_betreuung": ("choice", None),
            "name": ("text", None),
            "vorname": ("text", None),
            "geschlecht": ("text", None),
            "anschrift": ("multiline", None),
            "geburtsdatum": ("date", None),
            "telefon": ("text", None),
            "email": ("text", None),
            "ifk_name": ("text", None),
            "ifk_telefon": ("text", None),
            "ifk_email": ("text", None),
        },
        options={
            "fahrkosten": ("ja", "nein"),
            "fahrkosten_mittel": ("oepnv", "pkw"),
            "gesetzliche_betreuung": ("ja", "nein"),
        },
    ),
    "feedbackbogen/2023-09-22": Original(
        phrases=(
            "Feedbackbogen",
            "Auftragnehmer und Maßnahme",
            "Teilnahme von",
            "Bis",
            "Name",
            "Vorname",
            "Anlass",
            "Nichtantritt eLb",
            VORLAGEFRIST,
            "! Nachfolgende Angaben entfallen!",
            "Abbruch am",
            VORLAGEFRIST,
            "Gründe/ Anlässe:",
            "(ggf. weitergehende Ausführungen auf dem gesonderten Beiblatt)",
            "Regulärer Abschluss des Angebotes (siehe unten)",
            "(Erstellung: Spätestens am letzten Tag der individuellen Teilnahme)",
            "Ergebnis des Angebotes (Bitte gemeinsam mit dem eLb ausfüllen und nach Möglichkeit "
            "im O-Ton des eLb)",
            "Individuelle Erwartung des eLb (Hier bitte die Inhalte aus Erwartungsbogen einfügen)",
            "Haben sich meine Erwartungen (z.B. ein konkretes Ziel oder einzelne Schritte) "
            "während der Teilnahme geändert – wenn ja in welche Richtung?",
            "Welche meiner selbst gesetzten Erwartungen (z.B. ein konkretes Ziel oder einzelne "
            "Schritte) habe ich erreicht?",
            "Wodurch habe ich die Erwartungen (z.B. ein konkretes Ziel oder einzelne Schritte) "
            "erreicht?",
            "Welche meiner selbst gesetzten Erwartungen (z.B. ein konkretes Ziel oder einzelne "
            "Schritte) habe ich nicht erreicht?",
            "Warum habe ich meine Erwartungen nicht erreicht? (Was sind die Ursachen dafür?)",
            "Welche meiner Ressourcen habe ich (weiter-)entwickeln können?",
            "Was will ich nach der Teilnahme an dem Angebot machen?",
            "Erstellt am:",
            "Unterschrift Teilnehmer*in",
            "Unterschrift Mitarbeiter*in Träger",
        ),
        fields={
            "traeger_massnahme": ("text", "Träger"),
            "teilnahme_von": ("date", "Datum"),
            "teilnahme_bis": ("date", "Datum"),
            "name": ("text", "Name"),
            "vorname": ("text", "Vorname"),
            "anlass": ("choice", None),
            "abbruch_am": ("date", "Datum"),
            "abbruch_gruende": ("multiline", SHORT),
            "q1_erwartung": ("multiline", LONG),
            "q2_geaendert": ("multiline", LONG),
            "q3_erreicht": ("multiline", LONG),
            "q4_wodurch": ("multiline", LONG),
            "q5_nicht_erreicht": ("multiline", LONG),
            "q6_warum_nicht": ("multiline", LONG),
            "q7_ressourcen": ("multiline", LONG),
            "q8_danach": ("multiline", LONG),
            "erstellt_am": ("date", "Datum"),
            "sig_tn": ("signature", None),
            "sig_traeger": ("signature", None),
        },
        options={"anlass": ("nichtantritt", "abbruch", "regulaer")},
    ),
}
WORDS_OF_THE_PERSON = {
    "erwartungsbogen/2023-07-24": {"erwartungen"},
    "feedbackbogen/2023-09-22": {
        "q1_erwartung",
        "q2_geaendert",
        "q3_erreicht",
        "q4_wodurch",
        "q5_nicht_erreicht",
        "q6_warum_nicht",
        "q7_ressourcen",
        "q8_danach",
    },
}
every_original = pytest.mark.parametrize("ref", ORIGINALS)
every_template = pytest.mark.parametrize("ref", [*ORIGINALS, "beiblatt/2026-11"])


def package(ref: str) -> Package:
    return Package((ROOT / "form_templates" / ref / "form.docx").read_bytes())


def body(ref: str) -> Element:
    return package(ref).parse("word/document.xml")


def definition(ref: str) -> FormDefinition:
    form, edition = ref.split("/")
    return load(ROOT / "mappings", ROOT / "form_templates").get(form, edition)


def printed(root: Element) -> Iterator[str]:
    """The paragraphs, without what stands in controls."""
    for paragraph in root.iter(f"{W}p"):
        texts = [
            text.text or ""
            for text in paragraph.iter(f"{W}t")
            if next(text.iterancestors(f"{W}sdtContent"), None) is None
        ]
        if "".join(texts).strip():
            yield " ".join("".join(texts).split())


def controls(root: Element) -> dict[str, Element]:
    return {str(value(sdt, "tag")): sdt for sdt in root.iter(f"{W}sdt")}


def value(control: Element, setting: str) -> str | None:
    found = control.find(f"{W}sdtPr/{W}{setting}")
    return None if found is None else found.get(f"{W}val")


def kind(control: Element) -> str:
    settings = control.find(f"{W}sdtPr")
    assert settings is not None
    if settings.find(f"{W14}checkbox") is not None:
        return "tick"
    if settings.find(f"{W}date") is not None:
        return "date"
    text = settings.find(f"{W}text")
    if text is None:
        return "signature"
    return "multiline" if text.get(f"{W}multiLine") == "1" else "text"


@every_original
def test_a_template_prints_every_phrase_of_the_original(ref: str) -> None:
    paragraphs = Counter(printed(body(ref)))
    text = "\n".join(paragraphs)
    missing = [phrase for phrase in ORIGINALS[ref].phrases if phrase not in text]
    assert missing == []


@every_original
def test_a_template_prints_no_word_the_original_does_not_have(ref: str) -> None:
    words = Counter(" ".join(printed(body(ref))).split())
    assert words == Counter(" ".join(ORIGINALS[ref].phrases).split())


@every_original
def test_a_template_has_a_control_of_the_right_kind_for_every_field(ref: str) -> None:
    original = ORIGINALS[ref]
    wanted = {key: kind for key, (kind, _) in original.fields.items() if kind != "choice"}
    wanted |= {f"{key}.{o}": "tick" for key, options in original.options.items() for o in options}
    assert {key: kind(control) for key, control in controls(body(ref)).items()} == wanted


@every_original
def test_a_definition_has_the_fields_of_the_original(ref: str) -> None:
    original, found = ORIGINALS[ref], definition(ref)
    assert {field.key: str(field.kind) for field in found.fields} == {
        key: kind for key, (kind, _) in original.fields.items()
    }
    assert {
        field.key: tuple(option.key for option in field.options)
        for field in found.fields
        if field.options
    } == original.options


@every_original
def test_labels_and_options_of_a_definition_are_the_originals_phrases(ref: str) -> None:
    phrases = ORIGINALS[ref].phrases
    for field in definition(ref).fields:
        assert field.label == "" or field.label in phrases, field.key
        assert all(option.label in phrases for option in field.options), field.key


@every_original
def test_a_blank_control_shows_the_placeholder_of_the_original(ref: str) -> None:
    found = controls(body(ref))
    for key, (_, placeholder) in ORIGINALS[ref].fields.items():
        if placeholder is not None:
            assert "".join(t.text or "" for t in found[key].iter(f"{W}t")) == placeholder, key
            assert definition(ref).field(key).placeholder == placeholder


@every_original
def test_the_persons_own_words_are_marked_as_such(ref: str) -> None:
    marked = {field.key for field in definition(ref).fields if field.o_ton}
    assert marked == WORDS_OF_THE_PERSON[ref]


@every_template
def test_every_placeholder_comes_back_when_a_control_is_cleared(ref: str) -> None:
    parts = package(ref)
    stored = {
        name.get(f"{W}val"): "".join(text.text or "" for text in part.iter(f"{W}t"))
        for part in parts.parse("word/glossary/document.xml").iter(f"{W}docPart")
        for name in part.iterfind(f"{W}docPartPr/{W}name")
    }
    for key, control in controls(parts.parse("word/document.xml")).items():
        if kind(control) == "tick":
            continue
        reference = control.find(f"{W}sdtPr/{W}placeholder/{W}docPart")
        assert reference is not None, key
        shown = "".join(text.text or "" for text in control.iter(f"{W}t"))
        assert stored[str(reference.get(f"{W}val"))] == shown


@every_template
def test_a_control_cannot_be_deleted_by_mistake(ref: str) -> None:
    assert {value(control, "lock") for control in controls(body(ref)).values()} == {"sdtLocked"}


@every_template
def test_all_text_is_marked_as_german(ref: str) -> None:
    parts = package(ref)
    default = parts.parse("word/styles.xml").find(f"{W}docDefaults//{W}lang")
    assert default is not None
    assert default.get(f"{W}val") == "de-DE"
    for run in parts.parse("word/document.xml").iter(f"{W}r"):
        language = run.find(f"{W}rPr/{W}lang")
        assert language is not None
        assert language.get(f"{W}val") == "de-DE"


@every_template
def test_a_row_with_a_long_answer_can_grow_and_break(ref: str) -> None:
    for key, control in controls(body(ref)).items():
        if kind(control) == "multiline":
            row = next(control.iterancestors(f"{W}tr"))
            height = row.find(f"{W}trPr/{W}trHeight")
            assert row.find(f"{W}trPr/{W}cantSplit") is None, key
            assert height is None or height.get(f"{W}hRule") == "atLeast", key
