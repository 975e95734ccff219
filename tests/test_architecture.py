"""The shape of the house: sizes, names, docstrings, what importing costs, codes that are unique.

Which floor may import which is the linter's business (``lint-imports``); this is the rest.
"""

import ast
import importlib
import json
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import formservice
from formservice.domain import errors, findings

PACKAGE = Path(formservice.__file__).parent
# Steps of the database are lists of tables with a number, and Alembic runs them; none is imported.
STEPS = PACKAGE / "adapters" / "store" / "migrations"
MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py" and STEPS not in path.parents
)

# A module longer than this has two subjects; split it by medium or noun.
LONGEST = 400
# The first whole loop took about 110: each way in or out of the house (DOCX, AcroForm, flat PDF,
# scan, lists, archive) is five to twenty. What the core forms asked for (repeating groups, wording
# people sign for, values taken over and compared, schemas) was about thirty. What people do to
# them (text typed beside the fields, sheets apart from their form, far too many items) and page
# copies as a subject of their own were eight. Paper (registration, several readings and their
# acceptance, marks, grown prints, batches, evidence) is about sixty, the page's own letters as a
# witness two; what the readings of a zone say together, apart from how they are made, and dashes,
# apart from other disputes, are one each, and so are pages that come twice, how pictures of one
# sheet are told, and what went wrong while a sheet was scanned, and letters that together look
# like another one. What nobody read of a field, and what lies over it, are one each, and so is a
# letter with a stroke that both models take for another. The
# archive and the work behind it (store, chain, search, archive copies, handing over, inboxes,
# backups) are about a hundred and ten. What people do with it in a browser (accounts, the desks
# of the three users, forms in the browser, the API, what operators need) is about two hundred and
# fifty: each page has a use case, a port, its tables and its route.
# Raise it in a commit that adds a subject, and say why.
MOST_MODULES = 680
# Names that say nothing about what is inside.
VAGUE = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "base",
    "manager",
    "misc",
    "tools",
    "core",
}
# Slow to import, and each needed by few commands only.
HEAVY = {"cv2", "numpy", "tesserocr", "pytesseract", "pdfplumber", "openpyxl", "jsonschema"}
# What only some commands need; it may stand at the top of its module, but not of everybody's.
SOMETIMES = {"sqlalchemy", "docx", "lxml", "pikepdf", "pypdfium2", "uharfbuzz", "fontTools"}


def shown(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_each_module_is_short_and_begins_with_a_sentence_saying_what_it_is_for(path):
    text = path.read_text("utf-8")
    assert text.count("\n") <= LONGEST
    first = (ast.get_docstring(ast.parse(text)) or "").split("\n\n")[0]
    assert first.rstrip().endswith((".", "?", "!"))


def test_modules_are_named_for_what_they_are_about():
    parts = {part for path in MODULES for part in path.relative_to(PACKAGE).with_suffix("").parts}
    words = {word for part in parts for word in part.split("_")}
    assert words & VAGUE == set()


def test_the_number_of_modules_stays_in_mind():
    assert len(MODULES) <= MOST_MODULES


def modules_loaded_by(module: str) -> set[str]:
    """Return what importing ``module`` loads in a fresh interpreter."""
    code = f"import sys, json, {module}; print(json.dumps(sorted(sys.modules)))"
    run = subprocess.run(
        [sys.executable, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stderr == ""
    return set(json.loads(run.stdout))


def loaded_by(module: str) -> set[str]:
    """Return the top-level packages that importing ``module`` loads."""
    return {name.split(".")[0] for name in modules_loaded_by(module)}


@pytest.mark.parametrize("floor", ["domain", "application"])
def test_the_inner_floors_load_nothing_but_the_standard_library(floor):
    package = importlib.import_module(f"formservice.{floor}")
    names = [
        f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__)
    ]
    assert names
    # A bare interpreter loads more than the standard library, and each distribution its own.
    bare = loaded_by("zoneinfo")
    assert loaded_by(", ".join(names)) - bare - sys.stdlib_module_names == {"formservice"}


def test_starting_the_command_line_loads_no_heavy_library():
    assert loaded_by("formservice.cli.main") & (HEAVY | SOMETIMES) == set()
    # All commands stand behind the parser; each loads the database when it needs one.
    started = "formservice.cli.main; formservice.cli.main.parser()"
    assert loaded_by(started) & (HEAVY | {"sqlalchemy"}) == set()


def test_what_lies_on_disk_is_kept_without_what_forks_processes():
    loaded = modules_loaded_by("formservice.adapters.intake_folder")
    assert (
        loaded & {f"formservice.adapters.{name}" for name in ("page_jobs", "isolation")} == set()
    )


# The process itself: it sets the environment before anything else is loaded.
ENTRY = PACKAGE / "cli" / "main.py"


@pytest.mark.parametrize("path", [path for path in MODULES if path != ENTRY], ids=shown)
def test_no_module_prints_or_works_when_imported(path):
    """Only definitions may stand at the top: no call whose result nobody keeps."""
    body = ast.parse(path.read_text("utf-8")).body
    calls = [
        node for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ]
    assert calls == []


def every_error(kind: type[errors.FormServiceError]) -> list[type[errors.FormServiceError]]:
    return [kind, *(found for child in kind.__subclasses__() for found in every_error(child))]


def test_every_error_has_a_code_of_its_own():
    for path in MODULES:  # an error class defined elsewhere would be found, too
        importlib.import_module(".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts))
    kinds = every_error(errors.FormServiceError)
    assert all("code" in vars(kind) for kind in kinds)
    assert [code for code, count in Counter(k.code for k in kinds).items() if count > 1] == []
    # A use case may refuse what only it knows, and the web what only it sees; what goes wrong with
    # files, engines and stores is told by the errors that everybody knows.
    floors = {kind.__module__.split(".")[1] for kind in kinds}
    assert floors <= {"domain", "application", "web"}


def test_the_tree_in_the_docstring_names_every_error_that_everybody_knows():
    tree = errors.__doc__ or ""
    known = [k for k in every_error(errors.FormServiceError) if k.__module__ == errors.__name__]
    assert [k.__name__ for k in known if k.__name__ not in tree] == []


def test_every_finding_has_a_code_of_its_own():
    codes = [code.value for code in findings.FindingCode.__members__.values()]
    assert len(codes) == len(set(codes)) == len(findings.FindingCode.__members__)
    assert all(code.count(".") == 1 for code in codes)
