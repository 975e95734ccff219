"""How long lists and searches take over 100,000 documents, as somebody who may see few of them.

``python -m benchmarks.search`` prints a table; ``--write`` keeps it in ``docs/benchmarks.md``. All
names and sentences are invented, drawn from words that are as unequally frequent as in a language.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any  # rows have the columns of their tables

from sqlalchemy import Table, event, insert

from benchmarks.measure import keep
from formservice.adapters.store import schema
from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.migrate import migrated
from formservice.adapters.store.store import Store
from formservice.adapters.store.words import normaliser, sections
from formservice.application.ports_store import Author
from formservice.application.search import Find
from formservice.domain.case import NAMES, Role, State
from formservice.domain.search_query import Vocabulary, all_fields
from tests.store import postgres

_TRAEGER, _IFKS = 50, 40
_FORMS = ("feedbackbogen", "erwartungsbogen", "integrationsfoerderplan", "einwilligung-daten")
_KEYS = "name vorname ort traeger_massnahme q1_erwartung q3_erreicht q8_danach teilnahme_von"
_VOCABULARY = Vocabulary(all_fields(_KEYS.split()), frozenset(_FORMS))
_AT_ONCE = 2_000
_RUNS = 8
_PARTS = (
    *("ar", "beit", "wer", "den", "haus", "kin", "der", "schu", "le", "weg", "lehr", "ber", "uf"),
    *("stel", "len", "such", "en", "plan", "mut", "zeit", "hil", "fe", "fahr", "kurs", "deu"),
    *("tsch", "sprach", "ler", "nen", "woh", "nung", "gar", "ten", "bäck", "müh", "stra", "ße"),
    *("grü", "kü", "che", "mö", "gen"),
)
_ENDS = ("", "", "e", "en", "er", "ung", "ungen", "heit", "lich", "st", "s")
_VIEWERS = {
    "Träger": Author("u1", Role.TRAEGER),
    "Fachkraft": Author("ifk1", Role.IFK),
    "Sachbearbeitung": Author("bo", Role.BACK_OFFICE),
    "Leitung": Author("lead", Role.LEAD),
}


def main() -> None:
    """Measure both databases."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", action="store_true", help="keep the table in the documents")
    options.add_argument("--documents", type=int, default=100_000)
    options.add_argument("--plain", action="store_true", help="every query by itself, too")
    options.add_argument("--only", choices=("SQLite", "PostgreSQL"), help="one database")
    chosen = options.parse_args()
    rows = ["| Datenbank | Rolle | sieht | p50 | p95 | längste | CPU | CPU längste | Anfragen |"]
    rows += ["|---|---|---|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("SQLite", "PostgreSQL"):
            if chosen.only not in (None, name):
                continue
            if name == "PostgreSQL" and postgres.programs() is None:
                continue
            with _filled(name, Path(folder), chosen.documents) as store:
                rows += _measured(name, store, plain=chosen.plain)
    table = "\n".join(rows)
    print(table)
    if chosen.write:
        how = f"{chosen.documents:,} Dokumente".replace(",", ".") + ", je 50 Treffer, in ms"
        keep("suche", how, table)


class Words:
    """Invented words, some frequent and most rare."""

    def __init__(self, seed: int) -> None:
        """Draw the same words for the same seed."""
        self.random = random.Random(seed)  # noqa: S311 - nothing secret
        made = dict[str, None]()
        while len(made) < 8_000:
            parts = self.random.choices(_PARTS, k=self.random.randint(1, 3))
            made["".join(parts) + self.random.choice(_ENDS)] = None
        self.all = list(made)
        # The second word is half as frequent as the first, the third a third, and so on.
        self._weights = list(accumulate(1 / (place + 1) for place in range(len(self.all))))
        self.names = [word.capitalize() for word in self.all[-3_000:]]

    def sentence(self, length: int) -> str:
        """Return so many words."""
        return " ".join(self.random.choices(self.all, cum_weights=self._weights, k=length))

    def fields(self, traeger: int) -> dict[str, object]:
        """Return what somebody wrote into a form."""
        draw = self.random
        told = {
            "name": draw.choice(self.names),
            "vorname": draw.choice(self.names),
            "ort": draw.choice(("Hannover", "Göttingen", "Celle")),
            "traeger_massnahme": f"Bildungswerk {self.names[traeger]}, Werkstatt Neue Wege",
            "teilnahme_von": (date(2024, 1, 1) + timedelta(draw.randrange(900))).isoformat(),
            "q1_erwartung": self.sentence(25),
            "q3_erreicht": self.sentence(30),
            "q8_danach": self.sentence(15),
        }
        return {key: {"reading": "read", "value": value} for key, value in told.items()}


@contextmanager
def _filled(name: str, folder: Path, count: int) -> Iterator[Store]:
    """Give a store with so many documents."""
    if name == "SQLite":
        store = Store(embedded(folder))
        migrated(store.engine)
        _fill(store, count)
        yield store
        store.close()
        return
    with postgres.database(folder, durable=True) as url:
        store = Store(url)
        migrated(store.engine)
        _fill(store, count)
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        yield store
        store.close()


def _fill(store: Store, count: int) -> None:
    words = Words(4711)
    with writing(store.engine) as connection:
        for traeger in range(_TRAEGER):
            _put(connection, schema.traeger, {"id": f"t{traeger}", "name": f"Träger {traeger}"})
        users = [(f"ifk{one}", Role.IFK) for one in range(_IFKS)] + [("u1", Role.TRAEGER)]
        for user, role in users:
            row = {"id": user, "name": user, "role": str(role), "active": True}
            _put(connection, schema.users, row)
        _put(connection, schema.user_traeger, {"user": "u1", "traeger": "t1"})
        _put(connection, schema.persons, {"id": "p", "name": "N", "vorname": "V"})
        for ifk in range(_IFKS):
            for number in range(200):
                row = {"id": f"c{ifk}-{number}", "person": "p", "ifk": f"ifk{ifk}"}
                _put(connection, schema.cases, row)
    for first in range(0, count, _AT_ONCE):
        rows: dict[Table, list[dict[str, Any]]] = {}
        for number in range(first, min(first + _AT_ONCE, count)):
            for table, row in _document(words, number, count):
                rows.setdefault(table, []).append(row)
        with writing(store.engine) as connection:
            for table, some in rows.items():
                connection.execute(insert(table), some)


def _put(connection: Any, table: Table, row: dict[str, object]) -> None:  # SQLAlchemy's own
    connection.execute(insert(table).values(row))


def _document(words: Words, number: int, count: int) -> Iterator[tuple[Table, dict[str, Any]]]:
    """Yield the rows of a document; most are archived, few are not assigned to anybody."""
    draw = words.random
    id_, traeger = f"{draw.getrandbits(128):032x}", draw.randrange(_TRAEGER)
    is_new = number > count * 0.97
    state = draw.choice((State.IN_REVIEW, State.UNIDENTIFIED)) if is_new else State.ARCHIVED
    form, day = draw.choice(_FORMS), date(2016, 1, 1) + timedelta(3900 * number // count)
    fields = words.fields(traeger)
    made = normaliser().indexed(sections({"fields": fields}))
    row: dict[str, Any] = {"id": id_, "original": None, "part_of": None, "name": "bogen.pdf"}
    row |= {"source": "batch", "state": str(state), "form": form, "edition": "2023-09-22"}
    row |= {"reference": f"R{number:08d}", "traeger": f"t{traeger}", "received": day}
    row |= {"created_at": float(number), "version": 1, "stage": "done", "status": "waiting"}
    yield schema.documents, row | {"due": 0.0, "tries": 0, "fence": 0}
    reading = {"form": {"id": form}, "fields": fields}
    record = {"document": id_, "version": 1, "created_at": 0.0, "author": "service"}
    yield schema.records, record | {"reason": "", "sha256": "0" * 64, "reading": reading}
    version = {"normaliser": normaliser().version, "words": made.words, "text": made.text}
    yield schema.search, {"document": id_, **version}
    if number % 3 == 0:
        finding = {"document": id_, "position": 0, "code": "deadline.missed", "severity": "asks"}
        yield schema.findings, finding
    if not is_new or number % 2:
        case = f"c{draw.randrange(_IFKS)}-{draw.randrange(200)}"
        yield schema.case_documents, {"document": id_, "case": case}


def _queries() -> list[str]:
    """Return lists and searches as people ask for them: frequent words and rare ones."""
    words = Words(4711)
    often, seldom, name = words.all[:5], words.all[2_000:2_003], words.names
    return [
        "",
        f"stand:{NAMES[State.IN_REVIEW].replace(' ', '-')}",
        "stand:archiviert form:feedbackbogen von:2024",
        "befund:deadline.missed von:2025 bis:2025-06",
        often[0],
        f"{often[1]} {often[2]}",
        f"{seldom[0]}",
        f"{often[0]} {seldom[1]}",
        f"-{often[0]}",
        name[7],
        f"name:{name[11]}",
        f"q3:{often[3]} ort:göttingen",
        f"q3_erreicht:{often[4]}",
        f'"{often[0]} {often[1]}"',
        "ort:hannover",
        f"{name[5][:4]} {name[6][:3]}",
    ]


def _measured(name: str, store: Store, *, plain: bool) -> list[str]:
    find, rows = Find(store, _VOCABULARY), []
    for role, viewer in _VIEWERS.items():
        took, by_query, cpu = [], dict[str, float](), dict[str, float]()
        sees = find("", viewer).total
        for query in _queries():
            after = find(query, viewer).next or ""
            times, used = [], _cpu(store)
            for run in range(_RUNS):
                begun = time.perf_counter()
                find(query, viewer, 50, after if run % 4 == 3 else "")
                times.append(1000 * (time.perf_counter() - begun))
            took += times
            by_query[query] = statistics.median(times)
            cpu[query] = 1000 * (_cpu(store) - used) / _RUNS
        worst = max(by_query, key=lambda one: by_query[one])
        if plain:
            for query, one in by_query.items():
                print(f"{name:10} {role:15} {one:7.1f} {cpu[query]:7.1f}  {query}")
        p95 = statistics.quantiles(took, n=20)[18]
        cells = [name, role, f"{sees:,}".replace(",", "."), f"{statistics.median(took):.0f}"]
        cells += [f"{p95:.0f}", f"{by_query[worst]:.0f}"]
        cells += [f"{statistics.median(cpu.values()):.0f}", f"{max(cpu.values()):.0f}"]
        cells.append(str(_asked(store, find, viewer)))
        rows.append(f"| {' | '.join(cells)} |")
        print(rows[-1], flush=True)
    return rows


def _cpu(store: Store) -> float:
    """Return the CPU seconds of this process and of the server's process that serves it."""
    used = time.process_time()
    if store.engine.dialect.name == "sqlite":
        return used
    with store.look() as work:
        server = work.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    told = Path(f"/proc/{server}/stat").read_text("ascii").rpartition(")")[2].split()
    return used + (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _asked(store: Store, find: Find, viewer: Author) -> int:
    """Return how often a search asks the database; AssertionError if that depends on it."""
    counts = []
    for query in _queries():
        said: list[str] = []

        def note(*told: Any, into: list[str] = said) -> None:  # SQLAlchemy's own signature
            into.append(told[2])

        event.listen(store.engine, "before_cursor_execute", note)
        find(query, viewer)
        event.remove(store.engine, "before_cursor_execute", note)
        counts.append(sum(one.startswith(("SELECT", "WITH")) for one in said))
    assert len(set(counts)) == 1
    return counts[0]


if __name__ == "__main__":
    main()
