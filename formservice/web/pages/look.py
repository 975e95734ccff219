"""How pages look: the theme that somebody chooses, and all components on one page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.responses import RedirectResponse

from formservice.domain.case import State
from formservice.domain.permissions import Action
from formservice.web.appearance import keep_theme
from formservice.web.guard import may, own_page, public
from formservice.web.pages_made import page

router = APIRouter()


@router.post("/darstellung", name="set_theme", dependencies=[*public(), Depends(own_page)])
def set_theme(
    request: Request,
    theme: Annotated[str, Form()] = "",
    weiter: Annotated[str, Form()] = "/",
) -> Response:
    """Keep the theme and return to the page where it was chosen."""
    inside = weiter.startswith("/") and not weiter.startswith(("//", "/\\"))
    answer = RedirectResponse(weiter if inside else "/", 303)
    keep_theme(request, answer, theme)
    return answer


@router.get("/muster", name="components", dependencies=may(Action.STATUS))
def components(request: Request) -> Response:
    """Show every component in every state, for those who look after the look."""
    return page(request, "look/components.html", {"states": list(State)})
