"""Deciding about documents: the inbox, sent versus returned, answering, returning, accepting."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from formservice.application.assigning import Suggestion, wanted_by
from formservice.application.exporting import Kind
from formservice.application.inbox import Box, Place
from formservice.application.inbox_document import Shown
from formservice.application.signed_in import SignedIn
from formservice.domain.case import State
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api import decision_shapes as shapes
from formservice.web.api.documents import DocumentId
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.told import Changed
from formservice.web.guard import Home, Me, may
from formservice.web.house import House
from formservice.web.table_file import TABLE, table

router = APIRouter(prefix="/api/v1", tags=["Entscheiden"], route_class=ApiRoute)


@router.get(
    "/inbox",
    name="api_inbox",
    operation_id="listInbox",
    summary="Der Eingang",
    dependencies=may(Action.READ_INBOX),
    responses=refused(),
)
def inbox(
    house: Home,
    me: Me,
    box: Annotated[Box, Query(description="Welche Vorgänge.")] = Box.OPEN,
    limit: Annotated[int, Query(description="Höchstens so viele.", ge=1, le=200)] = 50,
    after: Annotated[str, Query(description="`next` der vorigen Seite.", max_length=100)] = "",
) -> shapes.Inbox:
    """Zeigt, was eingegangen ist, das Dringende zuerst, und wie viel in jedem Fach liegt."""
    place = Place.told(after) if after else None
    found = house.office.inbox.listed(me.author, box, place, limit)
    return shapes.Inbox(
        items=[shapes.IncomingTold.model_validate(one) for one in found.rows],
        next=found.next,
        counts={str(key): count for key, count in found.counts.items()},
    )


@router.get(
    "/inbox/export",
    name="api_inbox_export",
    operation_id="exportInbox",
    summary="Der Eingang als Tabelle",
    dependencies=may(Action.READ_INBOX),
    response_class=Response,
    responses={**refused(), 200: TABLE},
)
def export(
    house: Home,
    me: Me,
    box: Annotated[Box, Query(description="Welche Vorgänge.")] = Box.OPEN,
    format: Annotated[Kind, Query(description="`csv` oder `xlsx`.")] = Kind.CSV,
) -> Response:
    """Gibt ein Fach des Eingangs als CSV oder XLSX. Wer was mitnimmt, wird festgehalten."""
    data = house.office.export.inbox(me.author, box, format)
    return table(format, f"eingang-{box}", data)


@router.get(
    "/documents/{document}/comparison",
    name="api_comparison",
    operation_id="getComparison",
    summary="Gesendet und zurückgekommen",
    dependencies=may(Action.READ_INBOX),
    responses=refused(404),
)
def comparison(document: DocumentId, house: Home, me: Me) -> shapes.Comparison:
    """Stellt Feld für Feld nebeneinander, was gesendet wurde und was zurückkam."""
    told = house.office.decisions.shown(me.author, document)
    reading_log.seen(house, me, document)
    return shapes.Comparison(
        version=told.whole.kept.version,
        source=told.source,
        open=len(told.open),
        fields=[_compared(one) for one in told.fields],
    )


@router.post(
    "/documents/{document}/acceptance",
    name="api_accept",
    operation_id="acceptDocument",
    summary="Annehmen",
    dependencies=may(Action.ACCEPT),
    responses=refused(*CHANGES),
)
def accept(
    document: DocumentId, house: Home, me: Me, seen: Annotated[shapes.AcceptGiven, Body()]
) -> Changed:
    """Nimmt die Fassung an, die Sie gesehen haben. Danach entstehen die Archivkopien.

    409, wenn es inzwischen eine neuere Fassung gibt, wenn jemand den Vorgang gerade in der
    Nachbearbeitung durchsieht (`desk.taken`; mit `knowingly` geht es trotzdem), wenn eine
    versäumte Frist keinen Grund hat (`acceptance.late`; mit `reason` wird sie verantwortet) oder
    wenn etwas zu klären ist (`acceptance.unclear`; mit `despite` bleibt es so); 400, wenn noch
    Fehler offen sind.
    """
    house.office.decide.accept(
        document,
        seen.version,
        me.author,
        seen.reason,
        knowingly=seen.knowingly,
        despite=seen.despite,
    )
    return _changed(house, me, document, State.ACCEPTED)


@router.post(
    "/documents/{document}/return",
    name="api_return",
    operation_id="returnDocument",
    summary="Zurückgeben",
    dependencies=may(Action.RETURN),
    responses=refused(*CHANGES),
)
def give_back(
    document: DocumentId, house: Home, me: Me, told: Annotated[shapes.ReturnGiven, Body()]
) -> Changed:
    """Gibt einen Vorgang mit einer Nachricht zurück; `knowingly` wie beim Annehmen."""
    decide = house.office.decide
    decide.give_back(document, told.version, told.message, me.author, knowingly=told.knowingly)
    return _changed(house, me, document, State.RETURNED)


@router.put(
    "/documents/{document}/no-form",
    name="api_no_form",
    operation_id="markNoForm",
    summary="Kein Formular von uns",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def no_form(
    document: DocumentId, house: Home, me: Me, seen: Annotated[shapes.SeenReason, Body()]
) -> Changed:
    """Legt einen nicht erkannten Vorgang ab, etwa einen Brief: Er wartet auf niemanden mehr."""
    house.office.decide.no_form(document, seen.version, me.author, seen.reason)
    return _changed(house, me, document, State.NO_FORM)


@router.post(
    "/documents/{document}/no-form/undo",
    name="api_form_after_all",
    operation_id="undoNoForm",
    summary="Doch ein Formular",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def form_after_all(
    document: DocumentId, house: Home, me: Me, seen: Annotated[shapes.SeenGiven, Body()]
) -> Changed:
    """Nimmt das zurück: Der Vorgang wartet wieder auf die Nachbearbeitung."""
    state = house.office.decide.form_after_all(document, seen.version, me.author)
    return _changed(house, me, document, state)


@router.post(
    "/documents/{document}/reopening",
    name="api_reopen",
    operation_id="reopenDocument",
    summary="Wieder öffnen",
    dependencies=may(Action.REOPEN),
    responses=refused(*CHANGES),
)
def reopen(
    document: DocumentId, house: Home, me: Me, seen: Annotated[shapes.SeenReason, Body()]
) -> Changed:
    """Öffnet einen angenommenen Vorgang wieder, mit Begründung."""
    house.office.decide.reopen(document, seen.version, seen.reason, me.author)
    return _changed(house, me, document, State.IN_REVIEW)


@router.post(
    "/documents/{document}/acknowledgements",
    name="api_acknowledge",
    operation_id="acknowledgeFinding",
    summary="Einen Befund verantworten",
    status_code=204,
    dependencies=may(Action.ACKNOWLEDGE),
    responses=refused(*CHANGES),
)
def acknowledge(
    document: DocumentId, house: Home, me: Me, told: Annotated[shapes.AnswerGiven, Body()]
) -> None:
    """Verantwortet einen Befund, zum Beispiel eine versäumte Frist, mit Begründung."""
    what = (told.code, told.field)
    house.office.decide.answer(document, told.version, what, told.reason, me.author)


@router.post(
    "/documents/{document}/acknowledgements/withdrawal",
    name="api_withdraw",
    operation_id="withdrawAcknowledgement",
    summary="Eine Begründung zurücknehmen",
    status_code=204,
    dependencies=may(Action.ACKNOWLEDGE),
    responses=refused(*CHANGES),
)
def withdraw(
    document: DocumentId, house: Home, me: Me, told: Annotated[shapes.WithdrawalGiven, Body()]
) -> None:
    """Nimmt zurück, dass ein Befund verantwortet oder ein Feld verglichen ist; bis zur Annahme.

    Für „mit dem Original verglichen“ ist das Kennzeichen `o-ton.compared`.
    """
    house.office.decide.withdraw(document, told.version, (told.code, told.field), me.author)


@router.post(
    "/documents/{document}/comparisons",
    name="api_compared",
    operation_id="confirmCompared",
    summary="„Mit dem Original verglichen“",
    status_code=204,
    dependencies=may(Action.ACKNOWLEDGE),
    responses=refused(*CHANGES),
)
def compared(
    document: DocumentId, house: Home, me: Me, told: Annotated[shapes.ComparedGiven, Body()]
) -> None:
    """Hält fest, dass jemand die eigenen Worte einer Person mit dem Original verglichen hat.

    Damit sind auch die Befunde des Feldes beantwortet, die um den Vergleich bitten.
    """
    house.office.decide.compared(document, told.version, told.field, me.author)


@router.get(
    "/documents/{document}/assignment/suggestions",
    name="api_suggestions",
    operation_id="listSuggestions",
    summary="Zu welchem Fall gehört das?",
    dependencies=may(Action.ASSIGN),
    responses=refused(404),
)
def suggestions(document: DocumentId, house: Home, me: Me) -> list[shapes.SuggestionTold]:
    """Nennt Fälle, zu denen ein Vorgang gehören kann, und woran das zu sehen ist."""
    newest, _ = house.consult.findings(document, me.author)
    reading_log.seen(house, me, document)
    wanted = wanted_by(newest.reading, house.forms)
    return _suggested(house.office.assign.suggested(document, wanted, me.author))


@router.put(
    "/documents/{document}/assignment",
    name="api_assign",
    operation_id="assignDocument",
    summary="Einem Fall zuordnen",
    status_code=204,
    dependencies=may(Action.ASSIGN),
    responses=refused(*CHANGES),
)
def assign(
    document: DocumentId, house: Home, me: Me, told: Annotated[shapes.AssignmentGiven, Body()]
) -> None:
    """Ordnet einen Vorgang einem Fall zu."""
    newest, _ = house.consult.findings(document, me.author)
    wanted = wanted_by(newest.reading, house.forms)
    house.office.assign.assign(document, told.case, told.participation, wanted, me.author)


@router.delete(
    "/documents/{document}/assignment",
    name="api_unassign",
    operation_id="unassignDocument",
    summary="Eine Zuordnung aufheben",
    status_code=204,
    dependencies=may(Action.ASSIGN),
    responses=refused(404, 409),
)
def unassign(document: DocumentId, house: Home, me: Me) -> None:
    """Sagt, dass ein Vorgang doch zu keinem Fall gehört.

    409 (`assignment.decided`), wenn er schon angenommen ist: Dann öffnet ihn erst die Leitung
    wieder, mit Begründung.
    """
    house.office.assign.take_back(document, me.author)


def _changed(house: House, me: SignedIn, document: str, state: State) -> Changed:
    """Return what became of a document; some see it no more once it is decided."""
    version = 0
    if house.live.visible([document], me.author):
        version = house.consult.kept(document, me.author)[0].version
    return Changed(id=document, version=version, state=state)


def _compared(one: Shown) -> shapes.ComparedField:
    return shapes.ComparedField(
        key=one.field.key,
        name=one.field.name,
        sent=one.sent,
        value=one.value,
        nothing=one.nothing,
        result=None if one.result is None else str(one.result),
        o_ton=one.field.o_ton,
        is_corrected=one.is_corrected,
        compared=one.compared is not None,
    )


def _suggested(found: Sequence[Suggestion]) -> list[shapes.SuggestionTold]:
    return [
        shapes.SuggestionTold(
            case=one.case,
            participation=one.participation,
            person=one.person,
            born=one.born if isinstance(one.born, date) else None,
            massnahme=one.massnahme,
            because=list(one.because),
        )
        for one in found
    ]
