"""``formservice import teilnehmer``: take over a list, after showing what it changes."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from formservice.application.participants import Answers, Doubt, Plan, shown
from formservice.application.ports_store import SERVICE
from formservice.bootstrap import Services, Settings, today
from formservice.cli import errors
from formservice.cli.account import account
from formservice.cli.german import counted

_CALLED = {
    "number": "Nummer",
    "name": "Name",
    "vorname": "Vorname",
    "geburtsdatum": "Geburtsdatum",
    "von": "Beginn",
    "bis": "Ende",
    "ifk": "Fachkraft",
}
_MOST_SHOWN = 50


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    top = commands.add_parser("import", help="Listen anderer Programme übernehmen")
    actions = top.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    one = actions.add_parser(
        "teilnehmer",
        help="eine Teilnehmerliste (CSV, XLSX)",
        description="Vergleicht eine Liste mit dem, was bekannt ist, und zeigt, was sich änderte:"
        " neue Menschen, geänderte Angaben, wer nicht mehr darin steht, und Zweifelsfälle. Erst"
        " --yes übernimmt es, alles auf einmal oder nichts.",
    )
    one.add_argument("list", metavar="LISTE", help="CSV- oder XLSX-Datei")
    one.add_argument(
        "--profile",
        default="standard",
        metavar="PROFIL",
        help="was die Spalten bedeuten: standard, marzipan oder eine YAML-Datei",
    )
    one.add_argument(
        "--sheet", metavar="BLATT", help="Blatt einer XLSX-Datei, wenn mehrere Zeilen haben"
    )
    one.add_argument("--yes", action="store_true", help="übernehmen, nicht nur zeigen")
    one.add_argument("--new", metavar="NUMMER,…", default="", help="diese sind neue Menschen")
    one.add_argument(
        "--same",
        metavar="NUMMER,…",
        default="",
        help="diese sind die Bekannten; deren Nummer, oder Name und Geburtsdatum, ändern sich",
    )
    one.add_argument(
        "--end-gone",
        action="store_true",
        help="laufende Teilnahmen, die nicht mehr in der Liste stehen, enden heute",
    )
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_participants)


def _participants(chosen: argparse.Namespace) -> int:
    from formservice.adapters.handover import participant_lists  # noqa: PLC0415 - slow to import

    services = Services(Settings.from_environment())
    day, ends = today(), chosen.end_gone
    profile = participant_lists.profile(chosen.profile)
    rows = participant_lists.rows(Path(chosen.list), profile, day, chosen.sheet)
    answers = Answers(_listed(chosen.new), _listed(chosen.same))
    if chosen.yes:
        # Who runs commands here administers; the service itself sees every case.
        plan = services.participants.done(
            rows, answers, account(), day, end_gone=ends, viewer=SERVICE
        )
    else:
        plan = services.participants.shown(rows, answers, SERVICE, day)
    if chosen.json:
        data = {"done": chosen.yes, "rows": len(rows), **_data(plan)}
        print(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        _print(plan, len(rows), done=chosen.yes, ends=chosen.end_gone)
    return errors.NEEDS_A_PERSON if plan.doubts else errors.DONE


def _listed(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


def _print(plan: Plan, rows: int, *, done: bool, ends: bool) -> None:
    for title, lines in _sections(plan, ends=ends).items():
        found = list(lines)
        if not found:
            continue
        print(f"{title}: {len(found)}")
        for line in found[:_MOST_SHOWN]:
            print(f"  {errors.printable(line)}")
        if len(found) > _MOST_SHOWN:
            print(f"  … und {len(found) - _MOST_SHOWN} weitere (alle mit --json)")
    lines_read = counted(rows, "Zeile", "Zeilen")
    print(f"{lines_read} gelesen, {plan.same} ohne Änderung.")
    if done:
        print("Übernommen.")
    elif plan.doubts:
        print("Nichts wurde geändert; zuerst die Zweifelsfälle klären (--new, --same).")
    elif plan.is_empty and not (ends and plan.gone):
        print("Es gibt nichts zu übernehmen.")
    else:
        print("Nichts wurde geändert; übernehmen mit --yes.")


def _sections(plan: Plan, *, ends: bool) -> dict[str, Iterator[str]]:
    what = "Enden heute" if ends else "Nicht mehr in der Liste (bleiben)"
    return {
        "Neue Träger": (one.name for one in plan.new_traeger.values()),
        "Neue Maßnahmen": (one.name for one in plan.new_massnahmen.values()),
        "Ähnlich wie Bekanntes, vielleicht nur anders geschrieben": (
            f"{new} – bekannt: {known}" for new, known in plan.similar
        ),
        "Neue Menschen": (
            f"{one.name}, {one.vorname} ({one.number})" for one in plan.new_persons.values()
        ),
        "Neue Teilnahmen": (
            f"{person.name}, {person.vorname}: {massnahme},"
            f" {shown(part.von) or '?'} bis {shown(part.bis) or 'offen'}"
            for person, part, massnahme in plan.joined
        ),
        "Geändert": (
            f"Zeile {one.line}: {one.person.name}, {one.person.vorname}: {_CALLED[one.field]}"
            f" „{one.before}“ → „{one.after}“"
            for one in plan.changes
        ),
        what: (
            f"{person.name}, {person.vorname} ({person.number or '–'}): {massnahme}"
            for person, _, massnahme in plan.gone
        ),
        "Nicht in der Liste, beginnen erst (bleiben)": (
            f"{person.name}, {person.vorname} ({person.number or '–'}): {massnahme},"
            f" ab {shown(part.von)}"
            for person, part, massnahme in plan.ahead
        ),
        "Zweifelsfälle: gleicher Name, andere Nummer": (
            _doubt(one) for one in plan.doubts if one.number != one.known.number
        ),
        "Zweifelsfälle: gleiche Nummer, andere Person?": (
            _doubt(one) for one in plan.doubts if one.number == one.known.number
        ),
        "Unbekannte Fachkräfte (bleiben leer)": (
            f"{name}: {counted(count, 'Zeile', 'Zeilen')}" for name, count in plan.unknown.items()
        ),
    }


def _doubt(one: Doubt) -> str:
    return (
        f"Zeile {one.line}: {one.number} – bekannt: {one.known.name}, {one.known.vorname},"
        f" {shown(one.known.geburtsdatum) or 'ohne Geburtsdatum'}, {one.known.number or '–'}"
    )


def _data(plan: Plan) -> dict[str, object]:
    return {
        "unchanged": plan.same,
        "new_persons": [
            {
                "number": one.number,
                "name": one.name,
                "vorname": one.vorname,
                "geburtsdatum": one.geburtsdatum.isoformat() if one.geburtsdatum else None,
            }
            for one in plan.new_persons.values()
        ],
        "new_participations": len(plan.new_participations),
        "new_traeger": [one.name for one in plan.new_traeger.values()],
        "new_massnahmen": [one.name for one in plan.new_massnahmen.values()],
        "changes": [
            {"row": one.line, "field": one.field, "before": one.before, "after": one.after}
            for one in plan.changes
        ],
        "gone": [
            {"number": person.number, "massnahme": massnahme} for person, _, massnahme in plan.gone
        ],
        "not_begun": [
            {"number": person.number, "massnahme": massnahme}
            for person, _, massnahme in plan.ahead
        ],
        "doubts": [
            {"row": one.line, "number": one.number, "known": one.known.number}
            for one in plan.doubts
        ],
        "similar": [{"new": new, "known": known} for new, known in plan.similar],
        "unknown_ifk": dict(plan.unknown),
    }
