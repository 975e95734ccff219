"""Checks of the files inside the file: named, described, related, and what they say they are."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping

import pikepdf
from pikepdf import Array, Dictionary

from formservice.adapters.archive_copy.subject import Subject

_RELATIONS = frozenset(
    f"/{one}" for one in ("Source", "Data", "Alternative", "Supplement", "Unspecified")
)


def _files(subject: Subject) -> list[pikepdf.Object]:
    tree = subject.pdf.Root.get("/Names", Dictionary()).get("/EmbeddedFiles")
    return [] if tree is None else list(pikepdf.NameTree(tree).values())


def _described(subject: Subject) -> Iterator[str]:
    for one in _files(subject):
        name = str(one.get("/UF", one.get("/F", "?")))
        if not str(one.get("/F", "")) or not str(one.get("/UF", "")):
            yield f"{name}: Name"
        if not str(one.get("/Desc", "")):
            yield f"{name}: Beschreibung"
        kept = one.get("/EF", Dictionary()).get("/F")
        if kept is None:
            yield f"{name}: Inhalt"
            continue
        if "/" not in str(kept.get("/Subtype", ""))[1:]:
            yield f"{name}: Art (MIME)"
        settings = kept.get("/Params", Dictionary())
        if "/ModDate" not in settings:
            yield f"{name}: Datum"
        if int(settings.get("/Size", -1)) != len(kept.read_bytes()):
            yield f"{name}: Größe"


def _related(subject: Subject) -> Iterator[str]:
    listed = [one.objgen for one in subject.pdf.Root.get("/AF", Array())]
    attached = [one.objgen for one in _files(subject)]
    if len(set(listed)) != len(listed):
        yield "doppelt"
    if set(listed) != set(attached):
        yield "AF und Anhänge verschieden"
    for one in _files(subject):
        if str(one.get("/AFRelationship", "")) not in _RELATIONS:
            yield str(one.get("/UF", "?"))


def _allowed(subject: Subject) -> Iterator[str]:
    """PDF/A-2 may hold files of PDF/A only; ours hold none then."""
    if b"<pdfaid:part>2<" in subject.metadata and _files(subject):
        yield ""


def _record(subject: Subject) -> Iterator[str]:
    """The record inside must be the one the protocol names."""
    kept = {str(one.UF): bytes(one.EF.F.read_bytes()) for one in _files(subject)}
    if "datensatz.json" not in kept or "pruefprotokoll.json" not in kept:
        return
    named = json.loads(kept["pruefprotokoll.json"]).get("sha256", {}).get("record")
    if hashlib.sha256(kept["datensatz.json"]).hexdigest() != named:
        yield ""


CHECKS: Mapping[str, tuple[str, Callable[[Subject], Iterator[str]]]] = {
    "anhang.angaben": ("Jeder Anhang hat Name, Beschreibung, Art, Datum und Größe.", _described),
    "anhang.beziehung": ("Jeder Anhang steht genau einmal in AF, mit seiner Beziehung.", _related),
    "anhang.erlaubt": ("PDF/A-2 enthält keine Anhänge.", _allowed),
    "anhang.datensatz": ("Der Datensatz ist der, den das Prüfprotokoll nennt.", _record),
}
