"""Lists of participants: looked at first, then taken over."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, File, Form, Path, UploadFile
from pydantic import BaseModel, Field

from formservice.application.participants import WITHHELD, Answers, Plan
from formservice.application.signed_in import SignedIn
from formservice.domain.case import Role
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web.api.problems import refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import example
from formservice.web.api.told import given
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.uploads import InTurn

router = APIRouter(prefix="/api/v1", tags=["Teilnehmerlisten"], route_class=ApiRoute)
_COUNTS = {
    "new_persons": 3,
    "new_cases": 3,
    "new_cases_without_ifk": 1,
    "changed": 2,
    "new_participations": 3,
    "gone": 1,
    "doubts": 0,
    "withheld": 0,
    "same": 40,
}
_MINE = "Neue Fälle ohne Angabe einer Fachkraft gehören mir; nur für Fachkräfte."
_LIST = "0d6ad9a2-6d0b-4c1e-9d43-5a9a4c1b7f10"


class ChangeTold(BaseModel):
    """One thing that differs from what is known."""

    line: int = Field(description="Zeile der Liste.")
    name: str = Field(description="Name.")
    vorname: str = Field(description="Vorname.")
    field: str = Field(description="Was sich ändert.")
    before: str = Field(description="Wie es ist.")
    after: str = Field(description="Wie es wird.")


class DoubtTold(BaseModel):
    """Somebody who may be somebody known."""

    line: int = Field(description="Zeile der Liste.")
    number: str = Field(description="Nummer in der Liste; in `new` oder `same` nennen.")
    known_number: str | None = Field(description="Nummer des bekannten Menschen.")
    name: str = Field(description="Dessen Name.")
    vorname: str = Field(description="Dessen Vorname.")


class OpenedTold(BaseModel):
    """A new case, and whose it is."""

    number: str | None = Field(description="Nummer.")
    name: str = Field(description="Name.")
    vorname: str = Field(description="Vorname.")
    geburtsdatum: date | None = Field(description="Geburtsdatum.")
    is_new: bool = Field(description="Ob auch die Person neu ist.")
    ifk: str | None = Field(description="Kennung der Fachkraft; `null`: niemand führt den Fall.")


class RowProblem(BaseModel):
    """A row that changes nothing, and why."""

    line: int = Field(description="Zeile der Liste.")
    message: str = Field(description="Warum sie nichts ändert.")


class Counts(BaseModel):
    """How much a list changes."""

    model_config = example(_COUNTS)
    new_persons: int = Field(description="Neue Menschen.")
    new_cases: int = Field(description="Neue Fälle.")
    new_cases_without_ifk: int = Field(description="Neue Fälle, die noch niemand führt.")
    changed: int = Field(description="Geänderte Angaben, Fälle und Teilnahmen.")
    new_participations: int = Field(description="Neue Teilnahmen.")
    gone: int = Field(description="Wer in keiner Zeile steht.")
    doubts: int = Field(description="Wer jemand Bekanntes sein kann: Das ist zuerst zu klären.")
    withheld: int = Field(
        description="Zeilen zu Fällen, die jemand anderes führt: Sie ändern nichts."
    )
    same: int = Field(description="Zeilen, die nichts ändern.")


class ListTold(Counts):
    """What a list would change; it waits for an hour to be taken over."""

    model_config = example(
        {
            **_COUNTS,
            "name": _LIST,
            "rows": 48,
            "opened": [],
            "changes": [],
            "in_doubt": [],
            "problems": [],
        }
    )
    name: str = Field(description="Name, unter dem die Liste eine Stunde lang wartet.")
    rows: int = Field(description="Zeilen der Liste.")
    opened: list[OpenedTold] = Field(description="Neue Fälle, mit ihren Personen.")
    changes: list[ChangeTold] = Field(description="Was sich ändern würde.")
    in_doubt: list[DoubtTold] = Field(description="Wer jemand Bekanntes sein kann.")
    problems: list[RowProblem] = Field(description="Zeilen, die nichts ändern, und warum.")


class TakeOver(BaseModel):
    """How a list that was looked at is taken over."""

    model_config = given({"profile": "", "new": [], "same": [], "end_gone": False, "mine": False})
    profile: str = Field("", max_length=64, description="Aufbau der Liste; leer: der übliche.")
    new: list[str] = Field(default_factory=list, max_length=5000, description="Das sind Neue.")
    same: list[str] = Field(
        default_factory=list, max_length=5000, description="Das sind dieselben Menschen."
    )
    end_gone: bool = Field(False, description="Wer in keiner Zeile steht, endet heute.")
    mine: bool = Field(False, description=_MINE)


ListName = Annotated[str, Path(description="Name der Liste.", max_length=64, examples=[_LIST])]


@router.post(
    "/participants/lists",
    name="api_list_show",
    operation_id="previewParticipants",
    summary="Eine Teilnehmerliste ansehen (ändert nichts)",
    status_code=201,
    dependencies=may(Action.IMPORT_PARTICIPANTS),
    responses=refused(413, 415),
    openapi_extra={"x-safe": True},
)
def show(
    house: Home,
    me: Me,
    file: Annotated[UploadFile, File(description="Liste als CSV oder XLSX.")],
    turn: InTurn,
    profile: Annotated[
        str, Form(description="Aufbau der Liste; leer: der übliche.", max_length=64)
    ] = "",
    mine: Annotated[bool, Form(description=_MINE)] = False,
) -> ListTold:
    """Vergleicht eine Liste mit dem, was bekannt ist, und zeigt, was sie ändern würde.

    Sie wartet dann eine Stunde darauf, mit `POST /participants/lists/{name}/import` übernommen zu
    werden.
    """
    chosen, answers = _profile(house, profile), Answers(ifk=_mine(me, asked=mine))
    name = house.take_over.kept(turn.bytes_of(file), me.author)
    return _shown(house, me, name, chosen, answers)


@router.post(
    "/participants/lists/{name}/import",
    name="api_list_do",
    operation_id="importParticipants",
    summary="Eine Teilnehmerliste übernehmen",
    dependencies=may(Action.IMPORT_PARTICIPANTS),
    responses=refused(404, 409, 413, 415),
)
def take_over(name: ListName, house: Home, me: Me, asked: Annotated[TakeOver, Body()]) -> Counts:
    """Übernimmt eine Liste, die angesehen wurde: alles oder, bei Zweifeln (409), nichts.

    Würde sie inzwischen etwas anderes ändern, als gezeigt wurde, geschieht ebenfalls nichts (409,
    `conflict.list`): Dann zeigt `POST /participants/lists` sie neu.
    """
    answers = Answers(asked.new, asked.same, _mine(me, asked=asked.mine))
    plan = house.take_over.done(
        name,
        _profile(house, asked.profile),
        answers,
        me.author,
        house.today(),
        end_gone=asked.end_gone,
    )
    return Counts(**_counts(plan))


def _profile(house: House, given_: str) -> str:
    known = house.take_over.profiles
    if given_ and given_ not in known:
        raise UsageError(
            "Diesen Aufbau einer Liste gibt es nicht.", f"Es gibt: {', '.join(known)}."
        )
    return given_ or known[0]


def _mine(me: SignedIn, *, asked: bool) -> str | None:
    """Return who has the new cases that the list gives to nobody."""
    if asked and me.role is not Role.IFK:
        raise UsageError("Nur eine Fachkraft kann sich neue Fälle zuordnen.")
    return me.author.id if asked else None


def _shown(house: House, me: SignedIn, name: str, profile: str, answers: Answers) -> ListTold:
    plan, rows = house.take_over.shown(name, profile, answers, me.author, house.today())
    changes = [
        ChangeTold(
            line=one.line,
            name=one.person.name,
            vorname=one.person.vorname,
            field=one.field,
            before=one.before,
            after=one.after,
        )
        for one in plan.changes
    ]
    doubts = [
        DoubtTold(
            line=one.line,
            number=one.number,
            known_number=one.known.number,
            name=one.known.name,
            vorname=one.known.vorname,
        )
        for one in plan.doubts
    ]
    opened = [
        OpenedTold(
            number=one.number,
            name=one.name,
            vorname=one.vorname,
            geburtsdatum=one.geburtsdatum,
            is_new=one.id in plan.new_persons,
            ifk=plan.new_cases[case].ifk,
        )
        for case, one in plan.opened.items()
    ]
    return ListTold(
        **_counts(plan),
        name=name,
        rows=rows,
        opened=opened,
        changes=changes,
        in_doubt=doubts,
        problems=[RowProblem(line=one, message=WITHHELD) for one in plan.withheld],
    )


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "new_persons": len(plan.new_persons),
        "new_cases": len(plan.new_cases),
        "new_cases_without_ifk": plan.nobodys,
        "changed": len(plan.persons) + len(plan.cases) + len(plan.participations),
        "new_participations": len(plan.new_participations),
        "gone": len(plan.gone),
        "doubts": len(plan.doubts),
        "withheld": len(plan.withheld),
        "same": plan.same,
    }
