"""A received file is called what it is, whatever its sender called it."""

import pytest

from formservice.application.saved_names import saved_name

PDF = b"%PDF-1.7\n"


@pytest.mark.parametrize(
    ("name", "data", "saved"),
    [
        ("bogen.pdf", PDF, "bogen.pdf"),
        ("bogen.hta", PDF, "bogen.pdf"),
        ("bogen", PDF, "bogen.pdf"),
        ("b.exe", b"MZ" + bytes(200) + PDF, "b.bin"),
        ("../../evil.html", b"PK\x03\x04", "evil.docx"),
        ("\u202efdp.exe", PDF, "fdp.pdf"),
        ("foto.heic", bytes(4) + b"ftypheic", "foto.heic"),
        ("leer.bat", b"", "leer.bin"),
    ],
)
def test_a_file_is_saved_by_the_name_of_its_kind(name, data, saved):
    assert saved_name(name, data) == saved
