"""Passwords that may be chosen, and how long to wait after wrong ones."""

import pytest

from formservice.adapters.identity.passwords import Argon2
from formservice.domain.accounts import (
    LONGEST,
    WeakPasswordError,
    checked_password,
    normal_login,
    wait_seconds,
)


@pytest.mark.parametrize(
    "chosen",
    [
        "Sieben Zwerge essen Suppe",
        "korrekt pferd batterie",
        "aB3$" * 3 + "q",
        "ᚠᛇᚻ᛫ᛒᛦᚦ᛫ᚠᚱᚩᚠᚢᚱ",
        "Öl läuft über!",
    ],
)
def test_long_passwords_of_any_kind_may_be_chosen(chosen):
    assert checked_password(chosen, "mia@amt.example")


@pytest.mark.parametrize(
    "chosen",
    [
        "",
        "kurz",
        "elf Zeichen",
        "Passwort2026!",
        "passwort1234",
        "Kennwort-2026",
        "1234567890123",
        "qwertzuiopü1",
        "qwertz123456",
        "abcdefghijklm",
        "aaaaaaaaaaaa",
        "abababababab",
        "PasswortPasswort",
        "Jobcenter2026",
        "mia@amt.example",
        "MIA@amt.example1",
        "x" * (LONGEST + 1),
    ],
)
def test_what_is_tried_first_may_not_be_chosen(chosen):
    with pytest.raises(WeakPasswordError) as error:
        checked_password(chosen, "mia@amt.example")
    assert not chosen or chosen not in error.value.message


def test_a_password_is_the_same_on_every_keyboard():
    composed, apart = "Öl läuft über!", "O\u0308l la\u0308uft u\u0308ber!"
    assert composed != apart
    assert checked_password(composed, "x") == checked_password(apart, "x")


def test_a_login_is_the_same_however_it_is_written():
    assert normal_login("  Mia@Amt.EXAMPLE ") == normal_login("mia@amt.example")


def test_waiting_grows_and_has_an_end():
    waits = [wait_seconds(failures) for failures in range(40)]
    assert waits[:5] == [0.0] * 5
    assert waits[5:] == sorted(waits[5:])
    assert (waits[5], waits[6], waits[-1]) == (30.0, 60.0, 3600.0)


def test_nothing_matches_where_nothing_is_kept():
    argon = Argon2()
    assert not argon.matches(None, "nobody")
    assert not argon.matches("no hash at all", "nobody")
    assert argon.matches(argon.hashed("ä" * 12), "ä" * 12)
    assert not argon.is_outdated(argon.hashed("x"))
