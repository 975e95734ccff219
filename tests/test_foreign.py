"""Files from the test suites of other programs, many broken on purpose: pages or a named error."""

from pathlib import Path

import pytest

from formservice.adapters.isolation import run_isolated
from formservice.adapters.pdf_read import PdfReader
from formservice.adapters.word_read import WordReader
from formservice.domain.errors import InputError, NotFoundError
from formservice.domain.form import FormRef

FOREIGN = Path(__file__).parents[2] / "shared" / "data" / "foreign"
FILES = sorted(path for path in FOREIGN.glob("*") if path.suffix in (".pdf", ".docx", ".dotx"))


def no_template(ref: FormRef) -> bytes:
    raise NotFoundError(f"Das Formular {ref} gibt es nicht.")


def outcome(data: bytes) -> str:
    """Read everything a reader offers, as for a received file."""
    for reader in (PdfReader(no_template), WordReader()):
        if reader.reads(data):
            with reader.open(data) as document:
                assert document.pages
                assert {page.number for page in document.pages} == set(
                    range(1, len(document.pages) + 1)
                )
                return "pages"
    return "declined"


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_foreign_file_ends_in_pages_or_a_named_error(path: Path) -> None:
    try:
        ended = run_isolated(outcome, path.read_bytes(), seconds=60, memory=2 << 30)
    except InputError as error:
        ended = error.code
        assert error.message
        assert error.hint
    assert ended


@pytest.mark.slow
def test_the_foreign_files_are_there() -> None:
    if not FILES:
        pytest.skip("../shared/data/foreign is missing: no foreign file was tried")
    assert len(FILES) > 200
