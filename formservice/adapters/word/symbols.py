"""Characters that Word keeps in symbol fonts, and the glyphs of ticked and empty boxes."""

UNTICKED = "☐"
TICKED = "☒"

# Boxes as people and programs draw them. A cross or tick alone also means „on“.
GLYPHS_OFF = frozenset("☐□▢◻⬜❏❑")
GLYPHS_ON = frozenset("☒☑✓✔✗✘✕✖⮽🗹🗵⊠xX")

# Code points of the symbol fonts (low byte), as they look. What Word's AutoCorrect inserts for
# arrows and smileys is here too, for it does so without being asked.
_WINGDINGS = {
    0x4A: "☺",
    0x4B: "😐",
    0x4C: "☹",
    0x6C: "●",
    0x6E: "■",
    0x6F: UNTICKED,
    0x71: UNTICKED,
    0x72: UNTICKED,
    0x78: TICKED,
    0xA7: "▪",
    0xA8: UNTICKED,
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE7: "⇐",
    0xE8: "⇒",
    0xF0: "⇨",
    0xF3: "⇔",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: TICKED,
    0xFE: "☑",
}
_WINGDINGS_2 = {
    0x2A: UNTICKED,
    0x35: UNTICKED,
    0x4F: "✗",
    0x50: "✓",
    0x51: TICKED,
    0x52: "☑",
    0x53: TICKED,
    0x54: TICKED,
    0xA3: UNTICKED,
    0xA5: UNTICKED,
}
_SYMBOL = {0xB7: "•", 0x2D: "−", 0xB1: "±", 0xAE: "→", 0xAC: "←", 0xB3: "≥", 0xA3: "≤"}
_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "symbol": _SYMBOL,
}


def symbol(font: str, code: int) -> str | None:
    """Return the character that ``code`` of a symbol font shows, None if it is not known.

    Word writes the codes both plain and moved into the private use area (F000 and up).
    """
    low = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    table = _FONTS.get(font.strip().casefold())
    if table is not None:
        return table.get(low)
    if 0xE000 <= code <= 0xF8FF or not 0x20 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return None
    return chr(code)
