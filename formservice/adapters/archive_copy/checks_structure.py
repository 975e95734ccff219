"""Checks of the structure tree: everything is in it, in order, and says what it is."""

from collections.abc import Callable, Iterator, Mapping

import pikepdf
from pikepdf import Dictionary

from formservice.adapters.archive_copy import grid
from formservice.adapters.archive_copy.subject import Subject
from formservice.adapters.archive_copy.tree import elements, kids, leaves

# The structure types of ISO 32000-1, 14.8.4.
_TYPES = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5
H6 L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link
Annot Ruby RB RT RP Warichu WT WP Figure Formula Form
"""
_STANDARD = frozenset(f"/{name}" for name in _TYPES.split())
_IN_TABLE = frozenset(("/TR", "/THead", "/TBody", "/TFoot", "/Caption"))
_CELLS = ("/TH", "/TD")
_IN_LISTS: Mapping[str, set[str]] = {
    "/L": {"/LI", "/L", "/Caption"},
    "/LI": {"/Lbl", "/LBody"},
}


def _all(subject: Subject) -> Iterator[pikepdf.Object]:
    yield from elements(subject.pdf.Root.StructTreeRoot)


def _role(subject: Subject, kind: str) -> str:
    roles = subject.pdf.Root.StructTreeRoot.get("/RoleMap", Dictionary())
    seen: set[str] = set()
    while kind in roles and kind not in seen:
        seen.add(kind)
        kind = str(roles[kind])
    return kind


def _untagged(subject: Subject) -> Iterator[str]:
    for page in sorted(subject.painted.untagged):
        yield f"Seite {page}"


def _parents(subject: Subject) -> Iterator[str]:
    tree = pikepdf.NumberTree(subject.pdf.Root.StructTreeRoot.ParentTree)
    for number, page in enumerate(subject.pdf.pages, 1):
        marks = subject.painted.marks[number]
        key = page.obj.get("/StructParents")
        if key is None or int(key) not in tree:
            if marks:
                yield f"Seite {number}"
            continue
        owners = tree[int(key)]
        if len(set(marks)) != len(marks):
            yield f"Seite {number}, doppelt"
        elif any(
            mark >= len(owners) or not isinstance(owners[mark], Dictionary) for mark in marks
        ):
            yield f"Seite {number}"


def _reached(subject: Subject) -> Iterator[str]:
    """Every marked content must be named by an element of the tree, once."""
    named: dict[tuple[int, int], list[int]] = {}
    for owner, mark in leaves(subject.pdf.Root.StructTreeRoot):
        if isinstance(mark, int):
            named.setdefault(owner, []).append(mark)
    for number, page in enumerate(subject.pdf.pages, 1):
        listed = named.get(page.obj.objgen, [])
        if sorted(listed) != sorted(set(listed)) or set(subject.painted.marks[number]) - set(
            listed
        ):
            yield f"Seite {number}"


def _kinds(subject: Subject) -> Iterator[str]:
    for element in _all(subject):
        if _role(subject, str(element.S)) not in _STANDARD:
            yield str(element.S)[1:]
    for kind in subject.pdf.Root.StructTreeRoot.get("/RoleMap", Dictionary()).keys():  # noqa: SIM118
        if kind in _STANDARD:
            yield f"{kind[1:]} umgedeutet"


def _pictures(subject: Subject) -> Iterator[str]:
    for element in _all(subject):
        is_picture = _role(subject, str(element.S)) in ("/Figure", "/Formula")
        told = str(element.get("/Alt", "")) or str(element.get("/ActualText", ""))
        if is_picture and not told:
            yield ""


def _headings(subject: Subject) -> Iterator[str]:
    level = 0
    for element in _all(subject):
        kind = _role(subject, str(element.S))
        if kind[:2] == "/H" and kind[2:].isdigit():
            if int(kind[2:]) > level + 1:
                yield f"H{kind[2:]} nach H{level}"
            level = int(kind[2:])
    if not level:
        yield "keine"


def _headers(subject: Subject) -> Iterator[str]:
    for element in _all(subject):
        if _role(subject, str(element.S)) == "/TH" and grid.attribute(element, "/Scope") is None:
            yield ""


def _tables(subject: Subject) -> Iterator[str]:
    for element in _all(subject):
        kind = _role(subject, str(element.S))
        inner = [
            _role(subject, str(kid.S))
            for kid in kids(element)
            if isinstance(kid, Dictionary) and "/S" in kid
        ]
        if kind == "/Table" and not _IN_TABLE.issuperset(inner):
            yield "Tabelle"
        if kind == "/TR" and not set(_CELLS).issuperset(inner):
            yield "Zeile"


def _regular(subject: Subject) -> Iterator[str]:
    for table in grid.tables(subject.pdf):
        found = grid.widths(table)
        if len(set(found)) > 1:
            yield f"{sorted(set(found))} Spalten"


def _lists(subject: Subject) -> Iterator[str]:
    for element in _all(subject):
        kind = _role(subject, str(element.S))
        inner = {
            _role(subject, str(kid.S))
            for kid in kids(element)
            if isinstance(kid, Dictionary) and "/S" in kid
        }
        if not _IN_LISTS.get(kind, inner) >= inner:
            yield kind[1:]


def _mixed(subject: Subject) -> Iterator[str]:
    for page in sorted(subject.painted.mixed):
        yield f"Seite {page}"


def _order(subject: Subject) -> Iterator[str]:
    for number, page in enumerate(subject.pdf.pages, 1):
        if page.obj.get("/Tabs") != "/S":
            yield f"Seite {number}"


CHECKS: Mapping[str, tuple[str, Callable[[Subject], Iterator[str]]]] = {
    "struktur.vollstaendig": ("Alles Gezeichnete ist getaggt oder Beiwerk (Artefakt).", _untagged),
    "struktur.zuordnung": ("Jeder getaggte Inhalt führt zu seinem Strukturelement.", _parents),
    "struktur.baum": ("Jeder getaggte Inhalt steht genau einmal im Strukturbaum.", _reached),
    "struktur.rollen": ("Alle Strukturelemente haben eine bekannte Rolle.", _kinds),
    "struktur.bilder": ("Jedes Bild hat einen Alternativtext.", _pictures),
    "struktur.ueberschriften": ("Überschriften folgen einander ohne Lücke.", _headings),
    "struktur.kopfzellen": ("Kopfzellen sagen, wofür sie gelten.", _headers),
    "struktur.tabellen": ("Tabellen bestehen aus Zeilen, Zeilen aus Zellen.", _tables),
    "struktur.spalten": ("Alle Zeilen einer Tabelle haben gleich viele Spalten.", _regular),
    "struktur.listen": ("Listen bestehen aus Einträgen mit Zeichen und Inhalt.", _lists),
    "struktur.beiwerk": ("Beiwerk und Inhalt sind nicht ineinander verschachtelt.", _mixed),
    "seiten.reihenfolge": ("Die Reihenfolge der Seiten folgt der Struktur.", _order),
}
