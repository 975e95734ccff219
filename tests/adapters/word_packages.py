"""Small Word files made of the XML a test is about."""

import io
import zipfile
from collections.abc import Callable

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_SPACES = """xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"
 xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"
 xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" """
_TYPES = """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels"
 ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-
officedocument.wordprocessingml.document.main+xml"/></Types>""".replace("-\n", "-")
_ROOT = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Target="word/document.xml" Type="http://schemas.openxmlformats.org/
officeDocument/2006/relationships/officeDocument"/></Relationships>""".replace("org/\n", "org/")

MAIN = "word/document.xml"


def document(body: str, space: str = W) -> bytes:
    """Return a main document with ``body`` between its body tags."""
    start = f'<w:document xmlns:w="{space}" {_SPACES}><w:body>'
    return f"<?xml version='1.0' encoding='UTF-8'?>{start}{body}</w:body></w:document>".encode()


def archive(parts: dict[str, bytes]) -> bytes:
    """Return ``parts`` as a zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def word_file(body: str, space: str = W, parts: dict[str, bytes] | None = None) -> bytes:
    """Return a whole Word file with ``body``; ``parts`` are added or replace others."""
    return archive(
        {
            "[Content_Types].xml": _TYPES.encode(),
            "_rels/.rels": _ROOT.encode(),
            "word/document.xml": document(body, space),
        }
        | (parts or {})
    )


def run(text: str, properties: str = "") -> str:
    """Return a run with ``text``."""
    return f'<w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(content: str) -> str:
    """Return a paragraph around runs and controls."""
    return f"<w:p>{content}</w:p>"


def control(tag: str, content: str, kind: str = "<w:text/>") -> str:
    """Return a control tagged ``tag``, whose properties end with ``kind``."""
    properties = f'<w:sdtPr><w:tag w:val="{tag}"/>{kind}</w:sdtPr>'
    return f"<w:sdt>{properties}<w:sdtContent>{content}</w:sdtContent></w:sdt>"


def tick(tag: str, state: str, drawn: str) -> str:
    """Return a tick control whose state and glyph are set apart."""
    states = '<w14:checkedState w14:val="2612"/><w14:uncheckedState w14:val="2610"/>'
    box = f'<w14:checkbox><w14:checked w14:val="{state}"/>{states}</w14:checkbox>'
    return control(tag, run(drawn), box)


def bookmark(name: str, content: str, number: int = 1) -> str:
    """Return ``content`` inside a bookmark."""
    start = f'<w:bookmarkStart w:id="{number}" w:name="{name}"/>'
    return f'{start}{content}<w:bookmarkEnd w:id="{number}"/>'


def table(*rows: list[str]) -> str:
    """Return a table; every cell is given as what stands in its paragraph."""
    lines = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
    return "<w:tbl>" + "".join(f"<w:tr>{line}</w:tr>" for line in lines) + "</w:tbl>"


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
