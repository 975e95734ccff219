"""The acceptance rule: what is accepted is sure, and what is doubted has its exact reason."""

from dataclasses import replace
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formservice.adapters.acceptance import load_rule
from formservice.domain.acceptance import Evidence, decided, is_trusted, same_text
from formservice.domain.document import Doubt, Opinion, ReadingBy
from formservice.domain.form import Content

RULE = load_rule()
TEXTS = st.sampled_from(
    ["", "Meier", "Maier", "12.3.2026", "12.03.2026", "0441 12345", "Ich will arbeiten.", "lch"]
)
SHARES = st.floats(0, 1).map(lambda share: round(share, 3))
ALIKE = st.sampled_from(
    [
        ("12.3.2026", "12.03.2026", "|12:03.2026", "12.3.2028"),
        ("0441 12345", "0441/12345", "0441 / 12345"),
        ("Meier", "Meier", "Meier", "Maier", "Meier .", ""),
        ("Ich will\narbeiten.", "Ich will arbeiten.", "Ich wi1l arbeiten."),
    ]
).map(st.sampled_from)
READINGS = st.one_of(st.just(TEXTS), ALIKE).flatmap(
    lambda texts: st.lists(
        st.builds(Opinion, st.sampled_from(ReadingBy), texts, SHARES), min_size=1, max_size=4
    )
)
INDEPENDENT = (ReadingBy.ZONE, ReadingBy.PAGE_LATIN)
FOUR = (*INDEPENDENT, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)
CONTENTS = st.sampled_from(list(Content))
TRUST = st.sampled_from([True, False, None])


def readings(*texts, confidence=0.97, by=INDEPENDENT):
    return tuple(Opinion(one, text, confidence) for one, text in zip(by, texts, strict=False))


def doubts(about, *texts, confidence=0.97, **known):
    known = {"trusted": True, **known}
    return decided(Evidence(about, readings(*texts, confidence=confidence), **known), RULE).doubts


# What may be read in each place of a text; a word of one place is in no other.
PLACES = (("Meier", "Maier", "Meler"), ("von", ""), ("Gonçalves", "Goncalves"), ("", ".", "Ort"))
MOSTLY_SURE = st.one_of(st.just(0.95), st.just(0.95), SHARES)
MOSTLY_FOUR = st.one_of(
    st.just(FOUR),
    # Three of one model, which count for less.
    st.just((ReadingBy.ZONE, ReadingBy.PAGE, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)),
    st.just((ReadingBy.CLOSE, *(by for by in ReadingBy if by.endswith("latin")))),
    st.lists(st.sampled_from(ReadingBy), min_size=2, max_size=4, unique=True),
)
# Which of four readings have another word than the rest: none, one, or two.
SPLITS = st.sampled_from([one for one in product((0, 1), repeat=4) if sum(one) < 3])
OFTEN = settings(max_examples=300)
WORDY = st.sampled_from([Content.NAME, Content.LIST, Content.SHORT, Content.FREE])


@st.composite
def worded(draw, shares=MOSTLY_SURE):
    """Draw readings of one text that often agree, each as what it has in every place."""
    kinds = draw(MOSTLY_FOUR)
    read: list[tuple[ReadingBy, list[tuple[str, float]]]] = [(by, []) for by in kinds]
    for one in draw(st.sampled_from([PLACES[:1], PLACES[:2], PLACES[2:3], PLACES[1:], PLACES])):
        other = draw(st.integers(1, len(one) - 1))
        for (_, words), differs in zip(read, draw(SPLITS), strict=False):
            words.append((one[other * differs], draw(shares)))
    return read


def opinions(told):
    """Return what ``worded`` drew as the readings it stands for."""
    return [
        Opinion(
            by,
            " ".join(word for word, _ in words if word),
            min((sure for word, sure in words if word), default=1.0),
            tuple(sure for word, sure in words if word),
        )
        for by, words in told
    ]


def accepted_words(told, decision):
    """Return what was accepted in every place of ``told``."""
    words = decision.text.split()
    count = len(told[0][1])
    said = [{words_[place][0] for _, words_ in told} - {""} for place in range(count)]
    found = ["".join(word for word in words if word in there) for there in said]
    assert [word for word in found if word] == words
    return found


