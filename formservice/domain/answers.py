"""What a short answer amounts to: none, all of it, a bare yes, a pointer to another sheet."""

import re
from collections.abc import Collection


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Words that change nothing about a short answer („leider noch keine“, „ich habe alle erreicht“).
_FILLING = _set(
    "ich wir habe haben hab hatte ist sind war waren es da gibt gab bisher noch leider eigentlich "
    "gar überhaupt einzige einzigen einziges davon von meine meiner meinen unsere unserer selbst "
    "gesetzten erwartung erwartungen ziel ziele zielen schritt schritte konkretes konkreten "
    "erreicht erreichen konnte worden wurde wurden dazu bislang mehr denn also so was die das "
    "dass offen offenen geblieben geschafft geklappt hat wollte wollten mir uns vorgenommen "
    "gesetzt hätte dabei wirklich tatsächlich der erfüllt umgesetzt"
)
# Asked what was not reached, „alle“ alone says that nothing was.
_REACHED = _set("erreicht erreichen geschafft geklappt erfüllt umgesetzt")
_NONE = _set("keine keines keins keiner keinen kein nichts nix nein entfällt 0 null")
_ALL = _set("alle alles sämtliche vollständig komplett")
_NOT = _set("nicht un nie niemals kaum")
_YES = _set("ja jawohl yes jo jep")
_YES_FILLING = _set(
    "haben hat sich meine die erwartungen erwartung geändert verändert schon sehr ein bisschen "
    "etwas leicht teilweise klar auf jeden fall natürlich"
)
_SHEET = re.compile(
    r"\b(beiblatt|beiblätter|anlage|anlagen|anhang|extrablatt|zusatzblatt|rückseite"
    r"|(?:gesondert|beigefügt|beiliegend|beigelegt|separat)e[sn]\s+blatt)\b",
    re.IGNORECASE,
)
_POINTER_FILLING = _set(
    "siehe s sh vgl auf dem das im am in zu der die den ein eine einem bitte weitere weiteres "
    "weiteren gesondertes gesonderten gesonderte beigefügtes beigefügte beigefügten beiliegendes "
    "beiliegende ausführungen gründe grund begründung details näheres mehr dazu hierzu nr seite "
    "und anbei liegt bei extra vom"
)


_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_FIRST_UNSPACED = "\u0e00"


def words(text: str) -> list[str]:
    """Return the words of ``text``; scripts without blanks count two characters as one word."""
    found: list[str] = []
    for run in _WORD.findall(text):
        if run[0] >= _FIRST_UNSPACED and all(_unspaced(sign) for sign in run):
            found.extend(run[start : start + 2] for start in range(0, len(run), 2))
        else:
            found.append(run)
    return found


def _unspaced(sign: str) -> bool:
    # Thai to Myanmar, Khmer, kana, Han, Hangul is spaced and stays out.
    point = ord(sign)
    return (
        0x0E00 <= point <= 0x0EFF
        or 0x1000 <= point <= 0x109F
        or 0x1780 <= point <= 0x17FF
        or 0x3040 <= point <= 0x9FFF
        or 0x20000 <= point <= 0x3FFFF
    )


def says_none(text: str) -> bool:
    """Whether the answer is that there is none („keine“, „leider noch nichts erreicht“)."""
    said = [word.casefold() for word in words(text)]
    rest = [word for word in said if word not in _FILLING]
    return any(word in _NONE for word in rest) and all(word in _NONE | _NOT for word in rest)


def says_all_reached(text: str) -> bool:
    """Whether the answer is that everything was reached („alle erreicht“, „alles geschafft“)."""
    said = [word.casefold() for word in words(text)]
    return (
        any(word in _ALL for word in said)
        and any(word in _REACHED for word in said)
        and all(word in _FILLING | _ALL | _NONE for word in said)
    )


def says_only_yes(text: str) -> bool:
    """Whether the answer is a bare yes, without what was asked for beyond it."""
    said = [word.casefold() for word in words(text)]
    return any(word in _YES for word in said) and all(
        word in _YES or word in _YES_FILLING for word in said
    )


def only_points_elsewhere(text: str, sheets: Collection[str] = ()) -> bool:
    """Whether the answer is no more than a pointer to another sheet („siehe Beiblatt“).

    ``sheets`` are further names of sheets it may point to, another form for instance.
    """
    for name in sheets:
        text = re.sub(rf"\b{re.escape(name)}\b", "Beiblatt", text, flags=re.IGNORECASE)
    if not _SHEET.search(text):
        return False
    rest = [word.casefold() for word in words(_SHEET.sub(" ", text))]
    return all(word in _POINTER_FILLING or word.isdigit() for word in rest)
