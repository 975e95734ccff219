"""A small house in which something belongs to everybody, and values to try addresses with.

A new parameter in an address needs values here: ``OWN`` and ``FOREIGN`` if what it names belongs
to somebody, ``PLAIN`` if it does not.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal  # routes of the framework and bodies of requests are of many kinds

import pypdf
from fastapi import UploadFile
from fastapi.params import Form
from pydantic import BaseModel
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application.ports_store import SERVICE, Arrival, Author, Found, PageOf
from formservice.bootstrap.web import WebServices
from formservice.domain.case import Role, State
from tests.store.proven import DAY, reading
from tests.web.conftest import furnished

NOBODYS = "nobodys"
_BOTH = {"anna": "1", "carla": "1", "boris": "2", "dirk": "2"}
_OTHER = {"anna": "2", "carla": "2", "boris": "1", "dirk": "1"}


def _mine(prefix: str, everybodys: str = "1") -> dict[str, str]:
    """Return the ids of what belongs to each: half of it to anna and carla, half to the others."""
    rest = dict.fromkeys(("elif", "frank", "gerda"), everybodys)
    return {user: f"{prefix}{number}" for user, number in (_BOTH | rest).items()}


def _theirs(prefix: str) -> dict[str, str]:
    """Return the ids of what belongs to somebody else; nobody's for who sees everything."""
    found = {user: f"{prefix}{number}" for user, number in _OTHER.items()}
    return found | dict.fromkeys(("elif", "frank", "gerda"), NOBODYS)


# d1 came from anna's Träger and belongs to carla's case, d2 from boris' to dirk's; d3 is decided,
# so that it is none of the back office's business.
OWN: dict[str, Mapping[str, str]] = {
    "document": _mine("d"),
    "case": _mine("c"),
    "participation": _mine("a"),
    "part": _mine("a"),
    "person": _mine("p"),
    "reference": {user: f"REF00000000{one[-1]}" for user, one in _mine("d").items()},
    "batch": {user: f"b-{user}" for user in ("anna", "carla", "dirk", "elif", "frank")},
    "issue": _mine("i"),
    "submission": _mine("s"),
    "session": {},
    "token": {},
    "webhook": {"gerda": "w1"},
}
FOREIGN: dict[str, Mapping[str, str]] = {
    "document": _theirs("d") | {"elif": "d3"},
    "case": _theirs("c"),
    "participation": _theirs("a"),
    "part": _theirs("a"),
    "person": _theirs("p"),
    "reference": {user: f"REF00000000{one[-1]}" for user, one in _theirs("d").items()},
    "batch": dict.fromkeys(OWN["document"], "b-boris") | {"frank": NOBODYS},
    "issue": _theirs("i"),
    "submission": _theirs("s"),
    "session": dict.fromkeys(OWN["document"], NOBODYS),
    "token": dict.fromkeys(OWN["document"], "token-of-boris") | {"boris": NOBODYS},
    "webhook": dict.fromkeys(OWN["document"], NOBODYS),
}
# What tells of people: administration keeps the service going and sees none of it.
CONTENTS = frozenset(
    {
        "document",
        "case",
        "participation",
        "part",
        "person",
        "reference",
        "batch",
        "issue",
        "submission",
    }
)
PLAIN: dict[str, str] = {
    "name": "anmelden",
    "subject": "nowhere",
    "page": "1",
    "art": "an",
    "number": "1",
    "version": "1",
    "field": "name",
    "form": "feedbackbogen",
    "edition": "2023-09-22",
    "kind": "form",
    "rest": "nowhere",
    "user": "boris",
    "traeger": "t1",
    "massnahme": "m1",
    "secret": "nobodys-secret",
    "invitation": NOBODYS,
    "message": NOBODYS,
    "group": "ticked",
    "month": "2026-11",
}


