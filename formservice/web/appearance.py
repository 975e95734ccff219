"""Light, dark, or as the device has it: what a browser was told to show."""

from fastapi import Request, Response

from formservice.web import guard

THEMES = ("system", "light", "dark")
_YEAR = 365 * 24 * 3600


def theme_of(request: Request) -> str:
    """Return the theme that this browser asked for; ``system`` unless it asked for another."""
    given = request.cookies.get(_cookie(request), "")
    return given if given in THEMES else THEMES[0]


def keep_theme(request: Request, response: Response, theme: str) -> None:
    """Let this browser's pages have ``theme`` from now on; another word than ours is ignored."""
    if theme in THEMES:
        guard.keep_cookie(request, response, _cookie(request), theme, _YEAR)


def _cookie(request: Request) -> str:
    return guard.cookie_name(guard.at_home(request), "formservice-darstellung")
