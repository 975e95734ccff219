"""What stands in the fields of one page: made up from a set's wording, with its truth."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from benchmarks.paper.fonts import Font, covers
from benchmarks.paper.wording import SETS, Wording
from formservice.domain.days import MONTHS
from formservice.domain.document import Box
from formservice.domain.form import Field, FieldKind, FormDefinition, Zone

Chance = np.random.Generator

_NAMES = ("name", "vorname", "ifk_name", "fachkraft", "name_sorge")
_PHONES = ("telefon", "ifk_telefon")
_MAILS = ("email", "ifk_email")
_TRAEGER = ("traeger", "einrichtung", "einrichtungen", "traeger_massnahme")
_TIMES = ("zeitangabe", "ueberpruefungszeitraum", "gueltig_bis")
_PLACES = ("ort", "ort_daten")
# Small boxes with several rows: no room for what people say, only for a phrase.
_PHRASES = ("teilziele", "anlass", "empfaenger", "zweck", "projektname", "geschlecht")
_BLANK = 0.12
_SHORT = 0.12


@dataclass(frozen=True, slots=True)
class Answer:
    """The truth of one field on one page.

    ``kind`` is the stratum: date, name, phone, e-mail, address, short, free, tick, choice or
    signature. ``text`` is what was written, ``day`` what it means in a date field. ``on`` names
    the boxes that hold, ``state`` how they were marked (``marks.STYLES``) or signed;
    ``several`` says that more than one may, ``review`` that no machine should decide it. Blank
    means nothing was written.
    """

    key: str
    kind: str
    zones: tuple[Zone, ...]
    text: str = ""
    day: date | None = None
    on: tuple[str, ...] = ()
    signed: bool = False
    state: str = "plain"
    several: bool = False
    review: bool = False

    @property
    def blank(self) -> bool:
        """Whether nothing was written in the field."""
        return not (self.text or self.on or self.signed)

    @property
    def box(self) -> Box:
        """Where the field stands."""
        return self.zones[0].box


def kind_of(field: Field) -> str:
    """Return the stratum of a field."""
    if field.kind is FieldKind.MULTILINE and _base(field.key) not in (*_TIMES, "anschrift"):
        return "free"
    if field.kind not in (FieldKind.TEXT, FieldKind.MULTILINE):
        return field.kind.value
    base = _base(field.key)
    for kind, keys in (("name", _NAMES), ("phone", _PHONES), ("e-mail", _MAILS)):
        if base in keys:
            return kind
    return "address" if base == "anschrift" else "short"


def _base(key: str) -> str:
    """Return the last name in a key without numbers: ``ziele[0].teilziele[1]`` → teilziele."""
    return re.sub(r"\[\d+\]", "", key).rsplit(".", 1)[-1]


class Invented:
    """Answers for the fields of a form, drawn from one set."""

    def __init__(self, split: str, chance: Chance, font: Font) -> None:
        """Keep what to draw from; only characters ``font`` has are used."""
        self._words: Wording = SETS[split]
        self._chance = chance
        self._font = font
        # The days of one document fit together, as on real forms.
        self._begin = date(2025, 1, 2) + timedelta(days=int(chance.integers(0, 360)))

    def page(self, definition: FormDefinition, page: int) -> list[Answer]:
        """Return one answer per field with a place on ``page`` of the form."""
        if definition.layout is None:
            raise ValueError(f"{definition.ref} is not built")
        zones = {zone.key: zone for zone in definition.layout.on_page(page)}
        answers = []
        for field in definition.fields:
            here = tuple(zones[anchor] for anchor in field.anchors if anchor in zones)
            if here:
                answers.append(self._answer(field, here))
        return answers

    def _answer(self, field: Field, zones: tuple[Zone, ...]) -> Answer:
        answer = Answer(field.key, kind_of(field), zones)
        if field.kind is FieldKind.SIGNATURE:
            return answer
        if field.kind in (FieldKind.TICK, FieldKind.CHOICE):
            return self._marked(field, answer)
        if self._chance.random() < _BLANK:
            return replace(answer, state="blank")
        if field.kind is FieldKind.DATE:
            day = self._day(_base(field.key))
            return replace(answer, day=day, text=self._date(day, long=field.long_date))
        return replace(answer, text=self._text(field, answer.kind))

    def _marked(self, field: Field, answer: Answer) -> Answer:
        keys = [zone.key for zone in answer.zones]
        if self._chance.random() < _BLANK * 2:
            return replace(answer, state="blank")
        count = 1 + int(field.several and self._chance.random() < _SOME)
        chosen = self._chance.choice(keys, size=min(count, len(keys)), replace=False)
        on = tuple(key for key in keys if key in set(chosen))
        return replace(answer, on=on, several=field.several)

    def _day(self, base: str) -> date:
        if base == "geburtsdatum":
            return date(1958, 1, 1) + timedelta(days=int(self._chance.integers(0, 18000)))
        low, high = _DAYS.get(base, (20, 40))
        return self._begin + timedelta(days=int(self._chance.integers(low, high)))

    def _date(self, day: date, *, long: bool) -> str:
        month = MONTHS[day.month - 1]
        forms = (
            f"{day:%d.%m.%Y}",
            f"{day.day}.{day.month}.{day.year}",
            f"{day.day}. {month} {day.year}",
            f"{day:%d.%m.%y}",
            f"{day.day}. {day.month}. {day.year}",
            f"{day:%Y-%m-%d}",
            f"{day:%d. %m. %Y}",
        )
        odds = (0.52, 0.14, 0.12, 0.04, 0.06, 0.06, 0.06)
        if long:
            odds = (0.2, 0.05, 0.7, 0.05, 0.0, 0.0, 0.0)
        return str(self._chance.choice(forms, p=odds))

    def _text(self, field: Field, kind: str) -> str:
        made = {
            "name": self._name,
            "phone": self._phone,
            "e-mail": self._mail,
            "address": self._address,
            "free": self._free,
            "short": self._short,
        }[kind]
        for _ in range(20):
            text = made(_base(field.key))
            if covers(self._font, text):
                return text
        return "keine"

    def _one(self, values: tuple[str, ...]) -> str:
        return values[int(self._chance.integers(len(values)))]

    def _name(self, base: str) -> str:
        family, given = self._one(self._words.families), self._one(self._words.given)
        if base == "name":
            return family
        if base == "vorname":
            return given
        if base == "ifk_name" or self._chance.random() < _SOME:
            return f"{self._one(('Frau', 'Herr'))} {family}"
        return f"{given} {family}"

    def _phone(self, _base: str) -> str:
        digits = "".join(map(str, self._chance.integers(0, 10, 7)))
        forms = (
            f"0551 {digits}",
            f"05541/{digits[:5]}",
            f"0176 {digits[:3]} {digits[3:]}{digits[:1]}",
            f"+49 551 {digits[:4]}-{digits[4:]}",
            f"(0551) {digits[:3]} {digits[3:]}",
            f"01520-{digits}",
        )
        return self._one(forms)

    def _mail(self, _base: str) -> str:
        plain = (
            self._plain(self._one(self._words.given)),
            self._plain(self._one(self._words.families)),
        )
        host = self._one(self._words.mails)
        year = int(self._chance.integers(60, 99))
        forms = (
            f"{plain[0]}.{plain[1]}@{host}",
            f"{plain[0][0]}{plain[1]}{year}@{host}",
            f"{plain[1]}_{plain[0]}@{host}",
            f"{plain[0]}-{year}@{host}",
            f"{plain[1]}@{host}",
        )
        return self._one(forms)

    def _plain(self, name: str) -> str:
        for letter, plain in (("ü", "ue"), ("ö", "oe"), ("ä", "ae"), ("ß", "ss")):
            name = name.lower().replace(letter, plain)
        return "".join(sign for sign in name if sign.isascii() and sign.isalpha()) or "kontakt"

    def _address(self, _base: str) -> str:
        code = int(self._chance.integers(37001, 37699))
        return f"{self._one(self._words.streets)}\n{code} {self._one(self._words.places)}"

    def _short(self, base: str) -> str:
        if base in _TIMES:
            return self._one(self._words.times)
        if base in _PLACES:
            return self._one(self._words.places)
        if base == "geschlecht":
            return self._one(("W", "M", "D", "weiblich", "männlich"))
        if base == "projektname":
            return self._one(self._words.projects)
        if base in _TRAEGER:
            return self._one(self._words.traeger)
        return self._one(self._words.phrases)

    def _free(self, base: str) -> str:
        """Return an answer of a few sentences; the page writes as many as have room."""
        if base in _PHRASES or self._chance.random() < _SHORT:
            return self._one((*self._words.short, *self._words.phrases))
        count = int(self._chance.integers(1, 7))
        order = self._chance.permutation(len(self._words.sentences))[:count]
        said = [self._words.sentences[int(number)] for number in order]
        said = [one for one in said if covers(self._font, one)] or ["keine"]
        joint = "\n" if self._chance.random() < _SHORT else " "
        return joint.join(said)


_SOME = 0.35
# Days after the first of the participation, from and up to.
_DAYS = {
    "formular_datum": (-30, 0),
    "teilnahme_von": (0, 1),
    "teilnahme_bis": (90, 200),
    "abbruch_am": (45, 89),
    "nichtantritt_am": (1, 10),
    "erstellt_am": (201, 215),
    "gespraech_am": (195, 201),
    "erlaeutert_am": (10, 20),
    "ausgehaendigt_am": (40, 50),
    "wiedervorlage": (60, 150),
    "gueltig_bis": (120, 300),
    "widerruf_am": (60, 110),
}