@given(CONTENTS, READINGS, TRUST, st.booleans())
def test_nothing_is_accepted_that_more_than_one_of_four_readings_contradict(
    about, read, trusted, required
):
    decision = decided(Evidence(about, read, trusted, required), RULE)
    if decision.doubts:
        return
    others = [one for one in read if not same_text(about, one.text, decision.text)]
    assert len(read) > 1
    assert len(others) <= (RULE.against if len(read) >= RULE.many else 0)


@OFTEN
@given(WORDY, worded(), TRUST)
def test_no_accepted_word_is_contradicted_by_more_readings_than_the_rule_allows(
    about, told, trusted
):
    decision = decided(Evidence(about, opinions(told), trusted), RULE)
    if decision.doubts:
        return
    for place, word in enumerate(accepted_words(told, decision)):
        against = sum(words[place][0] != word for _, words in told)
        assert against <= (RULE.against if len(told) >= RULE.many else 0)


@OFTEN
@given(WORDY, worded(), TRUST)
def test_no_word_is_accepted_that_no_two_readings_that_count_support(about, told, trusted):
    decision = decided(Evidence(about, opinions(told), trusted), RULE)
    if decision.doubts or not decision.text:
        return
    for place, word in enumerate(accepted_words(told, decision)):
        saying = {by: words[place][1] for by, words in told if words[place][0] == word}
        counted = [
            (min(saying[one], saying[two]), RULE.pairs[frozenset((one, two))])
            for one, two in combinations(saying, 2)
            if frozenset((one, two)) in RULE.pairs
        ]
        assert counted
        assert not word or any(sure >= least for sure, least in counted)


@given(CONTENTS, READINGS, TRUST, st.integers(0, 3), SHARES)
def test_a_surer_reading_never_loses_what_a_less_sure_one_had(about, read, trusted, place, more):
    evidence = Evidence(about, read, trusted)
    decision = decided(evidence, RULE)
    place %= len(read)
    if decision.doubts or not same_text(about, read[place].text, decision.text):
        return
    surer = [
        replace(one, confidence=max(one.confidence, more)) if number == place else one
        for number, one in enumerate(read)
    ]
    assert not decided(replace(evidence, readings=surer), RULE).doubts


@given(WORDY, worded(), TRUST, st.integers(0, 3), st.integers(0, 3), SHARES)
def test_a_word_that_is_surer_of_what_was_accepted_never_loses_it(
    about, told, trusted, number, place, more
):
    decision = decided(Evidence(about, opinions(told), trusted), RULE)
    number, place = number % len(told), place % len(told[0][1])
    if decision.doubts:
        return
    word, sure = told[number][1][place]
    if word == accepted_words(told, decision)[place]:
        told[number][1][place] = (word, max(sure, more))
    again = decided(Evidence(about, opinions(told), trusted), RULE)
    assert (again.text, again.doubts) == (decision.text, decision.doubts)


BELOW = MOSTLY_SURE.filter(lambda share: share < 1)
BY_HAND = replace(RULE, limits=dict.fromkeys(Content, 1.0))


@given(WORDY, worded(BELOW), TRUST, st.sampled_from(["", "Meier", "Meier von Gonçalves"]))
def test_a_limit_of_one_asks_for_a_person_whatever_all_readings_have(about, told, trusted, known):
    read = opinions(told)
    for more in ({}, {"sent": known}, {"entries": (known,)}):
        decision = decided(Evidence(about, read, trusted, **more), BY_HAND)
        assert decision.doubts or not decision.text


@given(WORDY, worded(), TRUST, st.floats(RULE.unanimous_up_to, 1, exclude_min=True))
def test_nothing_is_taken_off_a_limit_that_is_stricter_than_was_measured(
    about, told, trusted, limit
):
    rule = replace(RULE, limits={**RULE.limits, about: limit})
    decision = decided(Evidence(about, opinions(told), trusted), rule)
    if decision.doubts or not decision.text:
        return
    for place, word in enumerate(accepted_words(told, decision)):
        saying = sorted(words[place][1] for _, words in told if words[place][0] == word)
        assert not word or saying[-2] >= limit


@given(CONTENTS, READINGS, st.booleans())
def test_a_poor_page_has_no_accepted_text(about, read, required):
    decision = decided(Evidence(about, read, False, required), RULE)
    if any(one.text for one in read):
        assert decision.doubts


