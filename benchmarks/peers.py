"""What is measured against: each peer doing the work as its own documentation shows."""

import io
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import docx
import docxtpl
import pdfplumber
import pypdf
from docx.document import Document
from docx.table import Table, _Cell

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def jinja_template(form: bytes) -> bytes:
    """Return the Word form as docxtpl wants it: every text control replaced by ``{{ key }}``."""
    document = docx.Document(io.BytesIO(form))
    for control in list(document.element.body.iter(f"{_WORD}sdt")):
        tag = control.find(f"{_WORD}sdtPr/{_WORD}tag").get(f"{_WORD}val")
        content = control.find(f"{_WORD}sdtContent")
        texts = list(content.iter(f"{_WORD}t"))
        for text in texts[1:]:
            text.text = ""
        if texts:
            texts[0].text = "{{ " + tag.replace(".", "_") + " }}"
        for child in list(content):
            control.addprevious(child)
        control.getparent().remove(control)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def docxtpl_fill(form: bytes, values: Mapping[str, object], folder: Path) -> Callable[[], object]:
    """Return docxtpl's work: load, render, save, with the escaping it needs to be right."""
    template = jinja_template(form)
    context = {key.replace(".", "_"): str(value) for key, value in values.items()}

    def work() -> None:
        document = docxtpl.DocxTemplate(io.BytesIO(template))
        document.render(context, autoescape=True)
        document.save(folder / "peer.docx")

    return work


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
