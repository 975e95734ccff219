"""Pages put right by hand: another form, moved, split off, joined, put aside, taken back."""

from typing import Annotated, Any  # examples are JSON

from fastapi import APIRouter, Body, Path, Response
from pydantic import BaseModel, Field

from formservice.application.desk_pages import Done
from formservice.application.desk_pictures import PagePlace, Seen
from formservice.application.desk_shelf import ASIDE, NEW, loose_pages
from formservice.domain.errors import UsageError
from formservice.domain.permissions import Action
from formservice.web import reading_log
from formservice.web.api.case_shapes import SEEN
from formservice.web.api.documents import DocumentId
from formservice.web.api.pictures import PICTURE_DESCRIBED
from formservice.web.api.problems import CHANGES, refused
from formservice.web.api.route import ApiRoute
from formservice.web.api.samples import ID, example
from formservice.web.api.told import given
from formservice.web.guard import Home, Me, may

router = APIRouter(prefix="/api/v1", tags=["Nachbearbeitung"], route_class=ApiRoute)
_OTHER = "1f7a0c52-9e1d-4b60-8a55-2f0c7a4e9b30"
_MEMBER: dict[str, Any] = {
    "id": ID,
    "name": "Stapel-07.pdf",
    "form": "feedbackbogen",
    "edition": "2023-09-22",
    "version": 2,
    "pages": 3,
}
_DONE: dict[str, Any] = {"documents": [ID, _OTHER], "before": {ID: 2, _OTHER: 0}}
_SEEN = "b6a1e07c93d2f458"
_WORDS = {"new": NEW, "aside": ASIDE}
_MOST = 200
_KNOWINGLY = "Auch wenn jemand einen der Vorgänge gerade in der Nachbearbeitung durchsieht."


class MemberTold(BaseModel):
    """A document that was found in the same file, or that came on the same day."""

    model_config = example(_MEMBER)
    id: str = Field(description="Kennung des Vorgangs.")
    name: str = Field(description="Name der Datei.")
    form: str | None = Field(description="Formular.")
    edition: str | None = Field(description="Ausgabe.")
    version: int = Field(description="Fassung.")
    pages: int = Field(description="So viele Seiten; bei `near` 0.")


class NearTold(MemberTold):
    """A document that came on the same day, and whose it is."""

    model_config = example({**_MEMBER, "person": "Beispiel, Kim", "traeger": "Lindenhof"})
    person: str = Field(description="Um wen es geht; leer, wenn kein Fall zugeordnet ist.")
    traeger: str = Field(description="Wer den Bogen eingereicht hat; leer, wenn es niemand war.")


class FamilyTold(BaseModel):
    """Which pages of a file are which document."""

    model_config = example(
        {"root": ID, "documents": [_MEMBER], "aside": 1, "near": [], "seen": _SEEN}
    )
    root: str = Field(description="Vorgang, als der die Datei einging.")
    documents: list[MemberTold] = Field(description="Offene Vorgänge aus derselben Datei.")
    aside: int = Field(description="So viele Seiten der Datei gehören zu keinem Vorgang.")
    near: list[NearTold] = Field(
        description="Andere Vorgänge, zu denen Seiten gehören können; nicht solche anderer Träger."
    )
    seen: str = Field(description="Welcher Stand das ist; wer Seiten umzieht, sagt ihn dazu.")


class PageGiven(BaseModel):
    """A page."""

    model_config = given({"document": ID, "number": 2})
    document: str = Field(max_length=64, description="Vorgang, oder `aside`: zu keinem Vorgang.")
    number: int = Field(ge=1, le=100_000, description="Seite, ab 1.")


class Move(BaseModel):
    """Which pages go where."""

    model_config = given(
        {
            "pages": [{"document": ID, "number": 2}],
            "target": "new",
            "seen": _SEEN,
            "knowingly": False,
        }
    )
    pages: list[PageGiven] = Field(max_length=_MOST, description="Seiten, die umziehen.")
    target: str = Field(
        max_length=64,
        description="Kennung eines anderen Vorgangs, `new` (ein neuer) oder `aside` (keiner).",
    )
    seen: str = Field(min_length=1, max_length=64, description=SEEN)
    knowingly: bool = Field(False, description=_KNOWINGLY)


class FormGiven(BaseModel):
    """As which form a document is read."""

    model_config = given({"form": "feedbackbogen", "edition": "2026-11"})
    form: str = Field(max_length=64, description="Formular.")
    edition: str = Field(max_length=16, description="Ausgabe.")


class Before(BaseModel):
    """What documents were before."""

    model_config = given({"before": _DONE["before"], "knowingly": False})
    before: dict[str, Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        min_length=1, max_length=_MOST, description="`before` aus der Antwort auf die Änderung."
    )
    knowingly: bool = Field(False, description=_KNOWINGLY)


