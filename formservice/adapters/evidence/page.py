"""Evidence as one page to look at and to print: HTML without scripts and without other files.

Everything that stands in a form is text of somebody else: it is escaped, and kept from turning
the text around it.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from difflib import SequenceMatcher
from hashlib import sha256
from html import escape
from typing import Any  # evidence has the shape of its JSON file

from formservice.application.terms import MEDIA, METHODS, NOTHING, reading_by

_STYLE = """
:root { color-scheme: light; }
body { font: 1rem/1.45 system-ui, "DejaVu Sans", sans-serif; color: #1a1a1a; background: #fff;
  margin: 0 auto; padding: 1rem; max-width: 75rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
dl.about { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0; }
dl.about dt { color: #4a4a4a; } dl.about dd { margin: 0; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { text-align: left; vertical-align: top; padding: .5rem; border-top: 1px solid #767676; }
thead th { border-top: 0; }
thead th:nth-child(1) { width: 16%; } thead th:nth-child(2) { width: 36%; }
thead th:nth-child(4) { width: 19%; } tbody th { font-weight: 600; }
code, .key { font: .8rem/1.4 ui-monospace, "DejaVu Sans Mono", monospace; color: #4a4a4a;
  display: block; }
figure { margin: 0 0 .5rem; }
img { box-sizing: border-box; max-width: 100%; height: auto; border: 1px solid #767676; }
tr.wide td { border-top: 0; padding-top: 0; }
figcaption { font-size: .85rem; color: #4a4a4a; }
.value { white-space: pre-wrap; font-weight: 600; margin: 0 0 .5rem; }
.reading { white-space: pre-wrap; margin: 0 0 .35rem; } .by { color: #4a4a4a; font-size: .85rem; }
mark { background: #ffe28a; color: inherit; }
.look { border-left: .35rem solid #b00020; padding-left: .5rem; }
.sure { border-left: .35rem solid #0b6b3a; padding-left: .5rem; }
.decision ul { margin: .25rem 0 0; padding-left: 1.1rem; }
@media (max-width: 45rem) {
  body { padding: .5rem; } dl.about { grid-template-columns: 1fr; gap: 0; }
  dl.about dd { margin-bottom: .35rem; }
  thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table, tbody, tr, tbody th, td, td.picture { display: block; width: auto; }
  tbody th, td { border: 0; padding: .25rem 0; }
  tr { border-top: 1px solid #767676; padding: .5rem 0; } tr.wide { border-top: 0; }
}
@media print { body { max-width: none; padding: 0; font-size: 9pt; } tr { break-inside: avoid; }
  tr:has(+ tr.wide) { break-after: avoid; } img { max-width: 60%; }
  mark { background: none; text-decoration: underline; } }
@page { margin: 15mm; }
"""
_POLICY = (
    "default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; style-src 'sha256-"
    + base64.b64encode(sha256(_STYLE.encode()).digest()).decode()
    + "'"
)
_WORD = re.compile(r"\S+|\s+")
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TOGETHER = "Wort für Wort aus mehreren Lesungen; keine hat den ganzen Text so."
_WIDE = 900  # pixels; half a line at 200 dpi
# Characters that show nothing but could break the page or hide: all controls but line and tab.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def page(evidence: Mapping[str, Any], pictures: Mapping[str, bytes]) -> bytes:
    """Return ``index.html`` for what ``application.evidence`` says, with its ``pictures``."""
    form, homes = evidence["form"], _homes(evidence)
    title = f"Belege: {form['id']}/{form['edition']}" if form else "Belege: Formular nicht erkannt"
    parts = [
        "<!DOCTYPE html>",
        '<html lang="de"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">',
        f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{_text(title)}</h1>",
        _about(evidence),
        *_table("Angaben", evidence["fields"], pictures, homes),
    ]
    for sheet in evidence["sheets"]:
        name = f"Beiblatt ({_pages(sheet['page_numbers'])})"
        parts += _table(name, sheet["fields"], pictures, homes)
    parts += [*_findings(evidence["findings"]), "</main></body></html>\n"]
    return "\n".join(parts).encode("utf-8", "replace")


def _homes(evidence: Mapping[str, Any]) -> dict[int, str]:
    """Return in which file a page is, and which page there, if the document is in several."""
    return {
        number: f"{home['file']}, Seite {home['page']}"
        for number, home in zip(evidence["page_numbers"], evidence.get("pages", ()), strict=False)
    }


def _about(evidence: Mapping[str, Any]) -> str:
    fields = [*evidence["fields"], *(f for s in evidence["sheets"] for f in s["fields"])]
    sure = sum(field["accepted"] for field in fields)
    originals = {
        one["file"]: one["sha256"] for one in (evidence["original"], *evidence.get("pages", ()))
    }
    made = datetime.fromisoformat(evidence["made"])
    rows = {
        "Datei": ", ".join(originals),
        "Original": f"SHA-256 {', '.join(originals.values())}",
        "Art": f"{MEDIA.get(evidence['medium'], '')}, {_pages(evidence['page_numbers'])}",
        "Gelesen": f"{made:%d.%m.%Y, %H:%M} Uhr, formservice {evidence['program']}",
        "Ergebnis": f"{sure} von {len(fields)} Angaben übernommen,"
        f" {len(fields) - sure} bitte ansehen",
    }
    if evidence["reference"]:
        rows["Kennung"] = evidence["reference"]
    lines = (f"<dt>{name}</dt><dd>{_text(said)}</dd>" for name, said in rows.items())
    return f'<dl class="about">{"".join(lines)}</dl>'


def _table(
    title: str,
    fields: Sequence[Mapping[str, Any]],
    pictures: Mapping[str, bytes],
    homes: Mapping[int, str],
) -> Iterator[str]:
    # The roles say again what the elements say: on narrow screens they are no longer laid out as
    # a table, and then some browsers do not tell screen readers that they are one.
    yield f'<h2>{_text(title)}</h2><table role="table"><thead role="rowgroup"><tr role="row">'
    for head in ("Feld", "Bild", "Lesungen", "Entscheidung"):
        yield f'<th role="columnheader" scope="col">{head}</th>'
    yield '</tr></thead><tbody role="rowgroup">'
    for field in fields:
        shown = [(pictures[cut["file"]], cut) for cut in field["pictures"]]
        figures = [(_is_wide(png), _figure(field, cut, png, homes)) for png, cut in shown]
        beside = "".join(one for is_wide, one in figures if not is_wide)
        below = "".join(one for is_wide, one in figures if is_wide)
        yield '<tr role="row">'
        yield f'<th role="rowheader" scope="row">{_text(field["name"])}'
        yield f'<span class="key">{_text(field["key"])}</span></th>'
        instead = "darunter" if below else "kein Bild"
        yield f'<td role="cell" class="picture">{beside or instead}</td>'
        yield f'<td role="cell">{_read(field)}</td>'
        yield f'<td role="cell" class="decision">{_decision(field)}</td></tr>'
        if below:
            yield f'<tr role="row" class="wide"><td role="cell" colspan="4">{below}</td></tr>'
    yield "</tbody></table>"


def _is_wide(png: bytes) -> bool:
    """Say whether a picture would be too small to read in its column."""
    return _size(png)[0] > _WIDE


def _size(png: bytes) -> tuple[int, int]:
    """Return width and height, which stand first in every PNG file."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def _figure(
    field: Mapping[str, Any], cut: Mapping[str, Any], png: bytes, homes: Mapping[int, str]
) -> str:
    width, height = _size(png)
    shown = base64.b64encode(png).decode()
    about = f"Bild zu „{field['name']}“"
    caption = homes.get(cut["page"], f"Seite {cut['page']}")
    if cut["label"] and cut["label"] != field["name"]:
        about += f", {cut['label']}"
        caption = f"{cut['label']}: {_mark(cut)} ({caption})"
    return (
        f'<figure><img src="data:image/png;base64,{shown}" width="{width}" height="{height}"'
        f' alt="{_text(about)}"><figcaption>{_text(caption)}</figcaption></figure>'
    )


def _mark(cut: Mapping[str, Any]) -> str:
    if "ambiguous-mark" in cut.get("doubts", ()) or cut.get("on") is None:
        return "nicht eindeutig"
    return "angekreuzt" if cut["on"] else "nicht angekreuzt"


def _read(field: Mapping[str, Any]) -> str:
    parts = [f'<p class="value">{_quoted(_value(field))}</p>']
    if field.get("together"):
        parts.append(f'<p class="by">{_TOGETHER}</p>')
    readings = field.get("opinions", ())
    first = readings[0]["text"] if readings else ""
    for said in readings:
        by = reading_by(said["by"])
        sure = int(said["confidence"] * 100)  # never rounded up to a certainty
        text = _marked(first, said["text"]) if said["text"] else "<i>nichts</i>"
        parts.append(
            f'<p class="reading"><span class="by">{_text(by)}, {sure}&nbsp;%:</span><br>'
            f'<bdi dir="auto">{text}</bdi></p>'
        )
    if field.get("o_ton_sha256"):
        parts.append(f"<code>O-Ton, SHA-256 {_text(field['o_ton_sha256'])}</code>")
    return "".join(parts)


def _value(field: Mapping[str, Any]) -> str:
    value = field["value"]
    if field["reading"] in NOTHING and value is None:
        return f"– {NOTHING[field['reading']]} –"
    if isinstance(value, bool):
        return "ja" if value else "nein"
    if field["chosen"]:
        return ", ".join(field["chosen"])
    return _ISO_DAY.sub(r"\3.\2.\1", value) if _ISO_DAY.fullmatch(value) else value


def _decision(field: Mapping[str, Any]) -> str:
    rule = f" Regel: {_text(field['decided'])}." if field.get("decided") else ""
    method = METHODS.get(field["method"] or "", "")
    how = f'<p class="by">{_text(method)}.{rule}</p>' if method or rule else ""
    if field["accepted"]:
        return f'<div class="sure">Übernommen{how}</div>'
    reasons = "".join(f"<li>{_text(doubt['reason'])}</li>" for doubt in field["doubts"])
    listed = f"<ul>{reasons}</ul>" if reasons else ""
    return f'<div class="look">Bitte ansehen{listed}{how}</div>'


def _findings(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not findings:
        return
    signs = {"blocks": "sperrt", "asks": "fragt", "notes": "Hinweis"}
    yield "<h2>Hinweise</h2><ul>"
    for one in findings:
        yield f"<li>{signs[one['severity']]}: {_text(one['message'])}</li>"
    yield "</ul>"


def _pages(numbers: Sequence[int]) -> str:
    word = "Seite" if len(numbers) == 1 else "Seiten"
    return f"{word} {', '.join(map(str, numbers))}"


def _marked(first: str, other: str) -> str:
    """Return ``other`` as HTML, with the words marked that ``first`` does not have there."""
    ours, theirs = _WORD.findall(first), _WORD.findall(other)
    parts: list[str] = []
    for kind, _, _, start, end in SequenceMatcher(
        None, ours, theirs, autojunk=False
    ).get_opcodes():
        piece = _text("".join(theirs[start:end]))
        parts.append(piece if kind == "equal" or not piece else f"<mark>{piece}</mark>")
    return "".join(parts)


def _quoted(text: str) -> str:
    return f'<bdi dir="auto">{_text(text)}</bdi>'


def _text(text: object) -> str:
    return escape(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", str(text)))