# What bodies of requests name of somebody else's, by the name of the route: data of a form, or
# JSON where the address begins with /api/. Words in braces are ids of FOREIGN.
BODIES: dict[str, Sequence[dict[str, Any]]] = {
    "desk_pages_undo": [{"vorher": "{document}:1", "zu": "{document}"}],
    "api_arrange_undo": [{"before": {"{document}": 1}}, {"before": {"{document}": 0}}],
    "desk_pages_move": [
        {"seite": "{document}:1", "ziel": "neu"},
        {"seite": "{own}:1", "ziel": "{document}"},
    ],
    "api_move": [
        {"pages": [{"document": "{document}", "number": 1}], "target": "new", "seen": "x"},
        {"pages": [{"document": "{own}", "number": 1}], "target": "{document}", "seen": "x"},
    ],
    "desk_group_confirm": [{"gezeigt": "{document}:1:name"}],
    "api_group_confirm": [{"shown": ["{document}:1:name"], "wrong": []}],
    "batch_again": [{"datei": "{document}"}],
    "api_batch_again": [{"document": "{document}"}],
    "api_draft_fill": [
        {"body": {"typed": {}}, "version": 0, **whose}
        for whose in (
            {"case": "{case}", "participation": "{participation}"},
            {"participation": "{participation}"},
            {"case": "{own_case}", "participation": "{participation}"},
        )
    ],
    "api_fill": [
        {"form": "feedbackbogen", "values": {}, **whose}
        for whose in (
            {"case": "{case}"},
            {"participation": "{participation}"},
            {"case": "{own_case}", "participation": "{participation}"},
        )
    ],
    "issue_preview": [{"form": "feedbackbogen", "format": "pdf", "ziel": "{case}"}],
    "issue_make": [{"form": "feedbackbogen", "format": "pdf", "ziel": "{case}"}],
    "api_issue_preview": [
        {"form": "feedbackbogen", "format": "pdf", "targets": [{"case": "{case}"}]}
    ],
    "api_issue": [{"form": "feedbackbogen", "format": "pdf", "targets": [{"case": "{case}"}]}],
    "issued_sent": [{"reference": "{reference}"}],
    "api_issued_sent": [{"references": ["{reference}"], "sent": True}],
}
# What a form may send of a choice, where nothing else is understood.
WORDS = {"format": "docx"}


def parameters(route: Any) -> list[str]:
    """Return the names in a route's address."""
    return re.findall(r"{(\w+)(?::\w+)?}", route.path)


def address(route: Any, user: str, owned: Mapping[str, Mapping[str, str]]) -> str | None:
    """Return a route's address with values of ``owned``; None if ``user`` has no such thing."""
    path: str = route.path
    for name in parameters(route):
        value = owned[name].get(user) if name in owned else PLAIN[name]
        if value is None:
            return None
        path = re.sub(rf"{{{name}(:\w+)?}}", value, path)
    return path


def body(route: Any) -> dict[str, Any]:
    """Return what a request to this route has to send, made up from what the route asks for."""
    data: dict[str, Any] = {}
    files: list[tuple[str, tuple[str, bytes, str]]] = []
    for field in getattr(getattr(route, "dependant", None), "body_params", ()):
        kind = field.field_info.annotation
        if isinstance(kind, UnionType) and NoneType in kind.__args__:
            kind = kind.__args__[0]  # a body that may be left out
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            return {"data" if isinstance(field.field_info, Form) else "json": _example(kind)}
        if UploadFile in (kind, *getattr(kind, "__args__", ())):
            files.append((field.alias, ("bogen.pdf", b"%PDF-1.4", "application/pdf")))
        else:
            plain = "1" if kind in (int, float, bool) else "x"
            data[field.alias] = WORDS.get(field.alias, plain)
    return {"data": data, "files": files} if files else {"data": data}


def _example(kind: type[BaseModel]) -> dict[str, object]:
    """Return the least that a model takes."""
    plain: dict[Any, object] = {int: 1, float: 1.0, bool: True, str: "x", list: [], dict: {}}

    def least(one: Any) -> object:
        if isinstance(one, type) and issubclass(one, BaseModel):
            return _example(one)
        if getattr(one, "__origin__", one) is Literal:
            return one.__args__[0]
        return plain.get(getattr(one, "__origin__", one), "x")

    return {
        name: least(field.annotation)
        for name, field in kind.model_fields.items()
        if field.is_required()
    }


def foreign_bodies(route: Any, user: str) -> Iterator[dict[str, Any]]:
    """Yield what may be sent to a route to get at what is somebody else's."""
    ids = {name: one.get(user, NOBODYS) for name, one in FOREIGN.items()}
    ids |= {"own": OWN["document"][user], "own_case": OWN["case"][user]}

    def filled(one: Any) -> Any:
        if isinstance(one, str):
            return one.format(**ids)
        if isinstance(one, list):
            return [filled(each) for each in one]
        if isinstance(one, dict):
            return {filled(key): filled(each) for key, each in one.items()}
        return one

    kind = "json" if route.path.startswith("/api/") else "data"
    for one in BODIES[route.name]:
        yield {kind: filled(one)}


