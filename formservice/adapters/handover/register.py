"""The register of documents that are handed over: one row each, as people read it."""

from collections.abc import Iterable, Sequence

from formservice.application.dossier import Dossier
from formservice.application.terms import MET, REFERENCE, SOURCES
from formservice.domain.case import NAMES
from formservice.domain.changes import open_findings

COLUMNS = (
    "Nr.",
    "Kennung",
    "Formular",
    "Ausgabe",
    "Name",
    "Vorname",
    "Stand",
    "Eingang",
    "Fassung",
    "Dateiname",
    "Eingangsweg",
    REFERENCE,
    "Fristen",
    "Offene Befunde",
    "Archivkopie",
    "Originale",
    "Ordner",
)


def row(whole: Dossier, number: int, folder: str, originals: Sequence[str]) -> list[str]:
    """Return the cells of a document."""
    kept = whole.kept
    done = {one.finding for one in whole.acknowledged}
    deadlines = whole.reading.get("deadlines") or ()
    return [
        str(number),
        kept.id,
        kept.form or "",
        kept.edition or "",
        *whole.person,
        NAMES[kept.state],
        f"{kept.received:%d.%m.%Y}",
        str(kept.version or ""),
        kept.name,
        SOURCES.get(kept.source, kept.source),
        kept.reference or "",
        _each(
            f"{one['key']} {_day(one.get('due'))}: {MET.get(one.get('met'), '')}"
            for one in deadlines
        ),
        _each(open_findings(whole.reading, done)),
        "ja" if whole.copies else "nein",
        ", ".join(originals),
        folder,
    ]


def _each(told: Iterable[str]) -> str:
    """Return texts behind one another, each once: a field may have several findings."""
    return ", ".join(dict.fromkeys(told))


def _day(due: object) -> str:
    """Return an ISO day as Germans write it."""
    text = str(due or "")[:10]
    year, _, rest = text.partition("-")
    month, _, day = rest.partition("-")
    return f"{day}.{month}.{year}" if day else "ohne Tag"
