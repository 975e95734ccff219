"""Published editions never change: people have copies of them, filled in or not.

``editions.json`` holds one hash per published edition. ``pytest tests/test_editions.py --publish``
adds the released editions that are not there yet; one that is there is never written anew.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from formservice.adapters.definitions.mappings import load
from formservice.domain.form import FormRef

ROOT = Path(__file__).parent.parent
BOOK = Path(__file__).parent / "editions.json"
PUBLISHED: dict[str, str] = json.loads(BOOK.read_text("utf-8"))
ADVICE = (
    " A copy of it may be anywhere, and what comes back is read and judged by what was sent. Take"
    " the change back and make a new edition: copy mappings/<form>/<edition>.yaml and"
    " form_templates/<form>/<edition>/ to the new date, change those, run `formservice forms"
    " build <form>/<edition>` and then `pytest tests/test_editions.py --publish`."
)
# What explains a form to us, or is said about it, may be put better at any time. What is printed,
# where it stands, how it is read and what is demanded of it may not.
EXPLAINING = frozenset(
    ("help", "message", "assumption", "basis", "purpose", "legal_basis", "deletion_class")
)
# What the text of a field is about only decides how closely a picture of it is looked at before it
# counts, and of which century a year of two digits is that nobody could tell before; it changes no
# value that was read.
ABOUT_A_FIELD = frozenset(("content", "list", "birthday"))
ABOUT_THE_FORM = frozenset(
    (
        "released",
        "notice",
        "prefill",
        "sections",
        "plain",
        "issued_first",
        "goals",
        "participation",
    )
)


def fingerprint(ref: FormRef, root: Path = ROOT) -> str:
    """Return the hash of all that a document of this edition depends on."""
    folder = root / "form_templates" / ref.form / ref.edition
    meaning = yaml.safe_load((root / "mappings" / ref.form / f"{ref.edition}.yaml").read_bytes())
    layout = json.loads((folder / "fields.json").read_bytes())
    # By which program the layout was built is no part of it; nor are lists with nothing in them.
    layout = {key: value for key, value in layout.items() if key != "source" and value != []}
    meaning = {key: value for key, value in meaning.items() if key not in ABOUT_THE_FORM}
    whole = hashlib.sha256()
    for part in (
        (folder / "form.docx").read_bytes(),
        (folder / "form.pdf").read_bytes(),
        _plain(layout),
        _plain(_without_explaining(meaning)),
    ):
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()


def _plain(data: object) -> bytes:
    return json.dumps(data, sort_keys=True, ensure_ascii=False).encode()


def _without_explaining(data: object) -> object:
    """Return ``data`` without sentences for people; fields may be called like them."""
    if isinstance(data, list):
        return [_without_explaining(one) for one in data]
    if not isinstance(data, dict):
        return data
    left_out = EXPLAINING | ABOUT_A_FIELD if isinstance(data.get("kind"), str) else EXPLAINING
    return {
        key: _without_explaining(value)
        for key, value in data.items()
        if key not in left_out or isinstance(value, dict)
    }


def with_new(
    published: Mapping[str, str], fingerprints: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Return the book with new editions added, and what was added; old entries stay."""
    added = sorted(set(fingerprints) - set(published))
    book = dict(published) | {ref: fingerprints[ref] for ref in added}
    return dict(sorted(book.items())), added


def _released() -> dict[str, str]:
    forms = load(ROOT / "mappings", ROOT / "form_templates")
    return {str(one.ref): fingerprint(one.ref) for one in forms if one.released}


@pytest.mark.parametrize("edition", PUBLISHED)
def test_a_published_edition_stays_as_it_was_published(edition):
    form, _, day = edition.partition("/")
    if not (ROOT / "mappings" / form / f"{day}.yaml").is_file():
        pytest.fail(f"{edition} was published and is gone.{ADVICE}", pytrace=False)
    if fingerprint(FormRef(form, day)) != PUBLISHED[edition]:
        pytest.fail(f"{edition} was published and has changed since.{ADVICE}", pytrace=False)


def test_every_released_edition_is_published(publish):
    book, added = with_new(PUBLISHED, _released())
    if publish:
        BOOK.write_text(json.dumps(book, indent=1) + "\n", "utf-8")
    elif added:
        pytest.fail(
            f"Not published yet: {', '.join(added)}. When they are final, run `pytest"
            " tests/test_editions.py --publish`; until then set `released: false`.",
            pytrace=False,
        )


def test_publishing_never_overwrites_what_is_published():
    book, added = with_new({"a/2020-01": "old"}, {"a/2020-01": "changed", "a/2021-01": "new"})
    assert book == {"a/2020-01": "old", "a/2021-01": "new"}
    assert added == ["a/2021-01"]


FIELD = {"kind": "text", "label": "Hilfe", "help": "Wer hilft."}
RULE = {"predicate": "filled", "fields": ["help"], "message": "Bitte ausfüllen."}
FORM = {
    "form": "probe",
    "edition": "2026-01",
    "fields": {"help": FIELD},
    "rules": {"R-1": RULE},
}
FILES = {"form.docx": b"docx", "form.pdf": b"pdf", "fields.json": b'{"pages": [], "source": 1}'}


def _print_of(folder: Path, form: object = FORM, **files: bytes) -> str:
    for name, data in {
        **FILES,
        **{key.replace("_", "."): one for key, one in files.items()},
    }.items():
        target = folder / "form_templates" / "probe" / "2026-01" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    target = folder / "mappings" / "probe" / "2026-01.yaml"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(yaml.safe_dump(form), "utf-8")
    return fingerprint(FormRef("probe", "2026-01"), folder)


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"help": {**FIELD, "label": "Hilfe:"}}},
        {"fields": {"name": FIELD}},
        {"rules": {"R-1": {**RULE, "predicate": "empty"}}},
        {"rules": {}},
    ],
    ids=["label", "key", "demand", "no rules"],
)
def test_another_field_or_demand_is_another_edition(tmp_path, change):
    assert _print_of(tmp_path) != _print_of(tmp_path, FORM | change)


@pytest.mark.parametrize("name", ["form_docx", "form_pdf", "fields_json"])
def test_another_file_is_another_edition(tmp_path, name):
    assert _print_of(tmp_path) != _print_of(tmp_path, **{name: b'{"pages": [1]}'})


def test_a_better_explanation_is_no_other_edition(tmp_path):
    better = FORM | {
        "released": False,
        "notice": "Muster",
        "fields": {
            "help": {
                **FIELD,
                "help": "Wer hilft.",
                "content": "name",
                "list": ["ifk"],
                "birthday": True,
            },
        },
        "rules": {"R-1": {**RULE, "message": "Bitte „{field}“ ausfüllen."}},
    }
    rebuilt = b'{"pages": [], "source": 2, "echoes": []}'
    assert _print_of(tmp_path) == _print_of(tmp_path, better, fields_json=rebuilt)
