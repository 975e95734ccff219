"""What the sample plans hold; Samira's is the example of the source, word for word."""

from collections.abc import Mapping, Sequence

# Ticks, priority and wish are not known from the source.
SAMIRA: Mapping[str, object] = {
    "datum": "2016-10-05",
    "einrichtung": "JMD Frankfurt am Main",
    "vorname": "Samira",
    "ziele": [
        {
            "text": "Sicherung des Aufenthalts",
            "wiedervorlage": "2017-01-12",
            "teilziele": [
                "Die zur Erlangung des Aufenthaltstitels notwendigen Unterlagen besorgen,"
                " ausfüllen und bei der Ausländerbehörde einreichen",
                "Aufenthalt ist geklärt",
            ],
            "leistungen_klient": [
                {
                    "text": "Ausfüllen des Antrags für die Aufenthaltserlaubnis",
                    "zeitangabe": "bis 12.10.2016",
                },
                {"text": "Abgabe bei der Ausländerbehörde", "zeitangabe": "bis 14.10.2016"},
            ],
            "leistungen_jmd": [
                {
                    "text": "Bereitstellung u. Hilfestellung beim Ausfüllen des Antrags"
                    " (s. links)",
                    "zeitangabe": "bis 12.10.2016",
                },
                {
                    "text": "Aufzeigen der Möglichkeiten, die notwendigen Unterstützungen zu"
                    " erhalten inkl. der notwendigen Adressen",
                    "zeitangabe": "bis 12.10.2016",
                },
                {
                    "text": "Tel. Abstimmung mit Flüchtlingssozialberatung in der Unterkunft",
                    "zeitangabe": "bis 12.10.2016",
                },
            ],
            "einrichtungen": [
                "Ausländerbehörde",
                "Flüchtlingssozialberatung in der Unterkunft",
            ],
        },
        {
            "text": "Notwendige psychische Stabilität für den Besuch für die weitere"
            " Lebensplanung ist hergestellt.",
            "teilziele": [
                "Stabilisierung durch Gespräche und Gruppenarbeit bis zum Beginn einer Therapie"
                " (ab sofort)",
                "Therapie beginnen (bis 02.12.2016)",
            ],
            "leistungen_klient": [
                {
                    "text": "Teilnahme an überbrückenden Stabilisierungsgesprächen und"
                    " Gruppenangeboten des JMD",
                    "zeitangabe": "ab 12.10.2016",
                },
                {
                    "text": "Überlegung, welcher Verwandte oder Bekannte sie zusätzlich"
                    " unterstützen kann",
                    "zeitangabe": "bis 12.10.2016",
                },
            ],
            "leistungen_jmd": [
                {
                    "text": "Kontaktaufnahme mit dem Evang. Zentrum für Beratung und Therapie",
                    "zeitangabe": "bis 05.10.2016",
                },
                {
                    "text": "Regelmäßige Stabilisierungsgespräche nach Bedarf",
                    "zeitangabe": "fortlaufend bis zum Therapiebeginn",
                },
                {
                    "text": "Aufnahme in niedrigschwellige Kursreihe „Frauenfrühstück“ des JMD",
                    "zeitangabe": "ab 10.10.2016",
                },
            ],
            "einrichtungen": ["Evang. Zentrum für Beratung u. Therapie am Weißen Stein"],
        },
    ],
}


def _ziel(text: str, stand: str, wiedervorlage: str, **more: object) -> dict[str, object]:
    return {"text": text, "stand": stand, "wiedervorlage": wiedervorlage, **more}


def _leistung(text: str, zeitangabe: str) -> dict[str, str]:
    return {"text": text, "zeitangabe": zeitangabe}


