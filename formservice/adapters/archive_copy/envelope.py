"""What makes a tagged PDF an archive file: metadata, colours, attachments, and nothing that moves.

PDF/A-3 (ISO 19005-3) level a and PDF/UA-1 (ISO 14289-1), *prepared*: whether a file conforms only
a validator can say.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from xml.sax.saxutils import escape

import pikepdf
from pikepdf import Array, Dictionary, Name

PRODUCER = "formservice"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the file: ``about`` says in German what it is; always of kind „data“."""

    name: str
    data: bytes
    about: str
    mime: str = "application/json"


@dataclass(frozen=True, slots=True)
class Described:
    """What the metadata tell. ``at`` is when the content was settled, in seconds since 1970.

    ``identifier`` names the document for programs, ``part`` the edition of PDF/A: 2 or 3.
    """

    title: str
    subject: str
    identifier: str
    at: float
    language: str = "de-DE"
    part: int = 3


def sealed(pdf: pikepdf.Pdf, described: Described, attachments: Sequence[Attachment]) -> bytes:
    """Return the file, the same bytes for the same content.

    Raises:
        ValueError: attachments in PDF/A-2, which may hold none but PDF/A.
    """
    if attachments and described.part < 3:
        raise ValueError("only PDF/A-3 holds files of any kind")
    _cleaned(pdf)
    _catalogue(pdf, described)
    _described(pdf, described)
    _attached(pdf, described, attachments)
    pdf.remove_unreferenced_resources()
    buffer = BytesIO()
    pdf.save(
        buffer,
        min_version="1.7",
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        compress_streams=True,
    )
    return buffer.getvalue()


def _cleaned(pdf: pikepdf.Pdf) -> None:
    """Take away what a file for the archive must not have, or what differs from run to run."""
    for gone in ("/AcroForm", "/OpenAction", "/AA", "/Names", "/AF", "/OCProperties", "/Outlines"):
        if gone in pdf.Root:
            del pdf.Root[gone]
    for page in pdf.pages:
        for gone in ("/AA", "/PieceInfo", "/Thumb", "/Trans"):
            if gone in page.obj:
                del page.obj[gone]
        page.obj.Tabs = Name.S
    for key in list(pdf.docinfo.keys()):
        del pdf.docinfo[key]
    for stale in ("/DocChecksum", "/ID"):
        if stale in pdf.trailer:
            del pdf.trailer[stale]


def _catalogue(pdf: pikepdf.Pdf, described: Described) -> None:
    pdf.Root.Lang = described.language
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    profile = pdf.make_stream(_srgb(), N=3, Alternate=Name.DeviceRGB)
    pdf.Root.OutputIntents = Array(
        [
            Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFA1,
                OutputConditionIdentifier="sRGB IEC61966-2.1",
                Info="sRGB",
                DestOutputProfile=profile,
            )
        ]
    )


@lru_cache(maxsize=1)
def _srgb() -> bytes:
    return files("formservice").joinpath("assets", "farben", "srgb.icc").read_bytes()


def _described(pdf: pikepdf.Pdf, described: Described) -> None:
    moment = datetime.fromtimestamp(int(described.at), UTC)
    told = moment.strftime("D:%Y%m%d%H%M%S+00'00'")
    info = pdf.docinfo
    info["/Title"], info["/Subject"] = described.title, described.subject
    info["/Creator"] = info["/Producer"] = PRODUCER
    info["/CreationDate"] = info["/ModDate"] = told
    packet = _XMP.format(
        title=escape(described.title),
        subject=escape(described.subject),
        identifier=escape(described.identifier),
        language=escape(described.language),
        producer=PRODUCER,
        moment=moment.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
        part=described.part,
    )
    # Kept readable without unpacking: the standard asks for it.
    pdf.Root.Metadata = pdf.make_stream(packet.encode(), Type=Name.Metadata, Subtype=Name.XML)


def _attached(pdf: pikepdf.Pdf, described: Described, attachments: Sequence[Attachment]) -> None:
    if not attachments:
        return
    moment = datetime.fromtimestamp(int(described.at), UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    listed, names = Array(), Array()
    for one in sorted(attachments, key=lambda one: one.name):
        kept = pdf.make_stream(
            one.data,
            Type=Name.EmbeddedFile,
            Subtype=Name(f"/{one.mime}"),
            Params=Dictionary(
                Size=len(one.data),
                ModDate=moment,
                CheckSum=pikepdf.String(
                    hashlib.md5(one.data, usedforsecurity=False).digest()  # as PDF asks
                ),
            ),
        )
        entry = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=one.name,
                UF=one.name,
                Desc=one.about,
                AFRelationship=Name.Data,
                EF=Dictionary(F=kept, UF=kept),
            )
        )
        listed.append(entry)
        names.append(pikepdf.String(one.name))
        names.append(entry)
    pdf.Root.AF = listed
    pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=names))


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
  xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:xmp="http://ns.adobe.com/xap/1.0/"
  xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
  xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
  xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
  xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
  xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
  xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaid:part>{part}</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
<pdfuaid:part>1</pdfuaid:part>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
<dc:identifier>{identifier}</dc:identifier>
<xmp:CreatorTool>{producer}</xmp:CreatorTool>
<xmp:CreateDate>{moment}</xmp:CreateDate>
<xmp:ModifyDate>{moment}</xmp:ModifyDate>
<xmp:MetadataDate>{moment}</xmp:MetadataDate>
<pdf:Producer>{producer}</pdf:Producer>
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 the file is prepared for</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""
