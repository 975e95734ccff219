"""What can stand in a field: usual values pass, usual misreadings do not."""

import pytest

from formservice.adapters.acceptance import load_rule
from formservice.domain.content import is_suspect_value
from formservice.domain.form import Content

WORDS = load_rule().characters

USUAL = {
    Content.NAME: [
        "Meier",
        "Müller-Lüdenscheidt",
        "McDonald",
        "von der Heide",
        "Wiśniewska",
        "Ayşe Yıldırım",
        "Dr. Jana Sommer",
        "Frau Weiß",
        "J. Sommer",
        "SOMMER",
        "Hans v. Berg",
    ],
    Content.PHONE: [
        "0441 12345",
        "+49 441 1234-56",
        "(0551) 123 456",
        "01520-1234567",
        "05541/12",
    ],
    Content.EMAIL: [
        "jana.sommer@beispiel.de",
        "j-sommer@mail.beispiel.com",
        "kemar95@web.de",
        "emilia.mueller@web.de",
    ],
    Content.ADDRESS: [
        "Am Wall 12a\n26121 Oldenburg",
        "Am Wall 2\n26121 OLDENBURG",
        "Hauptstr. 5, 37073 Göttingen",
    ],
    Content.LIST: ["Werkstatt Nord gGmbH", "Bildungshaus am Wall e. V."],
    Content.SHORT: [
        "Göttingen",
        "weiblich",
        "M",
        "in 3 Monaten",
        "bis 12.10.2026",
        "SGB II",
        "Lehrjahr III",
    ],
    Content.FREE: [
        "Ich will endlich wieder arbeiten, am liebsten im Lager.",
        "ich hab z. B. den B1-Kurs geschafft",
        "Hab 14 Bewerbungen geschrieben, 3 Antworten gekriegt.",
        "Die Kita – bis 15 Uhr – war gut. Danke!",
        "„Das war gut“, hat Frau Sommer (Leiterin) gesagt.",
        "keine",
        "a) Deutsch lernen\nb) Arbeit (im Lager) finden",
        "5kg leichter, 80qm groß, 2ZKB, 1x wöchentlich, in den 90er Jahren",
        "Perspektive Ü25 mit B1/B2 und L4/L5, Führerschein C1E",
        "Die Mitarbeiter*innen, Trainer:innen und BetreuerInnen waren nett.",
        "lt. Plan bei der Fa. geblieben, z. Zt. krank, tgl. zwei Std. geübt",
        "Az. 12 C 345/25, rd. 2.800 €, ab 8.30 Uhr - oder 18:20 Uhr",
        "Frau Güneş und Herr Yıldız, DaZ-Kurs, 3D-Druck, MwSt.",
    ],
}
MISREAD = {
    Content.NAME: [
        "Meler1",
        "lbrahim",
        "MüIler",
        "Zo&",
        "meier",
        "Meier |",
        "tukasz Weiß",
        "Ştefan",
        "Dragoş Popa",
        "Thi Ánh",
        "Trân",
    ],
    Content.PHONE: ["O441 12345", "0441 l2345", "441", "0441 12345 67890 12345 6", "0441 (123"],
    Content.EMAIL: [
        "jana.sommer@beispiel",
        "jana sommer@web.de",
        "lna@web.de",
        "k1m@web.de",
        "till.s@web.de",
    ],
    Content.ADDRESS: [
        "Am Wall 12a\n2612 Oldenburg",
        "Am Wall\n26121 Oldenburg",
        "26121 Oldenburg",
        "Am Waldrıng 2\n26121 Oldenburg",
    ],
    Content.LIST: ["Werkstatt N0rd", "Bildungshaus am Wal|"],
    Content.SHORT: [
        "G0ttingen",
        "ln 3 Monaten",
        "(bis Mai",
        "l",
        "SGB Il",
        "1x, lI",
        "HI. Geist",
        "BIank",
    ],
    Content.FREE: [
        "lch will arbeiten.",
        "Ich will arbeiten. und lernen",
        "Ich will arbeiten ,und lernen",
        "Ich wiIl arbeiten",
        "„Das war gut, hat sie gesagt.",
        "Ich will _arbeiten",
        "Ich will arbeiten,",
        "Die Kita — bis 15 Uhr",
        "Ich hab Bl, das reicht.",
        "Kurs AI bestanden",
        "e Arbeit finden",
        "Perspektive U25",
        "Das war gut) und schön",
        "Ich bIn da",
        "Herr Popeştescu",
        "Eine Wohnung ım Stadtgebiet",
        "Mein Kınd",
        "Maßnahme nach SGB Il",
    ],
}


@pytest.mark.parametrize(("about", "text"), [(a, t) for a, texts in USUAL.items() for t in texts])
def test_usual_values_are_not_suspect(about, text):
    assert not is_suspect_value(about, text, WORDS)


@pytest.mark.parametrize(
    ("about", "text"), [(a, t) for a, texts in MISREAD.items() for t in texts]
)
def test_usual_misreadings_are_suspect(about, text):
    assert is_suspect_value(about, text, WORDS)


@pytest.mark.parametrize(
    "text",
    [
        "Wir sind 5 Leute auf 48 m?.",
        "Das Zimmer hat 12 m’ und ist warm.",
        "Es dauert 1 % Stunden.",
        "Es dauert 1 1/2 Stunden, oder 1 /2 Stunden.",
    ],
)
def test_raised_digits_and_fractions_that_no_model_knows_are_suspect(text):
    assert is_suspect_value(Content.FREE, text, WORDS)


@pytest.mark.parametrize("text", ["Ich schaffe 19 Stunden.", "Es waren 7 % mehr.", "Nur 3 m?"])
def test_usual_numbers_are_not(text):
    assert is_suspect_value(Content.FREE, text, WORDS) is text.endswith("?")


@pytest.mark.parametrize(
    "text", ["Mo-Fr von 6 bis 8 Uhr.", "Dienstags 8-12 Uhr.", "Mo.-Mi. frei."]
)
def test_a_hyphen_between_days_or_hours_may_be_a_dash(text):
    assert is_suspect_value(Content.FREE, text, WORDS)
    assert is_suspect_value(Content.SHORT, text, WORDS)


@pytest.mark.parametrize(
    "text", ["E-Mail geht.", "Am 2026-04-07 wieder.", "Mo–Fr von 6 bis 8 Uhr."]
)
def test_other_hyphens_and_dashes_stand(text):
    assert not is_suspect_value(Content.FREE, text, WORDS)


@pytest.mark.parametrize("name", ["Özlem Trän", "Thi Hông", "Nguyèn"])
def test_names_that_usually_have_more_marks_than_were_seen_are_suspect(name):
    assert is_suspect_value(Content.NAME, name, WORDS)