def settled(folder: Path) -> Iterator[WebServices]:
    """Yield a house with two cases, their documents, and people who must not see each other's."""
    house = furnished(folder)
    with house.store.work() as work:
        for table, rows in _rows().items():
            work.connection.execute(insert(getattr(schema, table)), rows)
    for number, traeger in (("1", "t1"), ("2", "t2"), ("3", "t2")):
        data = _pdf(number)
        sha256 = house.originals.put(data)
        arrival = Arrival(f"d{number}", sha256, len(data), "x.pdf", "upload", DAY, "text", traeger)
        case = "1" if number == "1" else "2"
        with house.store.work() as work:
            work.documents.receive(arrival, SERVICE, is_read=True)
            found = [Found([PageOf(sha256, 1)], _reading())]
            blank = {**reading("x"), "form": None, "sha256": sha256, "page_numbers": [2]}
            work.documents.found(f"d{number}", found, SERVICE, [blank])
            copy = {"document": f"d{number}", "version": 1, "kind": "form", "sha256": sha256}
            kept = insert(schema.copies).values(**copy, size=len(data), created_at=1.0)
            work.connection.execute(kept)
            row = {"document": f"d{number}", "case": f"c{case}", "participation": f"a{case}"}
            work.connection.execute(insert(schema.case_documents).values(row))
    dirk = Author("dirk", Role.IFK)
    with house.store.work() as work:
        work.documents.acknowledge("d3", "deadline.missed", None, dirk, "Post verspätet")
        work.documents.move("d3", State.ACCEPTED, dirk)
        for table, rows in _web_rows().items():
            work.connection.execute(insert(getattr(schema.web, table)), rows)
    yield house
    house.store.close()


def _reading() -> dict[str, object]:
    """Return a record with deadlines as they are kept today."""
    due: dict[str, object] = {
        "key": "vorlage",
        "title": "Vorlage",
        "due": "2026-04-07",
        "met": None,
        "why": [],
    }
    record: dict[str, Any] = reading("Yilmaz")
    record["fields"]["name"] |= {"page": 1, "box": [0.1, 0.1, 0.5, 0.2]}
    deadlines = [{**due, "start": "2026-03-27"}]
    return {**record, "page_numbers": [1], "deadlines": deadlines}


def _pdf(name: str) -> bytes:
    """Return a file of two empty pages that can be drawn."""
    out, writer = io.BytesIO(), pypdf.PdfWriter()
    for _ in range(2):
        writer.add_blank_page(width=200, height=200)
    writer.add_metadata({"/Title": name})
    writer.write(out)
    return out.getvalue()


def _rows() -> dict[str, list[dict[str, object]]]:
    return {
        "persons": [{"id": f"p{n}", "name": "Muster", "vorname": "Mia"} for n in (1, 2)],
        "cases": [
            {"id": "c1", "person": "p1", "ifk": "carla"},
            {"id": "c2", "person": "p2", "ifk": "dirk"},
        ],
        "massnahmen": [{"id": f"m{n}", "traeger": f"t{n}", "name": "Kurs"} for n in (1, 2)],
        "participations": [
            {"id": f"a{n}", "case": f"c{n}", "massnahme": f"m{n}", "von": DAY} for n in (1, 2)
        ],
    }


def _web_rows() -> dict[str, list[dict[str, object]]]:
    form = {"form": "feedbackbogen", "edition": "2023-09-22", "format": "pdf", "values": {}}
    return {
        "issued": [
            {
                "reference": f"REF00000000{n}",
                "batch": f"i{n}",
                "case": f"c{n}",
                "participation": f"a{n}",
                "author": "carla" if n == 1 else "dirk",
                "created_at": 1.0,
                **form,
            }
            for n in (1, 2)
        ],
        "submissions": [
            {
                "id": f"s{n}",
                "document": f"d{n}",
                "version": 1,
                "user": "anna" if n == 1 else "boris",
                "sha256": "0" * 64,
                "at": 1.0,
            }
            for n in (1, 2)
        ],
        "batches": [
            {"id": f"b-{user}", "user": user, "created_at": 1.0}
            for user in ("anna", "boris", "carla", "dirk", "elif", "frank")
        ],
        "tokens": [
            {
                "id": "token-of-boris",
                "hash": "0" * 64,
                "user": "boris",
                "kind": "api",
                "name": "x",
                "created_at": 1.0,
            }
        ],
        "webhooks": [
            {
                "id": "w1",
                "user": "gerda",
                "url": "https://fach.example/melden",
                "secret": "x",
                "types": "",
                "created_at": 1.0,
            }
        ],
    }
