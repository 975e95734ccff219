"""Our own checks of archive copies find what is wrong, each by its code."""

import re
from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from formservice.adapters.archive_copy.checks import check, demands
from tests.adapters.archive_cases import copy


def saved(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    """Return the copy of a Feedbackbogen with something changed."""
    with pikepdf.open(BytesIO(copy())) as pdf:
        change(pdf)
        buffer = BytesIO()
        pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def codes(data: bytes) -> set[str]:
    return {one.code for one in check(data)}


def told(pdf: pikepdf.Pdf, before: bytes, after: bytes) -> None:
    packet = pdf.Root.Metadata.read_bytes()
    assert before in packet
    pdf.Root.Metadata = pdf.make_stream(
        packet.replace(before, after), Type=Name.Metadata, Subtype=Name.XML
    )


def found(pdf: pikepdf.Pdf, kind: str) -> pikepdf.Object:
    """Return the first element of a kind."""

    def below(element: pikepdf.Object) -> pikepdf.Object | None:
        kids = element.get("/K", Array())
        for kid in kids if isinstance(kids, Array) else [kids]:
            if isinstance(kid, Dictionary) and "/S" in kid:
                if str(kid.S) == kind:
                    return kid
                if (deeper := below(kid)) is not None:
                    return deeper
        return None

    element = below(pdf.Root.StructTreeRoot)
    assert element is not None
    return element


def drawn(pdf: pikepdf.Pdf, operators: bytes) -> None:
    page = pdf.pages[0]
    page.obj.Contents = pdf.make_stream(page.Contents.read_bytes() + b"\n" + operators)


def font(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.pages[0].Resources.Font["/F1"]


def attached(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.Root.AF[0]


def shuffle_ids(pdf: pikepdf.Pdf) -> None:
    tree = pikepdf.NumberTree(pdf.Root.StructTreeRoot.ParentTree)
    tree[int(pdf.pages[0].obj.StructParents)][0] = None


def no_profile(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OutputIntents[0].DestOutputProfile.write(b"no profile")


def other_record(pdf: pikepdf.Pdf) -> None:
    kept = pdf.attachments["datensatz.json"].obj.EF.F
    kept.write(b"{}")
    kept.Params.Size = 2


WRONG: dict[str, Callable[[pikepdf.Pdf], object]] = {
    "datei.aktionen": lambda p: setattr(
        p.Root, "OpenAction", Dictionary(S=Name.JavaScript, JS="app.alert(1)")
    ),
    "datei.felder": lambda p: setattr(
        p.Root, "AcroForm", Dictionary(Fields=Array(), NeedAppearances=True)
    ),
    "datei.anmerkungen": lambda p: setattr(
        p.pages[0].obj, "Annots", Array([Dictionary(Type=Name.Annot, Subtype=Name.Text)])
    ),
    "datei.ebenen": lambda p: setattr(p.Root, "OCProperties", Dictionary(OCGs=Array())),
    "datei.stroeme": lambda p: setattr(p.pages[0].Contents, "F", "elsewhere.bin"),
    "farben.ausgabe": no_profile,
    "farben.raum": lambda p: drawn(p, b"/Artifact BMC 0 0 0 1 k EMC"),
    "bilder.schlicht": lambda p: setattr(
        p.pages[0].Resources.XObject["/FormserviceField0"], "OPI", Dictionary()
    ),
    "seiten.tiefe": lambda p: drawn(p, b"q " * 30 + b"Q " * 30),
    "seiten.texte": lambda p: drawn(p, b"/X <</V (" + b"x" * 40_000 + b")>> BDC EMC"),
    "seiten.quellen": lambda p: drawn(p, b"/Artifact BMC /Nowhere Do EMC"),
    "seiten.reihenfolge": lambda p: delattr(p.pages[1].obj, "Tabs"),
    "xmp.paket": lambda p: delattr(p.Root, "Metadata"),
    "xmp.pdfa": lambda p: told(p, b"<pdfaid:conformance>A", b"<pdfaid:conformance>B"),
    "xmp.pdfua": lambda p: told(p, b"<pdfuaid:part>1", b"<pdfuaid:part>7"),
    "xmp.schema": lambda p: told(p, b"<pdfaSchema:namespaceURI>", b"<pdfaSchema:namespaceURI>x"),
    "xmp.titel": lambda p: told(p, b">Feedbackbogen<", b"><"),
    "xmp.gleich": lambda p: p.docinfo.update({"/Title": "Anders"}),
    "katalog.sprache": lambda p: delattr(p.Root, "Lang"),
    "katalog.struktur": lambda p: delattr(p.Root, "MarkInfo"),
    "katalog.titel": lambda p: delattr(p.Root, "ViewerPreferences"),
    "schrift.eingebettet": lambda p: delattr(font(p).FontDescriptor, "FontFile2"),
    "schrift.text": lambda p: delattr(font(p), "ToUnicode"),
    "schrift.breiten": lambda p: setattr(font(p), "Widths", Array([10] * len(font(p).Widths))),
    "schrift.zeichen": lambda p: drawn(p, b"/Artifact BMC BT /F1 9 Tf <FE> Tj ET EMC"),
    "schrift.zuordnung": lambda p: delattr(
        p.pages[-1].Resources.Font["/FsSans"].DescendantFonts[0], "CIDToGIDMap"
    ),
    "struktur.vollstaendig": lambda p: drawn(p, b"0 0 m 9 9 l S"),
    "struktur.zuordnung": shuffle_ids,
    "struktur.baum": lambda p: delattr(found(p, "/H1"), "K"),
    "struktur.rollen": lambda p: setattr(found(p, "/Table"), "S", Name.Tabelle),
    "struktur.bilder": lambda p: setattr(found(p, "/Table"), "S", Name.Figure),
    "struktur.ueberschriften": lambda p: setattr(found(p, "/H2"), "S", Name.H4),
    "struktur.kopfzellen": lambda p: delattr(found(p, "/TH"), "A"),
    "struktur.tabellen": lambda p: setattr(found(p, "/TR"), "S", Name.P),
    "struktur.spalten": lambda p: setattr(
        found(p, "/TD"), "A", Dictionary(O=Name.Table, ColSpan=9)
    ),
    "struktur.listen": lambda p: setattr(found(p, "/TR"), "S", Name.LI),
    "struktur.beiwerk": lambda p: drawn(p, b"/Artifact BMC /Span <</MCID 0>> BDC EMC EMC"),
    "schrift.kodierung": lambda p: setattr(font(p), "Encoding", Name.WinAnsiEncoding),
    "anhang.angaben": lambda p: delattr(attached(p), "Desc"),
    "anhang.beziehung": lambda p: p.Root.AF.append(attached(p)),
    "anhang.erlaubt": lambda p: told(p, b"<pdfaid:part>3", b"<pdfaid:part>2"),
    "anhang.datensatz": other_record,
}


@pytest.mark.parametrize("code", WRONG)
def test_what_is_wrong_is_found_by_its_code(code):
    assert code in codes(saved(WRONG[code]))


def test_an_encrypted_file_is_refused():
    options = pikepdf.Encryption(owner="x", user="", R=6)
    with pikepdf.open(BytesIO(copy())) as pdf:
        buffer = BytesIO()
        pdf.save(buffer, encryption=options)
    assert "datei.verschluesselung" in codes(buffer.getvalue())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data: data[:9] + b"x" + data[10:], "datei.kopf"),
        (lambda data: re.sub(rb"/ID ?\[", b"/Di [", data), "datei.kennung"),
        (lambda data: b"nothing of the kind", "datei.lesbar"),
        (lambda data: data[:-2000], "datei.lesbar"),
    ],
)
def test_a_file_that_is_damaged_is_refused(change, code):
    assert code in codes(change(copy()))


def test_every_check_is_shown_to_find_something():
    alone = {"datei.kopf", "datei.kennung", "datei.lesbar", "datei.verschluesselung"}
    assert set(WRONG) | alone == set(demands())


def test_every_fault_is_a_german_sentence():
    for sentence in demands().values():
        assert sentence.endswith(".")
        assert sentence[0].isupper()
