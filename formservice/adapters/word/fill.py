"""Fills Word templates: controls by tag, QR pictures, document properties."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import TypeAlias
from xml.sax.saxutils import escape

from formservice.adapters.qr import png
from formservice.adapters.word.loops import expanded, grown
from formservice.adapters.word.names import ECHO
from formservice.adapters.word.slots import Direction, Hole, Slot
from formservice.adapters.word.template import REFERENCE, Template, compiled
from formservice.adapters.word.zip import fast, stored
from formservice.domain.errors import InvalidDataError, Problem
from formservice.domain.form import Field, FieldKind, FormDefinition, FormRef
from formservice.domain.groups import Shape, flat
from formservice.domain.record import Value
from formservice.domain.reference import identifier, payload
from formservice.domain.text import clean
from formservice.domain.values import shown, ticks

# Letters written right to left: Hebrew, Arabic, Syriac, Thaana, N'Ko and their supplements.
_RIGHT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]+"
)
# All but Latin, Greek and Cyrillic letters and plain signs: line breaks, hyphens of other kinds,
# signs that join characters or change the direction, other scripts, emoji.
_DELICATE = re.compile(
    "[^\t -~\u00a0-\u00ac\u00ae-\u052f\u1e00-\u1fff\u2010\u2012-\u2027\u2030-\u205e\u2070-\u214f]"
)
_LETTER = re.compile(r"[^\W\d_]")
_OPEN_TEXT = '<w:t xml:space="preserve">'
_CLOSE_TEXT = "</w:t>"
_NO_TEXT = _OPEN_TEXT + _CLOSE_TEXT
_CLOSE_RUN = b"</w:r>"
_UNKNOWN_PAGE = 0
# So many grown templates are kept; a control takes about 2 KB, a plan of twenty goals one MB.
_MOST_GROWN = 32
# Longer ones are rare: they are cut up each time.
_MOST_CONTROLS = 1000
_Shaped: TypeAlias = tuple[FormRef, tuple[tuple[str, int], ...]]
# Said in so many words, for a control of no kind is one for a signature.
_RICH_TEXT = b"<w:richText/>"
_BIDI = b"<w:bidi/>"


class WordRenderer:
    """Writes filled Word files; see ``ports.Renderer``.

    Templates are cut up once per form, or once per number of items where something repeats, and
    kept; filling only joins bytes. Instances may be shared between threads: what is kept never
    changes.
    """

    def __init__(self, template: Callable[[FormRef], bytes]) -> None:
        """Take the bytes of ``form.docx`` from ``template``."""
        self._template = template
        self._compiled: dict[_Shaped, _Prepared] = {}
        self._lock = Lock()

    def render(
        self, definition: FormDefinition, values: Mapping[str, Value], reference: str
    ) -> bytes:
        """Return the Word file filled with ``values``; the same input gives the same bytes.

        A group with more items than the printed form has rows makes the file grow.

        Raises:
            DefinitionError: the template cannot be used, or lacks a control of a field.
            InvalidDataError: a value has the wrong type for its field.
        """
        prepared = self._prepared(definition, values)
        template = prepared.template
        contents = _contents(prepared.fields, values)
        for source in template.echoes:
            if source in contents:
                contents[ECHO + source] = contents[source]
        members = [fast(template.main, b"".join(_document(template, contents)))]
        for name, before, after in template.properties:
            held = reference if name == REFERENCE else identifier(definition.ref, reference)
            members.append(fast(name, before + escape(held).encode() + after))
        layout = definition.layout
        # Where the file has grown, nobody knows what stands on which of its later pages. And Word
        # has one header for the first page and one for all others, be they two or more.
        more = layout is not None and len(layout.pages) > len(template.pictures)
        for page, name in template.pictures:
            known = _UNKNOWN_PAGE if page > 1 and (prepared.grown or more) else page
            members.append(stored(name, png(payload(definition.ref, known, reference))))
        return template.base.with_members(members)

    def _prepared(self, definition: FormDefinition, values: Mapping[str, Value]) -> "_Prepared":
        """Return the template for the number of items in ``values``."""
        shape = grown(definition, values) if definition.members else {}
        key = definition.ref, tuple(sorted(shape.items()))
        found = self._compiled.get(key)
        if found is None:
            found = self._compile(definition, shape)
            if shape and len(found.template.anchors) > _MOST_CONTROLS:
                return found
            with self._lock:
                self._compiled[key] = found
                # The printed form stays; others are as many as there are people.
                for old in [one for one in self._compiled if one[1]][:-_MOST_GROWN]:
                    del self._compiled[old]
        return found

    def _compile(self, definition: FormDefinition, shape: Shape) -> "_Prepared":
        if definition.members:
            definition = replace(definition, fields=flat(definition.members, shape))
        word = expanded(self._template(definition.ref), definition)
        return _Prepared(compiled(word, definition), definition.fields, bool(shape))


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A template for documents of one shape, with their fields; ``grown`` beyond the print."""

    template: Template
    fields: tuple[Field, ...]
    grown: bool


