"""Whether a text sounds like the person's own words, or like an office writing about them.

A hint for people, never a verdict: dialect, other languages, quotations and short notes are the
person's own words too. What is found here only ever asks.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from unicodedata import normalize


class Weakness(StrEnum):
    """Why a text does not sound like the person's own words."""

    NO_FIRST_PERSON = "no-first-person"
    THIRD_PERSON = "third-person"
    REPORTED = "reported"
    NOMINAL = "nominal"


# Parts of a German sentence: „Bitte prüfen, ob …: …“.
REASONS: Mapping[Weakness, str] = {
    Weakness.NO_FIRST_PERSON: "es fehlt „ich“ oder „wir“",
    Weakness.THIRD_PERSON: "über die Person wird in der dritten Person geschrieben",
    Weakness.REPORTED: "es liest sich wie ein Bericht („sie wolle“, „es gebe“)",
    Weakness.NOMINAL: "es liest sich wie Amtssprache („Sicherung des …“)",
}

# „mein“ in all its endings, but not „meinen Sie“, „gemeinsam“ or „Meinung“.
_FIRST_PERSON = re.compile(
    r"\b(?:ich|mich|mir|mein(?:e[mnrs]?)?(?! Sie\b)|wir|uns|unser(?:e[mnrs]?)?|unsre[mnrs]?)\b"
    r"(?!-\w)"  # „Ich-Gefühl“
    # Dialect; a lone „i“ may be a Roman number or part of „i. d. R.“.
    r"|\b(?:isch|ick|icke|ik)\b|\bi (?:mag|mog|will|wui|hab|hob|bin|möcht|mecht|kann|ko|muss|muass"
    r"|brauch|geh|mach)\w*"
    # „Hab viel gelernt“; „will“ and „möchte“ without „ich“ may be said about someone.
    r"|(?:^|(?<=[.!?;,] ))(?:habe?|bin|brauche?|mache?|gehe?|schaffe?)\b",
    re.IGNORECASE | re.MULTILINE,
)
# Frequent beginnings in languages spoken by the people concerned.
_FIRST_PERSON_ELSEWHERE = re.compile(
    r"\bI(?:['’](?:m|d|ll|ve)\b| (?:want|would|need|am|have|will|like|wish|hope|can|must)\b)"
    r"|\b(?:my|je (?:veux|voudrais|suis|cherche|souhaite|peux|dois)|j['’](?:ai|aimerais)"
    r"|quiero|necesito|busco|me gustaría|quero|istiyorum|benim|\w{2,20}yorum|dixwazim|waxaan"
    r"|chcę|chciał[ae]?bym|szukam|potrzebuję|vreau|tôi|muốn|voglio|vorrei|cerco|hoću|želim"
    r"|trebam|tražim|dua)\b",
    re.IGNORECASE,
)
# From Greek on; in these scripts the words above say nothing. Vietnamese letters are Latin.
_OTHER_SCRIPT = re.compile(r"[\u0370-\u1dff\u1f00-\u1fff\u3040-\ud7ff]")

