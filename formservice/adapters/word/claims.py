"""What a Word file says it is: document properties, identifier, the short text in its footers."""

import re

from lxml import etree

from formservice.adapters.word.names import (
    CORE_PART,
    CUSTOM_PART,
    IDENTIFIER,
    PROPERTY_EDITION,
    PROPERTY_FORM,
    PROPERTY_REFERENCE,
)
from formservice.adapters.word.package import Package
from formservice.domain.document import Claim
from formservice.domain.errors import InputError
from formservice.domain.reference import claim_from_identifier, claim_from_print

_LONGEST = 100
_PRINTED = ("word/footer", "word/header")
_NUMBERED = re.compile(r"\d*\.xml")
_BETWEEN = re.compile(rb">([^<>]+)")
# A footer has 2 KB, and a document a few of them; what is larger claims nothing.
_MOST_BYTES = 512 * 1024
_MOST_PARTS = 40
_MOST_TEXT = 2000


def claims(package: Package) -> tuple[Claim, ...]:
    """Return every different claim of the file; parts that are broken claim nothing."""
    held = _custom(package) or _identified(package)
    found = [*([held] if held else []), *_printed(package)]
    return tuple(dict.fromkeys(found))


def _root(package: Package, part: str) -> etree._Element | None:
    if not package.has(part):
        return None
    try:
        return package.parse(part, _MOST_BYTES)
    except InputError:
        # The document itself is whole; without these parts it only says less about itself.
        return None


def _custom(package: Package) -> Claim | None:
    root = _root(package, CUSTOM_PART)
    held = {
        element.get("name", ""): (element[0].text or "").strip()
        for element in ([] if root is None else root)
        if len(element)
    }
    form, edition = held.get(PROPERTY_FORM, ""), held.get(PROPERTY_EDITION, "")
    if not form or not edition or len(form + edition) > _LONGEST:
        return None
    return Claim(form, edition, "property", reference=held.get(PROPERTY_REFERENCE) or None)


def _identified(package: Package) -> Claim | None:
    root = _root(package, CORE_PART)
    text = None if root is None else root.findtext(IDENTIFIER)
    return claim_from_identifier(text or "", "property")


def _printed(package: Package) -> list[Claim]:
    """Return the claims of the footers, or of the headers where no footer claims anything."""
    for part in _PRINTED:
        names = (name for name in package.names if name.startswith(part))
        parts = [name for name in names if _NUMBERED.fullmatch(name, len(part))][:_MOST_PARTS]
        found = [claim for name in parts if (claim := _claim(package, name)) is not None]
        if found:
            return found
    return []


def _claim(package: Package, name: str) -> Claim | None:
    """Return what one footer claims, without its page: that is Word's, not the form's."""
    try:
        content = package.read(name, _MOST_BYTES)
    except InputError:
        return None
    # Word splits the text over many runs; without the tags it stands in one piece, and only a
    # name and an edition are looked for, so nothing here needs a parser.
    text = b"".join(_BETWEEN.findall(content)).decode("utf-8", "replace")
    claim = claim_from_print(text[:_MOST_TEXT])
    return None if claim is None else Claim(claim.form, claim.edition, claim.source)
