"""What the wording of an aim or of a release amounts to, told by its words."""

import re
from collections.abc import Iterator
from enum import StrEnum


class Aim(StrEnum):
    """Why an aim is weaker than it should be."""

    DENIES = "denies"
    TRIES = "tries"


WEAK = {
    Aim.DENIES: "es steht eine Verneinung darin",
    Aim.TRIES: "es ist nur als Versuch formuliert",
}
"""The weaknesses in German, for messages; no word of the text is repeated."""

_DENIES = re.compile(
    # „nicht nur … sondern auch“ and „ohne Hilfe“, „kein Problem mehr“: the first denies nothing.
    r"\b(?:nicht(?! (?:nur|allein|zuletzt)\b)|kein(?:e[mnrs]?)?|nie|niemals|niemand(?:e[mn])?"
    r"|nichts|weder|keinesfalls|keineswegs)\b",
    re.IGNORECASE,
)
_TRIES = re.compile(
    r"\b(?:versuch(?:e|en|t|te|st)?|zu versuchen|bemüh(?:e|en|t|ungen)?|eventuell|evtl\b\.?"
    r"|vielleicht|möglichst|möglicherweise|gegebenenfalls|ggf\b\.?|irgendwie|irgendwann|mal sehen"
    r"|falls möglich|wenn möglich|nach möglichkeit|sollte mal|würde gerne?)\b",
    re.IGNORECASE,
)

_EVERY = r"(?:all(?:e[mnrs]?)|jede[mnrs]?|jedwede[mnrs]?)"
_THINGS = (
    r"(?:\w{0,30}(?:daten|stellen|behörden|ämter[n]?|dienste[n]?|ärzte[n]?|ärztinnen|personen"
    r"|einrichtungen|informationen|auskünfte[n]?|unterlagen|angelegenheiten|themen|fragen"
    r"|institutionen|beteiligten?|stelle|behörde|person|einrichtung|institution|angaben|akten"
    r"|umstände[n]?|verhältnisse[n]?|fachkräfte[n]?|träger[n]?))"
)
_ALL = re.compile(
    rf"\b(?:alles|{_EVERY} (?:(?:nötigen|erforderlichen|notwendigen|möglichen|relevanten"
    r"|beteiligten|zuständigen|betreffenden|meine|meinen|meiner|diese|persönlichen"
    rf"|personenbezogenen|sonstigen|anderen|weiteren) ){{0,2}}{_THINGS}"
    # „Einrichtungen nach Bedarf“ leaves it to others whom they tell.
    rf"|{_THINGS},? (?:je )?nach (?:bedarf|ermessen|lage)"
    rf"|{_EVERY},? (?:die|der|das|den|denen|was)\b|was (?:auch )?immer"
    r"|sämtliche\w{0,2}|jegliche\w{0,2}|(?:aller|jeder|jedweder|jeglicher) art|pauschal\w{0,2}"
    r"|generell\w{0,2}|uneingeschränkt\w{0,2}|unbeschränkt\w{0,2}|usw|etc|und so weiter"
    r"|jedermann|egal (?:wem|wer|wen|was)|dritten?)\b"
    r"|\bu\. ?a\.",
    re.IGNORECASE,
)
# The third of a row or a date is nobody in particular: „Dritte Klasse“, „am Dritten März“.
_COUNTED = re.compile(r"\b[Dd]ritten? [A-ZÄÖÜ]\w+")


def weak_aims(text: str) -> Iterator[Aim]:
    """Yield what weakens an aim: it says what shall not be, or only that somebody tries."""
    if _DENIES.search(text):
        yield Aim.DENIES
    if _TRIES.search(text):
        yield Aim.TRIES


def releases_everything(text: str) -> bool:
    """Whether ``text`` names everything or everybody, instead of one thing or one body.

    A limited all is none („alle Termine im März 2018“).
    """
    plain = " ".join(text.split())
    return _ALL.search(_COUNTED.sub(" ", plain)) is not None
