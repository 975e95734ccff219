"""Pictures of every page in every state („make screenshots“), and those that the guide shows.

All of them go to ``build/bilder``, whole pages: on a desk, on a telephone, and dark. The pages of
the guide name the few they show, as ``bilder/STATE-KIND.png``; those are made small and kept.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.chromium import PHONE, WIDE, chromium
from tests.web.look.shop import Shop, opened_shop
from tests.web.look.states import STATES, Shown

ROOT = Path(__file__).parents[3]
GUIDE = ROOT / "docs" / "handbuch"
ALL = ROOT / "build" / "bilder"
HOUSE = ROOT / "build" / "vorfuehrung"
KINDS = {"wide": (WIDE, "light"), "phone": (PHONE, "light"), "dark": (WIDE, "dark")}
# Pages are few colours; a guide of pictures is not to be larger than the program.
_COLOURS = 64
_NAMED = re.compile(r"\]\(bilder/([a-z0-9_-]+)\.png\)")


def main(only: Sequence[str]) -> int:
    """Make all pictures, or those of the states whose names begin as told; return the status."""
    shown = [one for one in STATES if not only or str(one).startswith(tuple(only))]
    guide = wanted()
    missing = []
    for folder in (ALL, GUIDE / "bilder"):
        folder.mkdir(parents=True, exist_ok=True)
    with opened_shop(HOUSE) as shop, chromium() as engine:
        for one in shown:
            for kind in KINDS:
                try:
                    _taken(shop, engine, one, kind, guide)
                except Exception as error:
                    missing.append(f"{one}-{kind}: {error}".splitlines()[0])
    made = len(shown) * len(KINDS) - len(missing)
    sys.stdout.write(f"{made} Bilder in {ALL.relative_to(ROOT)}.\n")
    sys.stderr.writelines(f"nicht gelungen: {told}\n" for told in missing)
    return 1 if missing else 0


def wanted() -> set[str]:
    """Return the names of the pictures that the guide shows."""
    pages = "".join(page.read_text("utf-8") for page in GUIDE.glob("*.md"))
    return set(_NAMED.findall(pages))


def _taken(shop: Shop, engine: Browser, shown: Shown, kind: str, guide: set[str]) -> None:
    size, theme = KINDS[kind]
    page, _ = shown.show(shop, engine, size, theme)
    page.wait_for_load_state("networkidle")
    name = f"{shown}-{kind}"
    if name in guide:
        _kept(page, GUIDE / "bilder" / f"{name}.png")
    page.screenshot(path=ALL / f"{name}.png", full_page=True)
    page.context.close()


def _kept(page: Page, file: Path) -> None:
    """Keep what a screen shows of a page, in few colours."""
    page.screenshot(path=file)
    with Image.open(file) as picture:
        small = picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    small.save(file, optimize=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
