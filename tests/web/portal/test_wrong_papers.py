"""A form that no Träger writes, and one without all its pages: what is wrong and what helps."""

import html
import io

import pikepdf

from tests.web.portal.sent import document_of, handed_in, sample, uploaded

SENT_BY_THE_OFFICE = sample("dang-docx", "erwartungsbogen@2023-07-24")


def shown(client, data, name):
    document = document_of(uploaded(client, data, name))
    return document, html.unescape(client.get(f"/einreichen/{document}").text)


def first_page(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        del pdf.pages[1:]
        made = io.BytesIO()
        pdf.save(made)
    return made.getvalue()


def test_a_form_that_no_traeger_writes_is_told_and_may_be_handed_in(browser):
    anna = browser("anna")
    document, page = shown(anna, SENT_BY_THE_OFFICE, "bogen.docx")
    assert "Das ist das Formular „Erwartungsbogen" in page
    assert "Von Ihnen wird gebraucht: „Feedbackbogen“" in page
    assert "nichts zu beanstanden" not in page
    assert handed_in(anna, document).status_code == 303


def test_what_a_traeger_writes_is_not_asked_about(browser):
    _, page = shown(browser("anna"), sample("regulaer-docx"), "bogen.docx")
    assert "Von Ihnen wird gebraucht" not in page


def test_a_form_without_all_its_pages_says_what_to_do(browser):
    _, page = shown(browser("anna"), first_page(sample("regulaer-flat")), "seite1.pdf")
    assert "fehlt. Bitte suchen und alle Seiten zusammen einreichen." in page
    assert "nachreichen lassen" not in page
    assert "Laden Sie bitte alle Seiten zusammen hoch" in page
    assert page.count("Bogen verwerfen") >= 2


def test_a_field_whose_page_is_missing_was_not_read_right(browser):
    _, page = shown(browser("anna"), first_page(sample("regulaer-flat")), "seite1.pdf")
    assert "Das steht nicht auf dem Blatt" in page
    _, whole = shown(browser("anna"), sample("regulaer-flat"), "ganz.pdf")
    assert "Das steht nicht auf dem Blatt" not in whole


def test_nobody_is_told_to_write_down_what_has_no_field_on_the_page(house):
    own = [one for one in house.forms if one.participation is not None]
    told = [rule.message for one in own for rule in (*one.rules, *one.deadlines)]
    assert len(told) > 20
    assert not [
        one for one in told if "hier festhalten" in one or ("Grund der" in one and "klären" in one)
    ]
