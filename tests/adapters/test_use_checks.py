"""What a form is for in the work of the office is held against its fields and options."""

import pytest

from tests.adapters.note_form import add, problems_of

FORM = """\
  name: {kind: text, label: "Name:"}
  tag: {kind: date, label: "Tag:"}
  ende: {kind: date, label: "Ende:"}
  grund: {kind: choice, label: Grund, options: {aus: aus, nie: nie, weg: weg}}
  vorhaben:
    kind: group
    title: Vorhaben
    rows: 2
    fields:
      was: {kind: text, label: "Was {n}:"}
      weit: {kind: choice, label: Stand, options: {neu: neu, fertig: fertig}}
      viel: {kind: choice, label: Viel, several: true, options: {neu: neu, fertig: fertig}}
      wann: {kind: date, label: "Wann {n}:"}
"""
GOALS = {
    "group": "vorhaben",
    "text": "was",
    "state": "weit",
    "open": "neu",
    "done": "[fertig]",
    "review": "wann",
    "written": "tag",
}
MASTER_DATA = "prefill: {stammdaten: {fields: {name: name}}}\n"
PARTICIPATION = {
    "occasion": "grund",
    "begins": "tag",
    "ends": "ende",
    "usual": "aus",
    "never_begun": "nie",
    "broken_off": "weg",
}


@pytest.fixture
def problems(tmp_path):
    """Return what is wrong with a form that says so."""

    def found(*entries):
        wrong = problems_of(tmp_path, FORM + "".join(entries))
        return [(one.where.split(" (")[0], one.message, one.nearest) for one in wrong]

    return found


def test_a_form_that_takes_master_data_may_be_what_a_case_begins_with(problems):
    assert problems(MASTER_DATA, "issued_first: Notiz\n") == []


def test_a_form_that_is_never_issued_cannot_be_issued_first(problems):
    ((place, said, _),) = problems("issued_first: Notiz\n")
    assert (place, "prefill: stammdaten" in said) == ("issued_first", True)


@pytest.mark.parametrize("name", ['""', "7", "true"])
def test_the_name_of_what_a_case_begins_with_is_a_text(problems, name):
    ((place, _, _),) = problems(MASTER_DATA, f"issued_first: {name}\n")
    assert place == "issued_first"


def goals(**other):
    """Return the entry that says where a plan has its goals, with something said otherwise."""
    return entry("goals", GOALS | other)


def participation(**other):
    """Return the entry about participations, with something said otherwise."""
    return entry("participation", PARTICIPATION | other)


def entry(name, said):
    kept = {key: one for key, one in said.items() if one}
    return f"{name}:\n" + "".join(f"  {key}: {one}\n" for key, one in kept.items())


def test_goals_that_fit_the_fields_are_taken(problems):
    assert problems(goals()) == []


@pytest.mark.parametrize(
    ("other", "place", "said", "guess"),
    [
        ({"group": "vorhabn"}, "group", "Eine Gruppe vorhabn gibt es nicht.", "vorhaben"),
        (
            {"group": "name"},
            "group",
            "name ist ein einzelnes Feld; hier muss eine Gruppe (group) stehen.",
            None,
        ),
        ({"text": "waas"}, "text", "In der Gruppe vorhaben gibt es kein Feld waas.", "was"),
        ({"text": "wann"}, "text", "Das Feld vorhaben[].wann ist von der Art date;", None),
        ({"state": "wann"}, "state", "Das Feld vorhaben[].wann ist von der Art date;", None),
        ({"state": "viel"}, "state", "Ein Ziel hat einen Stand;", None),
        ({"review": "was"}, "review", "Das Feld vorhaben[].was ist von der Art text;", None),
        ({"open": "neuu"}, "open", "Die Auswahl vorhaben[].weit hat keine Option neuu.", "neu"),
        (
            {"done": "[fertich]"},
            "done.0",
            "Die Auswahl vorhaben[].weit hat keine Option fertich.",
            "fertig",
        ),
        ({"open": "fertig"}, "open", "In diesem Stand wird an einem Ziel gearbeitet;", None),
        ({"written": "tagg"}, "written", "Ein Feld tagg gibt es nicht.", "tag"),
        ({"written": "name"}, "written", "Das Feld name ist von der Art text;", None),
        ({"review": ""}, "review", "Der Schlüssel fehlt.", None),
        ({"done": "[]"}, "done", "Mindestens ein Eintrag ist nötig.", None),
        ({"review": "", "rewiew": "wann"}, "rewiew", "Der Schlüssel ist unbekannt.", "review"),
    ],
)
def test_goals_that_do_not_fit_the_fields_are_explained_at_their_line(
    problems, other, place, said, guess
):
    ((where, message, nearest),) = problems(goals(**other))
    assert where.replace("[0]", ".0") == f"goals.{place}"
    assert message.startswith(said)
    assert nearest == guess


