"""Whether the content controls of a Word template are those its definition needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from lxml import etree

from formservice.adapters.word.markers import is_number
from formservice.adapters.word.names import CONTROL_KINDS, ECHO, titles
from formservice.domain.errors import Problem
from formservice.domain.form import Field, FieldKind, FormDefinition
from formservice.domain.groups import patterns
from formservice.domain.nearest import nearest
from formservice.domain.reference import bookmark

Element: TypeAlias = etree._Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DATE, _LONG_DATE = "dd.MM.yyyy", "d. MMMM yyyy"
_TICKED, _UNTICKED, _EMPTY_BOX = "2612", "2610", "\N{BALLOT BOX}"

# What makes a control something else than rich text, which takes a drawn signature.
_TYPES = frozenset(f"{_W14 if kind == 'checkbox' else W}{kind}" for kind in CONTROL_KINDS)

_LOCKED = ("sdtLocked", "sdtContentLocked")
_W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
_REPEATING = frozenset((f"{_W15}repeatingSection", f"{_W15}repeatingSectionItem"))


@dataclass(frozen=True, slots=True)
class Anchor:
    """A control the definition asks for: the tag, the field behind it, what it is called."""

    key: str
    field: Field
    title: str

    @property
    def bookmark(self) -> str:
        """Word allows letters, digits and underscore only."""
        return bookmark(self.key)

    @property
    def kind(self) -> FieldKind:
        """The kind of this control: each box of a choice is a tick."""
        return FieldKind.TICK if self.field.kind is FieldKind.CHOICE else self.field.kind


def anchors(definition: FormDefinition) -> dict[str, Anchor]:
    """Return all controls of a form by tag."""
    named = titles(definition)
    return {
        anchor: Anchor(anchor, field, named[anchor])
        for field in definition.fields
        for anchor in field.anchors
    }


def declared(definition: FormDefinition) -> FormDefinition:
    """Return ``definition`` as its Word template has it: repeated fields once, without numbers."""
    if not definition.members:
        return definition
    return replace(definition, fields=tuple(patterns(definition.members)))


def control_problems(definition: FormDefinition, body: Element, file: str) -> Iterator[Problem]:
    """Yield everything wrong with the controls below ``body``.

    Those that only repeat something are looked at with the loops (``word.markers``).
    """
    wanted = anchors(definition)
    controls: dict[str, list[Element]] = {}
    for control in body.iter(f"{W}sdt"):
        controls.setdefault(_setting(control, "tag"), []).append(control)
    for untagged in controls.pop("", []):
        where = _setting(untagged, "alias") or _beside(untagged)
        yield Problem(where, "Ein Inhaltssteuerelement hat kein Tag (Feldschlüssel).", file)
    for tag in controls.keys() - wanted.keys():
        if tag.startswith(ECHO):
            continue
        guess = nearest(tag, wanted.keys() - controls.keys()) or nearest(tag, wanted)
        yield Problem(tag, "Ein solches Feld hat die Definition nicht.", file, guess)
    order = {element: index for index, element in enumerate(body.iter())}
    for key, anchor in wanted.items():
        found = controls.get(key, [])
        if len(found) != 1:
            count = f"{len(found)} Inhaltssteuerelemente haben" if found else "Kein Element hat"
            yield Problem(key, f"{count} dieses Tag; es muss genau eines sein.", file)
        if len(found) == 1 and (other := _meant(anchor, found[0], wanted)):
            yield Problem(
                key,
                f"Titel und Textmarke gehören zum Feld „{other}“. Ist das Tag vertauscht?",
                file,
                other,
            )
            continue
        for control in found:
            for sentence in (
                *_identity(anchor, control),
                *_type(anchor, control),
                *_content(anchor, control),
                *_place(anchor, control),
                *_use(control),
                *(_deletable(control) if definition.released else ()),
            ):
                yield Problem(key, sentence, file)
        yield from _bookmark(anchor, found[:1], body, order, file)


def printed(element: Element) -> str:
    """Return the text printed below ``element``, one line per paragraph, without controls.

    The number of an item reads „{n}“, as in the labels of its fields; loops are not printed.
    """
    lines = []
    for paragraph in element.iter(f"{W}p"):
        pieces = [
            _piece(piece)
            for piece in paragraph.iter(f"{W}t", f"{W}tab", f"{W}br", f"{W}cr", f"{W}sdt")
            if (piece.tag == f"{W}sdt" or _inside(piece, "r") is not None)
            and _inside(piece, "p") is paragraph
            and _inside(piece, "sdtContent") is None
        ]
        lines.append(" ".join("".join(pieces).split()))
    return "\n".join(line for line in lines if line and not line.startswith("{%"))


def _piece(piece: Element) -> str:
    if piece.tag == f"{W}sdt":
        return "{n}" if is_number(_setting(piece, "tag")) else ""
    return (piece.text or "") if piece.tag == f"{W}t" else " "


def _beside(control: Element) -> str:
    """Return the printed words beside a control: by them people find it."""
    around = _inside(control, "tr")
    around = _inside(control, "p") if around is None else around
    words = "" if around is None else printed(around).replace("\n", " ")
    return f"neben „{words[:40]}“" if words else ""


def _identity(anchor: Anchor, control: Element) -> Iterator[str]:
    alias = _setting(control, "alias")
    # What repeats is titled for each item anew („Ziel 2: Wunsch“).
    if alias != anchor.title and "[" not in anchor.key:
        yield f"Der Titel ist „{alias}“ statt „{anchor.title}“."


def _meant(anchor: Anchor, control: Element, wanted: Mapping[str, Anchor]) -> str:
    """Return the field a control was made for whose tag is that of another, empty if its own."""
    alias, before = _setting(control, "alias"), control.getprevious()
    mark = "" if before is None else before.get(f"{W}name", "")
    if alias == anchor.title or mark == anchor.bookmark:
        return ""
    return next(
        (key for key, one in wanted.items() if (one.title, one.bookmark) == (alias, mark)), ""
    )


def _use(control: Element) -> Iterator[str]:
    """Yield what keeps people from filling in a control, or what they write in it from staying."""
    settings = _settings(control)
    if _setting(control, "lock") in ("contentLocked", "sdtContentLocked"):
        yield (
            "Der Inhalt ist gesperrt; niemand könnte das Feld ausfüllen. Bitte unter "
            "„Eigenschaften“ „Inhalt kann nicht bearbeitet werden“ abwählen."
        )
    if settings.find(f"{W}temporary") is not None:
        yield (
            "Das Element verschwindet, sobald jemand hineinschreibt. Bitte unter „Eigenschaften“ "
            "„beim Bearbeiten des Inhalts entfernen“ abwählen."
        )
    if settings.find(f"{W}dataBinding") is not None:
        yield (
            "Das Element ist mit Daten der Datei verbunden, die seinen Inhalt überschreiben. "
            "Bitte löschen und neu einfügen."
        )
    if any(child.tag in _REPEATING for child in settings):
        yield (
            "Wiederholte Abschnitte von Word werden nicht gelesen. Bitte eine Schleife "
            "„{%tr for … in … %}“ verwenden."
        )
    if next(control.iterancestors(f"{W}txbxContent"), None) is not None:
        yield (
            "Das Feld steht in einem Textfeld (Zeichnung), das verrutschen kann. Bitte in den "
            "Text oder eine Tabellenzelle setzen."
        )
    if next(control.iterancestors(f"{W}del", f"{W}moveFrom"), None) is not None:
        yield "Das Feld ist nachverfolgt gelöscht. Bitte die Änderung ablehnen."
    content = control.find(f"{W}sdtContent")
    if content is not None and any(
        color.get(f"{W}val", "").upper() == "FFFFFF" for color in content.iter(f"{W}color")
    ):
        yield "Die Schrift im Feld ist weiß. Bitte eine dunkle Schriftfarbe wählen."
    if next(control.iter(f"{W}vanish"), None) is not None:
        yield "Der Inhalt des Feldes ist ausgeblendet. Bitte „Ausgeblendet“ abwählen."


def _deletable(control: Element) -> Iterator[str]:
    """Yield that people filling in a form may delete a field with what it holds."""
    if _setting(control, "lock") not in _LOCKED:
        yield (
            "Das Feld ist nicht gegen Löschen geschützt. Bitte unter „Eigenschaften“ „Das "
            "Inhaltssteuerelement kann nicht gelöscht werden“ wählen oder „formservice forms "
            "build“ ausführen."
        )


def _type(anchor: Anchor, control: Element) -> Iterator[str]:
    types = [child for child in _settings(control) if child.tag in _TYPES]
    found = types[0] if types else None
    name = "" if found is None else etree.QName(found).localname
    if anchor.kind is FieldKind.SIGNATURE:
        if name:
            yield f"Für eine Unterschrift muss es ein Rich-Text-Element sein, nicht „{name}“."
    elif anchor.kind is FieldKind.TICK:
        yield from _tick(found) if name == "checkbox" else ("Es ist kein Kontrollkästchen.",)
    elif anchor.kind is FieldKind.DATE:
        yield from _date(anchor, found) if name == "date" else ("Es ist keine Datumsauswahl.",)
    elif name != "text":
        yield "Es ist kein Nur-Text-Element."
    else:
        many = found is not None and found.get(f"{W}multiLine") in ("1", "true", "on")
        if many != (anchor.kind is FieldKind.MULTILINE):
            yield f"Es nimmt {'mehrere Zeilen' if many else 'nur eine Zeile'}."


def _tick(box: Element | None) -> Iterator[str]:
    states = {} if box is None else {etree.QName(s).localname: s.get(f"{_W14}val") for s in box}
    if states.get("checked") not in ("0", "false", "off"):
        yield "Das Kästchen ist in der Vorlage schon angekreuzt. Bitte das Kreuz wegnehmen."
    if (states.get("checkedState"), states.get("uncheckedState")) != (_TICKED, _UNTICKED):
        yield "Die Zeichen für an und aus sind nicht ☒ (2612) und ☐ (2610)."


def _date(anchor: Anchor, picker: Element | None) -> Iterator[str]:
    wanted = _LONG_DATE if anchor.field.long_date else _DATE
    shown, language = (
        None if picker is None else _val(picker.find(f"{W}{name}"))
        for name in ("dateFormat", "lid")
    )
    if shown != wanted:
        yield f"Das Datumsformat ist „{shown}“ statt „{wanted}“."
    if language != "de-DE":
        yield "Die Sprache der Datumsauswahl ist nicht de-DE."
    if picker is not None and picker.get(f"{W}fullDate"):
        yield "In der Datumsauswahl ist schon ein Tag gewählt. Bitte das Feld leeren."


def _content(anchor: Anchor, control: Element) -> Iterator[str]:
    content = control.find(f"{W}sdtContent")
    text = "" if content is None else "".join(t.text or "" for t in content.iter(f"{W}t"))
    if anchor.kind is FieldKind.TICK:
        if text != _EMPTY_BOX:
            yield f"Das leere Kästchen zeigt nicht {_EMPTY_BOX}."
        return
    placeholder = anchor.field.placeholder
    if text.strip() != placeholder:
        yield f"Der Platzhalter ist „{text.strip()}“ statt „{placeholder}“."
    if not any(child.tag == f"{W}showingPlcHdr" for child in _settings(control)):
        yield (
            "Das Feld ist nicht leer: Was darin steht, hält Word für eine Angabe (showingPlcHdr "
            "fehlt). Bitte den Inhalt löschen, bis der graue Platzhalter erscheint."
        )


def _place(anchor: Anchor, control: Element) -> Iterator[str]:
    row = _inside(control, "tr")
    height = None if row is None else row.find(f"{W}trPr/{W}trHeight")
    if height is not None and height.get(f"{W}hRule") == "exact":
        yield "Die Tabellenzeile hat eine feste Höhe (exact); langer Text würde abgeschnitten."
    if any(_setting(outer, "tag") for outer in control.iterancestors(f"{W}sdt")):
        yield "Das Element steckt in einem anderen Inhaltssteuerelement."
    if anchor.kind is FieldKind.MULTILINE:
        yield from _alone(control)
    elif anchor.kind is not FieldKind.TICK and (before := _touching(control)) is not None:
        yield (
            f"Zwischen diesem Feld und „{before}“ steht nichts; auf Papier sähe niemand, wo das "
            "eine endet. Bitte eine Beschriftung dazwischen setzen oder zwei Zellen nehmen."
        )


def _alone(control: Element) -> Iterator[str]:
    """Yield what keeps a multi-line field from having its cell to itself."""
    cell = control.find(f"{W}sdtContent/{W}tc")
    cell = _inside(control, "tc") if cell is None else cell
    rule = "Ein mehrzeiliges Feld muss allein in seiner Tabellenzelle stehen"
    if cell is None:
        yield "Ein mehrzeiliges Feld muss in einer Tabellenzelle stehen."
        return
    others = [_setting(other, "tag") for other in cell.iter(f"{W}sdt") if other is not control]
    if beside := printed(cell).replace("\n", " "):
        yield f"{rule}; daneben steht dort „{beside[:40]}“."
    elif others:
        where = "im selben Absatz" if _shares_paragraph(control) else "in der Zelle"
        yield f"{rule}; {where} steht noch das Feld „{others[0]}“."


def _shares_paragraph(control: Element) -> bool:
    paragraph = _inside(control, "p")
    return paragraph is not None and len(list(paragraph.iter(f"{W}sdt"))) > 1


def _touching(control: Element) -> str | None:
    """Return the tag of the field right before this one in its paragraph, nothing between them."""
    if _inside(control, "p") is None:
        return None
    for before in control.itersiblings("*", preceding=True):
        if before.tag == f"{W}sdt":
            ticked = before.find(f"{W}sdtPr/{_W14}checkbox") is not None
            return None if ticked else _setting(before, "tag")
        between = before.iter(f"{W}t", f"{W}tab", f"{W}br")
        if any(one.tag != f"{W}t" or (one.text or "").strip() for one in between):
            return None
    return None


def _bookmark(
    anchor: Anchor, controls: list[Element], body: Element, order: dict[Element, int], file: str
) -> Iterator[Problem]:
    starts = [
        start
        for start in body.iter(f"{W}bookmarkStart")
        if start.get(f"{W}name") == anchor.bookmark
    ]
    if len(starts) != 1:
        count = f"{len(starts)} Textmarken heißen" if starts else "Keine Textmarke heißt"
        yield Problem(anchor.key, f"{count} „{anchor.bookmark}“; es muss genau eine sein.", file)
        return
    number = starts[0].get(f"{W}id")
    ends = [end for end in body.iter(f"{W}bookmarkEnd") if end.get(f"{W}id") == number]
    for control in controls:
        last = max(order[element] for element in control.iter())
        if not (ends and order[starts[0]] < order[control] and last < order[ends[0]]):
            yield Problem(anchor.key, "Die Textmarke umschließt das Element nicht.", file)
            continue
        for other in body.iter(f"{W}sdt"):
            if (
                last < order[other] < order[ends[0]]
                or order[starts[0]] < order[other] < order[control]
            ):
                sentence = "Die Textmarke umschließt auch das Feld"
                yield Problem(anchor.key, f"{sentence} „{_setting(other, 'tag')}“.", file)


def _settings(control: Element) -> Element:
    found = control.find(f"{W}sdtPr")
    return etree.Element("none") if found is None else found


def _setting(control: Element, name: str) -> str:
    return _val(_settings(control).find(f"{W}{name}")) or ""


def _val(element: Element | None) -> str | None:
    return None if element is None else element.get(f"{W}val")


def _inside(element: Element, name: str) -> Element | None:
    """Return the nearest ancestor called ``name``."""
    return next(element.iterancestors(f"{W}{name}"), None)