_WISH = "möchte|möchten|will|wollen|soll|sollte|sollen|wünscht|benötigt|strebt|plant|erhofft"
_OFFICE_WORDS = re.compile(
    r"\bTN(?:in)?\b|(?i:\b(?:elb|klient(?:en|in|innen)?|leistungs(?:bezieh|berechtigt|empfäng)\w*"
    r"|hilfebedürftige[rn]?|proband(?:en|in|innen)?)\b)"
    # Whoever writes „ich“ beside these is not the person.
    rf"|(?i:\b(?:teilnehmer|kund(?:e|in))(?:in)? (?:{_WISH})\b)"
    r"|(?i:\bempfehl\w{1,3} (?:de[mr]|unsere[mr]|meine[mr]) (?:teilnehm|kund))"
)
# Said about others as well („die anderen Teilnehmer waren nett zu mir“): counted only in a
# sentence without first person.
_ABOUT_SOMEONE = re.compile(
    r"\b(?i:teilnehm(?:er|ers|ern|erin|erinnen|ende[mnrs]?)|kund(?:e|en|in|innen))\b"
    # Not who helped: „durch Herrn …“, „mit Hilfe von Frau …“.
    r"|(?<![Dd]urch )(?<![Mm]it )(?<!von )(?<!bei )(?<!dank )(?<!Dank )(?<!für )(?<!zu )"
    r"\b(?:Herrn?|Frau|Hr\.|Fr\.) (?=[^\W\d_a-z])\w"
)
_SHE_WANTS = re.compile(rf"\b(?i:er|sie) (?:{_WISH})\b|\b(?:{_WISH}) (?:er|sie)\b")
# Whom „er“ or „sie“ of the next sentence may mean when the person speaks („meine Tochter“).
_SOMEONE_ELSE = re.compile(
    r"\bmein\w{0,2} (?:sohn|tochter|kind|kinder|kleine[rn]?|baby|frau|mann|partner|freund|mutter"
    r"|vater|mama|papa|eltern|bruder|schwester|oma|opa|familie|chef|betreuer|anleiter|arzt|ärztin"
    r"|lehrer|vermieter)(?:in)?\b|\b(?:er|sie|ihn|ihm|ihr)\b",
    re.IGNORECASE,
)
_SUBJUNCTIVE = re.compile(
    r"\b(?:wolle|könne|müsse|solle|dürfe|möge|wisse|seien|gäbe es)\b"
    r"|\b(?:er|sie|es|man|dies|das|dort) (?:sei|habe|gebe|werde|brauche|gehe|komme|wünsche)\b"
    r"|\b(?:sei|habe|werde|brauche|wünsche) (?:er|sie|es)\b",
    re.IGNORECASE,
)
# Nouns of plans and reports. Not every „-ung der“: „Durch die Unterstützung der Mitarbeiter“ is
# how people answer „Wodurch?“.
_NOMINAL = re.compile(
    r"\b(?:(?:Wieder)?[Hh]erstellung|(?:Ver|Ab|Zu|Ent)?[Ss]icherung|Stabilisierung|Verbesserung"
    r"|Förderung|(?:Ab)?[Kk]lärung|(?:Weiter)?[Ee]ntwicklung|Steigerung|Erhöhung|Stärkung"
    r"|Überwindung|Bewältigung|Erarbeitung|Erlangung|Erlernung|Aktivierung|Feststellung"
    r"|Durchführung|Erstellung|Vermeidung|Schaffung|Erweiterung|Beendigung|Reduzierung"
    r"|Optimierung|Festigung|Aufnahme|Vermittlung|Wahrnehmung|Einhaltung|Erreichung|Nutzung)"
    r"(?: (?:und|oder|/) \w{3,30})? (?:des|der|eines|einer|von)\b"
    r"|\b(?:Integration|Eingliederung|Vermittlung|Heranführung|Teilnahme|Zugang)"
    r" (?:in|an|zu|zum|zur)\b"
)
_SENTENCE_END = re.compile(r"(?<=[.!?;])(?<!Hr\.)(?<!Fr\.)(?<!z\.)(?<!B\.) (?=[^\W\d_a-z])|\n+")
_QUOTED = re.compile(r"[„“\"»«]([^„“”\"»«]{3,})[“”\"»«]")


def weaknesses(text: str) -> tuple[Weakness, ...]:
    """Return why ``text`` does not sound like the person's own words, nothing if it does.

    A text that is mostly quotation is judged by what is quoted.
    """
    spoken = _spoken(text)
    lines = "\n".join(" ".join(line.split()) for line in spoken.splitlines())
    if not lines.strip() or _mostly_other_script(lines):
        return ()
    first_person = _in_first_person(lines)
    sentences = [part for part in _SENTENCE_END.split(lines) if part]
    foreign = [part for part in sentences if not _in_first_person(part)]
    found: list[Weakness] = []
    if not first_person:
        found.append(Weakness.NO_FIRST_PERSON)
    about = _OFFICE_WORDS.search(lines) or any(_ABOUT_SOMEONE.search(part) for part in foreign)
    if about or _wishes_of_another(sentences):
        found.append(Weakness.THIRD_PERSON)
    if any(_SUBJUNCTIVE.search(_without_idioms(part)) for part in foreign):
        found.append(Weakness.REPORTED)
    if not first_person and _NOMINAL.search(lines):
        found.append(Weakness.NOMINAL)
    return tuple(found)


def _in_first_person(text: str) -> bool:
    return bool(_FIRST_PERSON.search(text) or _FIRST_PERSON_ELSEWHERE.search(text))


def _wishes_of_another(sentences: list[str]) -> bool:
    """Whether a sentence says what „er“ or „sie“ wants, and the one before does not say who."""
    return any(
        _SHE_WANTS.search(sentence)
        and not _in_first_person(sentence)
        and not (_in_first_person(before) and _SOMEONE_ELSE.search(before))
        for before, sentence in zip(["", *sentences], sentences, strict=False)
    )


def _without_idioms(text: str) -> str:
    return re.sub(r"\bes sei denn\b|\bwie dem auch sei\b", "", text, flags=re.IGNORECASE)


def _mostly_other_script(text: str) -> bool:
    other = len(_OTHER_SCRIPT.findall(text))
    return other > 0 and other * 2 > sum(sign.isalpha() for sign in text)


def _spoken(text: str) -> str:
    """Return only the quotations if they are most of ``text``, else all of it."""
    quoted = "\n".join(match[1] for match in _QUOTED.finditer(text))
    return quoted if len(quoted) * 2 > len(text.strip()) else text


def seal(text: str) -> str:
    """Return the SHA-256 of the person's words: over the bytes of the text, NFC, in UTF-8.

    Whoever has the words can work it out with any tool and see that no character was changed.
    """
    return sha256(normalize("NFC", text).encode("utf-8", "surrogatepass")).hexdigest()
