"""Extraction and Record: what was read, how sure we are, and where it stood."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from formservice.domain.document import Box, Doubt, Method, Opinion
from formservice.domain.form import FieldKey, FormRef

# Text; tick or signature; date; chosen options (a tuple only where several are allowed or found).
Value: TypeAlias = str | bool | date | tuple[str, ...]


class Reading(StrEnum):
    """What was learnt about a field. Blank and not found are different facts."""

    READ = "read"
    BLANK = "blank"
    UNREADABLE = "unreadable"
    NOT_FOUND = "not-found"


@dataclass(frozen=True, slots=True)
class Extraction:
    """One field as it was read.

    ``raw`` is what stood there, character for character; ``value`` is what it means, None unless
    ``reading`` is READ (a blank signature has the value False: no ink is an answer).
    ``confidence`` is 0..1 per method; ``doubts`` are the reasons why a person must look.
    Of a picture, ``opinions`` are the separate readings, and ``decided`` names the rule by which
    the value was accepted or not (``domain.acceptance``). ``nearest`` is the entry of a list that
    the value is like without being the same. ``together`` says that no single reading has ``raw``:
    it was put together from several, word by word.
    """

    key: FieldKey
    reading: Reading
    raw: str
    value: Value | None
    confidence: float
    method: Method | None
    page: int | None = None
    box: Box | None = None
    doubts: frozenset[Doubt] = frozenset()
    opinions: tuple[Opinion, ...] = ()
    decided: str = ""
    nearest: str = ""
    together: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the reading needs no human look."""
        return not self.doubts and self.reading in (Reading.READ, Reading.BLANK)


@dataclass(frozen=True, slots=True)
class Record:
    """One filled form: exactly one extraction per field of its definition.

    ``rivals`` are other readings of the same fields, kept for the reviewer. ``elsewhere`` names
    fields whose answer stands on a sheet of its own that came with the form.
    """

    ref: FormRef
    fields: Mapping[FieldKey, Extraction]
    rivals: tuple[Extraction, ...] = ()
    elsewhere: frozenset[FieldKey] = frozenset()

    def value(self, key: FieldKey) -> Value | None:
        """Return the value read for ``key``, None if it was not read."""
        extraction = self.fields.get(key)
        return None if extraction is None else extraction.value
