"""Records of every form as they are read, and the use case over a house of its own."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from formservice.application.editing import Edit
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices

ROOT = Path(__file__).parent.parent.parent
RECEIVED = date(2026, 7, 1)
_VALUES: Mapping[str, Mapping[str, object]] = {
    "feedbackbogen": {
        "traeger_massnahme": "Bildungsverein Leinetal e.V., Werkstatt",
        "teilnahme_von": "2026-01-12",
        "teilnahme_bis": "2026-06-30",
        "name": "Yılmaz",
        "vorname": "Can",
        "anlass": "regulaer",
        "q1_erwartung": "Ich möchte eine Ausbildung beginnen.",
        "erstellt_am": "2026-06-30",
    },
    "erwartungsbogen": {
        "name": "Yılmaz",
        "vorname": "Can",
        "erwartungen": "Ich will Koch werden.",
    },
    "integrationsfoerderplan": {
        "vorname": "Ayla",
        "datum": "2026-06-20",
        "ziele": [
            {"text": "Ausbildung", "teilziele": ["Bewerbung", "Gespräch"], "stand": "offen"},
            {"text": "Wohnung", "wiedervorlage": "2026-09-01"},
        ],
    },
    "einwilligung-daten": {"name": "Yılmaz", "zustimmung_daten": "ja", "erlaeutert": True},
    "einwilligung-ich-bin-dabei": {"name": "Yılmaz", "zustimmung_cm": "nein"},
    "schweigepflichtentbindung": {"name": "Yılmaz", "empfaenger": "Praxis Dr. Muster"},
}
FORMS = tuple(_VALUES)


@pytest.fixture(scope="module")
def services(tmp_path_factory) -> Iterator[WebServices]:
    """An installation with nothing in it."""
    data = tmp_path_factory.mktemp("editing")
    made = WebServices(
        Settings.from_environment({"FORMSERVICE_DATA": str(data), "FORMSERVICE_FORMS": str(ROOT)})
    )
    yield made
    made.store.close()


@pytest.fixture(scope="module")
def edit(services: WebServices) -> Edit:
    return services.edit


@pytest.fixture(scope="module")
def readings(services) -> Mapping[str, dict[str, Any]]:
    """A record of each of the six forms, read from a file that was filled in."""
    found = {}
    for form, values in _VALUES.items():
        definition = services.fill.definition(form)
        data = services.generate.one(definition, values, "pdf")
        (found[form],) = services.isolated_read.at_once(data, "x.pdf", received=RECEIVED)
    return found