# Five goals agreed one after another; three of them are open.
FUENF_ZIELE: Mapping[str, object] = {
    "datum": "2026-09-14",
    "einrichtung": "JMD Leinetal",
    "vorname": "Tesfay",
    "ueberpruefungszeitraum": "alle drei Monate, zuerst am 14.12.2026",
    "ausgehaendigt_am": "2026-09-14",
    "ziele": [
        _ziel(
            "Der Platz im Integrationskurs ist sicher.",
            "erreicht",
            "2026-09-30",
            wunsch="Ich will schnell richtig Deutsch lernen.",
            indikator="Die Zusage der Sprachschule liegt vor.",
            teilziele=["Einstufungstest ablegen (bis 18.09.2026)"],
            leistungen_klient=[_leistung("Anmeldung ausfüllen", "bis 16.09.2026")],
            leistungen_jmd=[_leistung("Mit der Sprachschule telefonieren", "bis 15.09.2026")],
            einrichtungen=["Sprachschule am Wall"],
            angebot_vorhanden="ja",
        ),
        _ziel(
            "Tesfay besteht bis 30.06.2027 die Prüfung B1.",
            "offen",
            "2026-12-14",
            prioritaet="eins",
            wunsch="Ich will die Prüfung beim ersten Mal schaffen.",
            indikator="Das Zertifikat ist da.",
            teilziele=[
                "Regelmäßig am Kurs teilnehmen (fortlaufend)",
                "Probeprüfung schreiben (bis 30.04.2027)",
            ],
            leistungen_klient=[
                _leistung("Jeden Tag zum Kurs gehen und Hausaufgaben machen", "fortlaufend"),
                _leistung("Zur Lerngruppe kommen", "ab 01.10.2026, jeden Dienstag"),
            ],
            leistungen_jmd=[_leistung("Lerngruppe anbieten", "ab 01.10.2026")],
            einrichtungen=["Sprachschule am Wall", "Stadtbibliothek"],
            angebot_vorhanden="ja",
        ),
        _ziel(
            "Tesfay kennt drei Berufe aus eigener Erfahrung.",
            "offen",
            "2026-12-14",
            prioritaet="zwei",
            wunsch="Ich möchte mit Holz arbeiten oder Autos reparieren.",
            indikator="Zu drei Praktika gibt es eine Bescheinigung.",
            teilziele=["Praktikum in einer Tischlerei (bis Ende Januar 2027)"],
            leistungen_klient=[_leistung("Lebenslauf schreiben", "bis 30.10.2026")],
            leistungen_jmd=[_leistung("Drei Betriebe ansprechen", "bis 15.11.2026")],
            einrichtungen=["Kreishandwerkerschaft"],
            angebot_vorhanden="ja",
        ),
        _ziel(
            "Der Führerschein ist bestanden.",
            "zurueckgestellt",
            "2027-06-01",
        ),
        _ziel(
            "Tesfay lebt in einem ruhigen eigenen Zimmer.",
            "offen",
            "2026-11-16",
            prioritaet="drei",
            wunsch="Ich will nachts schlafen können, in der Unterkunft ist es immer laut.",
            indikator="Der Mietvertrag ist unterschrieben.",
            teilziele=["Wohnberechtigungsschein beantragen (bis 30.09.2026)"],
            leistungen_klient=[_leistung("Wohnungsanzeigen lesen und anrufen", "wöchentlich")],
            leistungen_jmd=[
                _leistung("Beim Antrag helfen", "bis 25.09.2026"),
                _leistung("Zu Besichtigungen begleiten", "nach Bedarf"),
            ],
            einrichtungen=["Wohnungsamt"],
            angebot_vorhanden="nein",
        ),
    ],
}

_SCHRITTE = (
    ("Alle Zeugnisse sammeln und übersetzen lassen", "bis 16.10.2026"),
    ("Termin bei der Anerkennungsberatung vereinbaren", "bis 20.10.2026"),
    ("Geburtsurkunde beglaubigen lassen", "bis 23.10.2026"),
    ("Lebenslauf in ganzen Sätzen aufschreiben", "bis 30.10.2026"),
    ("Zwei Kitas nach einer Hospitation fragen", "ab 02.11.2026"),
    ("Tagebuch über die Hospitation führen", "fortlaufend während der Hospitation"),
    ("Antrag auf Anerkennung abgeben", "bis 15.12.2026"),
    ("Ein Angebot für den Sprachkurs B2 annehmen", "ab Januar 2027"),
)
_HILFEN = (
    ("Kosten der Übersetzung klären", "bis 12.10.2026"),
    ("Zur Anerkennungsberatung begleiten", "am Tag des Termins, bis 20.10.2026"),
    ("Liste der Kitas mit Ansprechpartnern zusammenstellen", "bis 26.10.2026"),
    ("Bewerbungsgespräch üben", "nach Bedarf"),
    ("Kinderbetreuung während der Hospitation suchen", "sofort"),
)

