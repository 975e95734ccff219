"""What ``read`` prints for people."""

import pytest

from formservice.cli import progress, show

READ = {
    "file": "bogen\x1b[2J.pdf",
    "medium": "acroform",
    "page_numbers": [1, 2, 3],
    "form": {"id": "feedbackbogen", "edition": "2023-09-22"},
    "fields": {},
    "findings": [],
    "deadlines": [
        {"key": "uebersendung", "title": "Übersendung", "due": "2026-04-07", "met": False}
        | {"why": ["Zwei Wochen nach dem Gespräch."]}
    ],
    "archivable": False,
}


def test_deadlines_are_called_by_their_title_and_german_days(capsys):
    show.document(READ, {})
    assert "Frist „Übersendung“: 07.04.2026 (versäumt)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("numbers", "words"), [([3], "Seite 3"), ([1, 2, 3], "Seiten 1–3"), ([1, 4], "Seiten 1, 4")]
)
def test_pages_are_named_shortly(capsys, numbers, words):
    show.document(READ | {"page_numbers": numbers}, {})
    assert f"(ausfüllbares PDF, {words})" in capsys.readouterr().out


def test_a_file_name_cannot_steer_the_terminal(capsys):
    show.document(READ, {})
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(("form", "hinted"), [(None, True), (READ["form"], False)])
def test_who_has_to_choose_the_form_is_told_how(capsys, form, hinted):
    show.document(READ | {"form": form}, {})
    assert ("--form" in capsys.readouterr().out) is hinted


def test_the_fields_of_an_item_stand_below_its_name_and_empty_rows_are_left_out(capsys):
    read = {"reading": "read", "value": "x", "accepted": True}
    blank = {"reading": "blank", "value": None, "accepted": True}
    fields = {
        "ziele[0].text": read,
        "ziele[0].schritte[0]": read,
        "ziele[0].schritte[1]": blank,
        "ziele[1].text": blank,
        "ziele[1].schritte[0]": blank,
        "ziele[2].text": blank | {"accepted": False},
    }
    names = {
        "ziele[0].text": "Ziel 1: Wortlaut",
        "ziele[0].schritte[0]": "Ziel 1, Schritt 1",
        "ziele[0].schritte[1]": "Ziel 1, Schritt 2",
        "ziele[1].text": "Ziel 2: Wortlaut",
        "ziele[1].schritte[0]": "Ziel 2, Schritt 1",
        "ziele[2].text": "Ziel 3: Wortlaut",
    }
    show.document(READ | {"fields": fields}, names)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[3:10] == [
        "Ziel 1",
        "Wortlaut x",
        "Schritt 1 x",
        "Ziel 2 – leer –",
        "Ziel 3",
        "* Wortlaut – leer –",
        "Frist „Übersendung“: 07.04.2026 (versäumt)",
    ]


def test_a_long_file_says_on_one_line_which_page_is_next_and_how_long_it_takes(
    capsys, monkeypatch
):
    times = iter(range(0, 1000, 2))
    monkeypatch.setattr("time.monotonic", lambda: float(next(times)))
    told = progress.PagesOfFile(shown=True)
    for done in range(81):
        told(done, 80)
    lines = [one.strip() for one in capsys.readouterr().err.split("\r") if one.strip()]
    assert lines[:2] == ["Seite 1 von 80", "Seite 2 von 80"]
    assert lines[11] == "Seite 12 von 80, noch etwa 2 Minuten"
    assert lines[-20] == "Seite 61 von 80, noch etwa 40 s"
    assert lines[-1] == "Seite 80 von 80, noch etwa 2 s"


def test_nobody_who_did_not_ask_is_told_how_far_it_is(capsys):
    told = progress.PagesOfFile(shown=False)
    for done in range(5):
        told(done, 5)
    one_page = progress.PagesOfFile(shown=True)
    one_page(0, 1)
    one_page(1, 1)
    assert capsys.readouterr().err == ""
