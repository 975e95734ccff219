"""Whether a Word template holds what belongs to its making and not to a form people get."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname

from formservice.adapters.definitions.template_controls import Element, W, printed
from formservice.adapters.word.package import TYPES_PART, Package
from formservice.domain.errors import Problem

_SETTINGS = "word/settings.xml"
_PARTS = re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml")
_CHANGED = tuple(
    f"{W}{name}" for name in ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel")
)
_COMMENTED = (f"{W}commentReference", f"{W}commentRangeStart")
# Fields of Word that take in or fetch something; page numbers and the like only print.
_FETCHING = {
    "MERGEFIELD": "ein Seriendruckfeld",
    "FORMTEXT": "ein altes Formularfeld",
    "FORMCHECKBOX": "ein altes Kontrollkästchen",
    "FORMDROPDOWN": "ein altes Auswahlfeld",
    "FILLIN": "eine Eingabeaufforderung",
    "ASK": "eine Eingabeaufforderung",
    "INCLUDETEXT": "ein eingebundener Text",
    "INCLUDEPICTURE": "ein eingebundenes Bild",
    "DATABASE": "eine Datenbankabfrage",
    "DDE": "eine Verknüpfung",
    "DDEAUTO": "eine Verknüpfung",
    "LINK": "eine Verknüpfung",
}
_SYMBOLS = re.compile(r"(wingdings.*|webdings|symbol)", re.IGNORECASE)
_SHOWN = 40  # characters of a text that tell where something stands


def leftover_problems(package: Package, file: str) -> Iterator[Problem]:
    """Yield what has to go before a Word file can be handed out as a form."""
    for where, sentence in (
        *_kind_of_file(package),
        *_settings(package),
        *_linked(package),
        *(one for part in package.names if _PARTS.fullmatch(part) for one in _part(package, part)),
    ):
        yield Problem(where, sentence, file)


def _kind_of_file(package: Package) -> Iterator[tuple[str, str]]:
    types = package.read(TYPES_PART).decode("utf-8", "replace")
    if package.has_macros:
        yield (
            TYPES_PART,
            "Die Datei enthält Makros. Bitte in Word als „Word-Dokument (*.docx)“ speichern; "
            "Umbenennen genügt nicht.",
        )
    elif "wordprocessingml.template.main" in types:
        yield (
            TYPES_PART,
            "Die Datei ist eine Dokumentvorlage (DOTX). Bitte in Word als „Word-Dokument "
            "(*.docx)“ speichern; Umbenennen genügt nicht.",
        )


def _settings(package: Package) -> Iterator[tuple[str, str]]:
    if not package.has(_SETTINGS):
        return
    settings = package.parse(_SETTINGS)
    if _on(settings.find(f"{W}trackRevisions")):
        yield (
            _SETTINGS,
            "Die Änderungsverfolgung ist eingeschaltet; wer den Bogen ausfüllt, schriebe lauter "
            "Änderungen. Bitte unter „Überprüfen“ ausschalten.",
        )
    protection = settings.find(f"{W}documentProtection")
    if (
        protection is not None
        and protection.get(f"{W}enforcement") in ("1", "true", "on")
        and protection.get(f"{W}edit") != "forms"
    ):
        yield (
            _SETTINGS,
            "Die Datei ist gegen Bearbeiten geschützt; niemand könnte sie ausfüllen. Bitte unter "
            "„Überprüfen“ den Schutz aufheben.",
        )


def _linked(package: Package) -> Iterator[tuple[str, str]]:
    """Yield what would be fetched from elsewhere; a link people can follow may stay."""
    for name in package.names:
        if not name.endswith(".rels"):
            continue
        for relation in package.parse(name):
            if relation.get("TargetMode") != "External":
                continue
            kind = basename(relation.get("Type", ""))
            # Word notes the template everybody has; the file needs it nowhere.
            everyones = relation.get("Target", "").lower().endswith("normal.dotm")
            if kind != "hyperlink" and not everyones:
                part = f"{dirname(dirname(name))}/{basename(name).removesuffix('.rels')}"
                yield (
                    part.lstrip("/"),
                    f"Etwas ist von außerhalb verknüpft ({kind}) und fehlte auf anderen Rechnern. "
                    "Bitte in die Datei einfügen oder die Verknüpfung lösen.",
                )


def _part(package: Package, part: str) -> Iterator[tuple[str, str]]:
    root = package.parse(part)
    if (changed := next(_changes(root), None)) is not None:
        yield (
            _place(changed, part),
            "Eine nachverfolgte Änderung ist noch offen. Bitte unter „Überprüfen“ alle Änderungen "
            "annehmen oder ablehnen.",
        )
    if (commented := next(root.iter(*_COMMENTED), None)) is not None:
        yield (
            _place(commented, part),
            "Ein Kommentar steht noch in der Vorlage; jeder bekäme ihn mit dem Bogen. Bitte unter "
            "„Überprüfen“ alle Kommentare löschen.",
        )
    yield from _fields(root, part)
    for run in root.iter(f"{W}r"):
        if text := _letters(run):
            yield from ((f"„{text[:_SHOWN]}“", sentence) for sentence in _unseen(run))


def _unseen(run: Element) -> Iterator[str]:
    """Yield why nobody sees the words of ``run`` as they are read."""
    fonts = run.find(f"{W}rPr/{W}rFonts")
    font = "" if fonts is None else fonts.get(f"{W}ascii", "")
    if _SYMBOLS.fullmatch(font):
        yield (
            f"Der Text steht in der Zeichenschrift {font} und sieht ganz anders aus, als er "
            "gelesen wird. Bitte eine gewöhnliche Schrift wählen."
        )
    if _on(run.find(f"{W}rPr/{W}vanish")):
        yield (
            "Der Text ist ausgeblendet; niemand sieht ihn. Bitte löschen oder unter „Schriftart“ "
            "„Ausgeblendet“ abwählen."
        )


def _changes(root: Element) -> Iterator[Element]:
    # Inside the settings of a paragraph or row, „ins“ and „del“ say that its mark was changed.
    yield from root.iter(*_CHANGED)


def _fields(root: Element, part: str) -> Iterator[tuple[str, str]]:
    codes = [(one, one.text or "") for one in root.iter(f"{W}instrText")]
    codes += [(one, one.get(f"{W}instr", "")) for one in root.iter(f"{W}fldSimple")]
    for one, code in codes:
        name = code.split()[0].upper() if code.split() else ""
        if name in _FETCHING:
            yield (
                _place(one, part),
                f"Hier steht {_FETCHING[name]} ({name}), das hier niemand füllt oder liest. Bitte "
                "löschen; Felder sind Inhaltssteuerelemente mit Tag.",
            )


def _place(element: Element, part: str) -> str:
    """Return words that stand near ``element``, or else its part of the file."""
    paragraph = element if element.tag == f"{W}p" else None
    if paragraph is None:
        paragraph = next(element.iterancestors(f"{W}p"), None)
    words = printed(paragraph) if paragraph is not None else ""
    return f"bei „{words[:_SHOWN]}“" if words else part


def _letters(run: Element) -> str:
    text = "".join(piece.text or "" for piece in run.iter(f"{W}t"))
    return text if any(letter.isalpha() for letter in text) else ""


def _on(switch: Element | None) -> bool:
    return switch is not None and switch.get(f"{W}val", "1") not in ("0", "false", "off")
