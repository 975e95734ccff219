"""Cases for programs: who is in which Maßnahme, whose they are, and what is known of them."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from formservice.application.casework import ALL, Asked
from formservice.application.casework_input import end_given, part_given, person_given
from formservice.domain.permissions import Action
from formservice.web.api import case_shapes as shapes
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.told import Made
from formservice.web.guard import Home, Me, may
from formservice.web.table_file import TABLE, table

router = APIRouter(prefix="/api/v1", tags=["Fälle"], route_class=ApiRoute)
CaseId = Annotated[
    str, Path(description="Kennung des Falls.", max_length=64, examples=[shapes.CASE["id"]])
]
PartId = Annotated[
    str, Path(description="Kennung der Teilnahme.", max_length=64, examples=[shapes.PART["id"]])
]


@router.get(
    "/cases",
    name="api_cases",
    operation_id="listCases",
    summary="Fälle auflisten",
    dependencies=may(Action.READ_CASES),
    responses=refused(),
)
def cases(
    house: Home,
    me: Me,
    whose: Annotated[
        str,
        Query(
            description="`meine`, `ohne` (hat niemand) oder `alle`, die Sie sehen dürfen.",
            pattern="^(meine|ohne|alle)$",
        ),
    ] = ALL,
    ended: Annotated[bool, Query(description="Auch beendete.")] = False,
    limit: Annotated[int, Query(description="Höchstens so viele.", ge=1, le=200)] = 50,
    after: Annotated[str, Query(description="`next` der vorigen Seite.", max_length=600)] = "",
) -> shapes.Cases:
    """Listet Fälle nach Namen. Gesucht wird mit `POST /cases/search`."""
    asked = Asked(whose, ended)
    found = house.office.cases.listed(me.author, asked, house.today(), after or None, limit)
    return shapes.Cases(
        items=[shapes.Case.model_validate(one) for one in found.rows], next=found.next
    )


@router.post(
    "/cases/search",
    name="api_cases_search",
    operation_id="searchCases",
    summary="Fälle suchen",
    dependencies=may(Action.READ_CASES),
    responses=refused(413, 415),
    openapi_extra={"x-safe": True},
)
def search(house: Home, me: Me, asked: Annotated[shapes.CaseQuery, Body()]) -> shapes.Cases:
    """Sucht nach Namen oder Nummer. Namen gehören in keine Adresse, daher im Inhalt."""
    wanted = Asked(asked.whose, asked.ended, asked.words, asked.massnahme)
    after = asked.after or None
    found = house.office.cases.listed(me.author, wanted, house.today(), after, asked.limit)
    return shapes.Cases(
        items=[shapes.Case.model_validate(one) for one in found.rows], next=found.next
    )


@router.post(
    "/cases/export",
    name="api_cases_export",
    operation_id="exportCases",
    summary="Fälle als Tabelle",
    dependencies=may(Action.READ_CASES),
    response_class=Response,
    responses={**refused(413, 415), 200: TABLE},
    openapi_extra={"x-safe": True},
)
def export(house: Home, me: Me, asked: Annotated[shapes.CaseExport, Body()]) -> Response:
    """Gibt alle Fälle der Auswahl als CSV oder XLSX. Das wird im Protokoll festgehalten."""
    wanted = Asked(asked.whose, asked.ended, asked.words, asked.massnahme)
    data = house.office.export.cases(me.author, wanted, house.today(), asked.format)
    return table(asked.format, "faelle", data)


@router.get(
    "/cases/{case}",
    name="api_case",
    operation_id="getCase",
    summary="Ein Fall",
    dependencies=may(Action.READ_CASES),
    responses=refused(404),
)
def case_(case: CaseId, house: Home, me: Me) -> shapes.CaseTold:
    """Gibt alles zu einem Fall: Person, Teilnahmen, ausgegebene Formulare, Vorgänge, Fristen."""
    return shapes.CaseTold.model_validate(house.office.cases.one(case, me.author, house.today()))


@router.get(
    "/cases/{case}/history",
    name="api_case_history",
    operation_id="getCaseHistory",
    summary="Geschichte eines Falls",
    dependencies=may(Action.READ_CASES),
    responses=refused(404),
)
def history(
    case: CaseId,
    house: Home,
    me: Me,
    before: Annotated[
        int | None, Query(description="Nur, was vor diesem Ereignis war (`seq`).", ge=1, le=2**53)
    ] = None,
    limit: Annotated[int, Query(description="Höchstens so viele.", ge=1, le=200)] = 50,
) -> list[shapes.HappenedTold]:
    """Gibt, was geschah, das Neueste zuerst; weiter geht es mit `before` = letztes `seq`."""
    found = house.office.cases.history(case, me.author, before, limit)
    return [shapes.HappenedTold.model_validate(one) for one in found]


@router.post(
    "/cases",
    name="api_case_open",
    operation_id="openCase",
    summary="Einen Fall anlegen",
    status_code=201,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(409, 413, 415),
)
def open_case(house: Home, me: Me, new: Annotated[shapes.NewCase, Body()]) -> Made:
    """Legt einen Fall für eine neue Person an, auf Wunsch gleich mit einer Teilnahme."""
    person = person_given(new.person.typed(), house.today())
    part = None if new.participation is None else part_given(new.participation.typed())
    return Made(id=house.office.change.opened(person, part, me.author))


@router.put(
    "/cases/{case}/person",
    name="api_person_change",
    operation_id="changePerson",
    summary="Angaben zur Person ändern",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def person(
    case: CaseId, house: Home, me: Me, changed: Annotated[shapes.PersonChanged, Body()]
) -> None:
    """Ersetzt die Angaben zur Person; 409, wenn seit `seen` jemand sie geändert hat."""
    given = person_given(changed.typed(), house.today())
    house.office.change.person_changed(case, given, me.author)


@router.post(
    "/cases/{case}/participations",
    name="api_part_open",
    operation_id="addParticipation",
    summary="Eine Teilnahme anlegen",
    status_code=201,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def open_part(case: CaseId, house: Home, me: Me, new: Annotated[shapes.PartGiven, Body()]) -> Made:
    """Legt eine Teilnahme an einer Maßnahme an (`GET /massnahmen`)."""
    opened = house.office.change.part_opened(case, part_given(new.typed()), me.author)
    return Made(id=opened.id)


@router.put(
    "/cases/{case}/participations/{participation}",
    name="api_part_change",
    operation_id="changeParticipation",
    summary="Eine Teilnahme ändern",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def part(
    case: CaseId,
    participation: PartId,
    house: Home,
    me: Me,
    changed: Annotated[shapes.PartChanged, Body()],
) -> None:
    """Ersetzt Maßnahme und Zeitraum einer Teilnahme; 409, wenn seit `seen` jemand sie änderte."""
    given = part_given(changed.typed())
    house.office.change.part_changed(case, participation, given, me.author)


@router.post(
    "/cases/{case}/end",
    name="api_case_end",
    operation_id="endCase",
    summary="Einen Fall beenden oder wieder öffnen",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def end(case: CaseId, house: Home, me: Me, ended: Annotated[shapes.Ended, Body()]) -> None:
    """Beendet einen Fall zu einem Tag; ohne Tag ist er wieder offen.

    Der Tag liegt höchstens ein Jahr in der Zukunft, nicht vor 1991 und nicht vor der Geburt (422).
    """
    day = None if ended.day is None else end_given(ended.day, house.today())
    house.office.change.ended(case, day, me.author)


@router.post(
    "/cases/{case}/take",
    name="api_case_take",
    operation_id="takeCase",
    summary="Einen Fall übernehmen",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(404, 409),
)
def take(case: CaseId, house: Home, me: Me) -> None:
    """Übernimmt einen Fall, den niemand hat."""
    house.office.change.taken(case, me.author)


@router.post(
    "/cases/{case}/hand-over",
    name="api_case_hand",
    operation_id="handOverCase",
    summary="Einen Fall übergeben",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def hand_over(case: CaseId, house: Home, me: Me, to: Annotated[shapes.HandOver, Body()]) -> None:
    """Übergibt einen Fall an eine Kollegin oder einen Kollegen (`GET /colleagues`)."""
    house.office.change.handed(case, to.to, me.author)


@router.post(
    "/cases/{case}/undo",
    name="api_case_undo",
    operation_id="undoCaseChange",
    summary="Eine Änderung zurücknehmen",
    status_code=204,
    dependencies=may(Action.EDIT_CASES),
    responses=refused(*CHANGES),
)
def undo(case: CaseId, house: Home, me: Me, which: Annotated[shapes.Undo, Body()]) -> None:
    """Nimmt eine Änderung von Hand zurück (`undo` in der Geschichte des Falls)."""
    house.office.change.undone(case, which.change, me.author)


@router.get(
    "/colleagues",
    name="api_colleagues",
    operation_id="listColleagues",
    summary="Wer Fälle haben kann",
    dependencies=may(Action.READ_CASES),
    responses=refused(),
)
def colleagues(house: Home) -> list[shapes.ChoiceTold]:
    """Listet Kolleginnen und Kollegen, denen ein Fall übergeben werden kann."""
    return [shapes.ChoiceTold.model_validate(one) for one in house.office.cases.colleagues()]


@router.get(
    "/massnahmen",
    name="api_massnahmen",
    operation_id="listMassnahmen",
    summary="Maßnahmen",
    dependencies=may(Action.READ_CASES),
    responses=refused(),
)
def massnahmen(house: Home) -> list[shapes.ChoiceTold]:
    """Listet alle Maßnahmen mit ihrem Träger."""
    return [shapes.ChoiceTold.model_validate(one) for one in house.office.cases.massnahmen()]
