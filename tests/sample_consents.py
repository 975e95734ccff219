"""What the sample declarations hold: given, refused, left open, signed by guardians, withdrawn."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Declared: TypeAlias = tuple[str, str, Mapping[str, object], tuple[str, ...]]
"""Name, day of receipt, values, and who signed."""

_JMD = {"einrichtung": "JMD Leinetal", "fachkraft": "Herr Blume"}
_EXPLAINED = {"erlaeutert": True, "erlaeutert_am": "2026-09-07"}
_TESFAY = {"name": "Haile", "vorname": "Tesfay", "geburtsdatum": "2005-03-19", **_JMD}
_OKSANA = {"name": "Šewčenko-Łoś", "vorname": "Oksana", "geburtsdatum": "2001-12-24", **_JMD}
_LINH = {
    "name": "Đặng",
    "vorname": "Linh",
    "geburtsdatum": "2011-05-30",
    "name_sorge": ["Thị Hồng Đặng", "Văn Minh Đặng"],
    **_JMD,
}
_ROBIN = {"name": "Groß", "vorname": "Robin", "geburtsdatum": "2008-02-29", **_JMD}
_AYLIN = {"name": "Yıldız", "vorname": "Aylin", "geburtsdatum": "2003-08-08", **_JMD}
_SIGNED = {"ort": "Göttingen", "datum": "2026-09-07"}
_SIGNED_2 = {"ort_daten": "Göttingen", "datum_daten": "2026-09-07"}

ICH_BIN_DABEI: Sequence[Declared] = (
    (
        "zugestimmt",
        "2026-09-08",
        {
            **_TESFAY,
            **_SIGNED,
            **_SIGNED_2,
            **_EXPLAINED,
            "sprache": "deutsch",
            "zustimmung_cm": "ja",
            "zustimmung_vertretung": "ja",
            "zustimmung_art": "schriftlich",
            "zustimmung_daten": "ja",
            "zustimmung_gesundheit": "nein",
        },
        ("sig_klient", "sig_klient_daten"),
    ),
    (
        "abgelehnt",
        "2026-09-08",
        {
            **_AYLIN,
            **_SIGNED,
            **_SIGNED_2,
            **_EXPLAINED,
            "sprache": "andere",
            "zustimmung_cm": "nein",
            "zustimmung_vertretung": "nein",
            "zustimmung_daten": "nein",
            "zustimmung_gesundheit": "nein",
        },
        ("sig_klient", "sig_klient_daten"),
    ),
    ("nicht-beantwortet", "2026-09-08", {**_ROBIN, "sprache": "deutsch"}, ()),
    (
        "unter-16",
        "2026-09-08",
        {
            **_LINH,
            **_SIGNED,
            **_SIGNED_2,
            **_EXPLAINED,
            "sprache": "deutsch",
            "zustimmung_cm": "ja",
            "zustimmung_vertretung": "nein",
            "zustimmung_art": "schriftlich",
            "zustimmung_daten": "ja",
            "zustimmung_gesundheit": "ja",
        },
        ("sig_sorge[0]", "sig_sorge[1]", "sig_sorge_daten[0]", "sig_sorge_daten[1]"),
    ),
    (
        "widerrufen",
        "2026-11-12",
        {
            **_OKSANA,
            **_SIGNED,
            **_SIGNED_2,
            **_EXPLAINED,
            "sprache": "ukrainisch",
            "zustimmung_cm": "ja",
            "zustimmung_vertretung": "ja",
            "zustimmung_art": "schriftlich",
            "zustimmung_daten": "ja",
            "zustimmung_gesundheit": "ja",
            "widerruf_am": "2026-11-11",
            "widerruf_umfang": ["teil_1", "teil_2"],
        },
        ("sig_klient", "sig_klient_daten"),
    ),
    (
        "teile-verschieden",
        "2026-09-08",
        {
            **_AYLIN,
            **_SIGNED_2,
            **_EXPLAINED,
            "ort": "Göttingen",
            "datum": "2026-09-04",
            "sprache": "dari_farsi",
            "zustimmung_cm": "ja",
            "zustimmung_vertretung": "nein",
            "zustimmung_art": "muendlich",
            "zweck": "Kurs „Bewerben & Vorstellen“",
            "zustimmung_daten": "nein",
        },
        ("sig_klient_daten",),
    ),
)

EINWILLIGUNG_DATEN: Sequence[Declared] = (
    (
        "zugestimmt",
        "2026-09-08",
        {
            **_TESFAY,
            **_SIGNED,
            **_EXPLAINED,
            "sprache": "arabisch",
            "zweck": "Anmeldung zum Integrationskurs und\nSuche nach einem Praktikum",
            "zustimmung_daten": "ja",
            "zustimmung_gesundheit": "ja",
        },
        ("sig_klient",),
    ),
    (
        "abgelehnt",
        "2026-09-08",
        {
            **_OKSANA,
            **_SIGNED,
            **_EXPLAINED,
            "sprache": "ukrainisch",
            "zustimmung_daten": "nein",
            "zustimmung_gesundheit": "nein",
        },
        ("sig_klient",),
    ),
    ("nicht-beantwortet", "2026-09-08", {**_ROBIN, **_SIGNED, "sprache": "englisch"}, ()),
    (
        "unter-16",
        "2026-09-08",
        {
            **_LINH,
            **_SIGNED,
            **_EXPLAINED,
            "sprache": "deutsch",
            "zustimmung_daten": "ja",
            "zustimmung_gesundheit": "nein",
        },
        ("sig_sorge[0]", "sig_sorge[1]"),
    ),
    (
        "widerrufen",
        "2026-11-12",
        {
            **_AYLIN,
            **_SIGNED,
            **_EXPLAINED,
            "sprache": "deutsch",
            "zustimmung_daten": "ja",
            "zustimmung_gesundheit": "ja",
            "widerruf_am": "2026-11-11",
        },
        ("sig_klient",),
    ),
)

_RELEASE = {
    "empfaenger": "Frau Dr. Sommerfeld, Praxis am Wall,\nWallstraße 7, 37073 Göttingen",
    "daten": "Tage, an denen Termine im September versäumt wurden",
    "anlass": "Termin am 21.09.2026",
    "zweck": "Gemeinsam einen neuen Zeitplan für die Gespräche finden",
    "gueltig_bis": "2026-12-31",
}

SCHWEIGEPFLICHTENTBINDUNG: Sequence[Declared] = (
    (
        "erteilt",
        "2026-09-08",
        {
            **_TESFAY,
            **_SIGNED,
            **_EXPLAINED,
            **_RELEASE,
            "sprache": "englisch",
            "zustimmung_entbindung": "ja",
            "zustimmung_gesundheit": "nein",
            "zustimmung_vertretung": "ja",
        },
        ("sig_klient",),
    ),
    (
        "abgelehnt",
        "2026-09-08",
        {
            **_AYLIN,
            **_SIGNED,
            **_EXPLAINED,
            **_RELEASE,
            "sprache": "deutsch",
            "zustimmung_entbindung": "nein",
            "zustimmung_gesundheit": "nein",
            "zustimmung_vertretung": "nein",
        },
        ("sig_klient",),
    ),
    ("nicht-beantwortet", "2026-09-08", {**_ROBIN, **_RELEASE, "sprache": "deutsch"}, ()),
    (
        "unter-16",
        "2026-09-08",
        {
            **_LINH,
            **_SIGNED,
            **_EXPLAINED,
            **_RELEASE,
            "sprache": "deutsch",
            "zustimmung_entbindung": "ja",
            "zustimmung_gesundheit": "ja",
            "zustimmung_vertretung": "nein",
        },
        ("sig_klient", "sig_sorge[0]", "sig_sorge[1]"),
    ),
    (
        "widerrufen",
        "2026-11-12",
        {
            **_OKSANA,
            **_SIGNED,
            **_EXPLAINED,
            **_RELEASE,
            "sprache": "ukrainisch",
            "zustimmung_entbindung": "ja",
            "zustimmung_gesundheit": "ja",
            "zustimmung_vertretung": "nein",
            "widerruf_am": "2026-11-11",
        },
        ("sig_klient",),
    ),
)
