"""What an archive copy costs: CPU time of making and of checking it, for every form.

``python -m benchmarks.copies`` prints a Markdown table; ``--write`` puts it into
``docs/benchmarks.md``. No peer does this work, so there is nothing to stand beside it.
"""

import argparse
import io
from functools import partial

import pikepdf
from PIL import Image

from benchmarks.measure import keep, measured
from formservice.adapters.archive_copy.checks import check
from formservice.adapters.archive_copy.picture_files import SourcePage
from formservice.adapters.archive_copy.scans import searchable
from tests.adapters.archive_cases import SERVICES, case, copies

_RUNS = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU je Archivkopie")
    parser.add_argument("--write", action="store_true", help="in docs/benchmarks.md eintragen")
    chosen = parser.parse_args()
    rows = ["| Kopie | Seiten | KB | erzeugen und prüfen, CPU ms | davon prüfen |"]
    rows.append("|---|---:|---:|---:|---:|")
    maker = copies()
    for form in sorted({one.ref.form for one in SERVICES.forms} - {"beiblatt"}):
        definition, given = SERVICES.forms.get(form), case(form)
        made = maker.make(given, definition).pdf
        whole = measured(partial(maker.make, given, definition), _RUNS)
        checks = measured(partial(check, made), _RUNS)
        rows.append(_row(definition.title, made, whole.cpu, checks.cpu))
    definition, given = SERVICES.forms.get("feedbackbogen"), case("feedbackbogen")
    pages = [SourcePage(number, _scan(), 1) for number in (1, 2)]
    made = searchable(given, definition, pages).pdf
    whole = measured(partial(searchable, given, definition, pages), _RUNS)
    checks = measured(partial(check, made), _RUNS)
    rows.append(_row("Abbild eines Scans, 300 dpi grau (JPEG)", made, whole.cpu, checks.cpu))
    table = "\n".join(rows)
    print(table)
    if chosen.write:
        keep("copies", f"Mediane aus {_RUNS} Läufen", table)


def _row(name: str, made: bytes, whole: float, checks: float) -> str:
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pages = len(pdf.pages)
    return f"| {name} | {pages} | {len(made) // 1024} | {whole:.0f} | {checks:.0f} |"


def _scan() -> bytes:
    """Return a page of A4 with grain, as a scanner sends it."""
    buffer = io.BytesIO()
    Image.effect_noise((2480, 3508), 20).save(buffer, "JPEG", quality=70, dpi=(300, 300))
    return buffer.getvalue()


if __name__ == "__main__":
    main()
