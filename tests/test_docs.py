"""What the documents promise exists, and what exists is documented."""

import re
from fnmatch import fnmatch
from pathlib import Path

from formservice.bootstrap import Settings
from formservice.cli.errors import STATUS
from formservice.cli.main import parser
from formservice.domain.document import Doubt, Method
from formservice.domain.errors import FormServiceError

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
    guide = text("docs/anleitung.md")
    for kind in error_classes():
        if kind is not FormServiceError:
            assert f"`{kind.code}`" in guide, kind.__name__


def test_every_error_has_an_exit_status():
    for kind in error_classes():
        assert any(ancestor in STATUS for ancestor in kind.__mro__)


def test_every_setting_is_in_the_operators_table():
    page = text("docs/betrieb.md")
    named = set(re.findall(r"`(FORMSERVICE_[A-Z_]+)`", page))
    cli = sorted((ROOT / "formservice" / "cli").glob("*.py"))
    code = text("formservice/bootstrap.py") + "".join(text(one) for one in cli)
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
    outer = modules | {"control", "bookmark", "text", "mark", "label", "ocr"}  # the second table
    assert [one for one in named if not any(fnmatch(name, one) for name in outer)] == []


def test_every_deletion_class_is_explained_to_operators():
    page = text("docs/betrieb.md")
    used = set(re.findall(r"^\s*deletion_class: *(\S+)", everything("mappings", "*/*.yaml"), re.M))
    table = set(re.findall(r"^\| `([a-z]+)` \|(?:[^|]*\|){4}$", page, re.M))
    assert used == table


def test_links_between_documents_lead_somewhere():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
