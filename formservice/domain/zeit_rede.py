"""Time expressions as they are jotted down or said in passing."""

from formservice.domain import zeit_lesen as lesen
from formservice.domain.zeit_art import APART, NO_AMOUNT, NO_MORE, Zeit, muster

SPOKEN = (
    # „01.04.“ with both noughts is a day also without „bis“ or „am“.
    muster(
        Zeit.DAY,
        APART + r"(?P<d>0[1-9]|[12]\d|3[01])\.(?P<m>0[1-9]|1[0-2])\.(?P<y>)(?! ?\d)" + NO_MORE,
        lesen.numeric_day,
        cues=".",
        digits=True,
    ),
    # Names of people, too: months only where nothing but a step stands before.
    muster(
        Zeit.MONTH,
        r"(?:(?<=\()|(?<=: ))(?P<month>april|mai|august)(?=[),.;!]|$)",
        lesen.named_month,
        cues="april|mai|august",
    ),
    # Not „Ende 20“: that is an age.
    muster(
        Zeit.YEAR,
        r"\b(?:bis ['’]|(?:bis )?(?P<part>anfang|mitte|ende) ['’]?)(?P<year>[23][1-9])\b"
        r"(?![.,:/-]?\d)" + NO_AMOUNT,
        lesen.year,
        digits=True,
    ),
    muster(
        Zeit.SEASON,
        r"\b(?:[12]\.|erste[nrs]?|zweite[nrs]?) (?:halbjahr|jahreshälfte)\b(?: (?:19|20)\d\d\b)?",
        cues="halbjahr|jahreshälfte",
    ),
    muster(
        Zeit.SEASON,
        r"\b(?:bis|zum|ab|im|nach)(?: zum| dem)? (?:winter|sommer)semester\b"
        r"|\b(?:bis|zum|ab|im|nach)(?: zum| dem)? (?:ws|ss|wise|sose) ?\d\d(?:/\d\d)?\b",
        cues="semester|ws|ss|wise|sose",
    ),
    muster(Zeit.OCCASION, r"\bim anschluss(?: daran)?\b(?! an\b)", cues="im anschluss"),
)
