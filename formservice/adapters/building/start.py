"""Starts a new form: a small Word file and its definition, complete and ready to be changed."""

import io
import json
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from formservice.adapters.building.build import DOCX_NAME
from formservice.adapters.building.complete import completed
from formservice.adapters.building.frame import ASSETS, START, TITLE
from formservice.adapters.definitions.schema import understand
from formservice.adapters.definitions.yaml_text import parse
from formservice.domain.errors import DefinitionError, UsageError

_REF = re.compile(r"[a-z][a-z0-9-]{1,60}/\d{4}-\d{2}(-\d{2})?")
_LONGEST = 80


def start(forms: Path, ref: str, title: str) -> tuple[Path, Path]:
    """Write the Word file and the definition of a new form ``ref`` („hausbesuch/2026-12“).

    ``forms`` is the folder with ``mappings`` and ``form_templates``, made if it is missing.
    Returns both paths.

    Raises:
        UsageError: the name or title is impossible, or the form is there already.
    """
    _refuse(ref, title)
    docx, definition = _made(ref, " ".join(title.split()))
    template = forms / "form_templates" / ref / DOCX_NAME
    mapping = forms / "mappings" / f"{ref}.yaml"
    for path in (template, mapping):
        if path.exists():
            raise UsageError(
                f"Das Formular {ref} gibt es schon.",
                "Bitte eine andere Ausgabe nennen; was da ist, wird nie überschrieben.",
            )
    for path, content in ((template, docx), (mapping, definition)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return template, mapping


def _refuse(ref: str, title: str) -> None:
    if not _REF.fullmatch(ref):
        raise UsageError(
            "Das Formular heißt „name/ausgabe“, zum Beispiel hausbesuch/2026-12.",
            "Der Name besteht aus Kleinbuchstaben, Ziffern und Bindestrichen, die Ausgabe ist"
            " JJJJ-MM oder JJJJ-MM-TT.",
        )
    if not title.strip() or len(title) > _LONGEST or not title.isprintable():
        raise UsageError(
            f"Der Titel ist leer, enthält Steuerzeichen oder ist länger als {_LONGEST} Zeichen.",
            "Bitte mit --title angeben, was oben auf dem Formular stehen soll.",
        )


def _made(ref: str, title: str) -> tuple[bytes, bytes]:
    """Return the Word file and the definition for ``ref``."""
    form, _, edition = ref.partition("/")
    text = ASSETS.joinpath("form.yaml").read_text("utf-8")
    # In double quotes, YAML and JSON agree.
    text = text.replace(f"{START.form} # form", form).replace(START.edition, edition)
    text = text.replace(f'{TITLE}"', json.dumps(title, ensure_ascii=False)[1:])
    content, problems = understand(parse(text, f"{ref}.yaml"))
    if content is None:
        raise DefinitionError("Die Vorlage für neue Formulare ist fehlerhaft.", problems)
    named = _named(ASSETS.joinpath(DOCX_NAME).read_bytes(), str(START), ref, title)
    return completed(named, content.definition()).docx, text.encode()


def _named(docx: bytes, old: str, ref: str, title: str) -> bytes:
    """Return the Word file with the new title and short text wherever they are printed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(stream, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename.startswith("word/") and entry.filename.endswith(".xml"):
                text = content.decode().replace(old, ref)
                content = text.replace(TITLE, escape(title)).encode()
            target.writestr(entry, content)
    return stream.getvalue()
