"""Mistakes as people make them in Word, in an editor or in the folders: each is told once.

Each is planted alone in a copy of real forms. A problem names the file and the place, and one
mistake brings no more than five of them.
"""

import re
import shutil
from pathlib import Path

import pytest

from formservice.adapters.definitions.template_check import check
from formservice.adapters.definitions.told_once import told_once
from formservice.domain.errors import Problem
from tests.adapters import planted_files, planted_word
from tests.adapters.planting import CONSENT, PLAN, TALK

ROOT = Path(__file__).parent.parent.parent
MOST = 5  # problems that one mistake may bring
MISTAKES = planted_word.MISTAKES | planted_files.MISTAKES


@pytest.fixture(scope="session")
def originals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three real forms the mistakes are planted in."""
    home = tmp_path_factory.mktemp("forms")
    for form in (TALK, PLAN, CONSENT):
        for folder in ("mappings", "form_templates"):
            name = form.partition("/")[0]
            shutil.copytree(ROOT / folder / name, home / folder / name, dirs_exist_ok=True)
    (home / "mappings/feedbackbogen/2026-11.yaml").unlink()
    shutil.rmtree(home / "form_templates/feedbackbogen/2026-11")
    return home


def told(problem: Problem) -> str:
    return str(problem).partition(f"{problem.file}: ")[2]


def test_forms_without_a_mistake_have_no_problem(originals):
    assert check(originals) == []


@pytest.mark.parametrize(
    ("plant", "file", "saying"), [pytest.param(*each, id=name) for name, each in MISTAKES.items()]
)
def test_each_mistake_is_told_with_its_file_and_place(tmp_path, originals, plant, file, saying):
    home = Path(shutil.copytree(originals, tmp_path / "forms"))
    plant(home)
    problems = check(home)
    found = [one for one in problems if (one.file or "").endswith(file)]
    assert any(re.search(saying, told(one)) for one in found), [*map(str, problems)]
    assert len(problems) <= MOST, [*map(str, problems)]


def test_a_sentence_repeated_in_a_file_is_told_once_with_the_first_places():
    alike = [Problem(f"f{number}", "Falsch.", "a.yaml", "b") for number in range(5)]
    other = Problem("f1", "Falsch.", "b.yaml")
    assert told_once([*alike, other]) == [
        Problem("f0, f1, f2 und 2 weitere", "Falsch.", "a.yaml", "b"),
        other,
    ]
    assert told_once(alike[:2]) == alike[:2]
