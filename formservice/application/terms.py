"""What people call the media, ways and readings that the data names by code: German, told once."""

from collections.abc import Mapping

from formservice.domain.document import Medium, Method, ReadingBy
from formservice.domain.record import Reading

MEDIA: Mapping[str, str] = {
    Medium.DOCX: "Word-Datei",
    Medium.ACROFORM: "ausfüllbares PDF",
    Medium.TEXT: "PDF mit Text",
    Medium.SCAN: "Scan oder Foto",
}
METHODS: Mapping[str, str] = {
    Method.CONTROL: "aus dem Formularfeld",
    Method.BOOKMARK: "an der Textmarke",
    Method.TEXT: "gedruckter Text an seiner Stelle",
    Method.LABEL: "zwischen den Beschriftungen",
    Method.MARK: "am Bild des Kästchens oder der Linie",
    Method.OCR: "am Bild erkannt",
}
NOTHING: Mapping[str, str] = {
    Reading.BLANK: "leer",
    Reading.UNREADABLE: "nicht lesbar",
    Reading.NOT_FOUND: "nicht gefunden",
}
"""What is said instead of a value."""
READINGS: Mapping[str, str] = {
    ReadingBy.ZONE: "Lesung des Feldes",
    ReadingBy.ZONE_LATIN: "Lesung des Feldes, lateinisches Modell",
    ReadingBy.PAGE: "Lesung der ganzen Seite",
    ReadingBy.PAGE_LATIN: "Lesung der ganzen Seite, lateinisches Modell",
    ReadingBy.CLOSE: "Lesung des Feldes, vergrößert",
    ReadingBy.CLOSE_LATIN: "Lesung des Feldes, vergrößert, lateinisches Modell",
    ReadingBy.LABEL: "Lesung der ganzen Seite, zwischen den Beschriftungen",
}
STATUSES: Mapping[str, str] = {
    "ready": "bereit",
    "running": "in Arbeit",
    "waiting": "bei Menschen",
    "done": "erledigt",
    "failed": "zurückgestellt",
}
"""Where a document stands for workers."""
# Names in records of earlier editions.
_EARLIER = {"latin": ReadingBy.ZONE_LATIN}


def reading_by(name: str) -> str:
    """Return what the reading of that name is called; one nobody knows keeps its name."""
    return READINGS.get(_EARLIER.get(name, name), name)