class Arranged(BaseModel):
    """What was arranged, and how it is taken back."""

    model_config = example(_DONE)
    documents: list[str] = Field(description="Vorgänge, die betroffen sind.")
    before: dict[str, int] = Field(
        description="Ihre Fassungen davor, für `POST /desk/undo`; 0: es gab ihn nicht."
    )


@router.get(
    "/desk/{document}/pages",
    name="api_arrange",
    operation_id="getPages",
    summary="Welche Seiten gehören zu welchem Vorgang?",
    dependencies=may(Action.DESK),
    responses=refused(404),
)
def pages(document: DocumentId, house: Home, me: Me) -> FamilyTold:
    """Zeigt alle Vorgänge aus derselben Datei, und was von ihr zu keinem gehört."""
    family = house.arrange.family(me.author, document)
    return FamilyTold(
        root=family.root,
        documents=[_member(one) for one in family.members],
        aside=len(loose_pages(family.aside)),
        seen=family.seen,
        near=[
            NearTold(
                id=one.kept.id,
                name=one.kept.name,
                form=one.kept.form,
                edition=one.kept.edition,
                version=one.kept.version,
                pages=0,
                person=one.person,
                traeger=one.traeger,
            )
            for one in family.near
        ],
    )


@router.get(
    "/desk/{document}/aside/{number}",
    name="api_aside",
    operation_id="getAsidePicture",
    summary="Eine Seite, die zu keinem Vorgang gehört",
    dependencies=may(Action.DESK),
    response_class=Response,
    responses={**refused(404), **PICTURE_DESCRIBED},
)
def aside(
    document: DocumentId,
    number: Annotated[int, Path(description="Die wievielte.", ge=1, le=100_000, examples=[1])],
    house: Home,
    me: Me,
) -> Response:
    """Gibt eine Seite derselben Datei, die zu keinem Vorgang gehört, klein als JPEG."""
    one = house.arrange.aside(me.author, document, number)
    reading_log.seen(house, me, document, reading_log.PICTURE)
    data = house.pictures.card(PagePlace(number, number, one.original, one.page, 0))
    return Response(data, media_type="image/jpeg")


@router.post(
    "/desk/{document}/pages",
    name="api_move",
    operation_id="movePages",
    summary="Seiten umziehen, abtrennen, verbinden, beiseitelegen",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def move(document: DocumentId, house: Home, me: Me, asked: Annotated[Move, Body()]) -> Arranged:
    """Gibt Seiten einem anderen Vorgang, einem neuen oder keinem; alles wird neu gelesen.

    Die Seiten sind die eines Vorgangs aus derselben Datei (`GET /desk/{document}/pages`); 409,
    wenn seit `seen` jemand einen von ihnen geändert oder Seiten umgezogen hat, oder wenn jemand
    anders einen von ihnen gerade durchsieht (`desk.taken`; mit `knowingly` geht es trotzdem).
    """
    picked = [(_WORDS.get(one.document, one.document), one.number) for one in asked.pages]
    target = _WORDS.get(asked.target, asked.target)
    once = list(dict.fromkeys(picked))
    known = asked.knowingly
    done = house.arrange.move(me.author, document, once, target, asked.seen, knowingly=known)
    return _done(done)


@router.put(
    "/desk/{document}/form",
    name="api_as_form",
    operation_id="readAsForm",
    summary="Als anderes Formular oder andere Ausgabe lesen",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def as_form(
    document: DocumentId, house: Home, me: Me, form: Annotated[FormGiven, Body()]
) -> Arranged:
    """Liest einen Vorgang noch einmal, als das genannte Formular; das ist eine weitere Fassung."""
    kept, _ = house.consult.kept(document, me.author)
    if kept.version == 0:
        raise UsageError("Dieser Vorgang ist noch nicht gelesen.", "Bitte einen Moment warten.")
    house.deciding.hold(me.author, document)
    return _done(house.arrange.as_form(me.author, document, form.form, form.edition))


@router.post(
    "/desk/undo",
    name="api_arrange_undo",
    operation_id="undoArranging",
    summary="Eine Ordnung von Seiten zurücknehmen",
    dependencies=may(Action.DESK),
    responses=refused(*CHANGES),
)
def undo(house: Home, me: Me, asked: Annotated[Before, Body()]) -> Arranged:
    """Macht Vorgänge wieder zu dem, was sie vor einer Änderung waren, solange niemand mehr tat."""
    for document, version in asked.before.items():
        if version > 0:
            house.consult.version(document, me.author, version)
        elif house.consult.kept(document, me.author)[0].part_of is None:
            raise UsageError("Diesen Vorgang gab es schon vor der Änderung.")
    return _done(house.arrange.undo(me.author, asked.before, knowingly=asked.knowingly))


def _done(one: Done) -> Arranged:
    return Arranged(documents=list(one.documents), before=dict(one.before))


def _member(one: Seen) -> MemberTold:
    form = one.reading.get("form") or {}
    return MemberTold(
        id=one.kept.id,
        name=one.kept.name,
        form=form.get("id"),
        edition=form.get("edition"),
        version=one.kept.version,
        pages=len(one.pages),
    )
