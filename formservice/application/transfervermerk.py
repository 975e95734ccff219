"""The Transfervermerk of a scan: how paper became the picture that is kept (TR-RESISCAN).

Only what is known is told. That the picture is complete and true a person has to say; nothing
here concludes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from formservice.application.pruefprotokoll import CaseFile, moment
from formservice.application.terms import person_of
from formservice.domain.case import Role
from formservice.domain.changes import FAITHFUL

FORMAT = 1
STATEMENT = "Abbild vollständig und bildlich übereinstimmend"


@dataclass(frozen=True, slots=True)
class Pictured:
    """The picture of one page: pixels, pixels per inch (None: not told), colours, how it is kept.

    ``page`` is the page of the received file, ``original`` the hash of that file.
    """

    page: int
    original: str
    width: int
    height: int
    dpi: tuple[int, int] | None
    colours: str
    kept: str


@dataclass(frozen=True, slots=True)
class Scanning:
    """How the office says that pictures are made; empty: not known.

    ``by`` is who scans, ``profile`` the setting of the device.
    """

    by: str = ""
    organisation: str = ""
    device: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """What a received file itself says of its making; empty: nothing.

    ``original`` is its hash, formed when it was received, ``at`` when it was made (ISO 8601).
    """

    original: str
    at: str = ""
    device: str = ""
    program: str = ""


def transfervermerk(
    case: CaseFile, scanning: Scanning, files: Sequence[Made], pages: Sequence[Pictured]
) -> dict[str, object]:
    """Return the Transfervermerk as JSON-ready data."""
    return {
        "format": FORMAT,
        "document": case.document,
        "file": case.name,
        "received": None if case.received is None else case.received.isoformat(),
        "source": case.source,
        "scanning": {
            "by": scanning.by,
            "organisation": scanning.organisation,
            "device": scanning.device,
            "profile": scanning.profile,
        },
        "files": [
            {
                "sha256": one.original,
                "at": one.at,
                "device": one.device,
                "program": one.program,
            }
            for one in files
        ],
        "pages": [
            {
                "page": one.page,
                "original": one.original,
                "width": one.width,
                "height": one.height,
                "dpi": None if one.dpi is None else list(one.dpi),
                "colours": one.colours,
                "kept": one.kept,
            }
            for one in pages
        ],
        "quality": _quality(case),
        "copied": moment(case.at),
    }


def _quality(case: CaseFile) -> Mapping[str, object] | None:
    """Return who compared the picture with the paper and what they said, None if nobody did."""
    said = [one for one in case.acknowledged if one.code == FAITHFUL]
    if not said:
        return None
    last = said[-1]
    return {
        "statement": STATEMENT,
        "by": person_of(last.author, case.people),
        "role": str(Role(last.role)),
        "at": moment(last.created_at),
        "remark": last.reason,
    }
