"""What the office knows of a case before any form is filled in, as a form of its own.

A definition says under ``prefill: stammdaten:`` which of it goes into which field, in the same
way as it takes values from other forms.
"""

from collections.abc import Mapping

from formservice.domain.form import FieldKind

STAMMDATEN = "stammdaten"
"""Stands in ``prefill`` where other forms have their ids; no form may be called so."""

TODAY = "heute"
"""The day on which a form is made: known, but not of the case."""

KNOWN: Mapping[str, FieldKind] = {
    "nummer": FieldKind.TEXT,
    "name": FieldKind.TEXT,
    "vorname": FieldKind.TEXT,
    "geburtsdatum": FieldKind.DATE,
    "massnahme": FieldKind.TEXT,
    "massnahme_nummer": FieldKind.TEXT,
    "traeger": FieldKind.TEXT,
    "traeger_nummer": FieldKind.TEXT,
    "teilnahme_von": FieldKind.DATE,
    "teilnahme_bis": FieldKind.DATE,
    "ifk_name": FieldKind.TEXT,
    "ifk_telefon": FieldKind.TEXT,
    "ifk_email": FieldKind.TEXT,
    "amt": FieldKind.TEXT,
    TODAY: FieldKind.DATE,
}
"""What is known, by its key: of the person, the participation, who looks after the case, today."""
