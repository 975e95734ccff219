"""What stands in a Word file outside its controls: printed text, and what people typed there."""

from collections.abc import Sequence
from typing import cast

from lxml import etree

from formservice.adapters.word.found import Lazy
from formservice.adapters.word.names import ECHO
from formservice.adapters.word.walk import namespace
from formservice.domain.document import Loose


def loose_text(document: etree._Element) -> Sequence[Loose]:
    """Return the paragraphs outside controls, looked for when the first of them is asked for."""
    return Lazy(lambda: _loose(document))


def _loose(document: etree._Element) -> list[Loose]:
    w = namespace(document)
    outside = etree.XPath(".//w:t[not(ancestor::w:sdt)]", namespaces={"w": w[1:-1]})
    found: list[tuple[etree._Element, str]] = []
    last: etree._Element | None = None
    for text in cast("list[etree._Element]", outside(document)):
        paragraph = next(text.iterancestors(f"{w}p"), None)
        if paragraph is None:
            continue
        run, written = text.getparent(), text.text or ""
        if found and found[-1][0] is paragraph:
            gap = "" if run is last or _joined(last, run, w) else " "
            found[-1] = (paragraph, f"{found[-1][1]}{gap}{written}")
        else:
            found.append((paragraph, written))
        last = run
    return [Loose(text, _beside(paragraph, w)) for paragraph, text in found if text.strip()]


def _joined(last: etree._Element | None, run: etree._Element | None, w: str) -> bool:
    """Say whether nothing with text of its own stands between two runs."""
    while run is not None:
        run = run.getprevious()
        if run is last:
            return True
        if run is not None and run.tag in (f"{w}sdt", f"{w}r"):
            return False
    return False


def _beside(paragraph: etree._Element, w: str) -> tuple[str, ...]:
    """Return the tags of the controls in the cell of a paragraph, or in the paragraph."""
    around = next(paragraph.iterancestors(f"{w}tc", f"{w}txbxContent"), paragraph)
    tags = (tag.get(f"{w}val", "") for tag in around.iter(f"{w}tag"))
    return tuple(tag for tag in tags if tag and not tag.startswith(ECHO))
