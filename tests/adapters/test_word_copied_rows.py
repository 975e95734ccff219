"""Plans that people worked on in Word and LibreOffice: rows and goals copied, programs changed."""

import copy
import io
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from lxml import etree

from formservice.domain.document import Doubt
from formservice.domain.record import Value
from tests.adapters.plans import docx, fields, held, lacking, read, values
from tests.programs import needs_office

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "word/document.xml"


def changed(file: bytes, change: Callable[[etree._Element], None]) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(file)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == _MAIN:
                root = etree.fromstring(content)
                change(root)
                content = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
            target.writestr(name, content)
    return stream.getvalue()


def tags(element: etree._Element) -> list[str]:
    return [tag.get(f"{_W}val", "") for tag in element.iter(f"{_W}tag")]


def copied(element: etree._Element) -> etree._Element:
    """Return a copy as Word makes it: with all tags, without the bookmarks."""
    made = copy.deepcopy(element)
    for mark in list(made.iter(f"{_W}bookmarkStart", f"{_W}bookmarkEnd")):
        parent = mark.getparent()
        assert parent is not None
        parent.remove(mark)
    return made


def copy_row(root: etree._Element, key: str) -> None:
    """Copy the row of a table that holds ``key``, right below."""
    row = next(row for row in root.iter(f"{_W}tr") if key in tags(row))
    row.addnext(copied(row))


def copy_goal(root: etree._Element, number: int) -> None:
    """Copy all of a goal, right behind it."""
    start = f"ziele[{number}]."
    body = root[0]
    own = [one for one in body if any(tag.startswith(start) for tag in tags(one))]
    first, last = body.index(own[0]), body.index(own[-1])
    for element in reversed(list(body)[first : last + 1]):
        own[-1].addnext(copied(element))


def moved(given: dict[str, Value], old: str, new: str) -> dict[str, Value]:
    """Return the values below ``old`` as they are called below ``new``."""
    return {key.replace(old, new, 1): one for key, one in given.items() if key.startswith(old)}


def test_a_row_copied_in_word_is_a_further_row() -> None:
    given = values({"ziele": 2})
    row = "ziele[0].leistungen_klient[2]"
    file = changed(docx(given), lambda root: copy_row(root, f"{row}.text"))
    [found] = read(file)
    assert held(found) == given | moved(given, row, "ziele[0].leistungen_klient[3]")
    assert not any(one.doubts for one in fields(found).values())


def test_a_goal_copied_in_word_is_a_further_goal() -> None:
    given = values({"ziele": 2})
    [found] = read(changed(docx(given), lambda root: copy_goal(root, 1)))
    assert held(found) == given | moved(given, "ziele[1]", "ziele[2]")
    assert not any(one.doubts for one in fields(found).values())


def test_a_goal_copied_before_another_moves_that_on() -> None:
    given = values({"ziele": 2})
    [found] = read(changed(docx(given), lambda root: copy_goal(root, 0)))
    assert held(found) == (
        given | moved(given, "ziele[0]", "ziele[1]") | moved(given, "ziele[1]", "ziele[2]")
    )


def test_half_a_goal_twice_is_a_conflict() -> None:
    def spoil(root: etree._Element) -> None:
        control = next(one for one in root.iter(f"{_W}sdt") if "ziele[1].text" in tags(one))
        twin = copied(control)
        next(twin.iter(f"{_W}t")).text = "etwas anderes"
        control.addnext(twin)

    [found] = read(changed(docx(values({"ziele": 2})), spoil))
    assert Doubt.CONFLICT in fields(found)["ziele[1].text"].doubts


def test_a_goal_taken_out_of_the_word_file_is_no_goal_that_was_not_found() -> None:
    def take_out(root: etree._Element) -> None:
        for element in list(root[0]):
            if any(tag.startswith("ziele[2].") for tag in tags(element)):
                root[0].remove(element)

    given = values({"ziele": 3})
    [found] = read(changed(docx(given), take_out))
    assert held(found) == {k: v for k, v in given.items() if not k.startswith("ziele[2]")}
    assert lacking(found) == set()


@pytest.mark.engine
@pytest.mark.slow
@needs_office
def test_a_plan_saved_by_libreoffice_is_read_by_its_bookmarks(tmp_path: Path) -> None:
    given = values({"ziele": 3, "ziele[0].teilziele": 5})
    (tmp_path / "plan.docx").write_bytes(docx(given))
    command = ["soffice", f"-env:UserInstallation={(tmp_path / 'lo').as_uri()}", "--headless"]
    command += ["--convert-to", "docx", "--outdir", str(tmp_path / "saved")]
    subprocess.run([*command, str(tmp_path / "plan.docx")], check=True, timeout=120)
    [found] = read((tmp_path / "saved" / "plan.docx").read_bytes())
    assert held(found) == given
    assert Doubt.ANCHORS_LOST in fields(found)["ziele[2].text"].doubts
