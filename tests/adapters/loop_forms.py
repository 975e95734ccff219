"""The two test forms in which something repeats, and ways to spoil their Word files."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from lxml import etree

from formservice.adapters.definitions.mappings import load
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.groups import Shape, flat

LOOPS = Path(__file__).parent.parent / "loop_form"
MAIN = "word/document.xml"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_FORMS = load(LOOPS / "mappings", LOOPS / "form_templates")
LIST = _FORMS.get("terminliste")
PLAN = _FORMS.get("planblatt")


def template(ref: FormRef) -> bytes:
    return (LOOPS / "form_templates" / ref.form / ref.edition / "form.docx").read_bytes()


def shaped(form: FormDefinition, shape: Shape) -> FormDefinition:
    """Return ``form`` with the fields of a Word file of that shape."""
    return replace(form, fields=flat(form.members, shape))


def rewritten(data: bytes, change: Callable[[str], str], part: str = MAIN) -> bytes:
    """Return a Word file with one part changed; the change must change something."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for item in source.infolist():
            content = source.read(item)
            if item.filename == part:
                before = content.decode()
                content = change(before).encode()
                assert content.decode() != before, "the test changes nothing"
            target.writestr(item, content)
    return stream.getvalue()


def main_part(data: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return etree.fromstring(file.read(MAIN))


def tags(data: bytes) -> list[str]:
    """Return the tags of all controls in reading order."""
    return [tag.get(f"{W}val", "") for tag in main_part(data).iter(f"{W}tag")]
