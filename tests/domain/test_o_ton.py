"""The style check of the person's own words: what it asks about, what it leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formservice.domain.o_ton import REASONS, Weakness, weaknesses

OWN_WORDS = [
    "Ich beachte meinen Motor und mache Boxenstopps.",
    "Ich will Arbeit",
    "„Ich will (neue) Wohnung“",
    '"Ich will Arbeit"',
    "Mir geht es gut, aber die Wohnung ist zu klein und ich will eine Arbeit",
    "Jetzt mache ich erst mal den Sprachkurs fertig",
    "Ich weiß, dass ich das machen möchte.",
    "Wir suchen eine Wohnung, damit unsere Kinder ein Zimmer haben.",
    "I mag schaffe ganga, bis Ende Mai",
    "Ick will ne Arbeit, wo ick früh anfange",
    "I want to work as a nurse until summer",
    "Bis Mai çalışmak istiyorum",
    "أريد أن أتعلم الألمانية",
    "Хочу работать",
    "我想工作",
    "Herr Müller vom Jobcenter hat mir geholfen, das war gut.",
    "Meine Tochter geht zur Schule. Ich will, dass sie stolz auf mich ist.",
    "Die anderen Teilnehmer waren nett zu mir.",
    "Ich habe früher mit Kunden gearbeitet.",
    "Ich weiß jetzt, was Kunden wollen.",
    "Mein Arzt sagt, ich müsse weniger tragen.",
    "Ich habe keine Wohnung, es sei denn, meine Schwester zieht aus.",
    "Ich möchte die Verlängerung der Aufenthaltserlaubnis",
    "I mog bis Weihnachten a eigne Wohnung",
    "I wui a Lehrstell im Herbst",
    "Hab kein Bock mehr auf Rumsitzen, will bis Herbst was finden",
    "Nicht viel. Bin aber mutiger geworden",
    "Eu quero trabalhar na cozinha",
    "Busco trabajo de limpieza",
    "Muốn học tiếng Đức",
    "Ez dixwazim kar bikim",
    "Waxaan rabaa shaqo",
    "Meine Tochter ist krank. Sie soll bald operiert werden. Danach will ich arbeiten.",
    "Ich will, dass er mich in Ruhe lässt. Er soll ausziehen.",
    "Durch Herrn Krause. Der hat mir geholfen.",
    "TN sagt: „Ich will endlich wieder arbeiten und meine Kinder selbst versorgen.“",
]

NOT_OWN_WORDS = [
    ("Sicherung des Aufenthalts", {Weakness.NO_FIRST_PERSON, Weakness.NOMINAL}),
    ("Aufenthalt ist geklärt", {Weakness.NO_FIRST_PERSON}),
    ("Therapie beginnen (bis 02.12.2016)", {Weakness.NO_FIRST_PERSON}),
    (
        "Es gebe dort keinerlei Privatsphäre und zudem verschärften Konflikte innerhalb der "
        "Familie die Gesamtsituation noch zusätzlich.",
        {Weakness.NO_FIRST_PERSON, Weakness.REPORTED},
    ),
    (
        "Sie wolle es vorerst alleine versuchen und nur noch bei Bedarf die Begleitung in "
        "Anspruch nehmen.",
        {Weakness.NO_FIRST_PERSON, Weakness.REPORTED},
    ),
    (
        "Welche Erwartungen hat der eLb an das Angebot?",
        {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON},
    ),
    (
        "4 Jahre als Zimmermann in SYR gearbeitet; 4 Jahre Schulbildung in SYR",
        {Weakness.NO_FIRST_PERSON},
    ),
    ("Ich will bis Mai eine Arbeit. Er möchte den Führerschein machen.", {Weakness.THIRD_PERSON}),
    ("Mein Ziel ist Arbeit. Sie soll Bewerbungen schreiben.", {Weakness.THIRD_PERSON}),
    ("Ich sehe Bedarf, der Kunde soll sich bewerben", {Weakness.THIRD_PERSON}),
    ("Meine Kundin möchte Arbeit", {Weakness.THIRD_PERSON}),
    ("Wir empfehlen der Teilnehmerin eine Umschulung", {Weakness.THIRD_PERSON}),
    ("Stärkung des Ich-Gefühls", {Weakness.NO_FIRST_PERSON, Weakness.NOMINAL}),
    ("Er habe viel geschafft", {Weakness.NO_FIRST_PERSON, Weakness.REPORTED}),
    ("Frau Schmidt kann ab Mai", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Mit Hilfe von Frau Kaya und viel Üben", {Weakness.NO_FIRST_PERSON}),
    ("TN möchte bis Mai eine Arbeit", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Die Teilnehmerin lernt Deutsch", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Kundin soll Bewerbungen schreiben", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Der Klient ist motiviert", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Frau Özdemir sucht Arbeit", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Er will in die Pflege", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Bis Mai möchte sie fertig sein", {Weakness.NO_FIRST_PERSON, Weakness.THIRD_PERSON}),
    ("Ich will arbeiten. Der eLb ist pünktlich.", {Weakness.THIRD_PERSON}),
    ("Ich will arbeiten. Sie möchte gerne in die Pflege.", {Weakness.THIRD_PERSON}),
    ("Er sagt, er habe keine Zeit", {Weakness.NO_FIRST_PERSON, Weakness.REPORTED}),
    ("Er sei motiviert", {Weakness.NO_FIRST_PERSON, Weakness.REPORTED}),
    (
        "Integration in den Arbeitsmarkt",
        {Weakness.NO_FIRST_PERSON, Weakness.NOMINAL},
    ),
    (
        "Herstellung und Sicherung der psychischen Stabilität",
        {Weakness.NO_FIRST_PERSON, Weakness.NOMINAL},
    ),
    ("Führerschein machen", {Weakness.NO_FIRST_PERSON}),
    ("Durch die Unterstützung der Mitarbeiter", {Weakness.NO_FIRST_PERSON}),
    ("Verbesserung von Deutsch", {Weakness.NO_FIRST_PERSON, Weakness.NOMINAL}),
    ("Was meinen Sie dazu?", {Weakness.NO_FIRST_PERSON}),
    ("Gemeinsam Bewerbungen schreiben", {Weakness.NO_FIRST_PERSON}),
]


@pytest.mark.parametrize("text", OWN_WORDS, ids=range(len(OWN_WORDS)))
def test_the_persons_own_words_raise_no_question(text):
    assert weaknesses(text) == ()


@pytest.mark.parametrize(("text", "expected"), NOT_OWN_WORDS, ids=range(len(NOT_OWN_WORDS)))
def test_words_about_the_person_are_asked_about_with_the_reason(text, expected):
    assert set(weaknesses(text)) == expected


def test_an_empty_text_has_no_style():
    assert weaknesses(" \n ") == ()


def test_every_weakness_has_a_german_reason():
    assert set(REASONS) == set(Weakness)


@given(st.text(max_size=300))
def test_any_text_can_be_judged(text):
    assert set(weaknesses(text)) <= set(Weakness)
