"""What cannot go well for any document is told with its place when a description is read."""

import os

import pytest

from formservice.adapters.handover.zielsystem_files import load
from formservice.adapters.target import Own

GOOD = {
    "folder": "folder: share",
    "files": 'files: {copy: "{{ process }}.pdf", original: "{{ process }}_{{ number }}.pdf"}',
    "index": 'index: {name: "{{ process }}.csv", columns: {A: "{{ id }}"}}',
    "done": 'done: "{{ process }}.fertig"',
    "receipt": 'receipt: {file: "q/{{ process }}.ok", refused: "q/{{ process }}.nein"}',
}


@pytest.fixture
def wrong(tmp_path):
    """Return where a description with these lines is wrong."""
    (tmp_path / "var" / "originals").mkdir(parents=True)

    def read(template=None, **lines):
        text = "\n".join(["title: T", *(GOOD | lines).values()])
        (tmp_path / "eakte.yaml").write_text(text, "utf-8")
        if template is not None:
            (tmp_path / "t.xml").write_text(template, "utf-8")
        own = Own.of(tmp_path / "var")
        found, error = load(tmp_path / "eakte.yaml", {"f": "F"}, {"name"}, own)
        assert (error is None) == ("eakte" in found)
        return [] if error is None else [one.where.partition(" ")[0] for one in error.problems]

    return read


def test_a_good_description_is_good(wrong):
    assert wrong() == []


@pytest.mark.parametrize(
    ("key", "line", "where"),
    [
        ("done", 'done: "{{ process }}.pdf"', "done"),
        ("done", 'done: "{{ process }}.PDF"', "done"),
        ("done", 'done: "{{ process }}.tmp"', "done"),
        ("done", 'done: "fertig"', "done"),
        ("index", 'index: {name: "{{ process }}.pdf", columns: {A: "x"}}', "index.name"),
        ("index", 'index: {name: "i{{ version }}.csv", columns: {A: "x"}}', "index.name"),
        ("index", 'index: {name: "{{ process }}", columns: {A: "{{ id/2 }}"}}', "index.columns.A"),
        (
            "index",
            'index: {name: "{{ process }}", delimiter: "\\n", columns: {A: x}}',
            "index.delimiter",
        ),
        ("files", 'files: {copy: "immer.pdf"}', "files.copy"),
        ("files", 'files: {copy: "v{{ version }}.pdf"}', "files.copy"),
        ("files", 'files: {copy: "../{{ process }}.pdf"}', "files.copy"),
        ("files", 'files: {copy: "/etc/{{ process }}.pdf"}', "files.copy"),
        ("files", 'files: {copy: "C:/{{ process }}.pdf"}', "files.copy"),
        ("files", 'files: {copy: "{{ process * 9 }}.pdf"}', "files.copy"),
        ("files", 'files: {copy: "{{ process.__class__ }}.pdf"}', "files.copy"),
        ("files", "files: {copy: \"{% include 'x' %}{{ process }}\"}", "files.copy"),
        ("receipt", 'receipt: {file: "{{ process }}.pdf"}', "receipt.file"),
        (
            "receipt",
            'receipt: {file: "{{ process }}.x", refused: "{{ process }}.x"}',
            "receipt.refused",
        ),
        ("folder", "folder: var", "folder"),
        ("folder", "folder: var/originals", "folder"),
        ("folder", "folder: ./x/../var/neu", "folder"),
    ],
)
def test_what_must_fail_is_told_with_its_place(wrong, key, line, where):
    assert set(wrong(**{key: line})) == {where}


def test_a_pdf_that_came_in_must_not_be_called_like_its_copy(wrong):
    files = 'files: {copy: "{{ process }}.pdf", original: "{{ process }}.{{ suffix }}"}'
    assert wrong(files=files) == ["files.original"]


@pytest.mark.parametrize(
    "template", ["<a>{{ id }}", "<a>{{ id * 9 }}</a>", "<a>{{ nobody }}</a>", "x" * 200_000]
)
def test_a_template_is_tried_too(wrong, template):
    index = 'index: {name: "{{ process }}.xml", template: t.xml}'
    assert (
        wrong("<a>{% for one in files %}<b>{{ one.name }}</b>{% endfor %}</a>", index=index) == []
    )
    assert wrong(template, index=index) == ["index.template"]


def test_a_template_that_is_no_file_is_waited_for_by_nobody(wrong, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    index = 'index: {name: "{{ process }}.xml", template: pipe}'
    assert wrong(index=index) == ["index.template"]


def test_a_link_to_the_data_folder_is_the_data_folder(wrong, tmp_path):
    (tmp_path / "share").symlink_to("var")
    assert wrong() == ["folder"]
