"""A reason stays for ever: it is a known ground or a reference, and tells nothing of anybody."""

import unicodedata

import pytest

from formservice.application.deletion_reason import GROUNDS, LONGEST, checked, refuse_told
from formservice.domain.errors import UsageError

NAME = "Zwackelmannsberg"  # invented


def record(**values):
    return [{"fields": {key: {"value": value, "raw": value} for key, value in values.items()}}]


@pytest.mark.parametrize("ground", GROUNDS)
def test_every_ground_is_taken_alone_and_with_a_reference(ground):
    assert checked(ground) == ground
    assert checked(f" {ground.upper()}. ") == ground
    assert checked(unicodedata.normalize("NFD", ground)) == ground
    kept = checked(f"{ground}, Aktenzeichen: 12/345")
    assert kept == f"{ground}, Az. 12/345"
    assert checked(kept) == kept
    assert len(kept) <= LONGEST


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Az. 1", "Az. 1"),
        ("az: II-4.2/0815", "Az. II-4.2/0815"),
        ("Aktenzeichen 50.3.1 BK 12_3", "Az. 50.3.1 BK 12_3"),
        ("AZ 3 K 123/26", "Az. 3 K 123/26"),
    ],
)
def test_a_reference_is_kept_in_one_spelling(given, kept):
    assert checked(given) == kept


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        "Frist",
        f"{NAME}_Quirinalda.docx",
        f"Antrag {NAME}s",
        f"Az. {NAME} 12/3",
        f"Widerruf der Einwilligung, {NAME}",
        f"Widerruf der Einwilligung von {NAME}, Az. 1",
        f"Az. 12/3, {NAME}",
        "Az. Lang 12",
        "Az. Zwa-cke-lma 1",
        "Az. II",
        "Az. 1 Đ-ặ-n-g",
        "Az. 1 李明",
        "Az. 01.02.1990",
        "Az. 4 - 1990-02-01",
        "Az. 1.2 1990",
        "Az. 1\x1b2",
        "Az. 1\nAz. 2 \N{GRINNING FACE}",
        "Az. " + "1/2" * 20,
        "Widerruf der Einwilligung, Az.",
    ],
    ids=range(21),
)
def test_nothing_else_is_a_reason_and_none_of_it_is_repeated(given):
    with pytest.raises(UsageError) as raised:
        checked(given)
    assert NAME not in raised.value.message + raised.value.hint
    assert "Löschfrist abgelaufen" in raised.value.hint


@pytest.mark.parametrize(
    ("reason", "names", "values"),
    [
        ("Az. 12 Ng", [], {"name": "Ng"}),
        ("Az. 12 Ng", ["2026_Ng.pdf"], {}),
        ("Az. 1 UEL", [], {"name": "Ül"}),
        ("Az. 1 UEL", [], {"name": unicodedata.normalize("NFD", "Ül")}),
        ("Az. Hon/g 1", [], {"vorname": "Hồng Nhung"}),
        ("Az. 1H2o3n4g", [], {"vorname": "Hồng Nhung"}),
        ("Az. 20010228", [], {"geburtsdatum": "2001-02-28"}),
        ("Az. 4/010228", [], {"geburtsdatum": "2001-02-28"}),
        ("Az. 12 345/67", [], {"nummer": "1234567"}),
        ("Az. 7 123A456789", [], {"nummer": "123 A 456789"}),
        ("Az. 1/01021990", [], {"geburtsdatum": "01.02.1990"}),
        ("Az. 1 0511 123456", [], {"q3": "Erreichbar ist er unter 0511/123456, am besten früh."}),
    ],
)
def test_a_reference_with_something_of_the_document_is_refused(reason, names, values):
    with pytest.raises(UsageError, match="enthält etwas aus") as raised:
        refuse_told(checked(reason), names, record(**values))
    assert not any(one in raised.value.message for one in values.values())


def test_a_ground_is_no_secret_whatever_the_document_says():
    told = record(q3="Widerruf der Einwilligung", q4="abgelaufen")
    for ground in GROUNDS:
        refuse_told(checked(ground), ["Testvorgang.pdf"], told)


def test_files_may_be_named_by_their_reference_and_answers_have_any_short_word():
    answer = "Er war im Jahr davor schon da und hat es mit der Hilfe von Vielen geschafft."
    refuse_told(checked("Az. 12/345 MIT"), ["12-345.pdf"], record(q3=answer))
    refuse_told(checked("Az. 12/345"), [], [{"fields": None}, {"fields": {"a": None}}])
