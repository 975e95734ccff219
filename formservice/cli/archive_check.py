"""``formservice archive check``: our own checks of archive copies, and veraPDF's."""

import argparse
import json
from typing import Any  # the results have the shape of the JSON contract

from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.files import content


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "check",
        help="Archivkopien prüfen (PDF/A und PDF/UA)",
        description="Prüft Archivkopien auf bekannte Punkte von PDF/A und PDF/UA. Ob eine Datei"
        " der Norm entspricht, sagt nur ein Prüfprogramm: veraPDF (FORMSERVICE_VERAPDF) oder PAC.",
    )
    one.add_argument("files", nargs="+", metavar="DATEI", help="PDF-Datei")
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _show(result: dict[str, Any]) -> None:
    name = errors.printable(result["file"])
    if result["passed"]:
        print(f"{name}: keine bekannten Mängel ({result['checks']} Prüfpunkte).")
    else:
        print(f"{name}: nicht in Ordnung.")
    for fault in result["faults"]:
        places = ", ".join(one for one in fault["places"][:5] if one)
        print(f"  - {fault['demand']} [{fault['code']}] {errors.printable(places)}".rstrip())
    for verdict in result["verapdf"]:
        said = "entspricht" if verdict["compliant"] else "entspricht NICHT"
        print(f"  veraPDF: {said} {errors.printable(verdict['profile'] or verdict['flavour'])}")
        for failure in verdict["failures"]:
            print(f"    - {errors.printable(failure)}")


def _run(chosen: argparse.Namespace) -> int:
    from formservice.adapters.archive_copy.checks import check, demands  # noqa: PLC0415
    from formservice.adapters.archive_copy.verapdf import claimed  # noqa: PLC0415

    services = Services(Settings.from_environment())
    results = []
    for name in chosen.files:
        data = content(name)
        faults = check(data)
        verdicts = [] if services.verapdf is None else services.verapdf.judged(data, claimed(data))
        results.append(
            {
                "file": name,
                "passed": not faults and all(one.compliant for one in verdicts),
                "checks": len(demands()),
                "faults": [
                    {"code": one.code, "demand": one.demand, "places": list(one.places)}
                    for one in faults
                ],
                "verapdf": [
                    {
                        "flavour": one.flavour,
                        "profile": one.profile,
                        "compliant": one.compliant,
                        "failures": list(one.failures),
                    }
                    for one in verdicts
                ],
            }
        )
    if chosen.json:
        print(json.dumps(results, ensure_ascii=False, indent=1))
    else:
        for result in results:
            _show(result)
    passed = all(one["passed"] for one in results)
    return errors.DONE if passed else errors.NEEDS_A_PERSON
