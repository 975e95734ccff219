"""The web as a Träger meets it: from upload to findings, and many who upload at once.

``python -m benchmarks.web`` prints two tables; ``--write`` keeps them in ``docs/benchmarks.md``.
Goals: 300 ms for Word files and fillable PDF forms, 3 s for a scanned page (p95, two cores); 50
people who upload for five minutes without a pause meet no error, and nothing they sent is lost.
The server and those who ask it share the machine.
"""

import argparse
import asyncio
import hashlib
import hmac
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlalchemy import insert
from sqlalchemy.engine import URL

from benchmarks.measure import keep
from formservice.adapters import demo_paper
from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded
from formservice.application.accounts_people import NewPerson
from formservice.application.ports_store import SERVICE
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices
from formservice.domain.case import Role
from formservice.web.guard import CSRF_HEADER, cookie_name
from tests.store import postgres

KINDS = ("docx", "acroform", "scan")
_TRAEGER = "lindenhof"
_PATIENCE_S = 120.0
_VALUES = {
    "traeger_massnahme": "Bildungswerk Lindenhof, Werkstatt „Neue Wege“",
    "teilnahme_von": "2026-01-12",
    "teilnahme_bis": "2026-06-30",
    "name": "Özdemir",
    "vorname": "Ayşe",
    "anlass": "regulaer",
    "erstellt_am": "2026-06-29",
    "q1_erwartung": "Ich will wieder jeden Tag aufstehen und drei Bewerbungen schreiben.",
    "q3_erreicht": "Ich habe vier Bewerbungen geschrieben und war fast immer pünktlich.",
    "q8_danach": "Ich fange im August eine Ausbildung als Köchin an.",
}
_ONE_PAGE = {
    "name": "Özdemir",
    "vorname": "Ayşe",
    "geschlecht": "W",
    "erwartungen": "Ich will bis Ende März drei Bewerbungen schreiben.",
    "fahrkosten": "nein",
}


@dataclass(slots=True)
class Storm:
    """What came of many who uploaded at once: ids by the hash of what was sent, and times."""

    accepted: dict[str, str] = field(default_factory=dict)
    errors: Counter[str] = field(default_factory=Counter)
    upload: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    seconds: float = 0.0


