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
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def frame_problems(
    definition: FormDefinition, package: Package, main: Element, file: str
) -> Iterator[Problem]:
    """Yield what is wrong with properties, language, headers and footers."""
    for where, sentence in (
        *_properties(definition, package),
        *_language(definition, package),
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
    custom = package.parse(CUSTOM_PART) if package.has(CUSTOM_PART) else ()
    values = {
        entry.get("name"): "".join(str(text) for text in entry.itertext())
        for entry in custom
        if entry.tag == f"{_CUSTOM_NS}property"
    }
    for key, wanted in (
        (PROPERTY_FORM, ref.form),
        (PROPERTY_EDITION, ref.edition),
        (PROPERTY_REFERENCE, ""),
    ):
        if values.get(key) != wanted:
            yield key, f"Die eigene Dokumenteigenschaft fehlt oder ist nicht „{wanted}“."


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
    for part in parts:
        pictures = list(package.parse(part).iter(f"{_DRAWING}docPr"))
        names = [picture.get("name", "") for picture in pictures]
        codes = [name for name in names if name.startswith(QR)]
        squares = [name for name in names if name.startswith(SQUARE)]
        seen.update(codes)
        if len(codes) != 1:
            yield part, f"Die Kopfzeile hat {len(codes)} Bilder „{QR}…“ statt einem."
        if len(squares) != 3:
            yield part, f"Die Kopfzeile hat {len(squares)} Bilder „{SQUARE}…“ statt drei."
        for picture, name in zip(pictures, names, strict=True):
            ours = name.startswith((QR, SQUARE))
            if ours and next(picture.iter(_DECORATIVE), None) is None:
                yield part, f"Das Bild „{name}“ ist nicht als dekorativ gekennzeichnet."
    for name, count in seen.items():
        if count > 1:
            yield name, "Dieses Bild steht in mehreren Kopfzeilen; jede Seite braucht ihr eigenes."


def _first_page(main: Element) -> Iterator[tuple[str, str]]:
    for section in main.iter(f"{W}sectPr"):
        types = {header.get(f"{W}type") for header in section.iter(f"{W}headerReference")}
        if "first" in types and section.find(f"{W}titlePg") is None:
            yield "word/header", "„Erste Seite anders“ ist aus; Seite 1 bekäme den QR-Code von 2."


def _footers(
    definition: FormDefinition, package: Package, main: Element
) -> Iterator[tuple[str, str]]:
    parts = _referenced(package, main, "footerReference")
    if not parts:
        yield "word/footer", "Die Vorlage hat keine Fußzeile mit dem Kurztext."
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


def _referenced(package: Package, main: Element, reference: str) -> list[str]:
    """Return the header or footer parts that the sections of the document use."""
    targets = {name: target for name, _, target in package.relations(package.main)}
    used = [element.get(_RELATION, "") for element in main.iter(f"{W}{reference}")]
    return [part for part in dict.fromkeys(targets.get(name, "") for name in used) if part]
