"""Whether a text sounds like the person's own words, or like an office writing about them."""

from collections.abc import Mapping
from enum import StrEnum


class Weakness(StrEnum):
    """Why a text does not sound like the person's own words."""

    NO_FIRST_PERSON = "no-first-person"
    THIRD_PERSON = "third-person"
    REPORTED = "reported"
    NOMINAL = "nominal"


# Parts of a German sentence: „Es fällt auf: …“.
REASONS: Mapping[Weakness, str] = {
    Weakness.NO_FIRST_PERSON: "es fehlt „ich“ oder „wir“",
    Weakness.THIRD_PERSON: "über die Person wird in der dritten Person geschrieben",
    Weakness.REPORTED: "es ist indirekte Rede („sie wolle“, „es gebe“)",
    Weakness.NOMINAL: "es ist Amtssprache („Sicherung des …“)",
}


def weaknesses(text: str) -> tuple[Weakness, ...]:
    """Return why ``text`` does not sound like the person's own words, nothing if it does."""
    return ()