def main() -> None:
    """Measure both databases."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="keep the tables in the documents")
    options.add_argument("--users", type=int, default=50)
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--runs", type=int, default=40, help="uploads of each kind")
    options.add_argument("--database", choices=("SQLite", "PostgreSQL"))
    chosen = options.parse_args()
    first = ["| Datenbank | | Median ms | p95 ms |", "|---|---|---:|---:|"]
    second = [
        "| Datenbank | gleichzeitig | Minuten | angenommen | je Sekunde | p95 s | Fehler"
        " | verloren |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name in (chosen.database,) if chosen.database else ("SQLite", "PostgreSQL"):
        if name == "PostgreSQL" and postgres.programs() is None:
            continue
        with tempfile.TemporaryDirectory() as folder, installed(name, Path(folder)) as services:
            with served() as base:
                for kind in KINDS:
                    times = findings_shown(services, base, kind, chosen.runs)
                    row = f"| {name} | {kind} | {middle(times):.0f} | {p95(times):.0f} |"
                    print(row, flush=True)
                    first.append(row)
                storm = asyncio.run(stormed(services, base, chosen.users, 60 * chosen.minutes))
            gone = lost(services, storm)
            count = len(storm.accepted)
            row = (
                f"| {name} | {chosen.users} | {chosen.minutes:g} | {count}"
                f" | {count / storm.seconds:.1f} | {p95(storm.upload) / 1000:.1f}"
                f" | {sum(storm.errors.values())} | {len(gone)} |"
            )
            print(row, dict(storm.errors), flush=True)
            second.append(row)
    print("\n".join([*first, "", *second]))
    if chosen.write:
        keep("befunde", "vom Absenden bis zur Seite mit den Befunden", "\n".join(first))
        keep("hochladen", "ohne Pause hintereinander", "\n".join(second))


@contextmanager
def installed(name: str, folder: Path) -> Iterator[WebServices]:
    """Yield an empty installation on one of the databases, and set the environment for it."""
    with _database(name, folder) as url:
        address = url.set(drivername=url.get_backend_name())
        os.environ["FORMSERVICE_DATA"] = str(folder / "var")
        os.environ["FORMSERVICE_DATABASE_URL"] = address.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "formservice.cli.main", "migrate"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        services = WebServices(Settings.from_environment())
        with services.store.work() as work:
            row = {"id": _TRAEGER, "name": "Bildungswerk Lindenhof"}
            work.connection.execute(insert(schema.traeger).values(row))
        try:
            yield services
        finally:
            services.store.close()


@contextmanager
def _database(name: str, folder: Path) -> Iterator[URL]:
    if name == "SQLite":
        (folder / "var").mkdir(mode=0o700)
        yield embedded(folder / "var")
    else:
        with postgres.database(folder, durable=True) as url:
            yield url


@contextmanager
def served() -> Iterator[str]:
    """Serve the installation of the environment; yield its address."""
    port = _free()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "formservice.cli.main", "serve", "--port", str(port)]
    environment = os.environ | {"FORMSERVICE_LOG_LEVEL": "warning"}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) as process:
        try:
            _until_ready(base)
            yield base
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE_S)


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def _until_ready(base: str) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        try:
            if httpx.get(f"{base}/bereit").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError("the server does not answer")


def headers_of(services: WebServices, base: str, user: str) -> dict[str, str]:
    """Return the headers of a browser in which a user of a Träger is signed in."""
    secret = services.sessions.open(user, "benchmark")
    token = hmac.new(services.secret, secret.encode(), hashlib.sha256).hexdigest()
    return {"cookie": f"{cookie_name(services)}={secret}", CSRF_HEADER: token}


def added(services: WebServices, number: int) -> str:
    """Add somebody of the Träger; return the id."""
    new = NewPerson(f"Person {number}", Role.TRAEGER, f"p{number}@x.example", None, (_TRAEGER,))
    return services.people.add(new, SERVICE).user


def paper(services: WebServices, kind: str, number: int) -> bytes:
    """Return a filled form as somebody sends it; each is another file."""
    reference = f"{number:012d}".replace("1", "A")
    if kind == "scan":
        form = services.forms.get("erwartungsbogen")
        data = services.generate.one(form, _ONE_PAGE, "pdf", reference)
        return demo_paper.scanned([data], random.Random(number))  # noqa: S311 - the same each time
    form = services.forms.get("feedbackbogen")
    return services.generate.one(form, _VALUES, "docx" if kind == "docx" else "pdf", reference)


def findings_shown(services: WebServices, base: str, kind: str, runs: int) -> list[float]:
    """Return how many milliseconds it took each time from sending a file to its findings."""
    me = headers_of(services, base, added(services, 1000 + KINDS.index(kind)))
    papers = [paper(services, kind, 1000 * KINDS.index(kind) + one) for one in range(runs + 3)]
    times = []
    with httpx.Client(base_url=base, headers=me, timeout=_PATIENCE_S) as client:
        for number, data in enumerate(papers):
            begun = time.perf_counter()
            answer = _sent(client, data, f"{number}.{'docx' if kind == 'docx' else 'pdf'}")
            _until_read(client, str(answer["id"]))
            page = client.get(str(answer["url"]))
            page.raise_for_status()
            times.append(1000 * (time.perf_counter() - begun))
    return times[3:]  # the first fill caches


def _sent(client: httpx.Client, data: bytes, name: str) -> dict[str, object]:
    accept = {"accept": "application/json"}
    answer = client.post("/hochladen", files={"dateien": (name, data)}, headers=accept)
    answer.raise_for_status()
    (file,) = answer.json()["files"]
    if not file["ok"]:
        raise ValueError(file["code"])
    return dict(file)


def _until_read(client: httpx.Client, document: str) -> None:
    """Follow live progress until it is done."""
    with client.stream("GET", f"/live/documents/{document}") as stream:
        stream.raise_for_status()
        for line in stream.iter_lines():
            if line == "event: done":
                return
    raise ValueError("the stream ended before the work did")


async def stormed(services: WebServices, base: str, users: int, seconds: float) -> Storm:
    """Let so many people upload for so long, one file after the other."""
    storm = Storm()
    base_papers = {
        kind: [paper(services, kind, 500_000 + one) for one in range(6)] for kind in KINDS
    }
    everybody = [headers_of(services, base, added(services, number)) for number in range(users)]
    begun = time.monotonic()
    limits = httpx.Limits(max_connections=users)
    async with httpx.AsyncClient(base_url=base, timeout=_PATIENCE_S, limits=limits) as client:
        await asyncio.gather(
            *(
                _uploading(client, me, base_papers, begun + seconds, storm, number)
                for number, me in enumerate(everybody)
            )
        )
    storm.seconds = time.monotonic() - begun
    return storm


async def _uploading(
    client: httpx.AsyncClient,
    me: dict[str, str],
    papers: dict[str, list[bytes]],
    until: float,
    storm: Storm,
    number: int,
) -> None:
    chance = random.Random(number)  # noqa: S311 - the same each time
    count = 0
    while time.monotonic() < until:
        count += 1
        kind = chance.choices(KINDS, (60, 35, 5))[0]
        data = another(chance.choice(papers[kind]), kind, f"{number}-{count}")
        name = f"bogen-{count}.{'docx' if kind == 'docx' else 'pdf'}"
        begun = time.perf_counter()
        try:
            answer = await client.post(
                "/hochladen",
                files={"dateien": (name, data)},
                headers=me | {"accept": "application/json"},
            )
            answer.raise_for_status()
            (file,) = answer.json()["files"]
            if not file["ok"] or file["known"]:
                storm.errors[str(file.get("code", "known"))] += 1
                continue
            storm.upload.append(1000 * (time.perf_counter() - begun))
            storm.accepted[hashlib.sha256(data).hexdigest()] = file["id"]
            begun = time.perf_counter()
            page = await client.get(file["url"], headers=me)
            page.raise_for_status()
            storm.page.append(1000 * (time.perf_counter() - begun))
        except httpx.HTTPStatusError as error:
            storm.errors[str(error.response.status_code)] += 1
        except httpx.TransportError as error:
            storm.errors[type(error).__name__] += 1


def another(data: bytes, kind: str, mark: str) -> bytes:
    """Return the same form as other bytes: a comment behind it, where readers allow one."""
    if kind == "docx":  # the end of a ZIP file says how long its comment is
        return data[:-2] + len(mark).to_bytes(2, "little") + mark.encode()
    return data + f"\n% {mark}\n".encode()


def lost(services: WebServices, storm: Storm) -> list[str]:
    """Return what was accepted and is not kept as it was sent; everything is proved besides."""
    gone = []
    for sha256, document in storm.accepted.items():
        with services.store.look() as work:
            kept = work.documents.get(document)
        if kept.original != sha256 or not services.originals.exists(sha256):
            gone.append(document)
    if services.verify(anew=True).broken is not None:
        gone.append("verify")
    return gone


def middle(times: list[float]) -> float:
    """Return the median."""
    return sorted(times)[len(times) // 2]


def p95(times: list[float]) -> float:
    """Return what 95 of 100 stay below."""
    return sorted(times)[min(len(times) - 1, int(0.95 * len(times)))]


if __name__ == "__main__":
    main()