@given(CONTENTS, READINGS, TRUST, TEXTS)
def test_what_was_sent_is_never_written_into_a_reading(about, read, trusted, sent):
    decision = decided(Evidence(about, read, trusted, sent=sent), RULE)
    words = {word for one in read for word in one.text.split()}
    assert decision.text in [one.text for one in read] or set(decision.text.split()) <= words


@given(WORDY, worded(), TRUST)
def test_what_no_single_reading_has_is_said_to_be_put_together(about, told, trusted):
    read = opinions(told)
    decision = decided(Evidence(about, read, trusted), RULE)
    alone = any(one.text.split() == decision.text.split() for one in read)
    assert decision.together is not alone


def test_two_sure_and_equal_readings_are_accepted():
    assert not doubts(Content.SHORT, "Göttingen", "Göttingen")
    assert not doubts(Content.FREE, "Ich will\narbeiten.", "Ich will arbeiten.")
    assert not doubts(Content.DATE, "12.3.2026", "12.03.2026")
    assert not doubts(Content.DATE, "12.3.2026", "|12:03.2026")
    assert not doubts(Content.PHONE, "0441 / 12345", "0441/12345")


def test_every_reason_is_told():
    assert doubts(Content.SHORT, "Göttingen") == {Doubt.ONE_READING}
    assert doubts(Content.SHORT, "Götingen", "Göttingen") == {Doubt.READINGS_DIFFER}
    assert doubts(Content.SHORT, "Ort", "Ort", confidence=0.3) == {Doubt.UNSURE}
    assert doubts(Content.SHORT, "Ort", "Ort", trusted=False) == {Doubt.POOR_PAGE}
    assert doubts(Content.SHORT, "lch", "lch") == {Doubt.CHARACTERS}


def test_two_looks_of_one_model_are_one_reading():
    same = (ReadingBy.ZONE, ReadingBy.PAGE)
    found = Evidence(Content.SHORT, readings("Ort", "Ort", by=same), trusted=True)
    assert decided(found, RULE).doubts == {Doubt.ONE_READING}


@pytest.mark.parametrize(
    "by",
    [(ReadingBy.ZONE, ReadingBy.ZONE_LATIN), (ReadingBy.ZONE_LATIN, ReadingBy.PAGE_LATIN)],
)
def test_readings_that_share_picture_or_model_must_be_surer(by):
    limit = RULE.pairs[frozenset(by)]
    assert limit > max(RULE.limits[about] for about in (Content.SHORT, Content.FREE))

    def found(confidence):
        read = readings("Ort", "Ort", by=by, confidence=confidence)
        return decided(Evidence(Content.SHORT, read, trusted=True), RULE).doubts

    assert found(limit - 0.01) == {Doubt.UNSURE}
    assert not found(limit)


def test_a_text_on_a_page_with_little_text_must_be_surer():
    assert doubts(Content.SHORT, "Ort", "Ort", confidence=0.7, trusted=None) == {Doubt.UNSURE}
    assert not doubts(Content.SHORT, "Ort", "Ort", confidence=0.7)
    assert not doubts(Content.SHORT, "Ort", "Ort", confidence=0.97, trusted=None)


def four(*texts, about=Content.FREE, sure=()):
    """Decide over readings of all four kinds; ``sure`` is how sure each is of its words."""
    read = [
        Opinion(by, text, min(shares, default=0.97), shares)
        for by, text, shares in zip(FOUR, texts, sure or [()] * 4, strict=True)
    ]
    return decided(Evidence(about, read, trusted=True), RULE)


def test_of_four_readings_one_may_be_outvoted_in_each_word():
    slips = ("Nehmen wir Kl. B", "Nehmen wir Kf. B", "Nehmen wir Kl. D", "Nehrnen wir Kl. B")
    found = four(*slips)
    assert not found.doubts
    assert found.text == "Nehmen wir Kl. B"


