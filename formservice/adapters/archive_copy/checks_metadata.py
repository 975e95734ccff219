"""Checks of what the file says about itself: XMP metadata, language, title."""

import re
from collections.abc import Callable, Iterator, Mapping

from lxml import etree
from pikepdf import Dictionary

from formservice.adapters.archive_copy.subject import Subject

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_PDF = "{http://ns.adobe.com/pdf/1.3/}"
_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_UAID = "{http://www.aiim.org/pdfua/ns/id/}"
_EXTENSION = "{http://www.aiim.org/pdfa/ns/extension/}"
_SCHEMA = "{http://www.aiim.org/pdfa/ns/schema#}"
# What PDF/A knows; anything else needs a description of its own in the file.
_KNOWN = (_DC, _XMP, _PDF, _PDFAID, _RDF, _EXTENSION)
_PACKET = re.compile(rb"<\?xpacket begin=[\"'](\xef\xbb\xbf)?[\"'] id=[\"']\w+[\"']\?>")
_INFO_DAY = re.compile(r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\+00'00'")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def _parsed(subject: Subject) -> etree._Element:
    return etree.fromstring(subject.metadata, etree.XMLParser(resolve_entities=False))


def _said(subject: Subject, name: str) -> str:
    """Return the first text of a property, empty where it is missing."""
    for one in _parsed(subject).iter(name):
        return "".join(str(text) for text in one.itertext()).strip()
    return ""


def _packet(subject: Subject) -> Iterator[str]:
    stream = subject.pdf.Root.get("/Metadata")
    if stream is None:
        yield "fehlen"
        return
    if "/Filter" in stream:
        yield "gepackt"
    if _PACKET.match(subject.metadata) is None:
        yield "Kopfzeile"
    if b"<!DOCTYPE" in subject.metadata:
        yield "DOCTYPE"
    _parsed(subject)


def _archive(subject: Subject) -> Iterator[str]:
    if _said(subject, f"{_PDFAID}part") not in ("2", "3"):
        yield "Teil"
    if _said(subject, f"{_PDFAID}conformance") != "A":
        yield "Stufe"


def _access(subject: Subject) -> Iterator[str]:
    if _said(subject, f"{_UAID}part") != "1":
        yield ""


def _schemas(subject: Subject) -> Iterator[str]:
    top = _parsed(subject)
    declared = {str(one.text) for one in top.iter(f"{_SCHEMA}namespaceURI")}
    for description in top.iter(f"{_RDF}Description"):
        for one in description:
            name = str(one.tag)
            if not name.startswith(_KNOWN) and name[1 : name.index("}")] not in declared:
                yield name.rpartition("}")[2]


def _titles(subject: Subject) -> Iterator[str]:
    if not _said(subject, f"{_DC}title"):
        yield ""


def _same(subject: Subject) -> Iterator[str]:
    info = subject.pdf.docinfo
    pairs = (
        ("/Title", f"{_DC}title"),
        ("/Subject", f"{_DC}description"),
        ("/Producer", f"{_PDF}Producer"),
        ("/Creator", f"{_XMP}CreatorTool"),
    )
    for key, name in pairs:
        if key in info and str(info[key]) != _said(subject, name):
            yield key[1:]
    for key, name in (("/CreationDate", "CreateDate"), ("/ModDate", "ModifyDate")):
        match = _INFO_DAY.fullmatch(str(info.get(key, "")))
        told = "{}-{}-{}T{}:{}:{}+00:00".format(*match.groups()) if match else ""
        if key in info and told != _said(subject, f"{_XMP}{name}"):
            yield key[1:]


def _language(subject: Subject) -> Iterator[str]:
    if _LANGUAGE.fullmatch(str(subject.pdf.Root.get("/Lang", ""))) is None:
        yield ""


def _marked(subject: Subject) -> Iterator[str]:
    marks = subject.pdf.Root.get("/MarkInfo", Dictionary())
    if not marks.get("/Marked") or marks.get("/Suspects"):
        yield ""


def _title_shown(subject: Subject) -> Iterator[str]:
    if not subject.pdf.Root.get("/ViewerPreferences", Dictionary()).get("/DisplayDocTitle"):
        yield ""


CHECKS: Mapping[str, tuple[str, Callable[[Subject], Iterator[str]]]] = {
    "xmp.paket": ("Die Metadaten (XMP) sind ungepackt und lesbar.", _packet),
    "xmp.pdfa": ("Die Metadaten nennen PDF/A-2 oder PDF/A-3, Stufe A.", _archive),
    "xmp.pdfua": ("Die Metadaten nennen PDF/UA-1.", _access),
    "xmp.schema": ("Eigene Angaben der Metadaten sind beschrieben.", _schemas),
    "xmp.titel": ("Die Metadaten nennen einen Titel.", _titles),
    "xmp.gleich": ("Dokumentangaben und Metadaten stimmen überein.", _same),
    "katalog.sprache": ("Die Sprache des Dokuments ist angegeben.", _language),
    "katalog.struktur": ("Das Dokument ist als getaggt gekennzeichnet.", _marked),
    "katalog.titel": ("Programme zeigen den Titel statt des Dateinamens.", _title_shown),
}
