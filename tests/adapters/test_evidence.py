"""Evidence on disk: the page people look at, and folders that are there whole or not at all."""

import errno
import fcntl
import html.parser
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any  # JSON

import pytest
from PIL import Image

from formservice.adapters.evidence.crops import Crops
from formservice.adapters.evidence.folder import EvidenceFolder
from formservice.adapters.evidence.page import page
from formservice.application.evidence import Crop, evidence
from formservice.application.ports import OpenDocument
from formservice.domain.document import Box
from formservice.domain.errors import StorageError, UsageError
from tests.application.test_evidence import document, field, named, place

MADE = datetime(2026, 11, 20, 21, 5, tzinfo=UTC)
HOSTILE = (
    "<script>alert(1)</script>",
    "</td></table><img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "'; --&#x3C;b>&lt;i>",
    "\N{RIGHT-TO-LEFT OVERRIDE}verdreht",
    "\x00\x1b[31m\ud800]]>",
)


def png(width: int = 3, height: int = 2) -> bytes:
    out = io.BytesIO()
    Image.new("L", (width, height), 255).save(out, "PNG")
    return out.getvalue()


def told(**fields: dict[str, Any]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Return evidence of a document with these fields, each with a picture."""
    cut = {f"{key}.png": png() for key in fields}
    return evidence(document(fields=fields), MADE, cut, named), cut


class Seen(html.parser.HTMLParser):
    """What a browser makes of a page: elements with their attributes, and all text."""

    def __init__(self, source: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_what_stands_in_a_form_is_text_on_the_page_and_nothing_else(value: str) -> None:
    opinions = [
        {"by": value, "text": value, "confidence": 0.5},
        {"by": "page", "text": f"x {value}", "confidence": 0.5},
    ]
    evil = field(value=value, raw=value, opinions=opinions, decided=value, doubts=[value])
    calm = field(value="x", opinions=[dict(one, text="x y", by="zone") for one in opinions])
    seen, plain = (
        Seen(page(*told(name=one, ort=dict(one, reading="unreadable")))) for one in (evil, calm)
    )
    of_marks = {"mark"}
    assert {tag for tag, _ in seen.elements} - of_marks == {tag for tag, _ in plain.elements}
    assert all(not key.startswith("on") for _, given in seen.elements for key in given)
    assert all(given["src"] is not None and given["src"].startswith("data:image/png;base64,")
               for tag, given in seen.elements if tag == "img")  # fmt: skip
    if value.isprintable():
        assert value in seen.text


def test_the_page_asks_nobody_for_anything_and_runs_nothing() -> None:
    seen = Seen(page(*told(name=field())))
    assert {"script", "link", "iframe", "object", "form"}.isdisjoint(
        tag for tag, _ in seen.elements
    )
    policy = next(
        given["content"]
        for tag, given in seen.elements
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http:" not in policy


def test_the_page_is_german_and_every_picture_is_described() -> None:
    seen = Seen(page(*told(name=field())))
    assert ("html", {"lang": "de"}) in seen.elements
    (picture,) = [given for tag, given in seen.elements if tag == "img"]
    assert picture["alt"] == "Bild zu „Nachname“"
    heads = [given for tag, given in seen.elements if tag == "th"]
    assert [given["scope"] for given in heads] == ["col"] * 4 + ["row"]


def test_readings_that_differ_are_marked_word_by_word() -> None:
    opinions = [
        {"by": "zone", "text": "am 12. Mai in Bonn", "confidence": 0.999},
        {"by": "page", "text": "am 17. Mai in Bonn", "confidence": 0.8},
    ]
    source = page(*told(name=field(opinions=opinions))).decode()
    assert "am <mark>17.</mark> Mai in Bonn" in source
    assert "99&nbsp;%" in source
    assert "100&nbsp;%" not in source


def test_a_text_that_no_reading_has_is_said_to_be_put_together_from_several() -> None:
    words = "Wort für Wort aus mehreren Lesungen"
    told_ = told(name=field(together=True))
    assert words in Seen(page(*told_)).text
    assert told_[0]["fields"][0]["together"] is True
    assert words not in Seen(page(*told(name=field()))).text


def test_of_a_document_over_several_files_every_picture_names_its_file() -> None:
    homes = [
        {"file": "b.pdf", "sha256": "b" * 64, "page": 7},
        {"file": "c<i>.png", "sha256": "c" * 64, "page": 1},
    ]
    fields = {"name": field(page=2), "ort": field(page=1)}
    found = document(file="b.pdf", sha256="b" * 64, fields=fields, pages=homes)
    cut = {f"{key}.png": png() for key in fields}
    seen = Seen(page(evidence(found, MADE, cut, named), cut)).text
    assert "c<i>.png, Seite 1" in seen
    assert "b.pdf, Seite 7" in seen
    assert f"SHA-256 {'b' * 64}, {'c' * 64}" in seen


def test_boxes_are_named_with_what_was_seen_in_them() -> None:
    boxes = [place("anlass.ja", on=True), dict(place("anlass.nein"), doubts=["ambiguous-mark"])]
    found = document(fields={"anlass": field(value="ja", places=boxes)})
    cut = {"anlass.ja.png": png(), "anlass.nein.png": png()}
    names = {"anlass.ja": "Ja, gern", "anlass.nein": "Nein"}
    seen = Seen(page(evidence(found, MADE, cut, lambda _: names), cut)).text
    assert "Ja, gern: angekreuzt (Seite 1)" in seen
    assert "Nein: nicht eindeutig (Seite 1)" in seen


def test_only_the_owner_may_look_at_evidence(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = EvidenceFolder(tmp_path / "neu" / "belege").write(*told(name=field()), 2)
    finally:
        os.umask(before)
    assert folder.name == "abababababab-2"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
    assert modes == dict.fromkeys(("name.png", "evidence.json", "index.html"), 0o600)


def test_evidence_of_the_same_document_is_replaced(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path)
    folder.write(*told(name=field(), ort=field()), 1)
    written = folder.write(*told(name=field()), 1)
    assert {one.name for one in written.iterdir()} == {"name.png", "evidence.json", "index.html"}
    assert list(tmp_path.iterdir()) == [written]


@pytest.mark.parametrize("foreign", ["notiz.txt", "evidence.json"])
def test_what_somebody_else_put_there_is_never_lost(tmp_path: Path, foreign: str) -> None:
    written = EvidenceFolder(tmp_path).write(*told(name=field()), 1)
    (written / foreign).write_text("{}", "utf-8")
    with pytest.raises(StorageError, match="liegt schon etwas anderes"):
        EvidenceFolder(tmp_path).write(*told(name=field()), 1)
    assert (written / foreign).read_text("utf-8") == "{}"
    assert (written / "name.png").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "anderswo"
    elsewhere.mkdir()
    (tmp_path / "belege").mkdir()
    (tmp_path / "belege" / "abababababab-1").symlink_to(elsewhere)
    with pytest.raises(StorageError):
        EvidenceFolder(tmp_path / "belege").write(*told(name=field()), 1)
    assert list(elsewhere.iterdir()) == []


def test_a_full_disk_is_named_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = EvidenceFolder(tmp_path)
    old = folder.write(*told(name=field()), 1)
    before = {file.name: file.read_bytes() for file in old.iterdir()}

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="kein Platz"):
        folder.write(*told(name=field(), ort=field()), 1)
    assert list(tmp_path.iterdir()) == [old]
    assert {file.name: file.read_bytes() for file in old.iterdir()} == before


@pytest.mark.parametrize("call", ["mkdir", "rename"])
@pytest.mark.parametrize("after", [1, 2])
def test_what_a_killed_process_left_is_taken_away_and_evidence_is_there_as_before_or_as_after(
    tmp_path: Path, call: str, after: int
) -> None:
    EvidenceFolder(tmp_path).write(*told(name=field()), 1)
    child = os.fork()
    if not child:
        real, left = getattr(Path, call) if call == "rename" else os.mkdir, after

        def killed(*given: Any, **how: Any) -> Any:
            nonlocal left
            done = real(*given, **how)
            left -= 1
            if not left:
                os._exit(9)
            return done

        if call == "rename":
            Path.rename = killed  # type: ignore[method-assign]
        else:
            os.mkdir = killed
        try:
            EvidenceFolder(tmp_path).write(*told(name=field(), ort=field()), 1)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    EvidenceFolder(tmp_path)
    (written,) = tmp_path.iterdir()
    pictures = {file.name for file in written.glob("*.png")}
    assert pictures in ({"name.png"}, {"name.png", "ort.png"})
    assert (written / "index.html").exists()


def test_what_another_process_is_writing_is_left_alone(tmp_path: Path) -> None:
    folder = EvidenceFolder(tmp_path)
    busy = tmp_path / ".formservice-neu-abc"
    busy.mkdir()
    handle = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_SH)
    EvidenceFolder(tmp_path)
    folder.write(*told(name=field()), 1)
    assert busy.exists()
    os.close(handle)
    EvidenceFolder(tmp_path)
    assert not busy.exists()


def test_a_folder_that_cannot_be_is_told_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "datei").write_text("x", "utf-8")
    with pytest.raises(UsageError, match="kein Ordner"):
        EvidenceFolder(tmp_path / "datei")
    with pytest.raises(StorageError):
        EvidenceFolder(tmp_path / "datei" / "darunter")


def test_half_a_character_is_kept_as_json_writes_it(tmp_path: Path) -> None:
    written = EvidenceFolder(tmp_path).write(*told(name=field(value="\udc80")), 1)
    kept = json.loads((written / "evidence.json").read_text("utf-8"))
    assert kept["fields"][0]["value"] == "\udc80"


class Wide(OpenDocument):
    """A file whose every piece is three pixels wide, two high, black on the left."""

    pages = ()

    def crop(self, page: int, box: Box) -> bytes:
        picture = Image.new("L", (3, 2), 255)
        picture.putpixel((0, 0), 0)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return b"" if page == 9 else out.getvalue()

    def zones(self, page: int, layout: object, form_page: int) -> tuple[()]:
        return ()

    def close(self) -> None:
        """Nothing is held."""


class Anything:
    """A reader of all files."""

    def reads(self, data: bytes) -> bool:
        return True

    def open(self, data: bytes) -> Wide:
        return Wide()


BOX = Box(0, 0, 1, 1)


def test_pieces_are_turned_upright() -> None:
    crops = Crops([Anything()], seconds=20, memory=1 << 30)
    wanted = [Crop(f"{n}.png", "a", 1, BOX, "x", 1, n) for n in range(4)]
    found = crops(str.encode, wanted)
    black = {}
    for name, piece in found.items():
        image = Image.open(io.BytesIO(piece))
        spots = [(x, y) for x in range(image.width) for y in range(image.height)]
        black[name] = (image.size, *(spot for spot in spots if image.getpixel(spot) == 0))
    assert black == {
        "0.png": ((3, 2), (0, 0)),
        "1.png": ((2, 3), (1, 0)),  # the left upper corner comes to the right
        "2.png": ((3, 2), (2, 1)),
        "3.png": ((2, 3), (0, 2)),
    }


def test_a_piece_that_is_nowhere_is_left_out_and_the_others_keep_their_names() -> None:
    crops = Crops([Anything()], seconds=20, memory=1 << 30)
    wanted = [Crop(f"{n}.png", "a", n, BOX, "x", n) for n in (8, 9, 10)]
    assert set(crops(str.encode, wanted)) == {"8.png", "10.png"}


def test_many_pieces_come_in_several_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formservice.adapters.evidence.crops._MOST_AT_ONCE", 100)
    crops = Crops([Anything()], seconds=20, memory=1 << 30)
    wanted = [Crop(f"{n}.png", "a", 1, BOX, "x", 1) for n in range(5)]
    assert list(crops(str.encode, wanted)) == [one.name for one in wanted]


class Named(Wide):
    """A file whose pieces are one pixel wide for its name, as high as the page has a number."""

    def __init__(self, name: bytes) -> None:
        self.name = name

    def crop(self, page: int, box: Box) -> bytes:
        return png(len(self.name), page)

    def crop_upright(self, page: int, box: Box) -> bytes:
        return png(50, page)


class ByName(Anything):
    def open(self, data: bytes) -> Named:
        return Named(data)


def test_every_piece_comes_from_its_own_file_and_page() -> None:
    crops = Crops([ByName()], seconds=20, memory=1 << 30)
    asked: list[str] = []

    def content(original: str) -> bytes:
        asked.append(original)
        return original.encode()

    wanted = [
        Crop("1.png", "a", 1, BOX, "aa", 7),
        Crop("2.png", "a", 2, BOX, "b", 1),
        Crop("3.png", "a", 3, BOX, "aa", 2),
        Crop("4.png", "a", 3, BOX, "aa", 2, is_upright=True),
    ]
    sizes = {
        name: Image.open(io.BytesIO(one)).size for name, one in crops(content, wanted).items()
    }
    assert sizes == {"1.png": (2, 7), "2.png": (1, 1), "3.png": (2, 2), "4.png": (50, 2)}
    assert asked == ["aa", "b"]
