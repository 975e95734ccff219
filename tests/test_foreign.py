"""Files of other projects, many broken on purpose: each ends in documents or a named error."""

from datetime import date
from pathlib import Path

import pytest

from formservice.domain.errors import InputError
from tests import known

ROOT = Path(__file__).parent.parent
FOREIGN = ROOT.parent / "shared" / "data" / "foreign"
FILES = sorted(path for path in FOREIGN.glob("*") if path.suffix != ".tsv")
missing = pytest.mark.skipif(not FILES, reason="../shared/data/foreign fehlt")
SERVICES = known.services()


@missing
def test_there_are_foreign_files():
    assert len(FILES) > 200


@missing
@pytest.mark.slow
@pytest.mark.parametrize("path", FILES or [FOREIGN], ids=lambda path: path.name)
def test_a_foreign_file_ends_in_documents_or_a_named_error(path):
    # 60 seconds and 2 GiB a file are the limits every received file is read under.
    try:
        found = SERVICES.isolated_read(path.read_bytes(), path.name, received=date(2026, 3, 27))
    except InputError as error:
        found = []
        told = bool(error.code and error.message and error.hint)
    else:
        told = bool(found)
    assert told
    # None of them is one of our forms, and none is taken for one.
    assert [one["form"] for one in found if one["form"]] == []
