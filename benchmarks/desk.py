"""The desk as somebody of the back office works at it: seconds for each scanned document.

``python -m benchmarks.desk`` reads the scanned samples, opens the desk in Chromium and works
through them by keyboard alone, as an operator would who knows the truth: accepts what is right,
takes another reading where one is right, and types where none is. ``--write`` keeps the table in
``docs/benchmarks.md``. Goal: a typical document in under 20 seconds.

What the machine takes is measured, from each stroke until the next field stands there with its
picture. What a person takes is not: it is reckoned from what others have measured.

- A stroke takes 0.2 s, to think before one 1.35 s (Card, Moran and Newell, The Keystroke-Level
  Model for User Performance Time with Interactive Systems, CACM 23 (7), 1980: K of an average
  skilled typist, M).
- To hold a text against its original takes as long as proofreading it: 180 words a minute on a
  screen (Ziefle, Effects of Display Resolution on Visual Performance, Human Factors 40 (4),
  1998). What was recognised and the picture are one such text.
- To find the next place on a page that moves there by itself takes a look: 0.23 s (an eye
  movement in Card, Moran and Newell, The Psychology of Human-Computer Interaction, 1983).

The machine is asked without these pauses, so it has no time to fetch ahead what comes next: its
times are those of the worst case, and on a machine that does nothing else.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any  # readings have the shape of the JSON contract

from playwright.sync_api import Page
from sqlalchemy import insert

from benchmarks.measure import keep
from formservice.adapters.store import schema
from formservice.application.aside import sorted_out
from formservice.application.desk_review import Asked
from formservice.application.ports_store import SERVICE, Arrival, Author
from formservice.bootstrap.settings import Settings
from formservice.bootstrap.web import WebServices, web
from formservice.domain.case import Role
from formservice.domain.form import FieldKind
from formservice.web.guard import cookie_name
from tests.chromium import CHROMIUM, chromium, opened, serving

ROOT = Path(__file__).parent.parent
RECEIVED = date(2026, 11, 20)
STROKE_S, THINK_S, LOOK_S = 0.2, 1.35, 0.23
WORDS_S = 60 / 180
GOAL_S = 20.0
# The same cases in a shape of which every sign is known.
_TRUE = ("docx", "acroform", "flat")
_OPERATOR = Author("operator", Role.BACK_OFFICE)


@dataclass(slots=True)
class Worked:
    """One document: how many fields were decided, what a person and the machine took."""

    name: str
    fields: int = 0
    typed: int = 0
    person: float = 0.0
    machine: list[float] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """What all of it takes."""
        return self.person + sum(self.machine)


class Operator:
    """Somebody at the keyboard who knows what stands on the paper."""

    def __init__(self, page: Page, house: WebServices, url: str) -> None:
        """Work in ``page`` of the service at ``url``."""
        self._page = page
        self._house = house
        self._url = url

    def begin(self) -> bool:
        """Open the first document; False if there is none."""
        self._page.goto(f"{self._url}/nachbearbeitung")
        button = self._page.get_by_role("button", name="Nächsten Vorgang öffnen")
        if not button.count():
            return False
        button.click()
        self._ready()
        return True

    @property
    def document(self) -> str:
        """The document that is open."""
        return str(self._page.locator("#nachbearbeitung").get_attribute("data-document"))

    def work(self, truth: Mapping[str, Any]) -> Worked:
        """Decide all fields of the document that is open, and finish it."""
        done = Worked(self.document)
        while key := self._page.locator("#angabe").get_attribute("data-key"):
            review = self._house.deciding.review(_OPERATOR, self.document)
            asked = review.field(key)
            assert asked is not None
            self._decide(asked, truth.get(key), done)
            done.fields += 1
        done.person += LOOK_S + STROKE_S
        with self._measured(done):
            self._page.keyboard.press("Enter")
            self._page.wait_for_function(
                "was => document.querySelector('#nachbearbeitung')?.dataset.document !== was",
                arg=done.name,
            )
            if self._page.locator("#nachbearbeitung").count():
                self._ready()
        return done

    def _decide(self, asked: Asked, truth: Any, done: Worked) -> None:
        """Compare a field with the paper, and press what it takes."""
        press = self._page.keyboard.press
        done.person += LOOK_S + THINK_S + WORDS_S * max(len(asked.typed.split()), 1)
        if asked.o_ton:
            press("v")
            done.person += STROKE_S
        if asked.kind in (FieldKind.TEXT, FieldKind.MULTILINE, FieldKind.DATE):
            self._text(asked, _day(asked, truth), done)
        elif truth is not None:
            self._marks(asked, truth, done)
        with self._measured(done):
            press("Control+Enter" if self._types() else "Enter")
            done.person += STROKE_S
            self._page.wait_for_function(
                "was => document.getElementById('angabe').dataset.key !== was", arg=asked.key
            )
            self._ready()

    def _text(self, asked: Asked, truth: str | None, done: Worked) -> None:
        if truth is None or _same(asked.typed, truth):
            return
        read = [one.text for one in asked.readings[:9]]
        right = next((n for n, one in enumerate(read, start=1) if _same(one, truth)), None)
        if right is not None:
            self._page.keyboard.press(str(right))
            done.person += THINK_S + STROKE_S
            return
        self._page.keyboard.press("k")
        self._page.keyboard.insert_text(truth)  # over what is selected there
        done.typed += 1
        # Who knows the keyboard goes to the place and changes what is wrong there.
        wrong = max(_changes(asked.typed, truth), 1)
        done.person += THINK_S + STROKE_S * (1 + min(len(truth), 4 + 3 * wrong))

    def _marks(self, asked: Asked, truth: Any, done: Worked) -> None:
        if asked.kind is FieldKind.CHOICE:
            wanted = set(truth if isinstance(truth, list) else [truth])
            for number, (key, _, chosen) in enumerate(asked.options[:9], start=1):
                if (key in wanted) != chosen and (asked.several or key in wanted):
                    self._page.keyboard.press(str(number))
                    done.person += THINK_S + STROKE_S
        elif isinstance(truth, bool) and truth is not asked.on:
            self._page.keyboard.press("1" if truth else "2")
            done.person += THINK_S + STROKE_S

    def _types(self) -> bool:
        return bool(
            self._page.evaluate("document.activeElement.matches('textarea, input[type=text]')")
        )

    def _ready(self) -> None:
        """Wait until the field stands there and its picture is drawn."""
        self._page.wait_for_function(
            "() => { const crop = document.querySelector('.desk-crop');"
            " const title = document.getElementById('angabe-name');"
            " return title && (!crop || (crop.complete && crop.naturalWidth > 0)); }"
        )

    def _measured(self, done: Worked) -> "_Clock":
        return _Clock(done.machine)


class _Clock:
    """Adds what passes inside to a list."""

    def __init__(self, times: list[float]) -> None:
        self._times = times

    def __enter__(self) -> None:
        self._begun = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._times.append(time.perf_counter() - self._begun)


def installed(folder: Path) -> tuple[WebServices, dict[str, Mapping[str, Any]]]:
    """Return a house with every scanned sample, read; and the truth, by document."""
    house = WebServices(Settings.from_environment({"FORMSERVICE_DATA": str(folder)}))
    with house.store.work() as work:
        row = {"id": _OPERATOR.id, "name": "Elif Eingang", "role": str(_OPERATOR.role)}
        work.connection.execute(insert(schema.users).values(**row, active=True))
    truths: dict[str, Mapping[str, Any]] = {}
    for number, path in enumerate(sorted((ROOT / "samples").glob("*/*-scan"))):
        file = next(path.glob("input.*"))
        truth = _truth(path)
        if truth is None:
            continue
        data = file.read_bytes()
        read = house.isolated_read(data, file.name, received=RECEIVED)
        sha256 = house.originals.put(data)
        told = sorted_out(read, sha256)
        arrival = Arrival(
            f"{number:03}", sha256, len(data), f"{path.name}{file.suffix}", "batch", RECEIVED
        )
        with house.store.work() as work:
            kept, _ = work.documents.receive(arrival, SERVICE, is_read=True)
            for one in work.documents.found(kept.id, told.found, SERVICE, told.aside):
                truths[one] = truth
    return house, truths


def _truth(path: Path) -> Mapping[str, Any] | None:
    """Return the values of a case as a shape tells them that needs no recognition."""
    case = path.name.removesuffix("-scan")
    for shape in _TRUE:
        file = path.with_name(f"{case}-{shape}") / "expected.json"
        if file.exists():
            documents = json.loads(file.read_text("utf-8"))["documents"]
            return {key: one.get("value") for key, one in documents[0]["fields"].items()}
    return None


def _day(asked: Asked, truth: Any) -> str | None:
    """Return a text or day as somebody types it; None if nothing stands there."""
    if not isinstance(truth, str):
        return None
    if asked.kind is FieldKind.DATE:
        return f"{date.fromisoformat(truth):%d.%m.%Y}"
    return truth


def _same(one: str, other: str) -> bool:
    return " ".join(one.split()) == " ".join(other.split())


def _changes(one: str, other: str) -> int:
    """Return in how many letters two texts differ (edit distance, over short texts)."""
    before = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        row = [at]
        for to, wanted in enumerate(other, start=1):
            row.append(min(before[to] + 1, row[-1] + 1, before[to - 1] + (letter != wanted)))
        before = row
    return before[-1]


def worked(house: WebServices, truths: Mapping[str, Mapping[str, Any]]) -> Iterator[Worked]:
    """Yield what every document took."""
    with serving(web(house)) as url, chromium() as browser:
        house.public_url = url
        secret = house.sessions.open(_OPERATOR.id, "benchmark")
        page, _ = opened(browser, url, {cookie_name(house): secret})
        operator = Operator(page, house, url)
        going = operator.begin()
        while going:
            yield operator.work(truths.get(operator.document, {}))
            going = page.locator("#nachbearbeitung").count() > 0


def table(found: Sequence[Worked]) -> str:
    """Return the figures as a table."""
    machine = sorted(one for each in found for one in each.machine)
    seconds = [one.seconds for one in found]
    share = sum(one <= GOAL_S for one in seconds) / len(seconds)
    rows = (
        ("documents", str(len(found))),
        ("fields in doubt, each (median, mean)", _two([one.fields for one in found], 0)),
        ("seconds a document (median, mean)", _two(seconds, 1)),
        ("of these the person (median, mean)", _two([one.person for one in found], 1)),
        ("of these the machine (median, mean)", _two([sum(one.machine) for one in found], 2)),
        ("documents under 20 s", f"{100 * share:.0f} %"),
        ("from stroke to next field (median, p95)", f"{median(machine) * 1000:.0f} ms, "
         f"{quantiles(machine, n=20)[-1] * 1000:.0f} ms"),
        ("fields typed anew", f"{sum(o.typed for o in found)} of {sum(o.fields for o in found)}"),
    )  # fmt: skip
    lines = [f"| {name} | {figure} |" for name, figure in rows]
    return "\n".join(["| at the desk | |", "|---|---:|", *lines])


def _two(values: Sequence[float], digits: int) -> str:
    return f"{median(values):.{digits}f}, {mean(values):.1f}"


def main() -> None:
    """Work through all samples and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--each", action="store_true", help="print every document")
    parser.add_argument("--write", action="store_true", help="keep the table in the documents")
    chosen = parser.parse_args()
    if not CHROMIUM.exists():
        raise SystemExit("Chromium is missing.")
    with tempfile.TemporaryDirectory() as folder:
        house, truths = installed(Path(folder))
        found = list(worked(house, truths))
        house.store.close()
    if chosen.each:
        for one in found:
            machine = sum(one.machine)
            print(f"{one.name} {one.fields:3} {one.person:6.1f} {machine:6.2f} {one.seconds:6.1f}")
    told = table(found)
    print(told)
    if chosen.write:
        keep("desk", f"{len(found)} gescannte Beispiele", told)


if __name__ == "__main__":
    main()
