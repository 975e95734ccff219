"""Predicates about what people write: how much, in whose words, and whether it answers."""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from formservice.domain.answers import (
    only_points_elsewhere,
    says_all_reached,
    says_none,
    says_only_yes,
    words,
)
from formservice.domain.facts import Facts
from formservice.domain.form import FieldKey
from formservice.domain.o_ton import REASONS, Weakness, weaknesses
from formservice.domain.predicate import (
    WRITTEN,
    ArgumentType,
    Breach,
    Demand,
    Parameter,
    Predicate,
)

# A printed phrase shorter than this („Name“, „Bis“) may well be an answer.
_PHRASE_WORDS = 4


def _at_least_words(demand: Demand) -> Iterator[Breach]:
    least = demand.number("words")
    for key in demand.fields:
        text = demand.facts.text(key)
        if text and len(words(text)) < least:
            yield Breach(key, {"words": least})


def _no_more_than_chars(demand: Demand) -> Iterator[Breach]:
    most = demand.number("chars")
    for key in demand.fields:
        if len(demand.facts.text(key)) > most:
            yield Breach(key, {"chars": most})


def _no_more_than_chars_together(demand: Demand) -> Iterator[Breach]:
    most = demand.number("chars")
    if sum(len(demand.facts.text(key)) for key in demand.fields) > most:
        yield Breach(None, {"chars": most})


def _o_ton_style(demand: Demand) -> Iterator[Breach]:
    least = demand.number("first_person_from")
    for key in demand.fields:
        text = demand.facts.text(key)
        found = list(weaknesses(text)) if text else []
        if len(words(text)) < least and Weakness.NO_FIRST_PERSON in found:
            found.remove(Weakness.NO_FIRST_PERSON)
        if found:
            reason = "; ".join(REASONS[weakness] for weakness in found)
            yield Breach(key, {"reason": reason})


def _more_than_yes(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if says_only_yes(demand.facts.text(key)):
            yield Breach(key)


def _not_both_none(demand: Demand) -> Iterator[Breach]:
    """Refuse „nothing reached“ beside „nothing left unreached“."""
    reached, missed = demand.fields
    left = demand.facts.text(missed)
    if says_none(demand.facts.text(reached)) and (says_none(left) or says_all_reached(left)):
        yield Breach(reached, {"other": demand.facts.name(missed)})


def _not_the_question(demand: Demand) -> Iterator[Breach]:
    printed = _printed(tuple(_phrases(demand.facts, demand.fields)))
    for key in demand.fields:
        text = demand.facts.text(key)
        if len(words(text)) >= _PHRASE_WORDS and _only_printed(f" {_plain(text)} ", printed):
            yield Breach(key)


@lru_cache(maxsize=128)
def _printed(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Return the wording of a form as it is compared, longest first.

    Kept between documents: it is the form's own wording, nothing anybody wrote into it.
    """
    return tuple(sorted({_plain(phrase) for phrase in phrases}, key=len, reverse=True))


def _only_printed(text: str, printed: Iterable[str]) -> bool:
    """Whether ``text`` is a piece of a printed phrase, or nothing but such phrases."""
    if any(text in f" {phrase} " for phrase in printed):
        return True
    for phrase in printed:
        text = text.replace(f" {phrase} ", " ")
    return not text.strip()


def _phrases(facts: Facts, keys: tuple[FieldKey, ...]) -> Iterator[str]:
    for field in facts.definition.fields:
        if field.key in keys:
            yield field.label
    if facts.definition.layout is not None:
        for item in facts.definition.layout.flow:
            yield item.text


def _plain(text: str) -> str:
    return " ".join(words(text)).casefold()


def _not_only_elsewhere(demand: Demand) -> Iterator[Breach]:
    for key in demand.fields:
        if key in demand.facts.record.elsewhere:
            continue  # the sheet it points to is there
        if only_points_elsewhere(demand.facts.text(key), demand.texts("sheets")):
            yield Breach(key)


ANSWERS = (
    Predicate(
        "at_least_words",
        "Every text that is there has at least so many words.",
        _at_least_words,
        (WRITTEN,),
        arguments={"words": Parameter(ArgumentType.NUMBER, "fewest words", 3)},
        params=frozenset({"words"}),
    ),
    Predicate(
        "no_more_than_chars",
        "No text is longer than so many characters.",
        _no_more_than_chars,
        (WRITTEN,),
        arguments={"chars": Parameter(ArgumentType.NUMBER, "most characters of one text", 600)},
        params=frozenset({"chars"}),
    ),
    Predicate(
        "no_more_than_chars_together",
        "All texts together are no longer than so many characters.",
        _no_more_than_chars_together,
        (WRITTEN,),
        arguments={"chars": Parameter(ArgumentType.NUMBER, "most characters of all texts", 3000)},
        params=frozenset({"chars"}),
    ),
    Predicate(
        "o_ton_style",
        "Every text sounds like the person's own words, not like an office writing about them.",
        _o_ton_style,
        (WRITTEN,),
        arguments={
            "first_person_from": Parameter(
                ArgumentType.NUMBER, "texts of fewer words need no „ich“ or „wir“", 1
            )
        },
        params=frozenset({"reason"}),
    ),
    Predicate("more_than_yes", "No answer is a bare „ja“.", _more_than_yes, (WRITTEN,)),
    Predicate(
        "not_both_none",
        "What was reached and what was not reached are not both „keine“.",
        _not_both_none,
        (WRITTEN,),
        least=2,
        most=2,
        params=frozenset({"other"}),
    ),
    Predicate(
        "not_the_question",
        "No answer only repeats a phrase printed on the form.",
        _not_the_question,
        (WRITTEN,),
    ),
    Predicate(
        "not_only_elsewhere",
        "No answer is only a pointer to another sheet („siehe Beiblatt“).",
        _not_only_elsewhere,
        (WRITTEN,),
        arguments={
            "sheets": Parameter(ArgumentType.TEXTS, "further names of sheets it may point to", ())
        },
    ),
)
