"""The component that shows any form: what it shows comes back; hostile input harms nothing."""

import pytest

from formservice.application.editing import AS_READ, UNREADABLE
from formservice.application.editing_items import Items
from formservice.bootstrap.web import WebServices
from formservice.domain.errors import DocumentTooLargeError
from formservice.web.form_page import Known, changes, posted, view
from formservice.web.form_page_drafts import as_body, from_body
from formservice.web.pages_made import environment
from tests.editing.conftest import FORMS, RECEIVED, edit, readings, services
from tests.web.forms.pages import fields_of, with_value

__all__ = ["edit", "readings", "services"]
_PAGE = (
    '{% import "form/fields.html" as form with context %}'
    "{{ form.form_errors(view, true) }}{{ form.form_fields(view) }}"
)


def html(shown) -> str:
    template = environment().from_string(_PAGE)
    return template.render(view=shown, csrf="", static=str, url=lambda *_, **__: "#")


def page_of(services: WebServices, reading):
    definition = services.fill.definition(reading["form"]["id"])
    shown = view(definition, Known(reading=reading, findings=reading["findings"], signatures=True))
    return definition, html(shown)


@pytest.mark.parametrize("form", FORMS)
def test_a_page_that_nobody_touches_changes_nothing(services, readings, form):
    definition, page = page_of(services, readings[form])
    said = posted(definition, fields_of(page))
    assert said.problems == ()
    assert changes(definition, said, readings[form], RECEIVED) == {}


@pytest.mark.parametrize("form", FORMS)
def test_every_field_has_a_label_and_every_id_is_there_once(services, form):
    page = html(view(services.fill.definition(form), Known()))
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    labelled = {part.split('"')[0] for part in page.split(' for="')[1:]}
    for part in page.split("<textarea ")[1:]:
        assert part.split('id="')[1].split('"')[0] in labelled


def test_only_what_was_changed_is_a_change(services, readings):
    definition, page = page_of(services, readings["feedbackbogen"])
    sent = with_value(fields_of(page), "feld.name", "Yildiz")
    sent = with_value(sent, "feld.anlass", "")
    made = changes(definition, posted(definition, sent), readings["feedbackbogen"], RECEIVED)
    assert made == {"name": "Yildiz", "anlass": None}


def test_a_doubtful_value_is_confirmed_or_called_unreadable(services, readings):
    reading = readings["feedbackbogen"]
    unsure = reading["fields"]["name"] | {"accepted": False, "doubts": ["unsure"]}
    reading = {**reading, "fields": {**reading["fields"], "name": unsure}}
    definition, page = page_of(services, reading)
    assert 'name="stimmt.name"' in page
    sent = fields_of(page)
    for mark, change in (("stimmt.name", AS_READ), ("unlesbar.name", UNREADABLE)):
        said = posted(definition, [*sent, (mark, "1")])
        assert changes(definition, said, reading, RECEIVED) == {"name": change}
    assert changes(definition, posted(definition, sent), reading, RECEIVED) == {}


def test_a_moved_goal_is_known_by_where_it_was(services, readings):
    reading = readings["integrationsfoerderplan"]
    definition, page = page_of(services, reading)
    said = posted(definition, [*fields_of(page), ("tun", "hoch:ziele[1]")]).done()
    made = changes(definition, said, reading, RECEIVED)
    assert made["ziele"] == Items((1, 0))
    assert not [key for key in made if key.endswith("text")]


def test_a_goal_taken_away_and_one_added(services, readings):
    reading = readings["integrationsfoerderplan"]
    definition, page = page_of(services, reading)
    less = posted(definition, [*fields_of(page), ("tun", "weg:ziele[0]")]).done()
    assert changes(definition, less, reading, RECEIVED)["ziele"] == Items((1,))
    more = posted(definition, [*fields_of(page), ("tun", "mehr:ziele")]).done()
    assert "ziele" not in changes(definition, more, reading, RECEIVED)  # it is still blank


def test_the_last_of_a_list_can_be_taken_away(services, readings):
    reading = readings["integrationsfoerderplan"]
    definition, page = page_of(services, reading)
    said = posted(definition, [*fields_of(page), ("tun", "weg:ziele[1]")]).done()
    again = html(view(definition, Known(reading=reading, posted=said)))
    said = posted(definition, [*fields_of(again), ("tun", "weg:ziele[0]")]).done()
    none = html(view(definition, Known(reading=reading, posted=said)))
    made = changes(definition, posted(definition, fields_of(none)), reading, RECEIVED)
    assert made == {"ziele": Items(())}


def test_a_draft_keeps_the_page_as_it_was(services, readings):
    definition, page = page_of(services, readings["integrationsfoerderplan"])
    said = posted(definition, fields_of(page))
    assert from_body(definition, as_body(said)) == said


@pytest.mark.parametrize(
    "pair",
    [
        ("feld.gibt_es_nicht", "x"),
        ("feld.ziele[100].text", "x"),
        ("feld.ziele[].text", "x"),
        ("feld.ziele[0]", "x"),
        ("feld." + "a" * 500, "x"),
        ("liste.gibt_es_nicht", ""),
        ("aus.ziele[0].text", "0"),
    ],
)
def test_a_name_that_the_form_has_not_is_told_and_nothing_is_made_of_it(services, pair):
    definition = services.fill.definition("integrationsfoerderplan")
    said = posted(definition, [pair])
    assert said.typed == {}
    assert said.problems
    view(definition, Known(posted=said))


def test_more_than_any_form_holds_is_refused(services):
    definition = services.fill.definition("feedbackbogen")
    with pytest.raises(DocumentTooLargeError):
        posted(definition, [(f"feld.x{n}", "") for n in range(7000)])
    with pytest.raises(DocumentTooLargeError):
        posted(definition, [("anderes", "x" * 5_000_000)])


def test_what_somebody_types_is_no_markup(services):
    definition = services.fill.definition("feedbackbogen")
    said = posted(definition, [("feld.name", '"><script>alert(1)</script>')])
    assert "<script>alert" not in html(view(definition, Known(posted=said)))


def test_nobody_is_asked_to_sign_in_a_browser(services):
    definition = services.fill.definition("feedbackbogen")
    assert "sig_tn" not in html(view(definition, Known()))
    assert "auf dem Papier unterschrieben" in html(view(definition, Known(signatures=True)))
