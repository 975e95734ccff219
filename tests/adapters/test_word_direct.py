"""Controls read directly: what a walk through the whole document finds, or nothing at all."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from formservice.adapters.word.direct import blocks, direct
from formservice.adapters.word.found import Control, Walked
from formservice.adapters.word.package import Package, parse
from formservice.adapters.word.plain import Plain
from formservice.adapters.word.read import WordReader
from formservice.adapters.word.walk import walk
from formservice.domain.reference import anchor_of_bookmark
from tests.adapters import word_packages
from tests.adapters.word_packages import bookmark, control, paragraph, run, table, tick

ROOT = Path(__file__).parent.parent.parent
OURS = sorted(ROOT.glob("form_templates/*/*/form.docx"))
FILES = sorted([*OURS, *ROOT.glob("samples/*/*/*.docx")])
SECTION = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr>'
TEXT = control("key", run("a"))
# What may stand inside a paragraph, in any order.
INSIDE = (
    run("text"),
    run(" "),
    TEXT,
    bookmark("key", TEXT),
    bookmark("lost", run("b"), 7),
    bookmark("_GoBack", "", 8),
    tick("yes", "1", "☒"),
    control("prompt", run("Bitte"), "<w:showingPlcHdr/><w:text/>"),
    control("lines", "<w:r><w:rPr/><w:t>a</w:t><w:br/><w:cr/><w:tab/><w:t>b</w:t></w:r>"),
    control("loose", "<w:r><w:t> a</w:t></w:r><w:r><w:t>b\nc</w:t></w:r>"),
    control("code", run("\uf0a8", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>')),
    control("hyphen", "<w:r><w:softHyphen/></w:r><w:t>outside a run</w:t>"),
    control("hidden", run("a", "<w:rPr><w:vanish/></w:rPr>")),
    "<w:sdt><w:sdtPr/><w:sdtEndPr/><w:sdtContent><w:r/></w:sdtContent></w:sdt>",
    control("outer", run("a") + control("inner", run("b")), ""),
    control("gone", f"<w:del>{run('a')}</w:del><w:ins>{run('b')}</w:ins>"),
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    f"<w:ins>{TEXT}</w:ins>",
    f"<w:del>{TEXT}</w:del>",
    f"<w:moveFrom>{TEXT}</w:moveFrom>",
    "<w:pPr><w:rPr><w:del/></w:rPr></w:pPr>",
    f"<w:r><w:pict><w:txbxContent>{paragraph(TEXT)}</w:txbxContent></w:pict></w:r>",
    f"<mc:AlternateContent><mc:Choice>{run('c')}</mc:Choice>"
    f"<mc:Fallback>{TEXT}</mc:Fallback></mc:AlternateContent>",
    "<w:r><w:drawing/></w:r>",
)
INLINE = st.lists(st.sampled_from(INSIDE), max_size=4).map("".join)
AROUND = INLINE.flatmap(
    lambda content: st.sampled_from(
        (
            paragraph(content),
            table([content, run("x")], [TEXT, content]),
            control("block", paragraph(content) + paragraph(run("y"))),
            control("table", table([content, content])),
            f"<w:tbl>{control('row', f'<w:tr><w:tc>{paragraph(content)}</w:tc></w:tr>')}</w:tbl>",
            f"<w:sdt>{paragraph(content)}</w:sdt>",
        )
    )
)


def document(body: str) -> etree._Element:
    return parse(word_packages.document(body + SECTION))


def seen(found: Walked) -> list[object]:
    return [_said(one) for one in found.controls]


def _said(one: Control) -> tuple[object, ...]:
    facts = one.facts
    said = (facts.tag, facts.kind, facts.checked, facts.prompt, facts.full_date)
    return (*said, one.text, one.noticed)


def sections(found: Walked) -> list[bytes]:
    return [etree.tostring(one) for one in found.sections[-1:]]


@given(st.lists(AROUND, max_size=4).map("".join))
def test_what_is_read_directly_is_what_a_walk_finds(body):
    root = document(body)
    found, whole = direct(root), walk(root)
    if found is not None:
        assert seen(found) == seen(whole)
        assert sections(found) == sections(whole)
        tags = {one.facts.tag for one in whole.controls}
        assert {anchor_of_bookmark(one.name) for one in whole.bookmarks} <= tags


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_files_are_read_directly_as_by_a_walk(path):
    package = Package(path.read_bytes())
    root = package.parse(package.main)
    found = direct(root)
    if found is not None:
        assert seen(found) == seen(walk(root))
        assert list(blocks(root)) == walk(root).blocks


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.parent.name)
def test_our_own_forms_need_no_walk(path):
    package = Package(path.read_bytes())
    assert direct(package.parse(package.main)) is not None


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.parent.name)
def test_no_control_of_our_own_forms_needs_a_walk(path):
    package = Package(path.read_bytes())
    root = package.parse(package.main)
    plain = Plain(f"{{{word_packages.W}}}")
    assert all(plain.control(one) is not None for one in root.iter(f"{{{word_packages.W}}}sdt"))


@pytest.mark.parametrize(
    "body",
    [
        paragraph(bookmark("lost", run("b"))),
        paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + TEXT),
        paragraph(f"<w:ins>{TEXT}</w:ins>"),
        f"<w:tbl>{control('row', f'<w:tr><w:tc>{paragraph(TEXT)}</w:tc></w:tr>')}</w:tbl>",
    ],
)
def test_what_depends_on_its_surroundings_is_left_to_the_walk(body):
    assert direct(document(body)) is None


def test_paragraphs_can_still_be_asked_for():
    data = word_packages.word_file(paragraph(run("a") + TEXT) + paragraph(run("b")) + SECTION)
    with WordReader().open(data) as opened:
        blocks = opened.pages[0].blocks
        assert [block.text for block in blocks] == ["aa", "b"]
        assert [block.text for block in blocks[1:]] == ["b"]
        assert len(blocks) == 2
