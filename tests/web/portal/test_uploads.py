"""What is sent: names, sizes, what cannot be read, the same once more, photos of one form."""

import hashlib
import io
import re
import zipfile

import pikepdf
import pytest
from PIL import Image
from sqlalchemy import insert

from formservice.adapters.store import schema
from formservice.application import uploading
from formservice.domain.case import Author, Role
from tests.web.portal.sent import document_of, handed_in, sample, uploaded

ACROFORM = sample("regulaer-acroform")
JSON = {"accept": "application/json"}


def photo(colour: int, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 1270), (colour, colour, 250)).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\..\\win.ini",
        "a\x07\x1bb.pdf",
        "x" * 250 + ".pdf",
        "\u202egnp.exe",
    ],
    ids=["path", "windows", "control", "long", "turned"],
)
def test_a_hostile_name_is_kept_as_text_only(browser, house, name):
    document = document_of(uploaded(browser("anna"), ACROFORM, name))
    with house.store.look() as work:
        kept = work.documents.get(document)
    assert len(kept.name) <= 120
    assert kept.name.isprintable()
    assert "/" not in kept.name
    assert "\\" not in kept.name
    page = browser("anna").get(f"/einreichen/{document}")
    assert page.status_code == 200


def test_a_name_longer_than_any_file_s_is_refused_with_what_to_do(browser):
    answer = uploaded(browser("anna"), ACROFORM, "x" * 5000 + ".pdf")
    assert answer.status_code == 400
    assert "umbenennen" in answer.text


def test_a_name_with_markup_is_shown_as_it_is(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM, "<script>alert(1)<.pdf"))
    assert "<script>alert(1)" not in anna.get(f"/einreichen/{document}").text


def test_what_is_no_form_of_ours_is_not_called_complete(browser):
    blank = pikepdf.new()
    blank.add_blank_page()
    out = io.BytesIO()
    blank.save(out)
    anna = browser("anna")
    document_of(uploaded(anna, out.getvalue(), "leer.pdf"))
    mine = anna.get("/meine-vorgaenge").text
    assert "kein Bogen erkannt" in mine
    assert "vollständig" not in mine


def test_the_same_file_once_more_leads_to_the_first(browser):
    anna = browser("anna")
    document = document_of(uploaded(anna, ACROFORM))
    again = uploaded(anna, ACROFORM, "anders benannt.pdf")
    assert again.status_code == 200
    assert "liegt schon vor" in again.text
    assert f"/einreichen/{document}" in again.text


def test_the_same_file_of_another_traeger_is_another_document(browser):
    mine = document_of(uploaded(browser("anna"), ACROFORM))
    theirs = document_of(uploaded(browser("boris"), ACROFORM))
    assert mine != theirs


def test_nothing_sent_is_said(browser):
    answer = browser("anna").post("/hochladen", files={"x": ("x", b"x")})
    assert answer.status_code == 422
    assert "keine Datei ausgewählt" in answer.text


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "input.empty"),
        (b"MZ\x90 a program", "input.unsupported"),
        (b"%PDF-1.7 and nothing more", "input.damaged"),
    ],
    ids=["empty", "program", "damaged"],
)
def test_what_cannot_be_read_is_refused_with_code_and_hint_and_not_kept(
    browser, house, data, code
):
    anna = browser("anna")
    answer = uploaded(anna, data)
    assert answer.status_code == 422
    assert code in answer.text
    told = anna.post("/hochladen", files={"dateien": ("x.pdf", data)}, headers=JSON).json()
    (one,) = told["files"]
    assert (one["ok"], one["code"]) == (False, code)
    assert one["hint"]
    assert house.portal.lists.documents(Author("anna", Role.TRAEGER)) == []


def test_an_encrypted_pdf_is_named(browser):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(ACROFORM)) as pdf:
        pdf.save(out, encryption=pikepdf.Encryption(owner="x", user="y"))
    assert "input.encrypted" in uploaded(browser("anna"), out.getvalue()).text


def test_a_bomb_costs_nothing_but_itself(browser):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("[Content_Types].xml", b" " * 200_000_000)
        bomb.writestr("word/document.xml", b" " * 200_000_000)
    answer = uploaded(browser("anna"), out.getvalue(), "bombe.docx")
    assert answer.status_code == 422
    assert "input." in answer.text


def test_one_wrong_file_costs_no_other(browser):
    files = [
        ("dateien", ("gut.pdf", ACROFORM)),
        ("dateien", ("schlecht.pdf", b"%PDF-1.7")),
        ("dateien", ("gut.docx", sample("regulaer-docx"))),
    ]
    answer = browser("anna").post("/hochladen", files=files)
    assert answer.status_code == 422
    assert answer.text.count("/einreichen/") == 2
    assert "input.damaged" in answer.text


def test_too_many_files_at_once_are_refused_with_what_to_do(browser):
    files = [("dateien", (f"{n}.pdf", b"x")) for n in range(uploading.MOST_FILES + 1)]
    answer = browser("anna").post("/hochladen", files=files)
    assert answer.status_code == 400
    assert "in mehreren Schritten" in answer.text


