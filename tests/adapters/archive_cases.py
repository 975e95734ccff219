"""Documents to make archive copies of: filled forms as they are read, and their files."""

from datetime import date
from functools import cache
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.archive_copy.copies import ArchiveCopies
from formservice.adapters.pdf_fill.renderer import PdfRenderer
from formservice.application.ports_store import Acknowledged, Version
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.report import document_data
from formservice.domain.canonical import digest
from formservice.domain.case import Role, State
from formservice.domain.chain import FIRST, sealed
from formservice.domain.changes import finding_id
from tests import known

SERVICES = known.services(lambda: "TEST00000001")
RECEIVED = date(2026, 4, 20)
AT = 1_776_672_000.0  # 20 April 2026, 08:00 UTC
LONG = "Ich möchte Fahrräder reparieren – „richtig“, jeden Tag.\n" * 60
FEEDBACK: dict[str, object] = {
    "traeger_massnahme": "Bildungsverein Leinetal e.V.",
    "name": "Nguyễn",
    "vorname": "Hòa",
    "anlass": "abbruch",
    "abbruch_am": "2026-03-17",
    "abbruch_gruende": "Ich habe eine Stelle.",
    "q3_erreicht": LONG,
    "q7_ressourcen": "مرحبا und 家",
    "erstellt_am": "2026-03-18",
    "sig_tn": True,
}
GOALS: dict[str, object] = {
    "vorname": "Tesfay",
    **{f"ziele[{n}].text": f"Ziel Nummer {n + 1}" for n in range(5)},
    "ziele[4].leistungen_klient[0].text": "Wohnung suchen",
}

_DATA = {"feedbackbogen": FEEDBACK, "integrationsfoerderplan": GOALS}


def copies(*, embed: bool = True) -> ArchiveCopies:
    """Return what makes copies of our own forms."""
    sheet = SERVICES.forms.get("beiblatt")
    renderer = PdfRenderer(lambda ref: SERVICES.template(ref, "form.pdf"), sheet)
    return ArchiveCopies(renderer, SERVICES.forms, embed=embed)


@cache
def case(form: str = "feedbackbogen") -> CaseFile:
    """Return a document that was sent in, corrected once and accepted."""
    return case_of(form, _DATA.get(form, {}))


def case_of(form: str, data: dict[str, object], format_: str = "docx") -> CaseFile:
    """Return a document with ``data`` in a form."""
    file = SERVICES.generate.one(SERVICES.forms.get(form), data, format_)
    (read,) = SERVICES.read(file, received=RECEIVED)
    reading: Any = document_data(read, "bogen.docx", "a" * 64, 0.25)
    versions = (
        Version("vorgang-1", 1, AT - 200, "service", "", digest(reading), reading),
        Version("vorgang-1", 2, AT - 100, "u-7", "Tippfehler", digest(reading), reading),
    )
    late = [one for one in reading["findings"] if one["code"] == "deadline.missed"]
    why = "Post lief lange"
    answers = (
        *(
            Acknowledged(one["code"], one["field"], why, "u-7", Role.IFK, AT - 50, finding_id(one))
            for one in late
        ),
        Acknowledged("state.accepted", None, "Alles vollständig", "u-7", Role.LEAD, AT - 10),
    )
    what = ("document.moved", "vorgang-1", "u-7")
    link = sealed(4, AT, what, {"from": "in-review", "to": "accepted"}, FIRST)
    return CaseFile(
        "vorgang-1",
        reading,
        AT,
        name="bogen.docx",
        originals=("a" * 64,),
        received=RECEIVED,
        state=State.ACCEPTED,
        versions=versions,
        acknowledged=answers,
        links=(link,),
        people={"u-7": "Frau Sommerfeld"},
    )


@cache
def copy(form: str = "feedbackbogen", *, embed: bool = True) -> bytes:
    """Return the archive copy of ``case``."""
    return copies(embed=embed).make(case(form), SERVICES.forms.get(form)).pdf
