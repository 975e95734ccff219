"""The cases behind ``samples/``: what was meant, before any file was made; all people invented.

The golden files say what reading gives; these records say what is true. ``test_samples`` holds
both against each other: an accepted value must be the true one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.sample_consents import EINWILLIGUNG_DATEN, ICH_BIN_DABEI, SCHWEIGEPFLICHTENTBINDUNG
from tests.sample_plans import PLANS

CHANNELS = ("docx", "resaved", "acroform", "flat", "foreign", "scan")


@dataclass(frozen=True)
class Case:
    """One filled form: its values, who signed, and the day it is received.

    ``form`` may name an edition. ``sheet`` holds a free Beiblatt sent in the same file.
    """

    form: str
    name: str
    received: str
    values: Mapping[str, object]
    signed: tuple[str, ...] = ()
    sheet: Mapping[str, object] | None = None

    @property
    def channels(self) -> tuple[str, ...]:
        """A Word file holds one form."""
        return CHANNELS if self.sheet is None else ("acroform", "flat", "scan")


_TESTER = {
    "projektname": "Angebot XY",
    "traeger": "Träger XY",
    "teilnahme_von": "2017-01-01",
    "teilnahme_bis": "2017-05-31",
    "formular_datum": "2023-07-24",
    "name": "ZZZ-Tester",
    "vorname": "Testi",
    "geschlecht": "M",
    "anschrift": "Seibigstraße 2,\n37133 Friedland",
    "geburtsdatum": "1986-05-21",
    "telefon": "0551 18888",
    "email": "zzz@gmx.example",
    "ifk_name": "Herr Musterfeld",
    "ifk_telefon": "0551 5550123",
    "ifk_email": "musterfeld@landkreis.example",
}
_WERKSTATT = {
    "projektname": "Werkstatt „Neue Wege“",
    "traeger": "Bildungsverein Leinetal e.V.",
    "teilnahme_von": "2026-01-12",
    "teilnahme_bis": "2026-06-30",
    "formular_datum": "2026-01-07",
    "ifk_name": "Frau Sommerfeld",
    "ifk_telefon": "0551 5550142",
    "ifk_email": "sommerfeld@landkreis.example",
}
_LONG = (
    "Ich will in der Werkstatt lernen, wie man Fahrräder repariert, und danach eine Ausbildung"
    " suchen. Bis Ende März möchte ich jeden Tag pünktlich sein. Mein Traum ist ein eigener"
    " Laden, aber erst mal will ich den Führerschein schaffen.\n"
)

ERWARTUNGSBOGEN = (
    Case("erwartungsbogen", "zzz-tester", "2023-07-25", _TESTER),
    Case(
        "erwartungsbogen",
        "vollstaendig",
        "2026-01-08",
        _WERKSTATT
        | {
            "name": "Özdemir",
            "vorname": "Ayşe",
            "geschlecht": "W",
            "anschrift": "Große Straße 14\n37073 Göttingen",
            "geburtsdatum": "1999-11-03",
            "telefon": "0151 5550177",
            "email": "ayse.oezdemir@post.example",
            "erwartungen": "Ich will wieder jeden Tag aufstehen und etwas Sinnvolles machen."
            " Bis Ende März möchte ich mein Bewerbungsfoto und drei Bewerbungen haben.",
            "fahrkosten": "ja",
            "fahrkosten_mittel": ["oepnv"],
            "gesetzliche_betreuung": "nein",
        },
    ),
    Case(
        "erwartungsbogen",
        "dang",
        "2026-01-09",
        _WERKSTATT
        | {
            "name": "Đặng",
            "vorname": "Thị Hồng Nhung",
            "geschlecht": "W",
            "anschrift": "Am Weißen Stein 3\n37085 Göttingen",
            "geburtsdatum": "2001-02-28",
            "telefon": "0160 5550139",
            "email": "nhung@post.example",
            "erwartungen": "Ich möchte besser Deutsch sprechen und in 3 Monaten ein Praktikum in"
            " der Küche machen.",
            "fahrkosten": "ja",
            "fahrkosten_mittel": ["oepnv", "pkw"],
            "gesetzliche_betreuung": "nein",
        },
    ),
    Case(
        "erwartungsbogen",
        "girts-betreuung",
        "2026-01-09",
        _WERKSTATT
        | {
            "name": "Bērziņš",
            "vorname": "Ģirts",
            "geschlecht": "M",
            "anschrift": "Kurze Gasse 1 a\n37073 Göttingen",
            "geburtsdatum": "1987-08-15",
            "telefon": "0551 5550166",
            "email": "girts@post.example",
            "erwartungen": "Bis zum 30.04.2026 will ich den Staplerschein haben.",
            "fahrkosten": "nein",
            "gesetzliche_betreuung": "ja",
        },
    ),
    Case(
        "erwartungsbogen",
        "unvollstaendig",
        "2026-01-20",
        {
            "projektname": "Werkstatt „Neue Wege“",
            "traeger": "Bildungsverein Leinetal e.V.",
            "teilnahme_von": "2026-01-12",
            "name": "Klein",
            "vorname": "Robin",
            "erwartungen": "Sicherung des Aufenthalts",
            "fahrkosten_mittel": ["pkw"],
        },
    ),
    Case(
        "erwartungsbogen",
        "langer-o-ton",
        "2026-01-12",
        _WERKSTATT
        | {
            "name": "Yılmaz",
            "vorname": "Can",
            "geschlecht": "D",
            "anschrift": "Lange Reihe 200\n37083 Göttingen",
            "geburtsdatum": "2004-04-30",
            "telefon": "0152 5550188",
            "email": "can.yilmaz@post.example",
            "erwartungen": (_LONG * 24).rstrip("\n"),
            "fahrkosten": "ja",
            "fahrkosten_mittel": ["pkw"],
            "gesetzliche_betreuung": "nein",
        },
    ),
)

_FB = {
    "traeger_massnahme": "Bildungsverein Leinetal e.V., Werkstatt „Neue Wege“",
    "teilnahme_von": "2026-01-12",
    "teilnahme_bis": "2026-06-30",
}
_ANTWORTEN = {
    "q1_erwartung": "Ich will wieder jeden Tag aufstehen und drei Bewerbungen schreiben.",
    "q2_geaendert": "Ja, ich will jetzt lieber in die Küche als ins Büro.",
    "q3_erreicht": "Ich habe vier Bewerbungen geschrieben und war fast immer pünktlich.",
    "q4_wodurch": "Durch die Hilfe von Herrn Blume und weil ich einen Plan hatte.",
    "q5_nicht_erreicht": "Den Führerschein habe ich noch nicht.",
    "q6_warum_nicht": "Mir hat das Geld für die Fahrstunden gefehlt.",
    "q7_ressourcen": "Ich kann besser vor anderen sprechen und traue mir mehr zu.",
    "q8_danach": "Ich fange im August eine Ausbildung als Köchin an.",
}
_BEIDE = ("sig_tn", "sig_traeger")

FEEDBACKBOGEN = (
    Case(
        "feedbackbogen",
        "zzz-tester",
        "2017-06-09",
        {
            "traeger_massnahme": "Träger XY, Angebot XY",
            "teilnahme_von": "2017-01-01",
            "teilnahme_bis": "2017-05-31",
            "name": "ZZZ-Tester",
            "vorname": "Testi",
            "anlass": "regulaer",
            "erstellt_am": "2017-05-30",
            **_ANTWORTEN,
        },
        _BEIDE,
    ),
    Case(
        "feedbackbogen",
        "nichtantritt",
        "2026-01-15",
        _FB
        | {
            "name": "Özdemir",
            "vorname": "Ayşe",
            "anlass": "nichtantritt",
            "erstellt_am": "2026-01-14",
        },
        ("sig_traeger",),
    ),
    Case(
        "feedbackbogen",
        "abbruch-mit-beiblatt",
        "2026-03-20",
        _FB
        | {
            "name": "Yılmaz",
            "vorname": "Can",
            "anlass": "abbruch",
            "abbruch_am": "2026-03-17",
            "abbruch_gruende": (
                "Ich habe eine Arbeit gefunden und kann nicht mehr kommen. "
                "Der Weg war mit dem Bus zu weit, und meine Kinder brauchen mich am Nachmittag. "
            )
            * 9
            + "Ich danke allen.",
            "q8_danach": "Ich arbeite ab Montag im Lager.",
            "erstellt_am": "2026-03-18",
        },
        _BEIDE,
    ),
    Case(
        "feedbackbogen",
        "ostern-verspaetet",
        "2026-04-08",
        _FB
        | {
            "name": "Klein",
            "vorname": "Robin",
            "anlass": "abbruch",
            "abbruch_am": "2026-03-27",
            "abbruch_gruende": "Ich ziehe zu meiner Schwester nach Kassel.",
            "q8_danach": "Ich suche in Kassel eine Wohnung.",
            "erstellt_am": "2026-04-07",
        },
        _BEIDE,
    ),
    Case(
        "feedbackbogen",
        "unvollstaendig",
        "2026-07-01",
        _FB
        | {
            "name": "Meißner",
            "vorname": "Jo",
            "anlass": "regulaer",
            "erstellt_am": "2026-06-29",
            "q1_erwartung": _ANTWORTEN["q1_erwartung"],
            "q2_geaendert": "Ja",
            "q3_erreicht": "nichts",
            "q5_nicht_erreicht": "keine",
            "q8_danach": "Weiß ich noch nicht.",
        },
        ("sig_traeger",),
    ),
    Case(
        "feedbackbogen",
        "dang-und-girts",
        "2026-07-02",
        _FB
        | {
            "name": "Đặng-Bērziņš",
            "vorname": "Thị Ģirta",
            "anlass": "regulaer",
            "erstellt_am": "2026-06-30",
            **_ANTWORTEN,
            "q5_nicht_erreicht": "keine",
            "q6_warum_nicht": "",
        },
        _BEIDE,
    ),
)

INTEGRATIONSFOERDERPLAN = tuple(
    Case("integrationsfoerderplan", name, received, values) for name, received, values in PLANS
)

_BLATT = {
    "formular": "Feedbackbogen",
    "name": "Nguyễn",
    "vorname": "Hòa",
    "datum": "2026-03-18",
    "frage": "Abbruch",
    "fortsetzung": "Ich habe eine feste Stelle in der Gärtnerei gefunden.\n\n"
    "Der Chef hat mich gleich am ersten Tag gefragt, ob ich bleiben will – ja!",
}
MIT_BEIBLATT = Case(
    "feedbackbogen",
    "abbruch-mit-freiem-beiblatt",
    "2026-03-20",
    _FB
    | {
        "name": "Nguyễn",
        "vorname": "Hòa",
        "anlass": "abbruch",
        "abbruch_am": "2026-03-17",
        "abbruch_gruende": "siehe Beiblatt",
        "q8_danach": "Ich arbeite in der Gärtnerei.",
        "erstellt_am": "2026-03-18",
    },
    _BEIDE,
    _BLATT,
)
BEIBLATT = Case("beiblatt", "freies-blatt", "2026-03-20", _BLATT)

FEEDBACKBOGEN_2026 = (
    Case(
        "feedbackbogen/2026-11",
        "nichtantritt",
        "2026-12-03",
        {
            "traeger_massnahme": _FB["traeger_massnahme"],
            "teilnahme_von": "2026-11-30",
            "name": "Šarić",
            "vorname": "Mia",
            "geburtsdatum": "2004-02-29",
            "anlass": "nichtantritt",
            "nichtantritt_am": "2026-11-30",
            "erstellt_am": "2026-12-02",
        },
        ("sig_traeger",),
    ),
    Case(
        "feedbackbogen/2026-11",
        "abbruch",
        "2027-01-06",
        {
            "traeger_massnahme": _FB["traeger_massnahme"],
            "teilnahme_von": "2026-11-30",
            "teilnahme_bis": "2026-12-22",
            "name": "Klein",
            "vorname": "Robin",
            "geburtsdatum": "1998-10-10",
            "anlass": "abbruch",
            "abbruch_am": "2026-12-22",
            "abbruch_gruende": "Ich ziehe zu meiner Schwester nach Kassel.",
            "q8_danach": "Ich suche in Kassel eine Wohnung.",
            "gespraech_am": "2026-12-22",
            "erstellt_am": "2026-12-22",
        },
        _BEIDE,
    ),
    Case(
        "feedbackbogen/2026-11",
        "regulaer",
        "2027-06-10",
        {
            "traeger_massnahme": _FB["traeger_massnahme"],
            "teilnahme_von": "2026-11-30",
            "teilnahme_bis": "2027-05-28",
            "name": "Đặng-Bērziņš",
            "vorname": "Thị Ģirta",
            "geburtsdatum": "2001-02-28",
            "anlass": "regulaer",
            "gespraech_am": "2027-05-27",
            "erstellt_am": "2027-05-28",
            **_ANTWORTEN,
        },
        _BEIDE,
    ),
)

EINWILLIGUNGEN = tuple(
    Case(form, *declared)
    for form, all_declared in (
        ("einwilligung-ich-bin-dabei", ICH_BIN_DABEI),
        ("einwilligung-daten", EINWILLIGUNG_DATEN),
        ("schweigepflichtentbindung", SCHWEIGEPFLICHTENTBINDUNG),
    )
    for declared in all_declared
)

CASES = (
    *ERWARTUNGSBOGEN,
    *FEEDBACKBOGEN,
    MIT_BEIBLATT,
    BEIBLATT,
    *FEEDBACKBOGEN_2026,
    *INTEGRATIONSFOERDERPLAN,
    *EINWILLIGUNGEN,
)
