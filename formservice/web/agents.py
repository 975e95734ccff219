"""Browsers and devices by what they say of themselves, so that people know their own again."""

from formservice.web.texts import text

# The first that fits counts: most browsers claim to be others as well.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def agent_name(agent: str) -> str:
    """Return „Firefox, Windows“ for what a browser says of itself."""
    found = [
        next((name for mark, name in known if mark in agent), "")
        for known in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found)) or text("account.own.unknown_agent")
