"""What people decided tells whether readings were right, and nothing else."""

import json
from dataclasses import asdict

from formservice.application.desk_calibration import Calibration
from formservice.application.ports_store import SERVICE, Version
from formservice.bootstrap.desk import DeskServices
from formservice.bootstrap.settings import Settings


def _field(value, **more):
    opinions = [
        {"by": "zone", "text": str(value), "confidence": 0.9},
        {"by": "zone-latin", "text": str(value), "confidence": 0.6},
    ]
    return {
        "reading": "read",
        "value": value,
        "method": "ocr",
        "confidence": 0.6,
        "accepted": False,
        "doubts": ["unsure"],
        "opinions": opinions,
        "decided": "papier/1",
    } | more


class _Kept:
    def __init__(self, *fields):
        form = {"id": "feedbackbogen", "edition": "2026-11"}
        who = [SERVICE.id, *["elif"] * (len(fields) - 1)]
        self._versions = [
            Version("d1", n + 1, 0.0, who[n], "", "", {"form": form, "fields": one})
            for n, one in enumerate(fields)
        ]

    def decided(self):
        yield self._versions


def _lines(*fields):
    forms = DeskServices(Settings.from_environment({})).forms
    return list(Calibration(_Kept(*fields), forms)())


def test_a_confirmed_reading_was_right_and_a_corrected_one_was_not():
    machine = {"name": _field("Ozdemir"), "vorname": _field("Ayşe")}
    person = {
        "name": _field("Özdemir", corrected=True, accepted=True),
        "vorname": _field("Ayşe", confirmed=True, accepted=True),
    }
    assert {one.key: one.right for one in _lines(machine, person)} == {
        "name": False,
        "vorname": True,
    }


def test_what_nobody_looked_at_and_what_nobody_can_read_tells_nothing():
    machine = {"name": _field("Ozdemir"), "vorname": _field("Ayşe")}
    person = {
        "name": _field("Ozdemir"),
        "vorname": _field(None, reading="unreadable", corrected=True),
    }
    assert _lines(machine, person) == []


def test_no_value_and_no_document_stands_in_a_line():
    machine = {"name": _field("Ozdemir")}
    told = json.dumps(
        [asdict(one) for one in _lines(machine, {"name": _field("Özdemir", corrected=True)})]
    )
    assert "zdemir" not in told
    assert "d1" not in told
