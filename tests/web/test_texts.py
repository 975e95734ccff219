"""The catalogue: every text that stands in it is shown somewhere."""

import re
from pathlib import Path

from formservice.web.texts import catalogue

ROOT = Path(__file__).parent.parent.parent / "formservice"


def test_every_text_is_used():
    files = [file for kind in ("*.py", "*.html") for file in sorted(ROOT.rglob(kind))]
    told = "\n".join(file.read_text("utf-8") for file in files)
    named = set(re.findall(r"""["']([a-z]+(?:\.[\w-]+)+)["']""", told))
    # Of some only the beginning is written out: t("casework.box." ~ box), f"{key}_one".
    begun = set(re.findall(r"""["']([a-z]+\.[\w.-]*)["']\s*~|f"([a-z]+\.[\w.-]*)\{""", told))
    starts = tuple(one for pair in begun for one in pair if one)
    unused = [one for one in catalogue() if one.removesuffix("_one") not in named]
    assert [one for one in unused if one not in named and not one.startswith(starts)] == []