@pytest.mark.parametrize(
    ("seen", "overlooked"),
    [
        ("o.k., ja", "o.k, ja"),
        ("Öztürk", "Oztürk"),
        ("50 Euro", "so Euro"),
        ("Ja, Bad", "Ja Bad"),
        ("Es läuft, ja", "Es läuft. ja"),
    ],
)
def test_what_others_may_have_overlooked_is_not_outvoted(seen, overlooked):
    assert Doubt.READINGS_DIFFER in four(overlooked, overlooked, seen, overlooked).doubts
    assert not four(seen, seen, overlooked, seen).doubts


@pytest.mark.parametrize(
    ("one", "other"), [("Teil II", "Teil Il"), ("KW 12", "Kw 12"), ("2.800 Euro", "2.808 Euro")]
)
def test_what_looks_the_same_and_numbers_are_not_outvoted(one, other):
    assert four(one, one, one, other).doubts == {Doubt.READINGS_DIFFER}
    assert four(other, one, other, other).doubts == {Doubt.READINGS_DIFFER}


def test_two_of_four_readings_outvote_nobody():
    assert four("Kl. B", "KI. B", "Kl. B", "KI. B").doubts == {Doubt.READINGS_DIFFER}
    assert four("Meier", "Meier", "Maler", "Maler").doubts == {Doubt.READINGS_DIFFER}


def test_one_model_alone_outvotes_nobody_in_however_many_pictures():
    by_one_model = (ReadingBy.ZONE_LATIN, ReadingBy.PAGE_LATIN, ReadingBy.CLOSE_LATIN)
    read = [Opinion(by, "KI. B", 0.7) for by in by_one_model]
    read.append(Opinion(ReadingBy.ZONE, "Kl. B", 0.7))
    found = decided(Evidence(Content.FREE, read, trusted=True), RULE)
    assert found.doubts & {Doubt.READINGS_DIFFER, Doubt.UNSURE}


def test_three_german_readings_do_not_outvote_the_only_latin_one():
    kinds = (ReadingBy.ZONE, ReadingBy.PAGE, ReadingBy.CLOSE, ReadingBy.CLOSE_LATIN)
    read = [Opinion(by, "Meier", 0.97) for by in kinds[:3]]
    found = Evidence(Content.NAME, [*read, Opinion(kinds[3], "Maler", 0.97)], trusted=True)
    assert decided(found, RULE).doubts == {Doubt.READINGS_DIFFER}


@pytest.mark.parametrize("other", ["tip", "top."])
def test_of_three_readings_none_is_outvoted(other):
    read = [Opinion(by, text, 0.97) for by, text in zip(FOUR, ["top", "top", other], strict=False)]
    found = decided(Evidence(Content.FREE, read, trusted=True), RULE)
    assert found.doubts == {Doubt.READINGS_DIFFER}


def test_a_word_is_as_sure_as_the_two_readings_that_are_surest_of_it():
    texts = ("JMD Emden",) * 4
    assert not four(*texts, sure=[(0.1, 0.9), (0.9, 0.9), (0.9, 0.1), (0.2, 0.9)]).doubts
    unsure = four(*texts, sure=[(0.9, 0.9), (0.2, 0.9), (0.9, 0.9), (0.2, 0.9)])
    assert unsure.doubts == {Doubt.UNSURE}


def test_a_word_that_all_four_readings_have_need_not_be_sure():
    least, same = RULE.unanimous, ("JMD Emden",) * 4
    assert not four(*same, sure=[(least, 0.9), (least, 0.9), (0.0, 0.9), (0.0, 0.9)]).doubts
    unsure = [(least - 0.01, 0.9)] * 4
    assert four(*same, sure=unsure).doubts == {Doubt.UNSURE}
    but_one = ("JMD Emden", "JMD Emden", "JMD Emden", "IMD Emden")
    assert four(*but_one, sure=[(least, 0.9)] * 4).doubts == {Doubt.UNSURE}


def test_all_four_readings_lower_no_limit_but_that_of_the_content():
    assert not four(*["Gonzales"] * 4, about=Content.NAME, sure=[(0.31,)] * 4).doubts
    foreign = ["Gonçalves"] * 4
    assert four(*foreign, about=Content.NAME, sure=[(0.31,)] * 4).doubts == {Doubt.UNSURE}
    assert not four(*foreign, about=Content.NAME, sure=[(RULE.foreign,)] * 4).doubts
    alone = [Opinion(by, "Gonzales", 0.7) for by in FOUR]
    found = Evidence(Content.NAME, alone, trusted=None)
    assert decided(found, RULE).doubts == {Doubt.UNSURE}


