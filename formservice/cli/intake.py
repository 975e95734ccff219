"""``formservice intake``: read batches, keep originals and records, account for all pages."""

import argparse
import json
import os
import sys
import textwrap
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any  # readings have the shape of the JSON contract

from formservice.application.batch import in_order
from formservice.application.intake_report import Outside, Report, Taken
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors, files, later, read, show
from formservice.cli.german import counted
from formservice.cli.own_folders import OwnFolders
from formservice.cli.progress import Progress
from formservice.domain.errors import EngineError, StorageError, UnexpectedError, UsageError

_REASONS = {
    "page.blank": ("leere Rückseite", "leere Rückseiten"),
    "page.separator": ("Trennblatt", "Trennblätter"),
    "page.unreadable": ("unlesbar", "unlesbar"),
    "form.unidentified": ("nicht erkannt", "nicht erkannt"),
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    intake = commands.add_parser(
        "intake",
        help="Dateien lesen und samt Original aufbewahren",
        description="Liest Dateien und ganze Ordner und legt Originale und Datensätze ab."
        " Gescannte Seiten dürfen durcheinander liegen; jede Seite wird nachgewiesen."
        " Abgebrochen geht derselbe Aufruf dort weiter, wo er war. Dieselbe Datei zweimal wird"
        " einmal aufbewahrt.",
    )
    intake.add_argument("paths", nargs="+", metavar="PFAD", help="Datei oder Ordner")
    intake.add_argument(
        "--received",
        type=read.day,
        metavar="TAG",
        help="Tag des Eingangs, zum Beispiel 27.03.2026 (sonst heute)",
    )
    intake.add_argument(
        "--later",
        action="store_true",
        help="nur annehmen und aufbewahren; „formservice work“ liest, jede Datei für sich",
    )
    intake.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    intake.set_defaults(run=_intake)


def _intake(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    report = Report()
    if chosen.received is not None and chosen.received > today():
        raise UsageError(
            "Der Tag des Eingangs liegt in der Zukunft.", "Bitte Jahr und Monat prüfen."
        )
    own = OwnFolders(services.settings)
    for path in chosen.paths:
        own.refuse(path)
    names = list(_files(chosen.paths, own, report.left_out))
    report.given = names
    _tell_found(report)
    if chosen.later:
        return later.received(services, names, chosen.received or today(), as_json=chosen.json)
    return _read(services, names, report, chosen)


def _read(
    services: Services, names: Sequence[str], report: Report, chosen: argparse.Namespace
) -> int:
    intake = services.intake  # a wrong setting is told now
    progress = Progress()

    def tell(done: int, total: int) -> None:
        report.tell(done, total)
        progress(done, total)

    outside = Outside(files.content, tell, errors.bug, progress.say)
    printed: list[bytes] = []  # packed, which is a hundredth of what it takes as objects
    broken = stopped = False
    try:
        for taken in intake(names, chosen.received or today(), outside):
            # Nothing the senders could do about: whoever runs this has to act.
            broken = broken or isinstance(
                taken.error, StorageError | EngineError | UnexpectedError
            )
            report.add(taken)
            if chosen.json:
                objects = (one for one in taken.objects if "part_of" not in one)
                printed += (_packed(_json(one)) for one in objects)
            else:
                _tell(taken)
    except KeyboardInterrupt:
        report.broken_off = stopped = True
    finally:
        progress.close()
    if chosen.json:
        _print_all(printed, report)
    else:
        _account(report)
    if stopped:
        raise KeyboardInterrupt
    if not report.is_balanced:
        raise UnexpectedError("Nicht jede Seite dieses Stapels ist nachgewiesen.")
    if broken:
        return errors.FAILED
    return errors.NEEDS_A_PERSON if report.needs_a_person else errors.DONE


def _tell_found(report: Report) -> None:
    """Print what is not taken, before the work begins."""
    if not report.given:
        print("Dort liegt keine Datei zum Einlesen.", file=sys.stderr)
    for name in report.left_out:
        print(f"{_kind(Path(name))}, ausgelassen: {errors.printable(name)}", file=sys.stderr)


def _kind(left_out: Path) -> str:
    if left_out.is_symlink():
        return "Verknüpft"
    return "Verborgen" if left_out.name.startswith(".") else "Eigene Ablage oder Sicherung"


def _json(one: Mapping[str, Any]) -> str:
    return textwrap.indent(json.dumps(one, ensure_ascii=False, indent=1), " ")


def _print_all(printed: Sequence[bytes], report: Report) -> None:
    print("[")
    for one in printed:
        print(_unpacked(one), end=",\n")
    print(_json({"report": report.data()}), "]", sep="\n")


def _packed(text: str) -> bytes:
    return zlib.compress(text.encode("utf-8", "surrogatepass"))


def _unpacked(packed: bytes) -> str:
    return zlib.decompress(packed).decode("utf-8", "surrogatepass")


def _tell(taken: Taken) -> None:
    """Print what became of a file, at once: a long batch shows how far it is."""
    if taken.error is not None:
        show.document(taken.objects[0], {})
        return
    found = [one for one in taken.objects if "part_of" not in one and one["form"] is not None]
    known = " (schon bekannt)" if taken.objects and taken.objects[0]["already_known"] else ""
    documents = counted(len(found), "Dokument", "Dokumente")
    print(f"{errors.printable(taken.file)}: {documents}{known}", flush=True)


def _account(report: Report) -> None:
    """Print what became of all pages, and what a person has to look at."""
    told = report.data()
    for one in report.incomplete:
        print(f"  ✗ {_where(one)}: unvollständig. {one['message']}")
    for one in report.questions:
        print(f"  ? {_where(one)}: {one['message']}")
    for one in report.unidentified:
        print(f"  ✗ {_where(one)}: Formular nicht erkannt. {one['message']}")
    for one in report.unreadable:
        print(f"  ✗ {_where(one)}: nicht lesbar. {one['message']}")
    counts = report.files
    again = f", davon {counts['known']} schon bekannt" if counts["known"] else ""
    kept = counted(counts["filed"] + counts["known"], "Datei", "Dateien")
    print(f"{kept} aufbewahrt{again}, {counts['refused']} abgewiesen.")
    documents = counted(report.documents, "Dokument", "Dokumente")
    incomplete = f", davon {len(report.incomplete)} unvollständig" if report.incomplete else ""
    print(f"{documents}{incomplete}.")
    parts = ", ".join(
        _reason(code, count) for code, count in sorted(report.reasons.items()) if count
    )
    detail = f" ({parts})" if parts else ""
    print(
        f"Seiten: {told['pages_in']} eingegangen = {told['pages_filed']} abgelegt"
        f" + {told['pages_rejected']} zurückgewiesen{detail}"
    )
    if report.unopened:
        many = len(report.unopened) > 1
        subject = f"{len(report.unopened)} Dateien ließen" if many else "1 Datei ließ"
        named = ", ".join(map(errors.printable, report.unopened))
        print(f"{subject} sich nicht öffnen, ihre Seitenzahl ist unbekannt: {named}")
    if report.unreached:
        _open(report)


def _open(report: Report) -> None:
    """Print what a batch that was broken off left to do."""
    came = counted(len(report.given), "Datei", "Dateien")
    count, first = len(report.unreached), errors.printable(report.unreached[0])
    subject = f"{count} Dateien blieben liegen, zuerst" if count > 1 else "1 Datei blieb liegen:"
    pages = counted(report.pictures, "Bildseite", "Bildseiten")
    known = f" Schon erkannt: {report.recognised} von {pages}." if report.pictures else ""
    print(
        f"Abgebrochen: {came} eingegangen, {len(report.given) - count} erledigt,"
        f" {subject} {first}.{known} Derselbe Aufruf geht dort weiter."
    )


def _reason(code: str, count: int) -> str:
    one, many = _REASONS.get(code, (f"abgewiesen [{code}]",) * 2)
    return f"{count} {one if count == 1 else many}"


def _where(one: Mapping[str, Any]) -> str:
    if "pages" in one:
        places = (f"{errors.printable(p['file'])} Seite {p['page']}" for p in one["pages"])
        return ", ".join(places)
    return f"{errors.printable(str(one['file']))}, {show.pages(one['page_numbers'])}"


def _files(paths: Sequence[str], own: OwnFolders, left_out: list[str]) -> Iterator[str]:
    """Yield every file; folders are walked in order of name, numbers by their value.

    Our ``own`` folders are left out: what is kept did not come in. So are hidden files and
    folders, and links, which may lead in a circle or to what nobody handed in; ``left_out`` gets
    all of these. A folder that cannot be looked into is yielded itself, to be refused by name, and
    so is what is no file: a pipe.
    """
    for name in paths:
        if not Path(name).is_dir():
            yield name
            continue
        closed: list[OSError] = []
        for folder, folders, files_ in os.walk(name, onerror=closed.append):
            here = Path(folder)
            others = {*folders, *files_}
            theirs = [one for one in folders if _is_taken(here, one) and not own.has(here / one)]
            folders[:] = sorted(theirs, key=in_order)
            kept = sorted(filter(partial(_is_taken, here), files_), key=in_order)
            others -= {*folders, *kept}
            left_out += (str(here / one) for one in sorted(others, key=in_order))
            yield from (str(here / one) for one in kept)
        yield from (str(error.filename) for error in closed)


def _is_taken(here: Path, name: str) -> bool:
    return not name.startswith(".") and not (here / name).is_symlink()
