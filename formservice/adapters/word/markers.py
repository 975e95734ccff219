"""The lines of a Word template that steer its loops, understood and checked.

``{%p for ziel in ziele %}`` and ``{%p endfor %}`` stand alone in a paragraph each, before and
behind the paragraphs and tables that repeat; with ``tr`` they stand alone in a row of a table.
``{%p if not loop.first %}`` keeps what follows out of the first item.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from lxml import etree

from formservice.adapters.word.names import ECHO
from formservice.adapters.word.walk import W_TRANSITIONAL
from formservice.domain.errors import Problem
from formservice.domain.form import Field, FieldKind, FormDefinition, Group
from formservice.domain.groups import groups, patterns
from formservice.domain.nearest import nearest

Element: TypeAlias = etree._Element

_W = f"{{{W_TRANSITIONAL}}}"
_ANY = re.compile(r"\{[%{#]|[%}#]\}")
_MARKER = re.compile(r"\{%(p|tr)\s+(.*?)\s*%\}")
_MEANT = re.compile(r"\{%\s*(p|tr)?\s*((?:for|if)\s.*?|endfor|endif)\s*(?:%|$)")
_FOR = re.compile(r"for\s+([^\W\d_]\w*)\s+in\s+([\w.]+)")
_IF = re.compile(r"if\s+(not\s+)?loop\.(first|last)")
_END = re.compile(r"end(for|if)")
_POSSIBLE = "Möglich sind „for … in …“, „endfor“, „if loop.first“, „if not loop.last“ und „endif“."
_SHOWN = (FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.DATE)


class Step(StrEnum):
    """What a marker does."""

    FOR = "for"
    END_FOR = "endfor"
    IF = "if"
    END_IF = "endif"


@dataclass(frozen=True, slots=True)
class Marker:
    """One steering line: its paragraph, the paragraph or row it takes away, its text in Jinja.

    ``group`` is the key of the group a loop goes over, at its end too.
    """

    paragraph: Element
    element: Element
    step: Step
    text: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Markers:
    """All markers of a template in reading order, and everything wrong with its loops."""

    found: tuple[Marker, ...]
    problems: tuple[Problem, ...]


def markers(body: Element, definition: FormDefinition, file: str | None = None) -> Markers:
    """Return the markers below ``body``; ``file`` names the Word file in problems."""
    reading = _Reading(definition)
    reading.go_through(body)
    # While a loop is wrong, what stands where in it says nothing.
    said = reading.wrong or [*reading.unlooped(), *reading.misplaced]
    problems = [Problem(*one[:2], file, one[2]) for one in (*said, *reading.unknown)]
    return Markers(tuple(reading.found), tuple(dict.fromkeys(problems)))


def tag_of(control: Element) -> str:
    """Return the tag of a content control, empty if it has none."""
    tag = control.find(f"{_W}sdtPr/{_W}tag")
    return "" if tag is None else tag.get(f"{_W}val", "")


def is_number(tag: str) -> bool:
    """Say whether a control with ``tag`` prints the number of an item."""
    return tag.startswith(ECHO) and tag.endswith("]")


def around(form: str) -> list[str]:
    """Return the keys of the groups around the pattern ``form``, outer first."""
    return [form[: match.start()] for match in re.finditer(r"\[\]", form)]


@dataclass(slots=True)
class _Open:
    """A loop or condition that is not closed yet."""

    marker: Marker
    name: str  # of the loop's variable


_Wrong: TypeAlias = tuple[str, str, str | None]


@dataclass(slots=True)
class _Reading:
    """The state of one way through a template.

    ``wrong`` are mistakes in loops, ``misplaced`` controls that stand in no or a wrong loop,
    ``unknown`` controls that repeat what is not there.
    """

    definition: FormDefinition
    found: list[Marker] = field(default_factory=list)
    wrong: list[_Wrong] = field(default_factory=list)
    misplaced: list[_Wrong] = field(default_factory=list)
    unknown: list[_Wrong] = field(default_factory=list)
    _open: list[_Open] = field(default_factory=list)
    _groups: Mapping[str, Group] = field(default_factory=dict)
    _fields: Mapping[str, Field] = field(default_factory=dict)

    def go_through(self, body: Element) -> None:
        definition = self.definition
        self._groups = {group.key: group for group in groups(definition.members)}
        declared = patterns(definition.members) if definition.members else definition.fields
        self._fields = {one.key: one for one in declared}
        anchors = {anchor for one in self._fields.values() for anchor in one.anchors}
        for element in body.iter(f"{_W}p", f"{_W}sdt"):
            if element.tag == f"{_W}p":
                self._paragraph(element)
            elif (tag := tag_of(element)).startswith(ECHO):
                self._echo(tag)
            elif tag in anchors:
                self._control(tag)
        for left in self._open:
            end = "endfor" if left.marker.step is Step.FOR else "endif"
            self._say(left.marker.text, f"Die Anweisung wird nicht geschlossen; „{end}“ fehlt.")

    def unlooped(self) -> list[_Wrong]:
        """Return the groups without a loop; that their fields stand in none is no second fault."""
        looped = {marker.group for marker in self.found if marker.step is Step.FOR}
        missing = [key for key in self._groups if key not in looped]
        self.misplaced = [
            one for one in self.misplaced if not any(f"„{key}“" in one[1] for key in missing)
        ]
        return [
            (key, "Die Word-Vorlage hat keine Schleife über diese Gruppe.", None)
            for key in missing
        ]

    def _say(self, where: str, sentence: str, guess: str | None = None) -> None:
        self.wrong.append((where, sentence, guess))

    # -- markers ---------------------------------------------------------------------------

    def _paragraph(self, paragraph: Element) -> None:
        text = own_text(paragraph)
        if not _ANY.search(text):
            return
        text = " ".join(text.split())
        match = _MARKER.fullmatch(text)
        element = paragraph
        if match is None:
            self._say(text[:60], _no_marker(text))
        elif match[1] == "tr":
            row = next(paragraph.iterancestors(f"{_W}tr"), None)
            element = paragraph if row is None else row
            if row is None:
                self._say(text, "Mit „tr“ muss die Anweisung in einer Tabellenzeile stehen.")
        if match is not None and _other_content(element, paragraph):
            what = "im Absatz" if match[1] == "p" else "in der Zeile"
            rest = f"Neben der Anweisung steht noch anderes {what}"
            self._say(text, f"{rest} (auch ein Umbruch zählt); es entfiele.")
        # What a slip was meant to be is still followed, or it would be told a second time as the
        # lack of a beginning or an end.
        if meant := match or _MEANT.search(text):
            self._statement(paragraph, element, meant[1] or "p", meant[2])

    def _statement(self, paragraph: Element, element: Element, kind: str, statement: str) -> None:
        text = f"{{%{kind} {statement} %}}"
        if match := _FOR.fullmatch(statement):
            group = self._group(text, match[2])
            marker = Marker(paragraph, element, Step.FOR, text, group)
            self.found.append(marker)
            self._open.append(_Open(marker, match[1]))
        elif _IF.fullmatch(statement):
            marker = Marker(paragraph, element, Step.IF, text)
            if not any(one.marker.step is Step.FOR for one in self._open):
                self._say(text, "Die Anweisung steht in keiner Schleife.")
            self.found.append(marker)
            self._open.append(_Open(marker, ""))
        elif match := _END.fullmatch(statement):
            self._end(Marker(paragraph, element, Step(match[0]), text))
        else:
            self._say(text, f"Diese Anweisung gibt es nicht. {_POSSIBLE}")

    def _group(self, text: str, path: str) -> str:
        """Return the group a loop goes over; empty, with the reason said, if there is none."""
        name, _, inner = path.rpartition(".")
        key = inner
        known: dict[str, str] = {
            one.key: one.key for one in self._groups.values() if "[]" not in one.key
        }
        for outer in self._open:
            if outer.marker.step is Step.FOR:
                start = f"{outer.marker.group}[]."
                known |= {
                    f"{outer.name}.{one.removeprefix(start)}": one
                    for one in self._groups
                    if one.startswith(start) and "." not in one.removeprefix(start)
                }
        if path in known:
            return known[path]
        guess = nearest(path, known) or next(
            (one for one in known if one.rpartition(".")[2] == key), None
        )
        sentence = f"Eine Gruppe „{path}“ gibt es hier nicht."
        if name and not any(one.name == name for one in self._open):
            sentence = f"„{name}“ ist hier nicht der Name einer umgebenden Schleife."
        self._say(text, sentence, guess)
        return known.get(guess or "", "")

    def _end(self, marker: Marker) -> None:
        begins = Step.FOR if marker.step is Step.END_FOR else Step.IF
        if not self._open or self._open[-1].marker.step is not begins:
            self._say(marker.text, f"Dazu fehlt davor die Anweisung „{begins}“.")
            return
        begin = self._open.pop().marker
        if begin.element.getparent() is not marker.element.getparent():
            self._say(
                begin.text,
                f"Das zugehörige „{marker.step}“ steht nicht in derselben Tabelle oder Zelle.",
            )
        elif begins is Step.FOR and _tables_touch(begin.element, marker.element):
            self._say(
                begin.text,
                "Zwischen den Tabellen zweier Einträge fehlt ein Absatz; Word fügte sie zusammen.",
            )
        self.found.append(
            Marker(marker.paragraph, marker.element, marker.step, marker.text, begin.group)
        )

    # -- controls --------------------------------------------------------------------------

    def _looped(self) -> list[str]:
        return [one.marker.group for one in self._open if one.marker.step is Step.FOR]

    def _control(self, tag: str) -> None:
        looped, needed = self._looped(), around(tag)
        for group in needed:
            if group not in looped:
                self._misplaced(tag, f"Das Feld steht nicht in der Schleife über „{group}“.")
                return
        for group in looped:
            if group not in needed:
                self._misplaced(
                    tag,
                    f"Das Feld gehört nicht in die Schleife über „{group}“; soll dort sein Wert "
                    f"wiederholt werden, braucht das Element das Tag „{ECHO}{tag}“.",
                )
        for one in self._open:
            if one.marker.step is Step.IF:
                self._misplaced(
                    one.marker.text,
                    "Zwischen dieser Anweisung und „endif“ stehen Felder; jeder Eintrag braucht "
                    "alle seine Felder.",
                )

    def _misplaced(self, tag: str, sentence: str) -> None:
        self.misplaced.append((tag, sentence, None))

    def _echo(self, tag: str) -> None:
        source = tag.removeprefix(ECHO)
        items = {f"{key}[]" for key in self._groups}
        one = self._fields.get(source)
        if source not in items and (one is None or one.kind not in _SHOWN):
            known = [*items, *(key for key, one in self._fields.items() if one.kind in _SHOWN)]
            sentence = (
                "Ein Feld, das so heißt und wiederholt werden kann, hat die Definition nicht."
            )
            guess = nearest(source, known)
            self.unknown.append((tag, sentence, guess and f"{ECHO}{guess}"))
            return
        for group in around(source):
            if group not in self._looped():
                self._misplaced(
                    tag, f"Die Wiederholung steht nicht in der Schleife über „{group}“."
                )


def own_text(paragraph: Element) -> str:
    """Return the characters of ``paragraph`` itself, without those of text boxes in it."""
    return "".join(
        (text.text or "") if text.tag == f"{_W}t" else " "
        for text in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
        if next(text.iterancestors(f"{_W}p"), None) is paragraph
        and next(text.iterancestors(f"{_W}r", f"{_W}tabs"), paragraph).tag == f"{_W}r"
    )


def _no_marker(text: str) -> str:
    if "loop.index" in text:
        return (
            "Die Nummer eines Eintrags druckt ein Inhaltssteuerelement mit einem Tag wie "
            f"„{ECHO}ziele[]“."
        )
    if "{{" in text or "}}" in text:
        return (
            "Werte werden nicht mit „{{ … }}“ eingesetzt; jedes Feld braucht ein "
            "Inhaltssteuerelement mit Tag."
        )
    if "{#" in text or "#}" in text:
        return "Anmerkungen „{# … #}“ sind nicht möglich; bitte löschen."
    if text.count("{%") != text.count("%}"):
        return "Eine Anweisung ist nicht vollständig; sie beginnt mit „{%“ und endet mit „%}“."
    if _MARKER.search(text):
        return "Die Anweisung muss allein in ihrem Absatz stehen."
    return f"Eine Anweisung beginnt mit „{{%p“ (Absatz) oder „{{%tr“ (Tabellenzeile). {_POSSIBLE}"


def _other_content(element: Element, paragraph: Element) -> bool:
    """Say whether ``element``, which the marker takes away, holds more than the marker."""
    kept = ("sdt", "drawing", "pict", "br", "sectPr")
    if next(element.iter(*(f"{_W}{name}" for name in kept)), None) is not None:
        return True
    return any(
        (text.text or "").strip()
        for text in element.iter(f"{_W}t")
        if next(text.iterancestors(f"{_W}p"), None) is not paragraph
    )


def _tables_touch(begin: Element, end: Element) -> bool:
    """Say whether what repeats between two markers begins and ends with a table."""
    inside = list(_between(begin, end))
    table = f"{_W}tbl"
    return bool(inside) and inside[0].tag == table and inside[-1].tag == table


def _between(begin: Element, end: Element) -> Iterator[Element]:
    for element in begin.itersiblings("*"):
        if element is end:
            return
        if element.tag in (f"{_W}p", f"{_W}tbl", f"{_W}sdt"):
            yield element