def test_all_four_readings_do_not_lower_a_limit_that_was_made_stricter():
    read = Evidence(Content.NAME, [Opinion(by, "Meier", 0.6) for by in FOUR], trusted=True)
    most = RULE.unanimous_up_to
    for limit, doubts in ((most, frozenset()), (most + 0.01, {Doubt.UNSURE})):
        rule = replace(RULE, limits={**RULE.limits, Content.NAME: limit})
        assert decided(read, rule).doubts == doubts


def test_dirt_that_all_readings_take_for_a_sign_is_no_answer():
    for sign in (".", "-", "- .", "„“"):
        assert Doubt.CHARACTERS in four(*[sign] * 4).doubts
    assert four(*["Ort."] * 4, sure=[(0.4,)] * 4).doubts == frozenset()
    assert Doubt.UNSURE in four(*["Ort ."] * 4, sure=[(0.9, 0.4)] * 4).doubts


def test_what_is_put_together_is_no_reading_and_as_sure_as_its_least_sure_word():
    slips = ("Nehmen wjr Kl. B", "Nehmen wir Kf. B", "Nehmen wir Kl. D", "Nehrnen wir Kl. B")
    found = four(*slips, sure=[(0.9, 0.7, 0.8, 0.9)] * 4)
    assert (found.text, found.together) == ("Nehmen wir Kl. B", True)
    assert (found.confidence, found.doubts) == (0.7, frozenset())
    assert not four("Nehmen wir Kl. B", *slips[1:]).together


def test_what_is_put_together_keeps_its_lines():
    found = four(
        "- ein Bad\n- zwei", "- ein Bad\n- zwe1", "- ein 8ad\n- zwei", "- ein Bad\n- zwel"
    )
    assert found.text == "- ein Bad\n- zwei"


def test_dirt_that_one_reading_takes_for_a_sign_is_outvoted():
    without = ("Diakonie",) * 3

    def at_first(sure):
        return four("Diakonie .", *without, sure=[(0.9, sure), (), (), ()])

    found = at_first(0.3)
    assert (found.text, found.doubts) == ("Diakonie", frozenset())
    # A full stop far from its word is no dirt.
    assert at_first(0.9).doubts == {Doubt.READINGS_DIFFER}


def test_a_text_is_never_outvoted_by_nothing():
    assert Doubt.READINGS_DIFFER in four("w", "", "", "", about=Content.SHORT).doubts


def test_days_and_numbers_are_counted_as_a_whole():
    found = four("05. 05. 2025", "O5. 05. 2025", "05.05.2025", "5.5.2025", about=Content.DATE)
    assert not found.doubts
    assert found.text == "05. 05. 2025"
    assert not four("0441 / 12", "0441/12", "O441/12", "0441/ 12", about=Content.PHONE).doubts


def test_a_hair_that_most_readings_take_for_a_figure_is_looked_at():
    hair = four("2", "a", "2", "2", sure=[(0.82,), (0.67,), (0.67,), (0.54,)])
    assert hair.doubts
    assert four("2", "2", "2", "2", sure=[(0.7,)] * 4).doubts == {Doubt.UNSURE}
    assert not four("2", "2", "2", "2", sure=[(0.9,)] * 4).doubts


def test_a_number_is_written_as_most_readings_have_it():
    blanks = ("0178 114 7882", "0178 114 78 82", "0178 114 78 82", "0178 114 78 82")
    found = four(*blanks, about=Content.PHONE)
    assert (found.text, found.doubts) == ("0178 114 78 82", frozenset())


def test_a_page_of_long_texts_is_judged_by_its_words():
    words = (0.9,) * 9
    long = [
        (Content.FREE, [Opinion(by, "w " * 9 + "x", 0.2, (*words, 0.2)) for by in INDEPENDENT])
    ]
    assert is_trusted(long * 3, RULE)
    poor = [(Content.FREE, [Opinion(by, "w x", 0.2, (0.2, 0.3)) for by in INDEPENDENT])]
    assert is_trusted(poor * 3, RULE) is False


def test_a_single_comma_is_a_difference():
    assert doubts(Content.FREE, "Ja, gern.", "Ja. gern.") == {Doubt.READINGS_DIFFER}


