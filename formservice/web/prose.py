"""Pages written in Markdown: the user guide, and what an operator says of itself."""

from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Prose:
    """A page: its title, its body as HTML, and the headings it can be entered at."""

    title: str
    body: str
    parts: tuple[tuple[str, str], ...] = field(default=())


def read_prose(file: Path) -> Prose | None:
    """Return the page of a Markdown file; None if there is none.

    HTML inside it is shown as text, never taken over. Tables stand in regions that scroll.
    """
    try:
        source = file.read_text("utf-8")
    except OSError:
        return None
    return made(source)


def made(source: str) -> Prose:
    """Return the page that Markdown describes; its first heading is the title."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only pages of prose need it

    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    title, parts = "", []
    tokens = reader.parse(source)
    body = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        if token.type == "heading_open":
            words = tokens[position + 1].content
            if token.tag == "h1" and not title:
                title = words
                position += 3
                continue
            anchor = _anchor(words)
            token.attrSet("id", anchor)
            if token.tag == "h2":
                parts.append((anchor, words))
        body.append(token)
        position += 1
    for token in body:
        for part in token.children or ():
            if part.type == "link_open":
                part.attrSet("href", _led(str(part.attrGet("href"))))
    html = reader.renderer.render(body, reader.options, {})
    html = html.replace("<table>", _SCROLL + "<table>").replace("</table>", "</table></div>")
    html = html.replace(' src="bilder/', ' loading="lazy" src="/hilfe/bilder/')
    return Prose(title, Markup(html), tuple(parts))  # noqa: S704 - the renderer escapes texts


_SCROLL = '<div class="fs-scroll">'


def _led(href: str) -> str:
    """Return where a link leads: files beside each other are pages beside each other."""
    away = href.startswith(("/", "#")) or ":" in href
    return href if away else f"/hilfe/{href.replace('.md', '')}"


def _anchor(words: str) -> str:
    kept = "".join(one if one.isalnum() else "-" for one in words.casefold())
    return escape("-".join(part for part in kept.split("-") if part))
