"""Whether a Word template says everywhere which form and edition it is."""

from collections import Counter
from collections.abc import Iterator

from formservice.adapters.definitions.template_controls import Element, W
from formservice.adapters.word.markers import tag_of
from formservice.adapters.word.names import (
    CORE_PART,
    CUSTOM_PART,
    PROPERTY_EDITION,
    PROPERTY_FORM,
    PROPERTY_REFERENCE,
    QR,
    SQUARE,
)
from formservice.adapters.word.package import Package
from formservice.domain.errors import Problem
from formservice.domain.form import FormDefinition
from formservice.domain.reference import claim_from_print, identifier

_STYLES = "word/styles.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_CUSTOM_NS = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_DECORATIVE = "{http://schemas.microsoft.com/office/drawing/2017/decorative}decorative"
_EMU, _MM = 635, 36000  # EMU of a twip and of a millimetre
_A4 = (11906, 16838)  # twips
_PAPER_SLACK = 60
_CLEAR = 730  # twips from the edge to where the squares end
_SQUARE_SIZE, _QR_SIZE = (4, 6), (12, 30)  # millimetres
_CORNER = 15  # millimetres a mark may stand from the edge of the page
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def frame_problems(
    definition: FormDefinition, package: Package, main: Element, file: str
) -> Iterator[Problem]:
    """Yield what is wrong with properties, language, headers and footers."""
    for where, sentence in (
        *_properties(definition, package),
        *_language(definition, package),
        *_paper(main),
        *_margins(main),
        *_headers(package, main),
        *_first_page(main),
        *_footers(definition, package, main),
        *_misplaced(package, main),
    ):
        yield Problem(where, sentence, file)


def _properties(definition: FormDefinition, package: Package) -> Iterator[tuple[str, str]]:
    ref = definition.ref
    core = package.parse(CORE_PART) if package.has(CORE_PART) else None
    for name, wanted in (
        ("identifier", identifier(ref)),
        ("language", definition.language),
        ("title", definition.title),
    ):
        found = None if core is None else core.findtext(f"{_DC}{name}")
        if found != wanted:
            yield f"dc:{name}", f"Die Dokumenteigenschaft ist „{found or ''}“ statt „{wanted}“."
    values = _custom(package)
    for key, wanted in (
        (PROPERTY_FORM, ref.form),
        (PROPERTY_EDITION, ref.edition),
        (PROPERTY_REFERENCE, ""),
    ):
        if values.get(key) != wanted:
            yield key, f"Die eigene Dokumenteigenschaft fehlt oder ist nicht „{wanted}“."


def claimed(package: Package) -> tuple[str, str]:
    """Return the form and edition a Word file says it is, empty if it says none."""
    values = _custom(package)
    return values.get(PROPERTY_FORM, ""), values.get(PROPERTY_EDITION, "")


def _custom(package: Package) -> dict[str, str]:
    """Return the properties of our own a Word file has."""
    return {
        entry.get("name", ""): "".join(str(text) for text in entry.itertext())
        for entry in (package.parse(CUSTOM_PART) if package.has(CUSTOM_PART) else ())
        if entry.tag == f"{_CUSTOM_NS}property"
    }


def _language(definition: FormDefinition, package: Package) -> Iterator[tuple[str, str]]:
    styles = package.parse(_STYLES) if package.has(_STYLES) else None
    default = None if styles is None else styles.find(f"{W}docDefaults//{W}lang")
    if default is None or default.get(f"{W}val") != definition.language:
        yield _STYLES, f"Die Sprache der Formatvorlagen ist nicht {definition.language}."


def _headers(package: Package, main: Element) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    parts = _referenced(package, main, "headerReference")
    if not parts:
        yield "word/header", "Die Vorlage hat keine Kopfzeile mit QR-Code und Eckquadraten."
        return
    yield from _uncovered(main, "header", "QR-Code und Eckquadraten")
    page = _page(main)
    first = [
        part for part in _referenced(package, main, "headerReference", "first") if part in parts
    ]
    for part in parts:
        pictures = list(package.parse(part).iter(f"{_DRAWING}docPr"))
        names = [picture.get("name", "") for picture in pictures]
        codes = [name for name in names if name.startswith(QR)]
        squares = [name for name in names if name.startswith(SQUARE)]
        seen.update(codes)
        if len(codes) != 1:
            yield part, f"Die Kopfzeile hat {len(codes)} Bilder „{QR}…“ statt einem."
        elif part in first and codes[0] != f"{QR}1":
            yield part, f"In der Kopfzeile der ersten Seite heißt das Bild nicht „{QR}1“."
        if len(squares) != 3:
            yield part, f"Die Kopfzeile hat {len(squares)} Bilder „{SQUARE}…“ statt drei."
        for picture, name in zip(pictures, names, strict=True):
            if name.startswith((QR, SQUARE)):
                where = f"{part} {name}"
                yield from ((where, sentence) for sentence in _mark(picture, name, page))
    for name, count in seen.items():
        if count > 1:
            yield name, "Dieses Bild steht in mehreren Kopfzeilen; jede Seite braucht ihr eigenes."


def _first_page(main: Element) -> Iterator[tuple[str, str]]:
    for section in main.iter(f"{W}sectPr"):
        types = {header.get(f"{W}type") for header in section.iter(f"{W}headerReference")}
        off = section.find(f"{W}titlePg") is None
        if "first" in types and off:
            yield "word/header", "„Erste Seite anders“ ist aus; Seite 1 bekäme den QR-Code von 2."


def _footers(
    definition: FormDefinition, package: Package, main: Element
) -> Iterator[tuple[str, str]]:
    parts = _referenced(package, main, "footerReference")
    if not parts:
        yield "word/footer", "Die Vorlage hat keine Fußzeile mit dem Kurztext."
    else:
        yield from _uncovered(main, "footer", "dem Kurztext")
    for part in parts:
        root = package.parse(part)
        text = "".join(piece.text or "" for piece in root.iter(f"{W}t"))
        claim = claim_from_print(text)
        if claim is None or (claim.form, claim.edition) != (
            definition.ref.form,
            definition.ref.edition,
        ):
            yield part, f"In der Fußzeile fehlt der Kurztext „{definition.ref} · Seite …“."
        codes = " ".join(piece.text or "" for piece in root.iter(f"{W}instrText")).split()
        if not {"PAGE", "NUMPAGES"} <= set(codes):
            yield part, "In der Fußzeile fehlen die Felder für Seite und Seitenzahl."


def _misplaced(package: Package, main: Element) -> Iterator[tuple[str, str]]:
    """Yield what is understood in the text of a form only."""
    for kind in ("header", "footer"):
        for part in _referenced(package, main, f"{kind}Reference"):
            root = package.parse(part)
            text = "".join(piece.text or "" for piece in root.iter(f"{W}t"))
            if "{%" in text or "{{" in text:
                yield part, "Anweisungen wie „{% … %}“ wirken in Kopf- und Fußzeilen nicht."
            for control in root.iter(f"{W}sdt"):
                if tag := tag_of(control):
                    yield (
                        tag,
                        "Das Feld steht in einer Kopf- oder Fußzeile; dort liest es niemand.",
                    )


def _uncovered(main: Element, kind: str, what: str) -> Iterator[tuple[str, str]]:
    """Yield pages that get no header or footer; a section without one takes the one before."""
    has: set[str] = set()
    for section in main.iter(f"{W}sectPr"):
        has |= {one.get(f"{W}type", "default") for one in section.iter(f"{W}{kind}Reference")}
        name = "Kopfzeile" if kind == "header" else "Fußzeile"
        if section.find(f"{W}titlePg") is not None and "first" not in has:
            yield f"word/{kind}", f"Der ersten Seite fehlt die {name} mit {what}."
        if "default" not in has:
            yield f"word/{kind}", f"Den Seiten ab der zweiten fehlt die {name} mit {what}."
            return


def _page(main: Element) -> tuple[int, int]:
    """Return width and height of the first page in EMU, A4 if the file does not say."""
    size = next(main.iter(f"{W}pgSz"), None)
    width, height = _A4
    if size is not None:
        width, height = _number(size.get(f"{W}w"), width), _number(size.get(f"{W}h"), height)
    return width * _EMU, height * _EMU


def _number(text: str | None, default: int) -> int:
    """Return the whole number ``text`` is, as Word writes it, or else ``default``."""
    return int(text) if text and text.removeprefix("-").isdigit() else default


def _paper(main: Element) -> Iterator[tuple[str, str]]:
    for size in main.iter(f"{W}pgSz"):
        found = sorted(_number(size.get(f"{W}{side}"), 0) for side in ("w", "h"))
        if any(abs(one - wanted) > _PAPER_SLACK for one, wanted in zip(found, _A4, strict=True)):
            mm = " × ".join(str(round(one * 25.4 / 1440)) for one in found)
            yield (
                "Seitenformat",
                f"Das Papier ist nicht A4, sondern {mm} mm. Bitte unter „Layout → Format“ A4 "
                "wählen.",
            )
            return


def _margins(main: Element) -> Iterator[tuple[str, str]]:
    """Yield that text may stand where the squares are."""
    for margins in main.iter(f"{W}pgMar"):
        across, along = (
            min(abs(_number(margins.get(f"{W}{side}"), 1440)) for side in sides)
            for sides in (("left", "right"), ("top", "bottom"))
        )
        if max(across, along) < _CLEAR:
            yield (
                "Seitenränder",
                "Die Ränder sind so schmal, dass Text auf den Eckquadraten stünde. Bitte oben und "
                "unten oder links und rechts mindestens 13 mm lassen.",
            )
            return


def _mark(picture: Element, name: str, page: tuple[int, int]) -> Iterator[str]:
    """Yield that a square or QR code is not in its corner, or of another size than is looked for.

    Only a place counted from the edges of the page says where on it the picture is.
    """
    if next(picture.iter(_DECORATIVE), None) is None:
        yield "Das Bild ist nicht als dekorativ gekennzeichnet."
    anchor = next(picture.iterancestors(f"{_DRAWING}anchor"), None)
    if anchor is None:
        yield "Das Bild steht im Text; es muss frei auf der Seite stehen."
        return
    extent = anchor.find(f"{_DRAWING}extent")
    size = 0 if extent is None else _number(extent.get("cx"), 0)
    least, most = _QR_SIZE if name.startswith(QR) else _SQUARE_SIZE
    if not least <= size / _MM <= most:
        yield f"Das Bild ist {size / _MM:.0f} mm breit statt {least} bis {most} mm."
    for axis, length in zip("HV", page, strict=True):
        position = anchor.find(f"{_DRAWING}position{axis}")
        given = None if position is None else position.findtext(f"{_DRAWING}posOffset")
        if position is None or given is None or position.get("relativeFrom") != "page":
            continue
        offset = _number(given, 0)
        edge = min(offset, length - offset - size)
        if not 0 <= edge <= _CORNER * _MM:
            yield (
                "Das Bild steht nicht mehr in seiner Ecke der Seite. Bitte die Kopfzeile einer "
                "unveränderten Vorlage übernehmen."
            )
            return


def _referenced(package: Package, main: Element, reference: str, kind: str = "") -> list[str]:
    """Return the header or footer parts that the sections of the document use, of one kind."""
    targets = {name: target for name, _, target in package.relations(package.main)}
    used = [
        element.get(_RELATION, "")
        for element in main.iter(f"{W}{reference}")
        if kind in ("", element.get(f"{W}type"))
    ]
    return [part for part in dict.fromkeys(targets.get(name, "") for name in used) if part]
