"""``formservice archive search``: find what is kept, by words, fields, states and days."""

import argparse
import json

from formservice.application.ports_store import SERVICE
from formservice.application.search import MOST, Hit, Hits
from formservice.application.terms import STATUSES
from formservice.bootstrap import Services, Settings
from formservice.cli import errors
from formservice.cli.account import add_as
from formservice.cli.german import counted, plain
from formservice.domain.case import NAMES

_HELP = """\
So wird gesucht:
  kündigung müller          alle Wörter, auch als Anfang längerer; Beugung, Umlaute und
                            Groß- und Kleinschreibung sind gleich
  "die Arbeit gefunden"     genau diese Wörter in dieser Folge
  name:müller q3:"mehr Mut" nur in diesem Feld oder dieser Gruppe von Feldern; dazu
                            datei:, kennung: und traeger:
  form:feedbackbogen        dieses Formular; form:ohne: nicht erkannt
  stand:in-prüfung          eingegangen, nicht-erkannt, in-prüfung, zurückgegeben,
                            angenommen, archiviert, offen
  befund:sperrt             sperrt, fragt, hinweis, irgendeiner oder ein Kürzel wie
                            deadline.missed
  von:03.2026 bis:15.4.2026 Tag des Eingangs; auch Monat oder Jahr
  -wort                     ohne das; vor allem anderen als von: und bis:
Beginnt die ganze Suche mit -, gehört -- davor: formservice archive search -- -müller
"""


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser of ``archive``."""
    one = actions.add_parser(
        "search",
        help="Aufbewahrtes finden",
        description="Zeigt, was zur Suche passt, zuletzt Eingegangenes zuerst; ohne Suche alles.",
        epilog=_HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    one.add_argument("query", metavar="SUCHE", nargs="*", help="was gesucht wird")
    one.add_argument(
        "--limit", type=int, default=50, metavar="N", help=f"so viele auf einmal (1 bis {MOST})"
    )
    one.add_argument(
        "--after", default="", metavar="STELLE", help="weiter, wo die vorige Liste aufhörte"
    )
    add_as(one)
    one.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    one.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    services = Services(Settings.from_environment())
    viewer = SERVICE
    with services.store.look() as work:
        if chosen.user:
            viewer = work.search.viewer(chosen.user)
        is_complete = not work.words.outdated(1)
    found = services.find(" ".join(chosen.query), viewer, chosen.limit, chosen.after)
    if chosen.json:
        print(json.dumps(_data(found) | {"complete": is_complete}, ensure_ascii=False, indent=1))
        return errors.DONE
    for hit in found.hits:
        _show(hit)
    print(_summary(found))
    if found.next:
        print(f"Weiter mit: --after {found.next}")
    if not is_complete:
        print("Der Wortindex ist nicht vollständig; „formservice migrate“ macht ihn neu.")
    return errors.DONE


def _data(found: Hits) -> dict[str, object]:
    return {
        "total": found.total,
        "states": {str(state): count for state, count in found.states.items()},
        "forms": [{"form": form, "count": count} for form, count in found.forms.items()],
        "hits": [
            {
                "id": hit.id,
                "part_of": hit.part_of,
                "name": hit.name,
                "form": hit.form,
                "edition": hit.edition,
                "reference": hit.reference,
                "traeger": hit.traeger,
                "state": str(hit.state),
                "received": hit.received.isoformat(),
                "version": hit.version,
                "status": hit.status,
                "error": hit.error,
                "blocks": hit.blocks,
                "asks": hit.asks,
            }
            for hit in found.hits
        ],
        "next": found.next,
    }


def _show(hit: Hit) -> None:
    day, form = plain(hit.received.isoformat()), hit.form or "Formular nicht erkannt"
    edition = f"/{hit.edition}" if hit.edition else ""
    findings = [f"{hit.blocks} sperrt"] * (hit.blocks > 0) + [f"{hit.asks} fragt"] * (hit.asks > 0)
    told = ", ".join([NAMES[hit.state], *findings])
    if hit.status == "failed":
        told += f", {STATUSES['failed']} [{hit.error}]"
    print(f"{hit.id}  {day}  {form}{edition}  {told}  {errors.printable(hit.name)}")


def _summary(found: Hits) -> str:
    """Return how many there are, and of which states and forms."""
    if not found.total:
        return "Nichts gefunden."
    states = ", ".join(f"{count} {NAMES[state]}" for state, count in found.states.items())
    forms = ", ".join(f"{count} {form or 'nicht erkannt'}" for form, count in found.forms.items())
    return f"{counted(found.total, 'Vorgang', 'Vorgänge')} ({states}; {forms})."
