"""What people look for they find, by German words, and the same on both databases."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, func, select, text, update

from formservice.adapters.store import schema, words
from formservice.adapters.store.engine import embedded, writing
from formservice.adapters.store.purge import Purge
from formservice.adapters.store.store import Store
from formservice.application.ports_store import SERVICE, Arrival, Found, PageOf
from formservice.application.search import Place
from formservice.domain.case import State
from formservice.domain.errors import UsageError
from formservice.domain.search_words import Normaliser
from tests.store import postgres
from tests.store.searched import LEAD, Sheet, asked, filed, ids, on_postgres, with_traeger

SHEETS = (
    Sheet(
        "haus", {"name": "Weiß", "q3_erreicht": "Ich habe ein Haus in der Hauptstraße gefunden"}
    ),
    Sheet("haeuser", {"name": "Weiss", "q3_erreicht": "Viele Häuser, eine Strasse"}),
    Sheet(
        "kuendigung",
        {"name": "Müller", "vorname": "Anna Maria", "q3_erreicht": "Die Kündigung kam im März"},
        received=date(2026, 3, 27),
    ),
    Sheet(
        "schreiben",
        {
            "name": "Mueller",
            "vorname": "Maria Anna",
            "q4_wodurch": "Kuendigungsschreiben per E-Mail",
        },
        received=date(2026, 5, 2),
        findings=(("deadline.missed", "asks"),),
    ),
    Sheet(
        "dang",
        {"name": "Đặng", "vorname": "Thị Ánh", "geburtsdatum": "1990-03-12", "ort": "Hannover"},
        form="erwartungsbogen",
        findings=(("field.required", "blocks"), ("deadline.missed", "asks")),
    ),
    Sheet("yilmaz", {"name": "Yılmaz", "vorname": "Can", "ort": "Göttingen", "sig_tn": True}),
    Sheet("lodz", {"name": "Łukasiewicz", "vorname": "Ģirts", "ort": "Łódź", "sig_tn": False}),
    Sheet("iwan", {"name": "Иванов", "vorname": "Øystein", "q3_erreicht": "Email an den Träger"}),
    Sheet(
        "tage",
        {"q3_erreicht": "Am 27.3.2026 war ich dort, am 24. Juli 2025 nicht. Es kostet 1.234,50 €"},
        edition="2026-11",
    ),
    Sheet("nix", {}, form=None, file="Scan Röntgenstraße 12.pdf"),
    Sheet("ziele", {"ziele[0].text": "Deutsch lernen", "ziele[1].text": "Wohnung suchen"}),
    Sheet("werk", {"traeger_massnahme": "Werkstatt „Neue Wege“, Leinetal", "name": "Neu"}),
    Sheet("arbeit", {"q3_erreicht": "Ich habe Arbeit, die Arbeit gefunden hat mein Bruder"}),
    Sheet("gefunden", {"q3_erreicht": "Die Arbeit, gefunden im Netz", "q4_wodurch": "Bruder"}),
)

CASES = [
    ("Haus", {"haus", "haeuser"}),
    ("Häuser", {"haus", "haeuser"}),
    ("haeusern", {"haus", "haeuser"}),
    ("HAUS", {"haus", "haeuser"}),
    ("Straße", {"haeuser"}),
    ("STRASSE", {"haeuser"}),
    ("strassen", {"haeuser"}),
    ("Hauptstr", {"haus"}),
    ("hauptstrasse", {"haus"}),
    ("Kündigung", {"kuendigung", "schreiben"}),
    ("Kuendigung", {"kuendigung", "schreiben"}),
    ("Kündigungen", {"kuendigung", "schreiben"}),
    ("Kündigungsschr", {"schreiben"}),
    ("Kündigu", {"kuendigung", "schreiben"}),
    ("Müller", {"kuendigung", "schreiben"}),
    ("Mueller", {"kuendigung", "schreiben"}),
    ("Muller", {"kuendigung", "schreiben"}),
    ("Weiß", {"haus", "haeuser"}),
    ("weiss", {"haus", "haeuser"}),
    ("Đặng", {"dang"}),
    ("Dang", {"dang"}),
    ("da\u0323\u0306ng", {"dang"}),
    ("thi anh", {"dang"}),
    ("Yilmaz", {"yilmaz"}),
    ("YILMAZ", {"yilmaz"}),
    ("Lukasiewicz", {"lodz"}),
    ("Lodz", {"lodz"}),
    ("Girts", {"lodz"}),
    ("Oystein", {"iwan"}),
    ("Иван", {"iwan"}),
    ("E-Mail", {"schreiben", "iwan"}),
    ("email", {"schreiben", "iwan"}),
    ("27.03.2026", {"tage"}),
    ("2026-03-27", {"tage"}),
    ("03.2026", {"tage"}),
    ("24.07.2025", {"tage"}),
    ("24. Juli 2025", {"tage"}),
    ('"24. Juli 2025"', {"tage"}),
    ("12.3.90", {"dang"}),
    ("1990", {"dang"}),
    ("1234,50", {"tage"}),
    ("1.234,50", {"tage"}),
    ("12", {"nix", "tage"}),
    ("Röntgenstr", {"nix"}),
    ("Haus -Hauptstraße", {"haeuser"}),
    ("Maria Anna", {"kuendigung", "schreiben"}),
    ('"Anna Maria"', {"kuendigung"}),
    ('"die arbeit gefunden"', {"arbeit", "gefunden"}),
    ('q3:"arbeit gefunden" -q4:bruder', {"arbeit"}),
    ('"Kündigung Müller"', set()),  # no phrase goes on in another field
    ("„Anna Maria“", {"kuendigung"}),
    ("name:Neu", {"werk"}),
    ("traeger:Neue", {"werk"}),
    ("traeger_massnahme:Wege", {"werk"}),
    ("q3_erreicht:kündigung", {"kuendigung"}),
    ("q4_wodurch:kündigung", {"schreiben"}),
    ("q3:häuser", {"haus", "haeuser"}),
    ("q3_erreicht:häusern", {"haus", "haeuser"}),
    ("ziele:wohnung", {"ziele"}),
    ("ziele.text:deutsch", {"ziele"}),
    ("sig_tn:ja", {"yilmaz"}),
    ("sig_tn:nein", {"lodz"}),
    ("geburtsdatum:1990", {"dang"}),
    ("datei:röntgen", {"nix"}),
    ("kennung:REFDANG", {"dang"}),
    ("form:erwartungsbogen", {"dang"}),
    ("form:feed -form:feedbackbogen/2023-09-22", {"tage"}),
    ("form:ohne", {"nix"}),
    ("stand:nicht-erkannt", {"nix"}),
    ("stand:unidentified stand:archiviert", {"nix"}),
    ('stand:"in Prüfung" haus', {"haus", "haeuser"}),
    ("befund:deadline.missed", {"schreiben", "dang"}),
    ("befund:deadline", {"schreiben", "dang"}),
    ("befund:sperrt", {"dang"}),
    ("befund:fragt -befund:sperrt", {"schreiben"}),
    ("bis:2026-03", {"kuendigung"}),
    ("von:02.05.2026", {"schreiben"}),
    ("von:27.03.2026 bis:27.3.2026", {"kuendigung"}),
    ("müller von:2026 bis:04.2026", {"kuendigung"}),
    ("Müller & Söhne", set()),
    ("haus - & häuser", {"haus", "haeuser"}),
    ("gibtesnicht", set()),
]


@pytest.fixture(
    scope="module",
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[postgres.needs_postgres, pytest.mark.engine]),
    ],
)
def office(request, tmp_path_factory):
    """A store with all sheets; tests only read it."""
    if request.param == "sqlite":
        yield from _filled(_embedded(tmp_path_factory))
    else:
        with on_postgres(_shared(request, tmp_path_factory)) as store:
            yield from _filled(store)


@pytest.fixture(scope="module")
def both(request, tmp_path_factory):
    """The same sheets on both databases."""
    if postgres.programs() is None:
        pytest.skip(postgres.MISSING)
    with on_postgres(_shared(request, tmp_path_factory)) as other:
        for one in _filled(_embedded(tmp_path_factory)):
            for two in _filled(other):
                yield one, two


def _shared(request, tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    return base.parent if hasattr(request.config, "workerinput") else base


def _embedded(tmp_path_factory):
    store = Store(embedded(tmp_path_factory.mktemp("data")))
    with writing(store.engine) as connection:
        schema.metadata.create_all(connection)
    return store


def _filled(store):
    for sheet in SHEETS:
        filed(store, sheet)
    yield store
    store.close()


# Sets are written in another order by every process, and so would be the names of the tests.
@pytest.mark.parametrize(
    ("query", "expected"),
    CASES,
    ids=lambda one: one[:30] if isinstance(one, str) else "-".join(sorted(one)),
)
def test_german_words_are_found_however_they_are_written(office, query, expected):
    assert ids(office, query) == expected


def test_nothing_typed_lists_everything_the_latest_received_first(office):
    hits = asked(office, "  ").hits
    assert {one.id for one in hits} == {sheet.id for sheet in SHEETS}
    days = [one.received for one in hits]
    assert days == sorted(days, reverse=True)


def test_a_hit_says_what_a_list_shows(office):
    (hit,) = asked(office, "Đặng").hits
    assert (hit.form, hit.state, hit.blocks, hit.asks) == (
        "erwartungsbogen",
        State.IN_REVIEW,
        1,
        1,
    )


def test_of_all_that_is_found_it_is_told_how_many_stand_where(office):
    found = asked(office, "", limit=2)
    assert len(found.hits) == 2
    assert found.total == len(SHEETS)
    assert found.states == {State.UNIDENTIFIED: 1, State.IN_REVIEW: len(SHEETS) - 1}
    assert found.forms == {"feedbackbogen": len(SHEETS) - 2, None: 1, "erwartungsbogen": 1}


@pytest.mark.parametrize("query", ["", "-müller", "form:feedbackbogen"])
def test_page_by_page_everything_is_told_once_in_one_order(office, query):
    whole = [one.id for one in asked(office, query).hits]
    told, after = [], ""
    while True:
        page = asked(office, query, limit=3, after=after)
        told += [one.id for one in page.hits]
        if page.next is None:
            break
        after = page.next
    assert told == whole
    assert len(whole) == asked(office, query, limit=1).total


def test_however_many_are_found_the_database_is_asked_twice(office):
    for query, limit in (("", 100), ("haus", 1), ('q3:"die arbeit" -x befund:sperrt', 3)):
        asked(office, query)  # the connection is there
        statements: list[str] = []

        def note(*told, into=statements):
            into.append(told[2])

        event.listen(office.engine, "before_cursor_execute", note)
        asked(office, query, limit=limit)
        event.remove(office.engine, "before_cursor_execute", note)
        assert len([one for one in statements if one.startswith(("SELECT", "WITH"))]) == 2


@pytest.mark.parametrize("place", ["x", "ä", "e30", "WyJ4Il0", "W251bGxd" * 20, " ", "=", "%00"])
def test_a_place_that_no_list_has_is_refused(office, place):
    with pytest.raises(UsageError, match="Fortsetzung"):
        asked(office, "", after=place)


@given(
    st.builds(Place, st.dates(), st.floats(allow_nan=False, allow_infinity=False), st.just("a~b"))
)
def test_a_place_is_told_and_understood(place):
    assert Place.told(str(place)) == place


PIECES = st.sampled_from(
    [
        *"\"'*()-:^+&|!<>~/\\%_.;,\0\ud800",
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "name:",
        "stand:",
        "befund:",
        *("form:feedbackbogen", "von:2026", "bis:", "words:", " ", " ", "Haus", "Müller", "die"),
        "q3_erreicht:",
        "-",
        '"die Arbeit"',
        "{",
        "arbeit:*",
        "'; DROP TABLE search; --",
        "\U0001d504",
    ]
)


@given(st.text(max_size=30) | st.lists(PIECES, max_size=8).map("".join))
@example('"')
@example("name:")
@example("-" * 30)
@example("a " * 40)
@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@postgres.needs_postgres
@pytest.mark.engine
@pytest.mark.slow
def test_whatever_is_typed_both_databases_find_the_same_or_it_is_refused(both, typed):
    told: list[set[str] | str] = []
    for store in both:
        try:
            told.append(ids(store, typed))
        except UsageError as error:
            told.append(error.message)
    assert told[0] == told[1]


def test_a_text_without_end_can_be_kept(store):
    text = " ".join(f"wort{number}" for number in range(40_000))
    filed(store, Sheet("a", {"name": "Vorn", "q3_erreicht": text, "ort": "Hinten"}))
    assert ids(store, "vorn wort77 q3:wort1234") == {"a"}


def test_words_come_with_the_document_and_go_with_it(store):
    filed(store, Sheet("a", {"name": "Özdemir"}))
    assert ids(store, "özdemir") == {"a"}
    with store.work() as work:
        work.documents.save("a", 1, Sheet("a", {"name": "Şahin"}).reading(), LEAD)
    assert ids(store, "özdemir") == set()
    assert ids(store, "sahin") == {"a"}
    with store.work() as work:
        work.words.forget("a")
        work.words.purge()
    assert ids(store, "sahin") == set()
    assert ids(store, "") == {"a"}


def saved_and_broken_off(store):
    with suppress(KeyboardInterrupt), store.work() as work:
        work.documents.save("a", 1, Sheet("a", {"name": "Şahin"}).reading(), LEAD)
        raise KeyboardInterrupt


def test_what_is_not_kept_is_not_found(store):
    filed(store, Sheet("a", {"name": "Özdemir"}))
    saved_and_broken_off(store)
    assert ids(store, "sahin") == set()
    assert ids(store, "özdemir") == {"a"}


def test_a_file_that_nobody_has_read_yet_is_found_by_its_name(store):
    with store.work() as work:
        arrival = Arrival("a", "0" * 64, 1, "Anwesenheit.pdf", "upload", date(2026, 4, 7))
        work.documents.receive(arrival, SERVICE)
    assert ids(store, "anwesen") == {"a"}


def test_the_parts_of_a_file_are_found_and_not_the_file(store):
    with store.work() as work:
        work.documents.receive(
            Arrival("a", "0" * 64, 1, "Stapel.pdf", "upload", date(2026, 4, 7)), SERVICE
        )
        found = [Sheet("x", {"name": name}).reading() for name in ("Eins", "Zwei")]
        parts = work.documents.found(
            "a", [Found([PageOf("0" * 64, 1)], one) for one in found], SERVICE
        )
    assert ids(store, "stapel") == set(parts)
    assert ids(store, "eins") == {parts[0]}


def test_a_document_is_found_by_the_träger_it_came_from(store):
    with_traeger(store, "t1")
    filed(store, Sheet("a", {}, traeger="t1"))
    assert ids(store, "traeger:t1") == {"a"}


def test_another_normaliser_makes_all_words_anew(store, monkeypatch):
    filed(store, Sheet("a", {"name": "Häuser"}))
    filed(store, Sheet("b", {"name": "Haus"}))
    with store.look() as work:
        assert work.words.outdated(10) == []
    with writing(store.engine) as connection:
        connection.execute(delete(schema.search).where(schema.search.c.document == "b"))
    other = Normaliser(lambda word: word[::-1])
    monkeypatch.setattr(words, "normaliser", lambda: other)
    with store.work() as work:
        assert sorted(work.words.outdated(10)) == ["a", "b"]
        assert len(work.words.outdated(1)) == 1
        work.words.again(["a", "b"])
        assert work.words.outdated(10) == []
    assert ids(store, "resuaeh") == {"a"}


@pytest.mark.parametrize("address", ["sqlite"], indirect=True)
def test_the_index_has_what_the_table_has_whatever_happens_to_its_rows(store):
    for name in "abc":
        filed(store, Sheet(name, {"name": f"Name{name}"}))
    with writing(store.engine) as connection:
        connection.execute(delete(schema.search).where(schema.search.c.document == "a"))
        connection.execute(
            update(schema.search).where(schema.search.c.document == "b").values(words="neu")
        )
        check = text("INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)")
        connection.execute(check)
        assert connection.execute(select(func.count()).select_from(schema.search)).scalar() == 2


def test_of_words_that_went_nothing_is_left_in_the_files_of_the_database(store, tmp_path):
    for number in range(40):
        filed(store, Sheet(f"bleibt{number}", {"name": f"Bleibtda{number}"}))
    filed(store, Sheet("geht", {"name": "Gehtganzweg"}))
    with store.work() as work:
        work.documents.save("geht", 1, Sheet("geht", {"name": "Auchweg"}).reading(), LEAD)
        work.words.forget("geht")
        work.connection.execute(delete(schema.records).where(schema.records.c.document == "geht"))
    assert Purge(store.engine).clean(full=True).done
    if store.engine.dialect.name == "sqlite":
        files = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())
    else:
        with store.look() as work:
            told = work.connection.execute(text("SELECT search_index::text FROM search")).scalars()
            seen = work.connection.execute(
                text("SELECT most_common_elems::text FROM pg_stats WHERE tablename = 'search'")
            ).scalars()
            files = " ".join([*told, *(one or "" for one in seen)]).encode()
    assert b"bleibtda7" in files
    assert b"gehtganz" not in files
    assert b"auchweg" not in files
    assert ids(store, "bleibtda7") == {"bleibt7"}


def test_an_empty_index_is_cleaned_as_well(store):
    filed(store, Sheet("geht", {"name": "Gehtganzweg"}))
    with store.work() as work:
        work.words.forget("geht")
    Purge(store.engine).clean(full=True)
    filed(store, Sheet("neu", {"name": "Neuda"}))
    assert ids(store, "neuda") == {"neu"}
