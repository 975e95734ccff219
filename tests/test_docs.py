"""What the documents promise exists, and what exists is documented."""

import re
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from formservice.application.intake_report import Report, Taken
from formservice.application.report import error_data, pointing
from formservice.bootstrap import Settings
from formservice.cli.errors import STATUS
from formservice.cli.main import parser
from formservice.domain.document import Doubt, Medium, Method, ReadingBy
from formservice.domain.errors import FormServiceError
from formservice.domain.form import Severity
from formservice.domain.record import Reading
from formservice.domain.rules import REASONS
from tests.application.test_report import data, pictured, together, undecided, whole

ROOT = Path(__file__).parent.parent


def text(name):
    return (ROOT / name).read_text("utf-8")


def everything(folder, files):
    return "\n".join(path.read_text("utf-8") for path in sorted((ROOT / folder).glob(files)))


def error_classes(base=FormServiceError):
    yield base
    for child in base.__subclasses__():
        yield from error_classes(child)


def test_every_error_code_is_explained_to_users():
    guide = text("docs/anleitung.md") + text("docs/api.md")  # what only programs see stands there
    code = re.compile(r'^class \w+Error\(.*?^    code = "([a-z.-]+)"', re.M | re.S)
    paths = sorted((ROOT / "formservice").rglob("*.py"))
    codes = {one for path in paths for one in code.findall(path.read_text("utf-8"))} - {"error"}
    assert codes > {"input.damaged", "conflict", "desk.taken"}
    assert [one for one in sorted(codes) if f"`{one}`" not in guide] == []


def test_every_error_has_an_exit_status():
    for kind in error_classes():
        assert any(ancestor in STATUS for ancestor in kind.__mro__)


def test_every_setting_is_in_the_operators_table():
    page = text("docs/betrieb.md")
    named = set(re.findall(r"`(FORMSERVICE_[A-Z_]+)`", page))
    cli = sorted((ROOT / "formservice" / "cli").glob("*.py"))
    settings = everything("formservice/bootstrap", "*settings.py")
    others = settings, text("formservice/adapters/bugs.py")
    code = "".join((*others, *(text(one) for one in cli)))
    read = set(re.findall(r"FORMSERVICE_[A-Z]+(?:_[A-Z]+)*", code))
    assert read <= named
    assert named <= read
    assert Settings.from_environment({}).land in page


def test_every_command_is_in_the_guide_or_readme():
    pages = text("docs/anleitung.md") + text("README.md") + text("docs/betrieb.md")
    commands = re.findall(r"^ {4}(\w+) ", parser().format_help(), re.M)
    assert {"forms", "generate", "read", "intake", "archive", "check", "demo"} <= set(commands)
    for command in commands:
        assert f"formservice {command}" in pages, command


def test_every_doubt_and_method_stands_in_the_architecture_page():
    page = text("docs/architecture.md")
    for method in Method:
        assert f"`{method.value}`" in page
    for doubt in Doubt:
        assert doubt.value.replace("-", " ") in page or f"`{doubt.value}`" in page, doubt


def test_every_doubt_is_explained_to_users_with_its_sentence_and_what_to_do():
    rows = re.findall(r"^\| `([a-z-]+)` \| (.+?) \| (.{10,}) \|$", text("docs/anleitung.md"), re.M)
    told = [(code, sentence) for code, sentence, _ in rows if code in set(Doubt)]
    assert sorted(told) == sorted((doubt.value, REASONS[doubt]) for doubt in Doubt)


def test_every_module_of_the_inner_floors_and_every_part_outside_stands_in_the_architecture_page():
    package = ROOT / "formservice"
    table = re.findall(r"^\| (`.+?`) \| ", text("docs/architecture.md"), re.M)
    named = {name for row in table for name in re.findall(r"`(?:\w+/)?([\w*]+)`", row)}
    parts = [
        *(package / "domain").glob("*.py"),
        *(package / "application").glob("*.py"),
        *(package / "adapters").iterdir(),
    ]
    modules = {part.stem for part in parts if not part.name.startswith("_")}
    assert [name for name in modules if not any(fnmatch(name, one) for one in named)] == []
    modules |= {part.stem for part in (package / "web").rglob("*")}
    outer = modules | {"control", "bookmark", "text", "mark", "label", "ocr"}  # the second table
    assert [one for one in named if not any(fnmatch(name, one) for name in outer)] == []


def keys(data, below=""):
    """Yield the keys of JSON data, but no names of fields, pages or reasons."""
    for name, value in data.items():
        if below not in ("fields", "turned", "rejected"):
            yield name
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from keys(one, name)


def test_every_key_of_the_data_for_programs_is_documented():
    report = Report()
    lacking = {"code": "document.incomplete", "message": "x"}
    home = {"file": "a", "sha256": "b", "page": 1}
    spanning = whole() | {"pages": [home], "findings": [lacking], "sha256": "b"}
    report.add(Taken("a", [spanning], 1))
    refused = FormServiceError("x")
    report.add(Taken("b", [error_data(refused, "b") | {"pages": 0}], 0, refused))
    told = [
        spanning,
        whole(),
        data(replace(pictured(), turned={1: 2})),
        data(undecided()),
        data(together()),
        pointing(whole(), "b", [1]) | {"already_known": True},
        error_data(FormServiceError("x"), "b"),
        {"report": report.data()},
    ]
    page = text("docs/json.md")
    found = {name for one in told for name in keys(one)}
    assert {"incomplete", "turned", "places", "zeitangabe", "came_back", "hint"} <= found
    assert [name for name in sorted(found) if f"`{name}`" not in page] == []
    listed = {
        n for row in re.findall(r"^\| (`.+?) \|", page, re.M) for n in re.findall("`(.+?)`", row)
    }
    assert listed - found == {"fixed_text"} & listed


def test_every_name_of_a_reading_is_documented():
    page = text("docs/json.md")
    for kind in (ReadingBy, Method, Medium, Reading, Severity):
        assert [one for one in kind if f"`{one.value}`" not in page] == []


def test_every_deletion_class_is_explained_to_operators():
    page = text("docs/betrieb.md")
    used = set(re.findall(r"^\s*deletion_class: *(\S+)", everything("mappings", "*/*.yaml"), re.M))
    table = set(re.findall(r"^\| `([a-z]+)` \|(?:[^|]*\|){4}$", page, re.M))
    assert used == table


def test_links_between_documents_lead_somewhere():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
