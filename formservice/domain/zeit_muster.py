"""The patterns of German time expressions, tried on text with single blanks."""

import re

from formservice.domain import zeit_lesen as lesen
from formservice.domain.days import MONTHS
from formservice.domain.zeit_art import APART, NO_AMOUNT, NO_MORE, Muster, Zeit, muster
from formservice.domain.zeit_rede import SPOKEN

_NUMBER = (
    r"(?P<number>\d{1,2}[,/]\d|\d{1,3}|(?:(?:eine[mnrs]?|n?em|ner|nen) )?halbe[mnrs]?"
    r"|(?:ein )?paar|eine[mnrs]?|ein|n?em|ner|nen|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn"
    r"|elf|zwölf|andert?halb|eineinhalb|einige[nr]?|wenige[nr]?|mehrere[nr]?)"
    r"(?: ?(?:-|–|,|bis|oder) ?(?P<upper>\d{1,3}|zwei|drei|vier|fünf|sechs|acht|zehn|zwölf))?"
)
_UNIT = r"(?P<unit>tag|woche|wo|monat|mon|jahr|quartal)(?:en|es|er|e|n|s)?\b"
_SHORT_MONTH = r"(?P<month>jan|feb|mrz|mär|apr|jun|jul|aug|sept?|okt|nov|dez)"
_MONTH = "(?P<month>" + "|".join(name.lower() for name in MONTHS) + "|jänner|maerz)"
# Mai, April, August are names of people and firms too; bare, only these are months.
_SURE_MONTH = (
    r"(?P<month>januar|jänner|februar|märz|juni|juli|september|oktober|november|dezember)"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_PART = r"(?P<part>anfang|mitte|ende)"
_BEFORE_MONTH = (
    r"(?:bis(?: spätestens)?(?: in)?(?: zum)?(?: den)?|spätestens(?: bis)?(?: im)?|zum|ab|im|in"
    r"|vom?|seit|gegen|nächste[nmrs]?|kommende[nmrs]?|diese[nmrs]?|nach|vor|monat|und|oder|–|-)"
)
_OF = r"(?:der|des|vom?|dem|den|meine[mrs]|diese[mrs]|unsere[mrs])"
_MEASURE = (
    r"\w{0,24}(?:ma(?:ß|ss)nahmen?|teilnahme|angebot(?:e?s)?|kurs(?:e?s)?|projekt(?:e?s)?"
    r"|praktikums?|ausbildung|lehre|agh|probezeit|schuljahr(?:e?s)?|semesters?|elternzeit"
    r"|lehrgang(?:e?s)?|programms?|zeitraums?|laufzeit|vertrag(?:e?s)?|umschulung|förderung"
    r"|schule)\b"
)
_MEASURE_STEM = (
    r"(?:\w{0,20}(?:ma(?:ß|ss)nahmen?|teilnahme|angebots?|kurs|projekt|praktikums?|ausbildungs?"
    r"|schul|schuljahres|semester|vertrags?|lehrgangs?|programm|lehr|kita|studien|laufzeit))"
)
_EVENT = (
    r"\w{0,24}(?:prüfung|abschluss|geburt|geburtstag|umzug|termin|einschulung|rente|hochzeit"
    r"|bescheid|saison|beginn|start|schluss)\b"
)
# Cues, of which one stands in every text that a pattern with a month or a year matches.
_MONTHS_SAID = "jan|jän|feb|mär|mae|mrz|apr|mai|jun|jul|aug|sep|okt|nov|dez"
_YEARS_SAID = "19|20"


def lowered(text: str) -> str:
    """Return ``text`` in small letters, as patterns that ignore case see it.

    They take three signs for the letters they come from, which ``lower`` leaves alone or splits.
    """
    alike = text.replace("\u017f", "s").replace("\u0130", "i").replace("\u0131", "i")
    return alike.lower()


_DAYS = (
    muster(
        Zeit.DAY,
        APART + r"(?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\. ?(?P<y>(?:19|20)\d\d|\d\d)" + NO_MORE,
        lesen.numeric_day,
        cues=".",
        digits=True,
    ),
    muster(
        Zeit.DAY,
        r"\b(?:bis|ab|vom?|spätestens|den|dem) (?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\.(?P<y>)(?! ?\d)",
        lesen.numeric_day,
        cues=".",
        digits=True,
    ),
    muster(
        Zeit.DAY,
        r"\b(?:bis(?: zum)?|zum|am) (?P<d>\d{1,2})\. ?(?P<m>\d{1,2})\b\.?(?P<y>)(?!\.? ?\d)"
        + NO_MORE
        + NO_AMOUNT,
        lesen.numeric_day,
        digits=True,
    ),
    muster(
        Zeit.DAY,
        r"(?<![\d-])(?:19|20)\d\d-\d\d-\d\d(?![\d-])",
        lesen.iso_day,
        cues="-",
        digits=True,
    ),
    muster(
        Zeit.DAY,
        rf"(?<![\d.])(?P<d>\d{{1,2}})\. ?{_MONTH}\b(?:,? {_YEAR}\b)?",
        lesen.named_month,
        cues=_MONTHS_SAID,
        digits=True,
    ),
    muster(
        Zeit.DAY,
        rf"\b(?:bis|ab|am|zum|vom|de[nm]) (?P<d>\d{{1,2}}) {_MONTH}\b(?:,? {_YEAR}\b)?",
        lesen.named_month,
        cues=_MONTHS_SAID,
        digits=True,
    ),
    muster(
        Zeit.DAY,
        rf"(?<![\d.])(?P<d>\d{{1,2}})\. ?{_SHORT_MONTH}\b\.?(?: {_YEAR}\b)?",
        lesen.named_month,
        cues=_MONTHS_SAID,
        digits=True,
    ),
    muster(
        Zeit.DAY,
        r"\b(?:bis|nächste[nmrs]?|kommende[nmrs]?|diesen|spätestens|ab)(?: zum| am)? "
        r"(?P<weekday>montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag)\b",
        lesen.weekday,
        cues="tag|mittwoch|abend",
    ),
    muster(
        Zeit.DAY,
        r"\b(?:bis|vor|nach|an|zu|zum|ab|spätestens|über|um)(?: zum| zu| nach| vor| dem)? "
        r"(?P<feast>weihnachten|heiligabend|silvester|neujahr|ostern|pfingsten|jahreswechsel|karneval|fasching"
        rf"|ramadan|zuckerfest|opferfest)\b(?: {_YEAR}\b)?",
        lesen.feast,
        cues="weihn|heilig|silv|neuj|ostern|pfing|jahresw|ramad|fest|karnev|fasching",
    ),
)
_MONTHS = (
    muster(
        Zeit.MONTH,
        r"\b(?:bis|ab|spätestens|im)(?: zum| ende)? (?P<m>0[1-9]|1[0-2])/(?P<year>[23]\d)"
        r"(?![\d/]|[.-]\d)" + NO_AMOUNT,
        lesen.numeric_month,
        cues="/",
        digits=True,
    ),
    muster(
        Zeit.MONTH,
        APART + rf"(?P<m>0?[1-9]|1[0-2]) ?[./] ?{_YEAR}(?![\d/]|[.-]\d)",
        lesen.numeric_month,
        cues=".|/",
        digits=True,
    ),
    muster(
        Zeit.MONTH,
        rf"\b(?:{_BEFORE_MONTH} )?(?:{_PART} )?(?:des )?(?:monats )?{_MONTH},? {_YEAR}\b",
        lesen.named_month,
        cues=_MONTHS_SAID,
        digits=True,
    ),
    muster(
        Zeit.MONTH,
        rf"\b(?:{_BEFORE_MONTH} )?(?:{_PART} )?{_MONTH} ['’]?(?P<year>[23]\d)\b"
        r"(?![.,:/-]?\d)" + NO_AMOUNT,
        lesen.named_month,
        cues=_MONTHS_SAID,
        digits=True,
    ),
    muster(
        Zeit.MONTH,
        rf"\b(?:{_BEFORE_MONTH} )?(?:{_PART} )?{_SHORT_MONTH}\b\.? {_YEAR}\b",
        lesen.named_month,
        cues=_MONTHS_SAID,
        digits=True,
    ),
    muster(
        Zeit.MONTH,
        rf"\b(?:{_BEFORE_MONTH} )?{_PART} (?:des )?(?:monats )?{_MONTH}\b",
        lesen.named_month,
        cues=_MONTHS_SAID,
    ),
    muster(
        Zeit.MONTH,
        rf"\b(?:bis )?{_PART} {_SHORT_MONTH}\b\.?",
        lesen.named_month,
        cues=_MONTHS_SAID,
    ),
    muster(Zeit.MONTH, rf"\b{_BEFORE_MONTH} {_MONTH}\b", lesen.named_month, cues=_MONTHS_SAID),
    muster(
        Zeit.MONTH,
        rf"(?<!herr )(?<!herrn )(?<!frau )(?<!familie )\b{_SURE_MONTH}\b",
        lesen.named_month,
        cues=_MONTHS_SAID,
    ),
)
_LONGER = (
    muster(
        Zeit.QUARTER,
        r"\b(?P<quarter>[1-4]|i{1,3}|iv|(?:ers|zwei|drit|vier)te[nsmr]?)\.? quartals?\b"
        rf"(?:,? ?/? ?{_YEAR}\b)?",
        lesen.quarter,
        cues="quart",
    ),
    muster(
        Zeit.QUARTER,
        rf"\bq(?P<quarter>[1-4]) ?/? ?{_YEAR}\b",
        lesen.quarter,
        cues="q",
        digits=True,
    ),
    muster(
        Zeit.QUARTER,
        r"\b(?:bis|ende|in|im|ab) (?:ende )?q(?P<quarter>[1-4])\b(?P<year>)",
        lesen.quarter,
        cues="q",
        digits=True,
    ),
    muster(
        Zeit.WEEK,
        rf"\b(?:kw|kalenderwoche) ?(?P<week>\d{{1,2}})(?!\d)(?: ?/? ?{_YEAR}\b)?",
        lesen.week,
        cues="kw|kalenderw",
        digits=True,
    ),
    muster(
        Zeit.WEEK,
        rf"\b(?P<week>\d{{1,2}})\. ?(?:kw|kalenderwoche)\b(?: ?/? ?{_YEAR}\b)?",
        lesen.week,
        cues="kw|kalenderw",
        digits=True,
    ),
    muster(
        Zeit.YEAR,
        APART + r"(?P<year>20[2-4]\d)\b(?![-/.,:]\d)" + NO_AMOUNT,
        lesen.year_to_come,
        cues="20",
        digits=True,
    ),
    muster(
        Zeit.YEAR,
        r"\b(?:(?:bis|im|seit|ab|vor|nach|zum) )?(?:"
        rf"{_PART} (?:des jahres )?|bis |in |im jahre? |jahr |ab |seit |spätestens |vor |nach )"
        rf"{_YEAR}\b(?![-/.]\d)" + NO_AMOUNT,
        lesen.year,
        cues=_YEARS_SAID,
        digits=True,
    ),
    muster(
        Zeit.YEAR,
        r"\b(?:bis |zum )?(?:jahresende|(?:ende|im laufe|im verlauf) (?:des|dieses) jahres)\b"
        rf"(?: {_YEAR}\b)?",
        lesen.this_year,
        cues="jahr",
    ),
    muster(
        Zeit.SPAN,
        r"\b(?:anfang|mitte|im laufe?|im verlauf) (?:der|des|vom|dieser|dieses)"
        r" (?:jahr(?:es)?|monats?|woche|quartals|semesters|schuljahre?s)\b",
        cues="jahr|monat|woche|quart|semest",
    ),
    muster(
        Zeit.MONTH,
        r"\b(?:monatsende|(?:bis )?ende (?:des|dieses|diesen) monats)\b",
        lesen.this_month,
        cues="monat",
    ),
    muster(
        Zeit.SPAN,
        r"\b(?:quartalsende|semesterende|schuljahresende|jahresanfang|jahresbeginn"
        r"|bis (?:zum )?wochenende|ende (?:des|dieses) (?:quartals|semesters|schuljahre?s)"
        r"|ende (?:der|dieser) woche)\b",
        cues="quart|semest|jahr|woche",
    ),
    muster(
        Zeit.SEASON,
        r"\b(?:bis|im|in|ab|zum|zu|am|nächste[nmrs]?|kommende[nmrs]?|diese[nmrs]?|ende|anfang"
        r"|mitte|nach|vor|über)(?: zum| zu)?(?: de[mnrs]| die)?(?: diese[nmrs]?| nächsten"
        r"| kommenden)? (?:früh|spät)?(?:frühling|frühjahr|sommer|herbst|winter|ferien"
        rf"|(?:sommer|herbst|winter|oster|weihnachts|pfingst)ferien)s?\b(?: {_YEAR}\b)?",
        cues="früh|somm|herbst|wint|ferien",
    ),
    muster(
        Zeit.SEASON,
        rf"\b(?:frühling|frühjahr|sommer|herbst|winter) {_YEAR}\b",
        cues="früh|somm|herbst|wint",
        digits=True,
    ),
)
_SPANS = (
    muster(
        Zeit.SPAN,
        r"\b(?:bis in|in|innerhalb|binnen|nach|spätestens|höchstens|maximal|max\.|zeitraum:?"
        r"|zeitrahmen:?|frist:?|dauer:?|gebe? mir|(?:die )?nächsten|(?:die )?kommenden)"
        r"(?: (?:von|den|der|in|so|nach|ca\.?|etwa|ungefähr|rund|circa|zirka|spätestens|genau|gut"
        rf"|nächsten|kommenden|ersten)){{0,3}} {_NUMBER} {_UNIT}",
        lesen.span,
        cues="tag|wo|mon|jahr|quart",
    ),
    muster(
        Zeit.SPAN,
        r"\b(?:bis )?(?:(?:anfang|mitte|ende) )?(?P<which>(?:über)?nächste[nmrst]?"
        r"|kommende[nmrs]?|diese[nmrs]?|laufende[nmrs]?|neue[nmrs]?) "
        r"(?P<unit>woche|monats?|jahr(?:e?s)?|quartals?|semesters?|schuljahr(?:e?s)?)\b",
        lesen.this_or_next,
        cues="woche|monat|jahr|quart|semest",
    ),
    muster(
        Zeit.SPAN,
        r"\b(?:nächsten?|kommenden?)(?: paar)? (?:tagen?|wochen|monaten?|jahren?)\b",
        cues="tage|wochen|monate|jahre",
    ),
    muster(
        Zeit.AT_ONCE,
        r"\b(?:ab )?sofort(?:ige[nmrs]?)?\b"
        r"|\b(?:umgehend|unverzüglich|schnellst(?:möglich\w{0,3}|ens)|bald ?möglichst|baldigst"
        r"|frühestmöglich|zeitnah|asap|übermorgen)\b"
        r"|\bso (?:schnell|bald|früh|zeitnah|zügig|rasch)(?: wie['’]?s?| als)?(?: nur)?(?: es)?"
        r"(?: nur)? (?:möglich|geht)\b"
        r"|\bmöglichst (?:schnell|bald|zeitnah|früh|rasch|sofort)\b"
        r"|\b(?:ab|noch|gleich) heute\b|\bheute noch\b|\b(?:bis|ab|gleich) morgen\b",
        lesen.reference_day,
        cues="sofort|umgeh|unverz|schnell|bald|frühest|zeitn|asap|morgen|so |möglichst|heute",
    ),
)
_OCCASIONS = (
    muster(
        Zeit.OCCASION,
        r"\b(?:(?:bis|zu|zum|am|gegen|mit|nach|vor|ab)(?: zum| zu| dem| de[mnr])? )?"
        rf"{_PART} {_OF} (?:\w{{1,20}} )?{_MEASURE}",
        cues="anfang|mitte|ende",
    ),
    muster(
        Zeit.OCCASION,
        r"\b(?:bis|zu|zum|gegen|mit|nach|vor|ab)(?: zum| zu| dem| de[mnr])? "
        rf"(?:abschluss|ablauf|beginn|start|schluss) {_OF} (?:\w{{1,20}} )?{_MEASURE}",
        cues="abschluss|ablauf|beginn|start|schluss",
    ),
    muster(
        Zeit.OCCASION,
        r"\b(?:während|solange|nach|vor|innerhalb|im laufe|im verlauf|im anschluss an) "
        rf"(?:{_OF}|die|das) (?:\w{{1,20}} )?{_MEASURE}",
        cues="während|solange|nach|vor|innerhalb|im ",
    ),
    muster(
        Zeit.OCCASION,
        r"\b(?:bis|zum|zu|am|nach|ab|vor)(?: zum| zu| de[mnr])? "
        rf"{_MEASURE_STEM}(?:ende|beginn|start|abschluss|anfang|schluss)\b",
        cues="ende|beginn|start|abschluss|anfang|schluss",
    ),
    muster(
        Zeit.OCCASION,
        r"\bbis (?:zu[mr]|zu (?:meine[mr]|unsere[mr]|de[mr])) (?:[\w.]{1,20} ){0,2}" + _EVENT,
        cues="bis zu",
    ),
    muster(
        Zeit.OCCASION,
        r"\b(?:vor|nach) (?:de[mr]|meine[mr]|unsere[mr]) (?:[\w.]{1,20} )?" + _EVENT,
        cues="vor |nach ",
    ),
    muster(Zeit.OCCASION, r"\bbis (?:zum )?(?:ende|schluss)\b", cues="bis "),
    muster(
        Zeit.OCCASION,
        rf"\b(?:wenn|sobald) (?:die|der|das|mein\w{{0,2}}) {_MEASURE} (?:[\w.-]{{1,20}} ){{0,2}}"
        r"(?:vorbei|fertig|aus|ende|rum|beendet|durch)\b",
        cues="wenn |sobald ",
    ),
    muster(
        Zeit.OCCASION,
        r"\bbis (?:ich|wir|mein\w{0,2}|unser\w{0,2}|die|der|das) (?:[\w.-]{1,20} ){1,6}"
        r"(?:bin|sind|ist|werde|wird|habe|haben|hat|kann|können|läuft|endet|beginnt|anfängt|kommt|geht)\b",
        cues="bis ",
    ),
)

PATTERNS = (*_DAYS, *_MONTHS, *_LONGER, *_SPANS, *_OCCASIONS, *SPOKEN)

_DIGIT = re.compile(r"\d")


def possible(text: str) -> list[Muster]:
    """Return the patterns that may match ``text``, leaving out those that cannot."""
    said, digits = lowered(text), bool(_DIGIT.search(text))
    return [
        one
        for one in PATTERNS
        if (digits or not one.digits) and (not one.cues or any(cue in said for cue in one.cues))
    ]