def test_a_participation_that_fits_the_fields_is_taken(problems):
    assert problems(participation()) == []


def test_occasions_of_a_participation_may_have_short_names(problems):
    assert problems(participation(names="{aus: Zu Ende, nie: Nie begonnen}")) == []


def test_a_short_name_of_no_option_is_explained(problems):
    ((where, message, nearest),) = problems(participation(names="{auss: Zu Ende}"))
    assert where == "participation.names.auss"
    assert message.startswith("Die Auswahl grund hat keine Option auss.")
    assert nearest == "aus"


@pytest.mark.parametrize(
    ("other", "place", "said", "guess"),
    [
        ({"occasion": "grunt"}, "occasion", "Ein Feld grunt gibt es nicht.", "grund"),
        ({"occasion": "tag"}, "occasion", "Das Feld tag ist von der Art date;", None),
        ({"occasion": "vorhaben"}, "occasion", "vorhaben ist eine Gruppe (group);", None),
        ({"begins": "tagg"}, "begins", "Ein Feld tagg gibt es nicht.", "tag"),
        ({"ends": "name"}, "ends", "Das Feld name ist von der Art text;", None),
        ({"ends": "tag"}, "ends", "Beginn und Ende der Teilnahme", None),
        ({"usual": "auss"}, "usual", "Die Auswahl grund hat keine Option auss.", "aus"),
        ({"broken_off": "nie"}, "broken_off", "Die Option nie steht schon bei never_begun;", None),
        ({"never_begun": ""}, "never_begun", "Der Schlüssel fehlt.", None),
        ({"usual": "[aus]"}, "usual", "Hier muss ein Text stehen;", None),
        ({"usual": "", "usuall": "aus"}, "usuall", "Der Schlüssel ist unbekannt.", "usual"),
    ],
)
def test_a_participation_that_does_not_fit_the_fields_is_explained_at_its_line(
    problems, other, place, said, guess
):
    ((where, message, nearest),) = problems(participation(**other))
    assert where == f"participation.{place}"
    assert message.startswith(said)
    assert nearest == guess


DRAFT = "released: false\n"


@pytest.mark.parametrize("newer", ["", DRAFT], ids=["released", "a draft"])
@pytest.mark.parametrize(
    ("name", "said", "ending"),
    [
        ("goals", goals(), "erinnert an die Ziele der Pläne niemand mehr"),
        ("participation", participation(), "enden die Fristen zu allen Teilnahmen"),
    ],
)
def test_an_edition_does_not_end_without_a_word_what_the_one_before_was_for(
    tmp_path, name, said, ending, newer
):
    add(tmp_path, FORM + said)
    (problem,) = problems_of(tmp_path, FORM + newer, "2027-01")
    assert (problem.file, problem.where) == ("mappings/notiz/2027-01.yaml", name)
    assert "Die Ausgabe 2026-01 hat diesen Abschnitt" in problem.message
    assert ending in problem.message
    assert f"„{name}: none“" in problem.message


def test_an_edition_may_end_it_by_saying_so_and_the_next_need_not_say_it_again(tmp_path):
    add(tmp_path, FORM + goals() + participation())
    add(tmp_path, FORM + "goals: none\nparticipation: none\n", "2027-01")
    assert problems_of(tmp_path, FORM, "2028-01") == ()


def test_a_draft_that_nobody_used_binds_no_later_edition(tmp_path):
    add(tmp_path, FORM + goals() + DRAFT)
    assert problems_of(tmp_path, FORM, "2027-01") == ()


def test_an_edition_whose_section_is_damaged_is_told_of_that_alone(tmp_path):
    add(tmp_path, FORM + goals())
    (problem,) = problems_of(tmp_path, FORM + goals(review=""), "2027-01")
    assert problem.message == "Der Schlüssel fehlt."