# More of everything than one print has rows.
VIELE_LEISTUNGEN: Mapping[str, object] = {
    "datum": "2026-10-05",
    "einrichtung": "JMD Leinetal",
    "vorname": "Oksana",
    "ueberpruefungszeitraum": "vierteljährlich",
    "ausgehaendigt_am": "2026-10-05",
    "ziele": [
        _ziel(
            "Der Berufsabschluss als Erzieherin ist bis 30.09.2027 anerkannt.",
            "offen",
            "2027-01-11",
            prioritaet="eins",
            wunsch="Ich habe zwölf Jahre mit Kindern gearbeitet und will das wieder tun.",
            indikator="Der Bescheid über die Anerkennung liegt vor.",
            teilziele=[
                "Unterlagen vollständig (bis 30.10.2026)",
                "Hospitation in einer Kita (ab 02.11.2026)",
                "Antrag gestellt (bis 15.12.2026)",
                "Anpassungslehrgang begonnen (bis März 2027)",
                "Sprachniveau B2 erreicht (bis 30.06.2027)",
            ],
            leistungen_klient=[_leistung(*one) for one in _SCHRITTE],
            leistungen_jmd=[_leistung(*one) for one in _HILFEN],
            einrichtungen=[
                "Anerkennungsberatung",
                "Kita Sonnenhügel",
                "Kita Am Bach",
                "Volkshochschule",
            ],
            angebot_vorhanden="ja",
        )
    ],
}

# Characters that programs along the way take for their own.
SONDERZEICHEN: Mapping[str, object] = {
    "datum": "2026-10-05",
    "einrichtung": "JMD „Nord & Süd“ <e. V.>",
    "vorname": "Đặng-Ğirta Олена",
    "ueberpruefungszeitraum": "in 3 Monaten – spätestens 08.01.2027",
    "ziele": [
        _ziel(
            "{{ ziel.text }} heißt: 100 % „eigene“ Wohnung, ≤ 450 €/Monat {% endfor %}",
            "offen",
            "2026-11-09",
            prioritaet="zwei",
            wunsch="Ich will:\n– Ruhe & Licht\n– 2½ Zimmer\n\n<nicht> mehr umziehen\\müssen!",
            indikator="Mietvertrag §§ 535–580a BGB; =SUMME(A1:A2); 'Größe' ≥ 38 m²",
            teilziele=["Wohnung in Köln/Düren → bis 31.12.2026", "„Plan B“: Großstraße 7 ½ #2"],
            leistungen_klient=[_leistung("Anruf um 9:00 Uhr;\tdanach E-Mail", "bis 12.10.2026")],
            leistungen_jmd=[_leistung("Übersetzen: „Ärger“ = «ennui» = ‚злість‘", "ab sofort")],
            einrichtungen=["Wohnraumhilfe „Óskar & Łucja“ gGmbH"],
            angebot_vorhanden="nein",
        )
    ],
}

LEER: Mapping[str, object] = {}

PLANS: Sequence[tuple[str, str, Mapping[str, object]]] = (
    ("samira", "2016-10-06", SAMIRA),
    ("fuenf-ziele", "2026-09-15", FUENF_ZIELE),
    ("viele-leistungen", "2026-10-06", VIELE_LEISTUNGEN),
    ("sonderzeichen", "2026-10-06", SONDERZEICHEN),
    ("leer", "2026-10-06", LEER),
)
"""Name, day of receipt and values of each."""