def test_a_file_that_is_too_large_is_told_its_size_and_the_limit(browser, monkeypatch):
    monkeypatch.setattr(uploading, "MOST_BYTES", 100_000)
    answer = uploaded(browser("anna"), b"%PDF-" + b"0" * 200_000)
    assert answer.status_code == 422
    assert "0,2 MB" in answer.text
    assert "0,1 MB" in answer.text


def test_photos_become_the_pages_of_one_file_each_as_it_came(browser, house):
    photos = [photo(200), photo(150), photo(100)]
    files = [("dateien", (f"{n}.jpg", one)) for n, one in enumerate(photos)]
    answer = browser("anna").post("/hochladen", files=files, data={"zusammen": "1"})
    document = document_of(answer)
    with house.store.look() as work:
        kept = work.documents.get(document)
    with pikepdf.open(io.BytesIO(house.originals.read(kept.original))) as pdf:
        inside = [page.Resources.XObject.Bild.read_raw_bytes() for page in pdf.pages]
    assert inside == photos
    again = browser("anna").post("/hochladen", files=files, data={"zusammen": "1"})
    assert "liegt schon vor" in again.text


def test_what_is_no_picture_is_not_joined_and_nothing_is_kept(browser):
    files = [("dateien", ("1.jpg", photo(9))), ("dateien", ("2.pdf", ACROFORM))]
    answer = browser("anna").post("/hochladen", files=files, data={"zusammen": "1"})
    assert answer.status_code == 422
    assert "Datei 2 ist kein Bild" in answer.text


def test_pictures_of_more_pages_than_a_form_has_are_refused_before_they_are_decoded(browser):
    out = io.BytesIO()
    with Image.new("1", (8, 8)) as page:
        page.save(out, "TIFF", save_all=True, append_images=[page] * 60)
    files = [("dateien", ("1.tif", out.getvalue())), ("dateien", ("2.jpg", photo(9)))]
    answer = browser("anna").post("/hochladen", files=files, data={"zusammen": "1"})
    assert answer.status_code == 422
    assert "mehr als 50 Seiten" in answer.text


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_pictures_of_other_kinds_are_joined_without_loss_and_attached(house, kind):
    first = photo(90, kind)
    made = house.portal.joined([first, photo(30)])
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert len(pdf.pages) == 2
        picture = pdf.pages[0].Resources.XObject.Bild
        assert isinstance(picture, pikepdf.Stream)
        drawn = pikepdf.PdfImage(picture).as_pil_image()
        (attached,) = pdf.attachments.values()
        kept = attached.get_file().read_bytes()
    with Image.open(io.BytesIO(first)) as before:
        assert drawn.convert("RGB").tobytes() == before.convert("RGB").tobytes()
    assert hashlib.sha256(kept).digest() == hashlib.sha256(first).digest()


def test_a_photo_taken_sideways_is_turned_on_its_page(house):
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (400, 300)).save(out, "JPEG", exif=exif)
    with pikepdf.open(io.BytesIO(house.portal.joined([out.getvalue()]))) as pdf:
        assert int(pdf.pages[0].Rotate) == 90


def test_a_scan_is_told_to_wait_for_and_says_how_far_it_is(browser, house):
    anna = browser("anna")
    document = document_of(uploaded(anna, sample("regulaer-scan")))
    page = anna.get(f"/einreichen/{document}")
    assert f'data-live="/live/documents/{document}"' in page.text
    assert 'http-equiv="refresh"' in page.text  # for those without script


def test_who_works_for_several_traeger_says_for_which(browser, house):
    with house.store.work() as work:
        row = {"user": "anna", "traeger": "t2"}
        work.connection.execute(insert(schema.user_traeger).values(row))
    anna = browser("anna")
    assert re.search(r'<option value="t2"', anna.get("/hochladen").text)
    assert uploaded(anna, ACROFORM).status_code == 400
    files = {"dateien": ("x.pdf", ACROFORM)}
    document = document_of(anna.post("/hochladen", files=files, data={"traeger": "t2"}))
    with house.store.look() as work:
        assert work.documents.get(document).traeger == "t2"


def test_nobody_uploads_for_a_traeger_that_is_not_theirs(browser):
    files = {"dateien": ("x.pdf", ACROFORM)}
    answer = browser("anna").post("/hochladen", files=files, data={"traeger": "t2"})
    assert answer.status_code == 400


@pytest.mark.parametrize("user", ["carla", "elif", "frank", "gerda"])
def test_the_office_uploads_elsewhere(browser, user):
    assert browser(user).get("/hochladen").status_code == 403


def test_of_a_file_with_several_forms_each_is_looked_at_and_handed_in(browser, house):
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for name in ("regulaer-flat", "abbruch-flat"):
            with pikepdf.open(io.BytesIO(sample(name))) as one:
                pdf.pages.extend(one.pages)
        pdf.save(out)
    anna = browser("anna")
    document = document_of(uploaded(anna, out.getvalue()))
    page = anna.get(f"/einreichen/{document}").text
    assert "Diese Datei enthält 2 Bögen" in page
    with house.store.look() as work:
        first, second = (one.id for one in work.documents.parts(document))
    assert first in page
    assert second in page
    assert handed_in(anna, first).status_code == 303
    assert browser("carla").get(f"/vorgaenge/{first}").status_code == 200
    assert browser("carla").get(f"/vorgaenge/{second}").status_code == 404
    assert browser("carla").get(f"/vorgaenge/{document}").status_code == 404
