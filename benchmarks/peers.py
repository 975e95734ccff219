"""What is measured against: each peer doing the work as its own documentation shows."""

import io
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
import docxtpl
import pdfplumber
import pypdf
from docx.document import Document
from docx.table import Table, _Cell

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


_LOOP = re.compile(r"{%[a-z]* *for (\w+) in ([\w.]+) %}")
_END = re.compile(r"{%[a-z]* *endfor %}")


def jinja_template(form: bytes) -> bytes:
    """Return the Word form as docxtpl wants it: every text control replaced by ``{{ key }}``.

    Its loops are docxtpl's own already; inside them a control names a field of the loop's item.
    """
    document = docx.Document(io.BytesIO(form))
    loops: list[tuple[str, str]] = []  # variable, and the group it stands for an item of
    for place in list(document.element.body.iter(f"{_WORD}p", f"{_WORD}sdt")):
        texts = list(place.iter(f"{_WORD}t"))
        if place.tag == f"{_WORD}p":
            said = "".join(text.text or "" for text in texts)
            if found := _LOOP.search(said):
                known = dict(loops)
                owner, _, name = found[2].rpartition(".")
                loops.append((found[1], f"{known[owner]}[].{name}" if owner else name))
            elif _END.search(said):
                loops.pop()
            continue
        tag = place.find(f"{_WORD}sdtPr/{_WORD}tag").get(f"{_WORD}val")
        content = place.find(f"{_WORD}sdtContent")
        for text in texts[1:]:
            text.text = ""
        if texts:
            texts[0].text = "{{ " + _expression(tag, loops) + " }}"
        for child in list(content):
            place.addprevious(child)
        place.getparent().remove(place)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _expression(tag: str, loops: Sequence[tuple[str, str]]) -> str:
    """Return what a control prints, as docxtpl's authors would write it."""
    group, inside, rest = tag.removeprefix("=").rpartition("[]")
    if not inside:
        return tag.removeprefix("=").replace(".", "_")
    if tag.startswith("=") and not rest:
        return "loop.index"
    variable = next(one for one, its_group in reversed(loops) if its_group == group)
    return variable + ("." + rest[1:].replace(".", "_") if rest else "")


def docxtpl_fill(form: bytes, context: Mapping[str, object], folder: Path) -> Callable[[], object]:
    """Return docxtpl's work: load, render, save, with the escaping it needs to be right."""
    template = jinja_template(form)

    def work() -> None:
        document = docxtpl.DocxTemplate(io.BytesIO(template))
        document.render(context, autoescape=True)
        document.save(folder / "peer.docx")

    return work


def context_of(texts: Mapping[str, str]) -> dict[str, Any]:
    """Return texts by key (``ziele[0].text``) as the nested data a template with loops needs."""
    context: dict[str, Any] = {}
    for key, text in texts.items():
        first, *rest = re.split(r"\[(\d+)\]", key)
        here, name = context, first
        for index, following in zip(map(int, rest[::2]), rest[1::2], strict=True):
            items = here.setdefault(name.replace(".", "_"), [])
            if len(items) == index:
                items.append({} if following else text)
            here, name = items[index], following.removeprefix(".")
        if name:
            here[name.replace(".", "_")] = text
    return context


def pypdf_fill(blank: bytes, fillable: bytes) -> Callable[[], object]:
    """Return pypdf's work: clone, fill every page, make appearances."""
    fields = pypdf.PdfReader(io.BytesIO(fillable)).get_fields() or {}
    values = {name: field["/V"] for name, field in fields.items() if field.get("/V") is not None}

    def work() -> None:
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(blank))
        for page in writer.pages:
            writer.update_page_form_field_values(page, values, auto_regenerate=False)
        writer.write(io.BytesIO())

    return work


def office(word: bytes, folder: Path) -> Callable[[], object]:
    """Return LibreOffice's work: the filled Word file to PDF, one start per document."""
    source = folder / "office.docx"
    source.write_bytes(word)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    return lambda: subprocess.run([*command, str(source)], check=True, capture_output=True)


def docx_values(word: bytes) -> dict[str, str]:
    """Return what python-docx says of a Word form: its controls by tag, footers, properties."""
    return _said(docx.Document(io.BytesIO(word)))


def docx_everything(word: bytes) -> dict[str, str]:
    """Return the same and all other text: paragraphs, tables, tables in their cells."""
    document = docx.Document(io.BytesIO(word))
    return _said(document) | {"body": "\n".join(_texts(document))}


def _said(document: Document) -> dict[str, str]:
    # python-docx knows no content controls; this is how its users get at them.
    said = {}
    for control in document.element.body.iter(f"{_WORD}sdt"):
        tag = control.find(f"{_WORD}sdtPr/{_WORD}tag")
        if tag is not None:
            texts = control.iter(f"{_WORD}t")
            said[tag.get(f"{_WORD}val")] = "".join(text.text or "" for text in texts)
    for number, section in enumerate(document.sections):
        for name, part in (
            ("header", section.header),
            ("first header", section.first_page_header),
            ("footer", section.footer),
            ("first footer", section.first_page_footer),
        ):
            said[f"{name} {number}"] = "\n".join(one.text for one in part.paragraphs)
    properties = document.core_properties
    return said | {"title": properties.title, "identifier": properties.identifier}


def _texts(where: Document | _Cell) -> Iterator[str]:
    for block in where.iter_inner_content():
        if isinstance(block, Table):
            for row in block.rows:
                for cell in row.cells:
                    yield from _texts(cell)
        else:
            yield block.text


def pypdf_values(fillable: bytes) -> tuple[object, object]:
    """Return what pypdf says of a fillable PDF: its fields and its document information."""
    reader = pypdf.PdfReader(io.BytesIO(fillable))
    return reader.get_fields(), dict(reader.metadata or {})


def pdfplumber_words(flat: bytes) -> int:
    """Return how many words with their places pdfplumber finds on all pages."""
    with pdfplumber.open(io.BytesIO(flat)) as document:
        return sum(len(page.extract_words()) for page in document.pages)


VERSIONS = {
    "docxtpl": docxtpl.__version__,
    "python-docx": docx.__version__,
    "pypdf": pypdf.__version__,
    "pdfplumber": pdfplumber.__version__,
}
