"""Signing in, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from formservice.application.accounts import WrongCodeError, WrongLoginError
from formservice.application.accounts_own import WrongPasswordError
from formservice.domain.accounts import (
    ACKNOWLEDGE,
    ACKNOWLEDGEMENT,
    SECOND_FACTOR,
    SET_UP,
    LockedError,
    WeakPasswordError,
)
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, NotFoundError
from tests.accounts.houses import PASSWORD, WRONG

LOGIN = "mia@amt.example"


def test_a_session_has_a_new_secret_after_every_step(accounts):
    totp = accounts.factor(accounts.person(LOGIN))
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "Firefox")
    assert begun.missing == (SECOND_FACTOR,)
    code = totp.at(accounts.clock.at)
    let_in = accounts.signing_in.second(accounts.me(begun.secret), begun.secret, code)
    assert let_in.secret != begun.secret
    assert accounts.sessions.known(begun.secret) is None
    assert accounts.me(let_in.secret).missing == ()


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_wrong_by_one_step(accounts, steps):
    totp = accounts.factor(accounts.person(LOGIN))
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    code = totp.at(accounts.clock.at + 30 * steps)
    assert not accounts.signing_in.second(accounts.me(begun.secret), begun.secret, code).missing


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_clock_may_not_be_wrong_by_two_steps(accounts, steps):
    totp = accounts.factor(accounts.person(LOGIN))
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    code = totp.at(accounts.clock.at + 30 * steps)
    with pytest.raises(WrongCodeError):
        accounts.signing_in.second(accounts.me(begun.secret), begun.secret, code)


def test_no_code_is_good_twice_nor_one_before_it(accounts):
    totp = accounts.factor(accounts.person(LOGIN))
    for code in (totp.at(accounts.clock.at), totp.at(accounts.clock.at - 30)):
        begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
        me = accounts.me(begun.secret)
        if code == totp.at(accounts.clock.at):
            accounts.signing_in.second(me, begun.secret, code)
            begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
            me = accounts.me(begun.secret)
        with pytest.raises(WrongCodeError):
            accounts.signing_in.second(me, begun.secret, code)


def test_a_recovery_code_is_good_once_and_however_it_is_typed(accounts):
    user = accounts.person(LOGIN)
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    factor = accounts.own.new_factor(user)
    import pyotp  # noqa: PLC0415 - what an authenticator does

    code = pyotp.TOTP(factor.secret).at(accounts.clock.at)
    codes = accounts.own.set_up(accounts.me(begun.secret), factor.sealed, code, None)
    assert len(set(codes)) == 10
    typed = codes[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    for attempt in (typed, codes[0]):
        begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
        me = accounts.me(begun.secret)
        if attempt == typed:
            accounts.signing_in.second(me, begun.secret, attempt)
        else:
            with pytest.raises(WrongCodeError):
                accounts.signing_in.second(me, begun.secret, attempt)
    assert accounts.own.of(user)[1] == 9


@pytest.mark.parametrize("login", [LOGIN, "niemand@amt.example"])
def test_known_and_unknown_logins_are_locked_alike(accounts, login):
    accounts.person(LOGIN)
    for _ in range(5):
        with pytest.raises(WrongLoginError):
            accounts.signing_in.begin(login, WRONG, "")
    with pytest.raises(LockedError) as error:
        accounts.signing_in.begin(login, PASSWORD, "")
    assert 25 < error.value.seconds <= 30
    accounts.aged("attempts", locked_until=31.0)
    with pytest.raises(WrongLoginError):
        accounts.signing_in.begin(login, WRONG, "")
    with pytest.raises(LockedError) as error:
        accounts.signing_in.begin(login, PASSWORD, "")
    assert 55 < error.value.seconds <= 60


def test_nobody_guesses_more_often_by_guessing_at_once(accounts):
    accounts.person(LOGIN)

    def guess(number: int) -> type[Exception]:
        try:
            accounts.signing_in.begin(LOGIN, f"{WRONG} {number}", "")
        except (WrongLoginError, LockedError) as error:
            return type(error)
        return type(None)  # type: ignore[return-value] # would be a guess that was right

    with ThreadPoolExecutor(8) as pool:
        ends = list(pool.map(guess, range(16)))
    assert ends.count(WrongLoginError) == 5
    assert ends.count(LockedError) == 11


def test_codes_are_counted_like_passwords(accounts):
    accounts.factor(accounts.person(LOGIN))
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    me = accounts.me(begun.secret)
    for _ in range(4):
        with pytest.raises(WrongCodeError):
            accounts.signing_in.second(me, begun.secret, "000000")
    with pytest.raises(LockedError):
        accounts.signing_in.second(me, begun.secret, "000000")


def test_a_right_password_without_its_code_forgives_nothing(accounts):
    accounts.factor(accounts.person(LOGIN))
    for _ in range(5):
        accounts.signing_in.begin(LOGIN, PASSWORD, "")
    with pytest.raises(LockedError):
        accounts.signing_in.begin(LOGIN, PASSWORD, "")


def test_who_is_locked_can_be_let_in_again(accounts):
    user = accounts.person(LOGIN)
    for _ in range(5):
        with pytest.raises(WrongLoginError):
            accounts.signing_in.begin(LOGIN, WRONG, "")
    assert accounts.people.waiting(accounts.people.get(user)) > 0
    from tests.accounts.houses import ADMIN  # noqa: PLC0415

    accounts.people.unlock(user, ADMIN)
    assert accounts.signing_in.begin(LOGIN, PASSWORD, "").missing == ()


def test_a_half_open_session_ends_soon(accounts):
    accounts.factor(accounts.person(LOGIN))
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    accounts.aged("sessions", expires_at=601.0)
    assert accounts.sessions.known(begun.secret) is None
    with pytest.raises(NotFoundError):
        accounts.sessions.renewed(begun.secret, ())


def test_a_traeger_sets_up_a_factor_and_acknowledges(accounts):
    accounts.person("mia@werk.example", Role.TRAEGER, "t1")
    begun = accounts.signing_in.begin("mia@werk.example", PASSWORD, "")
    assert begun.missing == (SET_UP, ACKNOWLEDGE)


def test_another_edition_of_the_text_is_asked_for_again(accounts):
    user = accounts.person("mia@werk.example", Role.TRAEGER, "t1")
    begun = accounts.signing_in.begin("mia@werk.example", PASSWORD, "")
    me = accounts.me(begun.secret)
    with pytest.raises(ConflictError):
        accounts.own.acknowledge(me, "1999-01", "0" * 64)
    accounts.own.acknowledge(me, ACKNOWLEDGEMENT, "0" * 64)
    assert ACKNOWLEDGE not in accounts.signing_in.missing(accounts.people.get(user))
    with accounts.store.work() as work:
        work.accounts.credentials(user, acknowledged="1999-01")
    assert ACKNOWLEDGE in accounts.signing_in.missing(accounts.people.get(user))
    assert "account.acknowledged" in accounts.events()


def test_a_new_password_ends_other_sessions(accounts):
    accounts.person(LOGIN)
    here, there = (accounts.signing_in.begin(LOGIN, PASSWORD, "").secret for _ in "12")
    accounts.own.change_password(accounts.me(here), PASSWORD, WRONG)
    assert accounts.sessions.known(here)
    assert accounts.sessions.known(there) is None
    with pytest.raises(WrongPasswordError):
        accounts.own.change_password(accounts.me(here), PASSWORD, "Etwas ganz Anderes")
    with pytest.raises(WeakPasswordError):
        accounts.own.change_password(accounts.me(here), WRONG, WRONG)


def test_a_factor_is_replaced_with_the_password_only(accounts):
    user = accounts.person(LOGIN)
    accounts.factor(user)
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    factor = accounts.own.new_factor(user)
    with pytest.raises(WrongPasswordError):
        accounts.own.set_up(accounts.me(begun.secret), factor.sealed, "000000", WRONG)


def test_the_secret_of_a_factor_is_of_use_to_its_owner_only(accounts):
    mia, olga = accounts.person(LOGIN), accounts.person("olga@amt.example")
    sealed = accounts.own.new_factor(mia).sealed
    assert accounts.factors.shown(mia, sealed)
    assert accounts.factors.shown(olga, sealed) is None
    assert accounts.factors.step(olga, sealed, "000000") is None


def test_no_secret_stands_in_the_database(accounts):
    user = accounts.person(LOGIN)
    totp = accounts.factor(user)
    begun = accounts.signing_in.begin(LOGIN, PASSWORD, "")
    with accounts.store.look() as work:
        from formservice.adapters.store import schema  # noqa: PLC0415

        kept = "".join(
            str(work.connection.execute(table.select()).all())
            for table in schema.metadata.sorted_tables
        )
    for secret in (PASSWORD, totp.secret, begun.secret):
        assert secret not in kept