def _contents(fields: Iterable[Field], values: Mapping[str, Value]) -> dict[str, tuple[str, str]]:
    """Return (text, ISO date) of every control that is filled, by anchor."""
    contents: dict[str, tuple[str, str]] = {}
    for field in fields:
        value = values.get(field.key)
        if value is None:
            continue
        if field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            contents |= {key: ("", "") for key, on in ticks(field, value).items() if on}
            continue
        text = _text(field, value)
        if text.strip():
            iso = value.isoformat() if isinstance(value, date) else ""
            contents[field.key] = text, iso
    return contents


def _text(field: Field, value: Value) -> str:
    try:
        return clean(shown(field, value))
    except TypeError as error:
        problem = Problem(field.key, "Der Wert hat die falsche Art für dieses Feld.")
        raise InvalidDataError("Eine Angabe passt nicht zu ihrem Feld.", [problem]) from error


def _document(template: Template, contents: Mapping[str, tuple[str, str]]) -> Iterator[bytes]:
    """Yield the pieces of the main document."""
    for piece in template.pieces:
        if isinstance(piece, bytes):
            yield piece
        elif isinstance(piece, Direction):
            text, _ = contents.get(template.anchors[piece.slot], ("", ""))
            if _is_right_to_left(text):
                yield _BIDI
        elif piece.anchor in contents:
            yield from _filled(piece, *contents[piece.anchor])
        else:
            yield piece.blank


def _filled(slot: Slot, text: str, iso: str) -> Iterator[bytes]:
    for part in slot.filled:
        if isinstance(part, bytes):
            yield part
        elif part is Hole.RUNS:
            yield from _runs(slot, text)
        elif part is Hole.DATE and iso:
            yield f' w:fullDate="{iso}T00:00:00Z"'.encode()
        elif part is Hole.PLAIN:
            yield _RICH_TEXT if _needs_rich_text(text) else slot.plain
        elif part is Hole.BIDI and _is_right_to_left(text):
            yield _BIDI


def _needs_rich_text(text: str) -> bool:
    """Say whether ``text`` outgrows a plain-text control.

    LibreOffice 7.4 makes an input field of such a control: it draws line breaks before the
    text instead of in it, writes a text of two scripts many times over, and loses the end of
    the bookmark around a soft hyphen. Rich text it leaves alone.
    """
    return _DELICATE.search(text) is not None


def _runs(slot: Slot, text: str) -> Iterator[bytes]:
    """Yield ``text`` as runs, letters written right to left in runs of their own.

    Word orders characters by run: without w:rtl, signs and digits between Arabic words stand
    on the wrong side.
    """
    position = 0
    for start, end in _right_to_left(text):
        if start > position:
            yield slot.run + _characters(text[position:start]) + _CLOSE_RUN
        yield slot.right + _characters(text[start:end]) + _CLOSE_RUN
        position = end
    if position < len(text):
        yield slot.run + _characters(text[position:]) + _CLOSE_RUN


def _characters(text: str) -> bytes:
    r"""Return ``text`` as the content of a run, with breaks for ``\n`` and tabs for ``\t``."""
    marked = f"{_OPEN_TEXT}{escape(text)}{_CLOSE_TEXT}"
    if "\n" in text or "\t" in text:
        marked = marked.replace("\n", f"{_CLOSE_TEXT}<w:br/>{_OPEN_TEXT}")
        marked = marked.replace("\t", f"{_CLOSE_TEXT}<w:tab/>{_OPEN_TEXT}")
        marked = marked.replace(_NO_TEXT, "")
    return marked.encode()


def _right_to_left(text: str) -> list[tuple[int, int]]:
    """Return the stretches written right to left, joined over signs, digits and blanks."""
    if text.isascii():
        return []
    spans: list[tuple[int, int]] = []
    for match in _RIGHT.finditer(text):
        start, end = match.span()
        if spans:
            between = text[spans[-1][1] : start]
            if "\n" not in between and not _LETTER.search(between):
                start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _is_right_to_left(text: str) -> bool:
    """Say whether the first letter of ``text`` is written right to left."""
    first = None if text.isascii() else _LETTER.search(text)
    return first is not None and unicodedata.bidirectional(first[0]) in ("R", "AL")
