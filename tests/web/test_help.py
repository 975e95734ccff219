"""The user guide within the service: every page of it, and every picture, is there."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "handbuch"
# The first page is shown at „/hilfe“.
PAGES = sorted(one.stem for one in GUIDE.glob("*.md"))


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_and_every_other_page_that_a_page_of_the_guide_names_is_there(browser, name):
    reader = browser()
    answer = reader.get(f"/hilfe/{name}")
    assert answer.status_code == 200
    main = re.search(r"<main.*?</main>", answer.text, re.S)
    assert main is not None
    asked = set(re.findall(r'(?:src|href)="(/[^"#]*)', main.group()))
    asked |= {
        f"/hilfe/{one}" for one in re.findall(r'(?:src|href)="([^"/#:][^"#:]*)', main.group())
    }
    missing = [one for one in sorted(asked) if reader.get(one).status_code != 200]
    assert missing == []


def test_every_picture_of_the_guide_is_handed_out(browser):
    reader = browser()
    pictures = sorted(one.name for one in (GUIDE / "bilder").iterdir())
    assert pictures
    assert [one for one in pictures if reader.get(f"/hilfe/bilder/{one}").status_code != 200] == []


@pytest.mark.parametrize("name", ["..%2Findex.md", ".verborgen.png", "_.png", "a__b.png", "a.svg"])
def test_nothing_else_is_handed_out_as_a_picture(browser, name):
    assert browser().get(f"/hilfe/bilder/{name}").status_code == 404
