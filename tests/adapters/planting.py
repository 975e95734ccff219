"""Ways to spoil the files of a form, as people do it in Word, an editor or their folders."""

import io
import json
import re
import shutil
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import pikepdf

TALK, PLAN, CONSENT = (
    "feedbackbogen/2023-09-22",
    "integrationsfoerderplan/2017-11",
    "einwilligung-daten/2017-11",
)
TEMPLATES = f"form_templates/{TALK}"
MAIN, HEADER, SETTINGS = "word/document.xml", "word/header1.xml", "word/settings.xml"

Change: TypeAlias = Callable[[str], str]
Plant: TypeAlias = Callable[[Path], object]
Layout: TypeAlias = dict[str, list[dict[str, object]]]
# What is done; what one problem says of it: the end of its file, then its place or sentence.
Mistakes: TypeAlias = dict[str, tuple[Plant, str, str]]


def swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, "there is nothing to spoil"
        return text.replace(old, new, 1)

    return change


def match(pattern: str, new: str, count: int = 1) -> Change:
    def change(text: str) -> str:
        spoiled, times = re.subn(pattern, new, text, count=count, flags=re.DOTALL)
        assert times, "there is nothing to spoil"
        return spoiled

    return change


def span(main: str, tag: str, *, marked: bool = False) -> tuple[int, int]:
    """Return where a control begins and ends, with its bookmark if ``marked``."""
    middle = main.index(f'<w:tag w:val="{tag}"/>')
    start, end = main.rindex("<w:sdt>", 0, middle), main.index("</w:sdt>", middle) + 8
    if marked:
        start = main.rindex("<w:bookmarkStart", 0, start)
        end = main.index("/>", main.index("<w:bookmarkEnd", end)) + 2
    return start, end


def inside(tag: str, old: str, new: str) -> Change:
    def change(main: str) -> str:
        start, end = span(main, tag)
        return main[:start] + swap(old, new)(main[start:end]) + main[end:]

    return change


def around(tag: str, before: str, after: str, *, marked: bool = False) -> Change:
    def change(main: str) -> str:
        start, end = span(main, tag, marked=marked)
        return main[:start] + before + main[start:end] + after + main[end:]

    return change


def instead(tag: str, other: str) -> Change:
    def change(main: str) -> str:
        start, end = span(main, tag)
        return main[:start] + other + main[end:]

    return change


def both(*changes: Change) -> Change:
    def change(text: str) -> str:
        for one in changes:
            text = one(text)
        return text

    return change


def word(change: Change | None, part: str = MAIN, form: str = TALK, **added: str) -> Plant:
    """Change a part of the Word file, as if it had been built again from that."""

    def plant(home: Path) -> None:
        folder = home / "form_templates" / form
        path, stream = folder / "form.docx", io.BytesIO()
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(stream, "w") as target:
            for item in source.infolist():
                content = source.read(item)
                if change and item.filename == part:
                    content = change(content.decode()).encode()
                target.writestr(item, content)
            for name, text in added.items():
                target.writestr(name.replace("__", "/").replace("_DOT_", "."), text)
        path.write_bytes(stream.getvalue())
        layout = json.loads((folder / "fields.json").read_bytes())
        layout["source"]["docx"] = sha256(path.read_bytes()).hexdigest()
        (folder / "fields.json").write_text(json.dumps(layout))

    return plant


def yaml(change: Change, form: str = TALK) -> Plant:
    def plant(home: Path) -> None:
        path = home / "mappings" / f"{form}.yaml"
        path.write_text(change(path.read_text("utf-8")), "utf-8")

    return plant


def built(change: Callable[[Layout], object], form: str = TALK) -> Plant:
    def plant(home: Path) -> None:
        path = home / "form_templates" / form / "fields.json"
        layout = json.loads(path.read_bytes())
        change(layout)
        path.write_text(json.dumps(layout))

    return plant


def field(key: str, **settings: object) -> Callable[[Layout], object]:
    return lambda layout: next(one for one in layout["fields"] if one["key"] == key).update(
        settings
    )


def printed(change: Callable[[pikepdf.Pdf], object], password: str = "") -> Plant:
    def plant(home: Path) -> None:
        path, stream = home / "form_templates" / TALK / "form.pdf", io.BytesIO()
        with pikepdf.Pdf.open(path) as pdf:
            change(pdf)
            locked = pikepdf.Encryption(user=password, owner=password) if password else None
            pdf.save(stream, encryption=locked or False)
        path.write_bytes(stream.getvalue())

    return plant


def file(name: str, content: bytes) -> Plant:
    return lambda home: (home / "form_templates" / TALK / name).write_bytes(content)


def moved(old: str, new: str) -> Plant:
    def plant(home: Path) -> None:
        (home / new).parent.mkdir(parents=True, exist_ok=True)
        (home / old).rename(home / new)

    return plant


def copied(old: str, new: str) -> Plant:
    return lambda home: shutil.copy(home / old, home / new)


def picture(name: str, change: Change) -> Change:
    def spoiled(header: str) -> str:
        middle = header.index(f'name="{name}')
        start = header.rindex("<w:drawing>", 0, middle)
        end = header.index("</w:drawing>", middle)
        return header[:start] + change(header[start:end]) + header[end:]

    return spoiled


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def fill_in_name(pdf: pikepdf.Pdf) -> None:
    for one in pdf.acroform.fields:
        if one.fully_qualified_name == "name":
            one.obj["/V"] = pikepdf.String("Name")


def no_fields(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/AcroForm"]
    for page in pdf.pages:
        del page["/Annots"]


def last_page_gone(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[-1]
