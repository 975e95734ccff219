"""The two test forms in which something repeats, and ways to spoil their Word files."""

import io
import zipfile
from dataclasses import replace
from pathlib import Path

from lxml import etree

from formservice.adapters.definitions.mappings import load
from formservice.domain.form import FormDefinition, FormRef
from formservice.domain.groups import Shape, flat
from tests.adapters.word_packages import MAIN

LOOPS = Path(__file__).parent.parent / "loop_form"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

_FORMS = load(LOOPS / "mappings", LOOPS / "form_templates")
LIST = _FORMS.get("terminliste")
PLAN = _FORMS.get("planblatt")


def template(ref: FormRef) -> bytes:
    return (LOOPS / "form_templates" / ref.form / ref.edition / "form.docx").read_bytes()


def shaped(form: FormDefinition, shape: Shape) -> FormDefinition:
    """Return ``form`` with the fields of a Word file of that shape."""
    return replace(form, fields=flat(form.members, shape))


def main_part(data: bytes) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return etree.fromstring(file.read(MAIN))


def tags(data: bytes) -> list[str]:
    """Return the tags of all controls in reading order."""
    return [tag.get(f"{W}val", "") for tag in main_part(data).iter(f"{W}tag")]
