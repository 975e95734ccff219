"""One print of a form: its pages, the copies further items need, the sheets behind them."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from threading import Lock

from formservice.adapters.pdf_fill.joining import Added, Joining, Place, Source, echo_key
from formservice.adapters.pdf_fill.template import Compiled, compiled
from formservice.adapters.word.names import titles
from formservice.domain.copies import OnCopy, copy_mark, reshaped
from formservice.domain.form import FormDefinition, FormRef, Layout, PageCopy
from formservice.domain.groups import Shape
from formservice.domain.reference import footed, identifier, numbered

# So many prints are kept compiled, 0.2 MB each; most forms need one, a plan one per number of
# goals.
_KEPT = 24
# Longer ones are rare, and large: they are compiled for themselves.
_KEPT_PAGES = 16


@dataclass(frozen=True, slots=True)
class Print:
    """A form ready to be filled, as ``definition`` describes it.

    ``shown`` are the places where a value, or the number of an item, is drawn: by its key, or
    that of the item. ``sheets`` stand behind the form; the text goes into the field named by
    ``sheet_field`` and their number (from 0).
    """

    definition: FormDefinition
    form: Compiled
    shown: tuple[tuple[str, Place], ...]
    sheets: tuple[Added, ...] = ()


class Prints:
    """Makes prints and keeps some of them; may be used by several threads."""

    def __init__(
        self, templates: Callable[[FormRef], bytes], sheet: FormDefinition | None
    ) -> None:
        """Keep the source of the built ``form.pdf`` files, and the continuation sheet."""
        self._templates = templates
        self._sheet = sheet
        self._known: OrderedDict[object, Print] = OrderedDict()
        self._lock = Lock()

    def get(self, definition: FormDefinition, shape: Shape, sheets: int = 0) -> Print:
        """Return the print of that ``shape`` (see ``domain.copies.printed_shape``)."""
        key = (definition.ref, tuple(sorted(shape.items())), sheets)
        with self._lock:
            found = self._known.get(key)
            if found is None:
                found = self._made(definition, shape, sheets)
                if len(found.form.pages) <= _KEPT_PAGES:
                    self._known[key] = found
                    while len(self._known) > _KEPT:
                        self._known.popitem(last=False)
            else:
                self._known.move_to_end(key)
            return found

    def _made(self, definition: FormDefinition, shape: Shape, sheets: int) -> Print:
        template = self._templates(definition.ref)
        whole = reshaped(definition, shape)
        layout = whole.layout
        shown: list[tuple[str, Place]] = []
        behind: list[Added] = []
        if sheets or (layout is not None and (layout.copies or layout.echoes)):
            with closing(Joining(template, spoken(whole))) as joining:
                if layout is not None:
                    shown += _own(joining, layout)
                    total = len(layout.pages)
                    for sheet, copy in enumerate(layout.copies, total - len(layout.copies) + 1):
                        shown += _copied(joining, template, definition, copy, (sheet, total))
                behind = [joining.add(self._source(number)) for number in range(sheets)]
                template = joining.finished()
        nameless = [sheet_field(number) for number in range(sheets)]
        form = compiled(template, identifier(definition.ref), nameless)
        return Print(whole, form, tuple(shown), tuple(behind))

    def _source(self, number: int) -> Source:
        sheet = self._sheet
        if sheet is None or sheet.continuation is None:
            raise AssertionError("pieces are only made for a sheet")
        names = {sheet.continuation.text: sheet_field(number)}
        return Source(self._templates(sheet.ref), 0, names, headings=True)


def sheet_field(number: int) -> str:
    """Return what the field of a sheet (from 0) is called until it is filled."""
    return f"fortsetzung__{number}"


def spoken(definition: FormDefinition) -> dict[str, str]:
    """Return what people call every field and box, and every choice."""
    return {field.key: field.name for field in definition.fields} | titles(definition)


def _own(joining: Joining, layout: Layout) -> list[tuple[str, Place]]:
    """Make the places of echoes on the form's own pages; return what is shown there."""
    shown = []
    for page in range(1, len(layout.pages) - len(layout.copies) + 1):
        echoes = [echo for echo in layout.echoes if echo.page == page]
        foot = ""
        if layout.copies:
            total = len(layout.pages)
            foot = footed(layout.ref, numbered(page, None, total), page, total)
        if echoes or foot:
            places = joining.drawn(page - 1, echoes, foot).places
            shown += [(echo.source, places[echo_key(i)]) for i, echo in enumerate(echoes)]
    return shown


def _copied(
    joining: Joining,
    template: bytes,
    definition: FormDefinition,
    copy: PageCopy,
    sheet: tuple[int, int],
) -> list[tuple[str, Place]]:
    """Put a copy of a page behind the form; return what is shown on it without being a field.

    ``sheet`` says which page of how many it is.
    """
    layout = definition.layout
    if layout is None:
        raise AssertionError("only what has a layout has copies")
    here = OnCopy.of(definition, copy)
    names: dict[str, str] = {}
    repeated: dict[str, str] = {}
    for zone in layout.on_page(copy.page):
        key, source = here.key(zone.key), here.shown(zone.key)
        if key is not None:
            names[zone.key] = key
        elif source is not None:
            repeated[zone.key] = source
    echoes = [echo for echo in layout.echoes if echo.page == copy.page]
    for position, echo in enumerate(echoes):
        source = here.shown(echo.source)
        if source is not None:
            repeated[echo_key(position)] = source
    place = numbered(copy.page, copy_mark(definition, copy), sheet[1])
    foot = footed(layout.ref, place, *sheet)
    added = joining.add(Source(template, copy.page - 1, names, echoes, foot=foot))
    return [(repeated[key], place) for key, place in added.places.items() if key in repeated]
