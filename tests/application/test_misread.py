"""What recognition may have misread is told from what somebody else wrote."""

import time

import pytest

from formservice.application.misread import may_be_misread

SENTENCE = "IchwillbisEndeMaidenB1-KursschaffenunddanneineArbeitimLagerfinden."


# Pairs as Tesseract gave them on prints of our forms, scanned softly and with grain.
@pytest.mark.parametrize(
    ("printed", "read"),
    [
        ("IchziehezumeinerSchwesternachKassel.", "IchziehezumeinerSchwesternachKassel"),
        ("Ayşe", "Ayse"),
        ("Đặng-Bērziņš", "Däng-BErzins"),
        ("ThịHồngNhung", "ThiHöngNhung"),
        (SENTENCE, SENTENCE.replace("nn", "m")),
        (SENTENCE, SENTENCE.replace("B1", "Bl")),
        ("27.03.2026", "21.03.2026"),
    ],
)
def test_likely_confusions_may_be_misread(printed, read):
    assert may_be_misread(printed, read)


@pytest.mark.parametrize(
    ("printed", "read"),
    [
        (SENTENCE, SENTENCE.replace("Mai", "Juni")),
        (SENTENCE, SENTENCE.replace("eineArbeit", "keineArbeit")),
        (SENTENCE, SENTENCE.replace("unddann", "und")),
        (SENTENCE, SENTENCE + "Bitte"),
        (SENTENCE, SENTENCE[:40]),
        (SENTENCE, ""),
        ("", SENTENCE),
        ("Aylin", "Ayla"),
    ],
)
def test_other_words_are_never_taken_for_a_misreading(printed, read):
    assert not may_be_misread(printed, read)


def test_many_confusions_are_no_longer_a_misreading():
    assert not may_be_misread("Hallo" * 20, "Ha11o" * 20)


def test_a_long_text_that_differs_early_is_compared_in_a_moment():
    long = SENTENCE * 250
    start = time.process_time()
    assert may_be_misread(long, long.replace("B1", "Bl", 20))
    assert time.process_time() - start < 5  # seconds of one processor; measured: under 1
