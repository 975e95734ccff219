"""Pages filled by our own pipeline: the filled PDF flattened, and the Word form by LibreOffice."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2

from benchmarks.paper.answers import Answer
from benchmarks.paper.typed import DPI, Picture
from formservice.bootstrap import Services
from formservice.domain.form import FormDefinition

# Longer answers go on on a continuation sheet, which is another test.
_LINE = 5.6  # points a character takes at most, on average
_ROW = 15.0


def fitting(answer: Answer, size: tuple[float, float]) -> Answer:
    """Return a text answer cut to what surely has room; ``size`` is that of the page in points."""
    box = answer.box
    rows = max(1, int((box.bottom - box.top) * size[1] / _ROW))
    most = int((box.right - box.left) * size[0] / _LINE * rows * 0.85)
    text = answer.text
    while len(text) > most and " " in text:
        text = text.rsplit(" ", 1)[0].rstrip(" ,;:–-(„\n")
    return replace(answer, text=text)


def data_of(answers: Sequence[Answer]) -> dict[str, object]:
    """Return what „generate“ needs to print these answers; signatures stay blank."""
    data: dict[str, object] = {}
    for answer in answers:
        if answer.blank or answer.kind == "signature":
            continue
        if answer.kind == "tick":
            data[answer.key] = True
        elif answer.kind == "choice":
            chosen = [key.rsplit(".", 1)[1] for key in answer.on]
            data[answer.key] = chosen if len(chosen) > 1 else chosen[0]
        elif answer.day is not None:
            data[answer.key] = answer.day.isoformat()
        else:
            data[answer.key] = answer.text
    return data


def own_pdf(
    services: Services, definition: FormDefinition, data: Mapping[str, object]
) -> tuple[Picture, ...]:
    """Return the pages of our filled PDF as a printer prints them."""
    with pikepdf.open(BytesIO(services.generate.one(definition, data, "pdf"))) as pdf:
        pdf.flatten_annotations("all")
        out = BytesIO()
        pdf.save(out)
    return rendered(out.getvalue())


def own_word(
    services: Services, definition: FormDefinition, data: Mapping[str, object]
) -> tuple[Picture, ...]:
    """Return the pages LibreOffice prints of our Word form; boxes grow with their text."""
    office = shutil.which("soffice")
    if office is None:
        raise FileNotFoundError("soffice (libreoffice-writer-nogui)")
    with tempfile.TemporaryDirectory() as folder:
        word = Path(folder, "form.docx")
        word.write_bytes(services.generate.one(definition, data, "docx"))
        subprocess.run(
            [
                office,
                f"-env:UserInstallation=file://{folder}/profile",
                "--headless",
                "--convert-to",
                "pdf",
                "--outdir",
                folder,
                str(word),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        return rendered(Path(folder, "form.pdf").read_bytes())


def rendered(data: bytes) -> tuple[Picture, ...]:
    """Return the pages of a PDF file, grey at 300 dpi."""
    document = pypdfium2.PdfDocument(data)
    try:
        pages = [page.render(scale=DPI / 72, grayscale=True).to_numpy() for page in document]
        return tuple(page.copy().squeeze() for page in pages)
    finally:
        document.close()
