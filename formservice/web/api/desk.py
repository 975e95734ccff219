"""The desk for programs: what waits to be looked at, and deciding about doubtful fields."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal  # values of fields are JSON

from fastapi import APIRouter, Body, Path, Query
from pydantic import BaseModel, Field

from formservice.application.desk import Choice, Decision
from formservice.application.desk_deciding import HELD_S
from formservice.application.desk_review import Asked, Review
from formservice.application.search import Place
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api.documents import DocumentId
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import Changed, given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Nachbearbeitung"], route_class=ApiRoute)
FieldKey = Annotated[
    str, Path(description="Schlüssel des Feldes.", max_length=200, examples=["telefon"])
]
_WAITING = {
    "document": ID,
    "name": "Stapel-07.pdf",
    "form": "feedbackbogen",
    "received": "2026-04-02",
    "doubtful": 2,
    "user": None,
}
_SAID = {"by": "Lesung des Feldes", "text": "0541 55501", "percent": 87}
_ASKED = {
    "key": "telefon",
    "name": "Telefon",
    "kind": "text",
    "o_ton": False,
    "shown": "0541 55501",
    "can_accept": True,
    "readings": [_SAID],
    "reasons": ["Zwei Lesungen widersprechen sich."],
    "page": 1,
    "decided": None,
}
_REVIEW = {
    "document": ID,
    "version": 1,
    "form": "feedbackbogen",
    "pages": 2,
    "open": 1,
    "fields": [_ASKED],
    "others": [],
}


_OF_FORM = "Nur dieses Formular; `-`: nur, was als keines erkannt ist."


class WaitingTold(BaseModel):
    """A document that waits at the desk."""

    model_config = example(_WAITING)
    document: str = Field(description="Kennung des Vorgangs.")
    name: str = Field(description="Name der Datei.")
    form: str | None = Field(description="Formular.")
    received: str = Field(description="Tag des Eingangs (ISO).")
    doubtful: int = Field(description="So viele Felder sind anzusehen.")
    user: str | None = Field(description="Wer ihn gerade durchsieht.")


class Queue(BaseModel):
    """What waits at the desk."""

    model_config = example({"count": 1, "taken": 0, "items": [_WAITING], "next": None})
    count: int = Field(description="So viele warten.")
    taken: int = Field(description="So viele sehen andere gerade durch.")
    items: list[WaitingTold] = Field(description="Die ältesten zuerst.")
    next: str | None = Field(description="Als `after` mitsenden; null nach der letzten Seite.")


class SaidTold(BaseModel):
    """One reading of a field."""

    model_config = example(_SAID)
    by: str = Field(description="Welche Lesung.")
    text: str = Field(description="Was sie las.")
    percent: int | None = Field(description="Wie sicher, in Prozent.")


class AskedTold(BaseModel):
    """A field that somebody has to look at."""

    model_config = example(_ASKED)
    key: str = Field(description="Schlüssel.")
    name: str = Field(description="Wie Menschen es nennen.")
    kind: str = Field(description="Art.")
    o_ton: bool = Field(description="Ob hier die eigenen Worte der Person stehen.")
    shown: str = Field(description="Was die Maschine las.")
    can_accept: bool = Field(description="Ob das bestätigt werden kann.")
    readings: list[SaidTold] = Field(description="Alle Lesungen.")
    reasons: list[str] = Field(description="Warum jemand hinsehen muss.")
    page: int | None = Field(description="Seite, ab 1.")
    decided: str | None = Field(description="Was entschieden ist; null: noch offen.")


class ReviewTold(BaseModel):
    """A document at the desk."""

    model_config = example(_REVIEW)
    document: str = Field(description="Kennung des Vorgangs.")
    version: int = Field(description="Fassung.")
    form: str | None = Field(description="Formular.")
    pages: int = Field(description="So viele Seiten.")
    open: int = Field(description="So viele Felder sind noch offen.")
    fields: list[AskedTold] = Field(description="Felder, in der Reihenfolge der Seiten.")
    others: list[str] = Field(description="Was den ganzen Vorgang betrifft.")


class TakeNext(BaseModel):
    """Which document is wanted next."""

    model_config = given({"form": "feedbackbogen", "batch": None, "after": None})
    form: str | None = Field(None, max_length=64, description=_OF_FORM)
    batch: str | None = Field(None, max_length=64, description="Nur aus diesem Stapel.")
    after: str | None = Field(None, max_length=64, description="Der Vorgang davor.")


class Taken(BaseModel):
    """Which document was taken."""

    model_config = example({"document": ID})
    document: str | None = Field(description="Kennung; null, wenn nichts wartet.")


class DecisionGiven(BaseModel):
    """What is decided about a field."""

    model_config = given({"said": "value", "value": "0541 55501", "compared": False})
    said: Literal["as-read", "blank", "unreadable", "value"] = Field(
        description="`value` nur mit `value`; die anderen ohne."
    )
    value: Any = Field(None, description="Der Wert, bei `value`.")
    compared: bool = Field(
        False, description="Eigene Worte: Wort für Wort mit dem Bild verglichen."
    )


@router.get(
    "/desk",
    name="api_desk",
    operation_id="listDesk",
    summary="Was in der Nachbearbeitung wartet",
    dependencies=may(Action.DESK),
    responses=refused(),
)
def queue(
    house: Home,
    me: Me,
    form: Annotated[str, Query(description=_OF_FORM, pattern="^([a-z0-9-]{1,64})?$")] = "",
    batch: Annotated[str, Query(description="Nur aus diesem Stapel.", max_length=64)] = "",
    limit: Annotated[int, Query(description="Höchstens so viele.", ge=1, le=200)] = 50,
    after: Annotated[str, Query(description="`next` der vorigen Seite.", max_length=400)] = "",
) -> Queue:
    """Zeigt, was wartet, die ältesten zuerst."""
    choice = _choice(form, batch)
    queued = house.desk.queued(me.author, choice)
    place = Place.told(after) if after else None
    waiting = house.desk.waiting(me.author, choice, limit + 1, place)
    items = [
        WaitingTold(
            document=one.document,
            name=one.name,
            form=one.form,
            received=one.received.isoformat(),
            doubtful=one.doubtful,
            user=one.user,
        )
        for one in waiting[:limit]
    ]
    ended = waiting[limit - 1].place if len(waiting) > limit else None
    return Queue(
        count=queued.count,
        taken=queued.taken,
        items=items,
        next=None if ended is None else str(ended),
    )


@router.post(
    "/desk/next",
    name="api_desk_next",
    operation_id="takeNextFromDesk",
    summary="Den nächsten Vorgang nehmen",
    dependencies=may(Action.DESK),
    responses=refused(409, 413, 415),
)
def take_next(house: Home, me: Me, wanted: Annotated[TakeNext, Body()]) -> Taken:
    """Nimmt den nächsten Vorgang, den niemand hat; er gehört dann zehn Minuten lang Ihnen."""
    choice = _choice(wanted.form or "", wanted.batch or "")
    found = house.desk.take(me.author, choice, wanted.after, HELD_S)
    return Taken(document=found)


@router.get(
    "/desk/{document}",
    name="api_review",
    operation_id="getReview",
    summary="Was an einem Vorgang zu entscheiden ist",
    dependencies=may(Action.DESK),
    responses=refused(404),
)
def review(document: DocumentId, house: Home, me: Me) -> ReviewTold:
    """Zeigt jedes zweifelhafte Feld mit allen Lesungen und dem Grund."""
    found = house.deciding.review(me.author, document)
    reading_log.seen(house, me, document)
    return _review(found)


@router.put(
    "/desk/{document}/fields/{field}",
    name="api_decide",
    operation_id="decideField",
    summary="Über ein Feld entscheiden",
    status_code=204,
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def decide(
    document: DocumentId,
    field: FieldKey,
    house: Home,
    me: Me,
    decision: Annotated[DecisionGiven, Body()],
) -> None:
    """Merkt eine Entscheidung; gespeichert wird mit `POST /desk/{document}/finish`."""
    said = Decision(decision.said, decision.value, decision.compared)
    house.deciding.decide(me.author, document, field, said)


@router.delete(
    "/desk/{document}/fields/{field}",
    name="api_undecide",
    operation_id="undoDecision",
    summary="Eine Entscheidung zurücknehmen",
    status_code=204,
    dependencies=may(Action.DESK),
    responses=refused(404, 409),
)
def undecide(document: DocumentId, field: FieldKey, house: Home, me: Me) -> None:
    """Nimmt zurück, was über ein Feld entschieden und noch nicht gespeichert ist."""
    house.deciding.review(me.author, document)
    house.deciding.undo(me.author, document, field)


@router.post(
    "/desk/{document}/finish",
    name="api_finish",
    operation_id="finishReview",
    summary="Die Durchsicht abschließen",
    dependencies=may(Action.DESK),
    responses=refused(404, 409),
)
def finish(document: DocumentId, house: Home, me: Me) -> Changed:
    """Speichert alle Entscheidungen als eine Fassung."""
    version = house.deciding.finish(me.author, document)
    kept, _ = house.consult.kept(document, me.author)
    return Changed(id=document, version=version, state=kept.state)


@router.post(
    "/desk/{document}/hold",
    name="api_hold",
    operation_id="holdDocument",
    summary="Einen Vorgang behalten",
    status_code=204,
    dependencies=may(Action.DESK),
    responses=refused(404, 409),
)
def hold(document: DocumentId, house: Home, me: Me) -> None:
    """Nimmt oder behält einen Vorgang für zehn Minuten; 409, wenn ihn jemand anders hat."""
    house.deciding.hold(me.author, document)


@router.post(
    "/desk/{document}/release",
    name="api_release",
    operation_id="releaseDocument",
    summary="Einen Vorgang freigeben",
    status_code=204,
    dependencies=may(Action.DESK),
    responses=refused(404, 409),
)
def release(document: DocumentId, house: Home, me: Me) -> None:
    """Gibt einen Vorgang frei, damit ihn jemand anders nehmen kann."""
    house.consult.kept(document, me.author)
    house.desk.release(me.author, document)


def _choice(form: str, batch: str) -> Choice:
    return Choice({"": None, "-": ""}.get(form, form), batch or None)


def _review(one: Review) -> ReviewTold:
    return ReviewTold(
        document=one.document,
        version=one.version,
        form=None if one.form is None else one.form.form,
        pages=one.pages,
        open=len(one.open),
        fields=_fields(one.asked),
        others=list(one.others),
    )


def _fields(asked: Sequence[Asked]) -> list[AskedTold]:
    return [
        AskedTold(
            key=one.key,
            name=one.name,
            kind=one.kind,
            o_ton=one.o_ton,
            shown=one.shown,
            can_accept=one.can_accept,
            readings=[SaidTold.model_validate(said) for said in one.readings],
            reasons=list(one.reasons),
            page=one.number,
            decided=None if one.decision is None else one.decision.said,
        )
        for one in asked
    ]