def test_a_blank_place_needs_two_readings_and_if_required_a_good_page():
    assert not doubts(Content.NAME, "", "")
    assert not doubts(Content.NAME, "", "", trusted=False)
    assert doubts(Content.NAME, "") == {Doubt.ONE_READING}
    assert not doubts(Content.NAME, "", "", required=True)
    assert doubts(Content.NAME, "", "", required=True, trusted=False) == {Doubt.POOR_PAGE}
    assert doubts(Content.NAME, "", "", required=True, trusted=None) == {Doubt.RECOGNISED}
    assert doubts(Content.NAME, "", "Meier") == {Doubt.READINGS_DIFFER}


def decision(*texts_and_confidences, about=Content.NAME, **known):
    read = [Opinion(by, *one) for by, one in zip(INDEPENDENT, texts_and_confidences, strict=False)]
    return decided(Evidence(about, read, **{"trusted": True, **known}), RULE)


def test_what_was_sent_confirms_a_reading_that_equals_it():
    unsure = (("Meier", 0.52), ("Meier", 0.52))
    assert decision(*unsure).doubts == {Doubt.UNSURE}
    assert not decision(*unsure, sent="Meier").doubts


def test_what_was_sent_chooses_the_reading_that_equals_it_against_a_poor_one():
    confirmed = decision(("Meler", 0.2), ("Meier", 0.95), sent="Meier")
    assert (confirmed.text, confirmed.doubts) == ("Meier", frozenset())


def test_what_was_sent_confirms_nothing_on_a_poor_page():
    sure = (("Meier", 0.97), ("Meier", 0.97))
    assert decision(*sure, sent="Meier", trusted=False).doubts == {Doubt.POOR_PAGE}


def test_what_was_sent_confirms_a_reading_alone_only_if_it_is_sure():
    limit = RULE.limits[Content.NAME]
    assert decision(("Meier", limit - 0.05), sent="Meier").doubts
    assert not decision(("Meier", limit), sent="Meier").doubts


def test_what_was_sent_does_not_outweigh_what_may_really_stand_there():
    for other in (0.95, 0.8, 0.6):
        assert decision(("Maier", other), ("Meier", 0.8), sent="Meier").doubts


def test_what_is_nearly_what_was_sent_is_doubted_and_not_named():
    near = decision(("Maier", 0.97), ("Maier", 0.97), sent="Meier")
    assert near.doubts == {Doubt.NOT_LISTED}
    assert near.nearest == ""
    assert near.text == "Maier"


def test_what_is_nothing_like_what_was_sent_is_judged_by_itself():
    assert not decision(("Sommer", 0.97), ("Sommer", 0.97), sent="Meier").doubts


LISTED = ("Werkstatt Nord gGmbH", "Bildungshaus am Wall")


def test_an_entry_of_a_list_confirms_and_a_near_miss_names_it():
    known = {"about": Content.LIST, "entries": LISTED}
    assert not decision((LISTED[0], 0.42), (LISTED[0], 0.42), **known).doubts
    missed = decision(("Werkstatt Norb gGmbH", 0.97), ("Werkstatt Norb gGmbH", 0.97), **known)
    assert (missed.doubts, missed.nearest) == ({Doubt.NOT_LISTED}, LISTED[0])
    assert not decision(("Neue Wege", 0.97), ("Neue Wege", 0.97), **known).doubts


@pytest.mark.parametrize("share", [0.4, 0.6])
def test_a_page_is_trusted_by_how_many_of_its_texts_agree(share):
    same = [(Content.SHORT, readings("Ort", "Ort"))] * round(10 * share)
    differ = [(Content.SHORT, readings("Ort", "0rt"))] * round(10 * (1 - share))
    assert is_trusted([*same, *differ], RULE) is (share >= RULE.page.agreement)


def test_a_page_is_not_trusted_if_its_words_are_unsure_and_not_judged_if_it_is_blank():
    unsure = [(Content.SHORT, readings("Ort", "Ort", confidence=0.6))] * RULE.page.texts
    assert is_trusted(unsure, RULE) is False
    assert is_trusted(unsure[1:], RULE) is None
    assert is_trusted([(Content.SHORT, readings("", ""))] * 9, RULE) is None
