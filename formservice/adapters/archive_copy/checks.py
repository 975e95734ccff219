"""Our own checks of files for the archive: known points of PDF/A and PDF/UA, and no certificate.

Whether a file conforms only a validator such as veraPDF or PAC can say. Every check has a code
for programs and a German sentence for people that says what has to be so.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

import pikepdf

from formservice.adapters.archive_copy import (
    checks_attached,
    checks_file,
    checks_fonts,
    checks_metadata,
    checks_structure,
)
from formservice.adapters.archive_copy.subject import Subject


@dataclass(frozen=True, slots=True)
class Check:
    """One point: its code, what has to be so, and what finds where it is not."""

    code: str
    demand: str
    faults: Callable[[Subject], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """One check that failed, with the places in words."""

    code: str
    demand: str
    places: tuple[str, ...]

    @property
    def message(self) -> str:
        """The demand and the first places where it is not met."""
        shown = ", ".join(one for one in self.places[:3] if one)
        return f"{self.demand} ({shown})" if shown else self.demand


def _checks(
    module: Mapping[str, tuple[str, Callable[[Subject], Iterator[str]]]],
) -> Iterator[Check]:
    for code, (demand, faults) in module.items():
        yield Check(code, demand, faults)


CHECKS: Sequence[Check] = tuple(
    one
    for module in (checks_file, checks_metadata, checks_fonts, checks_structure, checks_attached)
    for one in _checks(module.CHECKS)
)
# What pikepdf and the XML parser raise on files that are not what they claim to be.
_UNREADABLE = (
    pikepdf.PdfError,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RuntimeError,
)
_OPENS = Check("datei.lesbar", "Die Datei lässt sich ohne Warnung öffnen.", lambda _: iter(()))


def check(data: bytes) -> list[Fault]:
    """Return what is wrong with a file; nothing means: no known point speaks against it."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            subject = Subject(pdf, data)
            faults = [_tried(one, subject) for one in CHECKS]
            warnings = [str(one) for one in pdf.get_warnings()]
    except (pikepdf.PdfError, pikepdf.PasswordError) as error:
        return [Fault(_OPENS.code, _OPENS.demand, (type(error).__name__,))]
    found = [one for one in faults if one is not None]
    if warnings:
        found.insert(0, Fault(_OPENS.code, _OPENS.demand, (f"{len(warnings)} Warnungen",)))
    return found


def demands() -> Mapping[str, str]:
    """Return every check by its code, with what it demands."""
    return {one.code: one.demand for one in (_OPENS, *CHECKS)}


def _tried(one: Check, subject: Subject) -> Fault | None:
    """Return the fault, if there is one. What cannot be checked has not passed."""
    try:
        places = tuple(dict.fromkeys(one.faults(subject)))
    except _UNREADABLE as error:
        places = (f"nicht prüfbar: {type(error).__name__}",)
    return Fault(one.code, one.demand, places) if places else None
