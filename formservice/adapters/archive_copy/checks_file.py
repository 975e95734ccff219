"""Checks of the file as such: syntax, nothing that moves, nothing from outside, colours."""

import re
from collections.abc import Callable, Iterator, Mapping

import pikepdf
from pikepdf import Array, Dictionary

from formservice.adapters.archive_copy.subject import Subject

_HEADER = re.compile(rb"%PDF-1\.[4-7]\r?\n%[\x80-\xff]{4}")
_MOVING = """
Launch Sound Movie ResetForm ImportData Hide SetOCGState Rendition Trans GoTo3DView JavaScript
SubmitForm
"""
_ACTIONS = frozenset(f"/{name}" for name in _MOVING.split())
_FILTERS = frozenset(("/LZWDecode", "/Crypt"))
_MONITOR, _RGB = b"mntr", b"RGB "


def _identifier(subject: Subject) -> Iterator[str]:
    parts = subject.pdf.trailer.get("/ID", Array())
    if len(parts) != 2 or not all(bytes(part) for part in parts):
        yield ""


def _header(subject: Subject) -> Iterator[str]:
    if _HEADER.match(subject.data) is None:
        yield ""


def _encrypted(subject: Subject) -> Iterator[str]:
    if subject.pdf.is_encrypted:
        yield ""


def _actions(subject: Subject) -> Iterator[str]:
    for gone in ("/OpenAction", "/AA"):
        if gone in subject.pdf.Root:
            yield gone[1:]
    for item in subject.pdf.objects:
        if isinstance(item, Dictionary):
            if str(item.get("/S", "")) in _ACTIONS:
                yield str(item.S)[1:]
            if "/JS" in item or "/AA" in item:
                yield "JavaScript" if "/JS" in item else "AA"
    if "/JavaScript" in subject.pdf.Root.get("/Names", Dictionary()):
        yield "JavaScript"


def _fields(subject: Subject) -> Iterator[str]:
    form = subject.pdf.Root.get("/AcroForm")
    if form is None:
        return
    if "/XFA" in form:
        yield "XFA"
    if form.get("/NeedAppearances"):
        yield "NeedAppearances"
    if len(form.get("/Fields", Array())):
        yield "Felder"


def _annotations(subject: Subject) -> Iterator[str]:
    for number, page in enumerate(subject.pdf.pages, 1):
        if len(page.obj.get("/Annots", Array())):
            yield f"Seite {number}"


def _streams(subject: Subject) -> Iterator[str]:
    for item in subject.pdf.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        head = item.stream_dict
        if any(key in head for key in ("/F", "/FFilter", "/FDecodeParms")):
            yield "Inhalt liegt außerhalb"
        filters = head.get("/Filter", Array())
        for one in filters if isinstance(filters, Array) else [filters]:
            if str(one) in _FILTERS:
                yield str(one)[1:]
        if str(head.get("/Subtype", "")) in ("/PS", "/Form") and "/PS" in head:
            yield "PostScript"


def _layers(subject: Subject) -> Iterator[str]:
    if "/OCProperties" in subject.pdf.Root:
        yield ""


def _intent(subject: Subject) -> Iterator[str]:
    intents = [
        one
        for one in subject.pdf.Root.get("/OutputIntents", Array())
        if one.get("/S") == "/GTS_PDFA1"
    ]
    if len(intents) != 1:
        yield f"{len(intents)} Angaben"
        return
    profile = intents[0].get("/DestOutputProfile")
    if profile is None:
        yield "ohne Profil"
        return
    data = bytes(profile.read_bytes())
    if data[36:40] != b"acsp" or len(data) != int.from_bytes(data[:4], "big"):
        yield "Profil beschädigt"
    elif data[12:16] != _MONITOR or data[16:20] != _RGB or data[8] > 4:
        yield "kein sRGB-Profil"
    if int(profile.get("/N", 0)) != 3:
        yield "Zahl der Farben"


def _colours(subject: Subject) -> Iterator[str]:
    for page in sorted(subject.painted.four_colours):
        yield f"Seite {page}"
    for item in subject.pdf.objects:
        if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Image":
            space = item.get("/ColorSpace")
            if str(space) == "/DeviceCMYK":
                yield "Bild in CMYK"


def _pictures(subject: Subject) -> Iterator[str]:
    for item in subject.pdf.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        if str(item.get("/Subtype", "")) in ("/Image", "/Form") and (
            "/Alternates" in item or "/OPI" in item or item.get("/Interpolate")
        ):
            yield ""


def _nesting(subject: Subject) -> Iterator[str]:
    for page in sorted(subject.painted.nested):
        yield f"Seite {page}"


def _strings(subject: Subject) -> Iterator[str]:
    for page in sorted(subject.painted.long):
        yield f"Seite {page}"


def _resources(subject: Subject) -> Iterator[str]:
    for page in sorted(subject.painted.unresolved):
        yield f"Seite {page}"


CHECKS: Mapping[str, tuple[str, Callable[[Subject], Iterator[str]]]] = {
    "datei.kopf": ("Die Datei beginnt als PDF 1.4 bis 1.7 mit Binärkennung.", _header),
    "datei.kennung": ("Die Datei trägt zwei Kennungen (ID).", _identifier),
    "datei.verschluesselung": ("Die Datei ist nicht verschlüsselt.", _encrypted),
    "datei.aktionen": ("Die Datei enthält keine Aktionen und kein JavaScript.", _actions),
    "datei.felder": ("Die Datei enthält keine Formularfelder.", _fields),
    "datei.anmerkungen": ("Keine Seite enthält Anmerkungen.", _annotations),
    "datei.ebenen": ("Die Datei hat keine Ebenen, die sich ausblenden lassen.", _layers),
    "datei.stroeme": ("Alle Inhalte liegen in der Datei, ohne LZW und Crypt.", _streams),
    "farben.ausgabe": (
        "Genau eine Farbangabe (Output Intent) mit sRGB-Profil liegt bei.",
        _intent,
    ),
    "farben.raum": ("Es gibt keine Druckfarben (CMYK).", _colours),
    "bilder.schlicht": ("Bilder haben keine Ersatzbilder und werden nicht geglättet.", _pictures),
    "seiten.tiefe": ("Der Zeichenzustand ist nicht tiefer als 28-mal gesichert.", _nesting),
    "seiten.texte": ("Kein Text in den Zeichenbefehlen ist länger als 32.767 Bytes.", _strings),
    "seiten.quellen": ("Alles, was eine Seite benutzt, ist vorhanden.", _resources),
}
