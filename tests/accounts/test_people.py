"""Administering accounts and inviting people of a Träger, on both databases."""

import pytest
from sqlalchemy import event

from formservice.adapters.store.reads import StoredReads
from formservice.adapters.store.tokens import StoredTokens
from formservice.application.accounts import WrongLoginError
from formservice.application.accounts_invited import InvitationOverError, Invited
from formservice.application.accounts_people import (
    AboveError,
    LastAdminError,
    NewPerson,
    due_for_confirmation,
)
from formservice.application.tokens import API, CALENDAR, LONGEST_DAYS
from formservice.domain.accounts import (
    ACKNOWLEDGE,
    NEW_PASSWORD,
    SECOND_FACTOR,
    SET_UP,
    WeakPasswordError,
)
from formservice.domain.case import SERVICE, Role
from formservice.domain.errors import ConflictError, InputError, NotFoundError, UsageError
from tests.accounts.houses import ADMIN, LEAD, PASSWORD

LOGIN = "mia@amt.example"


def link(invited: Invited) -> str:
    return invited.link.rpartition("/")[2]


def test_a_start_password_is_good_for_choosing_another(accounts):
    started = accounts.people.add(NewPerson("Mia", Role.IFK, LOGIN), ADMIN)
    begun = accounts.signing_in.begin(LOGIN, started.password, "")
    assert begun.missing == (NEW_PASSWORD,)
    assert started.password not in "".join(accounts.events())


def test_a_login_belongs_to_one_person(accounts):
    accounts.person(LOGIN)
    before = accounts.events()
    with pytest.raises(ConflictError):
        accounts.people.add(NewPerson("Olga", Role.IFK, LOGIN.upper()), ADMIN)
    assert accounts.events() == before
    assert accounts.count("users") == 3


@pytest.mark.parametrize(
    "new",
    [
        NewPerson("", Role.IFK, LOGIN),
        NewPerson("Mia", Role.IFK, " "),
        NewPerson("Mia", Role.TRAEGER, LOGIN),
        NewPerson("Mia", Role.IFK, LOGIN, traeger=("t1",)),
        NewPerson("Mia", Role.SYSTEM, LOGIN),
    ],
)
def test_what_does_not_fit_is_refused(accounts, new):
    with pytest.raises(UsageError):
        accounts.people.add(new, ADMIN)


def test_nobody_has_a_name_a_login_or_an_address_that_hides_signs(accounts):
    hidden = "\u200b\u2060"
    for new in (
        NewPerson(hidden, Role.IFK, LOGIN),
        NewPerson("Mia\u202eaiM", Role.IFK, LOGIN),
        NewPerson("Mia", Role.IFK, hidden),
        NewPerson("Mia", Role.IFK, "\u3164"),
        NewPerson("Mia", Role.IFK, "mia\u200b@amt.example"),
    ):
        with pytest.raises((UsageError, InputError)):
            accounts.people.add(new, ADMIN)
    for email, name in (
        ("a@b\u202e.c", "Ida"),
        ("ida@werk\u200b.example", "Ida"),
        ("ida@werk.example", hidden),
        ("ida@werk.example", "Ida\u202e"),
    ):
        with pytest.raises((UsageError, InputError)):
            accounts.invite.invite(email, name, "t1", LEAD)
    invited = accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    with pytest.raises((UsageError, InputError)):
        accounts.invite.accept(link(invited), hidden, PASSWORD)
    assert accounts.count("users") == 2


def test_a_login_that_is_an_address_is_where_somebody_is_written_to(accounts):
    for login, email in (("MIA@Amt.example", LOGIN), ("mia", None)):
        user = accounts.people.add(NewPerson("Mia", Role.IFK, login), ADMIN).user
        assert accounts.people.get(user).email == email


def test_who_is_deactivated_is_out_at_once(accounts):
    user = accounts.person(LOGIN)
    session = accounts.signing_in.begin(LOGIN, PASSWORD, "").secret
    token = StoredTokens(accounts.store).made(user, API, "x", 30).secret
    accounts.people.deactivate(user, ADMIN)
    assert accounts.sessions.known(session) is None
    assert StoredTokens(accounts.store).known(token, API) is None
    with pytest.raises(WrongLoginError):
        accounts.signing_in.begin(LOGIN, PASSWORD, "")
    accounts.people.activate(user, ADMIN)
    assert accounts.signing_in.begin(LOGIN, PASSWORD, "")


def test_who_took_an_account_over_is_out_when_it_is_reset(accounts):
    user, tokens = accounts.person(LOGIN), StoredTokens(accounts.store)
    for change in (
        lambda: accounts.people.reset_password(user, ADMIN),
        lambda: accounts.people.reset_factor(user, ADMIN),
        lambda: accounts.people.change(user, Role.LEAD, (), ADMIN),
    ):
        made = tokens.made(user, API, "x", 30), tokens.made(user, CALENDAR, "y", None)
        session = accounts.sessions.open(user)
        change()
        assert accounts.sessions.known(session) is None
        assert not tokens.known(made[0].secret, API)
        assert not tokens.known(made[1].secret, CALENDAR)


def test_no_token_lasts_longer_than_a_year_whoever_makes_it(accounts):
    user, tokens = accounts.person(LOGIN), StoredTokens(accounts.store)
    for kind, days in ((API, 0), (API, LONGEST_DAYS + 1), (API, None), (CALENDAR, -1)):
        with pytest.raises(UsageError):
            tokens.made(user, kind, "x", days)
    assert not tokens.of(user)


def test_nobody_removes_the_last_admin(accounts):
    user = accounts.person("it@amt.example", Role.ADMIN)
    for change in (
        lambda: accounts.people.deactivate(user, SERVICE),
        lambda: accounts.people.change(user, Role.LEAD, (), SERVICE),
    ):
        with pytest.raises(LastAdminError):
            change()
    accounts.person("it2@amt.example", Role.ADMIN)
    accounts.people.deactivate(user, SERVICE)


def test_nobody_changes_their_own_account_nor_one_above(accounts):
    admin = accounts.person("it@amt.example", Role.ADMIN)
    user = accounts.person(LOGIN)
    own = accounts.people.get(user)
    for change in (
        lambda: accounts.people.change("frank", Role.LEAD, (), LEAD),
        lambda: accounts.people.deactivate("frank", LEAD),
        lambda: accounts.people.reset_password(admin, LEAD),
        lambda: accounts.people.reset_factor(admin, LEAD),
        lambda: accounts.people.change(user, Role.ADMIN, (), LEAD),
        lambda: accounts.people.add(NewPerson("Neu", Role.ADMIN, "neu@amt.example"), LEAD),
    ):
        with pytest.raises(AboveError):
            change()
    assert accounts.people.get(user) == own


def test_another_role_counts_at_once(accounts):
    user = accounts.person(LOGIN)
    session = accounts.signing_in.begin(LOGIN, PASSWORD, "").secret
    accounts.people.change(user, Role.TRAEGER, ["t2"], ADMIN)
    assert accounts.sessions.known(session) is None
    changed = accounts.people.get(user)
    assert (changed.role, changed.traeger) == (Role.TRAEGER, ("t2",))


def test_a_lost_device_is_replaced(accounts):
    user = accounts.person("mia@werk.example", Role.TRAEGER, "t1")
    accounts.factor(user)
    begun = accounts.signing_in.begin("mia@werk.example", PASSWORD, "")
    assert begun.missing == (SECOND_FACTOR, ACKNOWLEDGE)
    accounts.people.reset_factor(user, ADMIN)
    begun = accounts.signing_in.begin("mia@werk.example", PASSWORD, "")
    assert begun.missing == (SET_UP, ACKNOWLEDGE)


def test_an_invitation_is_good_once(accounts):
    invited = accounts.invite.invite("Ida@Werk.example", "Ida", "t1", LEAD)
    assert accounts.invite.opened(link(invited)).email == "ida@werk.example"
    user = accounts.invite.accept(link(invited), "Ida Ganz", PASSWORD)
    found = accounts.people.get(user)
    assert (found.role, found.traeger, found.name) == (Role.TRAEGER, ("t1",), "Ida Ganz")
    assert accounts.signing_in.welcome(user, "").missing == (SET_UP, ACKNOWLEDGE)
    for again in (accounts.invite.opened, lambda one: accounts.invite.accept(one, "X", PASSWORD)):
        with pytest.raises(InvitationOverError):
            again(link(invited))
    assert not accounts.invite.all()


def test_who_has_an_account_by_now_is_not_waited_for(accounts):
    for login in ("ida@werk.example", "mia@werk.example"):
        accounts.invite.invite(login, "Ida", "t1", LEAD)
    accounts.person("mia@werk.example", Role.TRAEGER, "t1")
    assert [one.email for one in accounts.invite.all()] == ["ida@werk.example"]


def test_all_invitations_take_one_look_however_many_they_are(accounts):
    asked = []
    event.listen(
        accounts.store.engine, "before_cursor_execute", lambda *args: asked.append(args[2])
    )

    def looks():
        asked.clear()
        found = accounts.invite.all()
        return len(found), len([one for one in asked if one.lstrip().startswith("SELECT")])

    accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    one, few = looks()
    for number in range(5):
        accounts.invite.invite(f"ida{number}@werk.example", "Ida", "t1", LEAD)
    assert (one, looks()) == (1, (6, few))


def test_an_invitation_ends_after_two_weeks(accounts):
    invited = accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    accounts.aged("invitations", expires_at=14 * 86400.0 + 1)
    with pytest.raises(InvitationOverError):
        accounts.invite.accept(link(invited), "Ida", PASSWORD)
    (open_,) = accounts.invite.all()
    assert open_.expired
    again = accounts.invite.renew(open_.id, LEAD)
    assert accounts.invite.accept(link(again), "Ida", PASSWORD)


def test_an_old_link_is_of_no_use_after_a_new_one(accounts):
    invited = accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    again = accounts.invite.renew(invited.id, LEAD)
    made, withdrawn = "account.invited", "account.invitation-withdrawn"
    assert accounts.events()[-3:] == [made, withdrawn, made]
    with pytest.raises(InvitationOverError):
        accounts.invite.opened(link(invited))
    accounts.invite.withdraw(again.id, LEAD)
    with pytest.raises(InvitationOverError):
        accounts.invite.opened(link(again))
    for change in (accounts.invite.withdraw, accounts.invite.renew):
        with pytest.raises(NotFoundError):
            change(again.id, LEAD)


def test_who_has_an_account_by_now_is_invited_no_more(accounts):
    """Whatever else was sent to the same address asks for no password that nobody takes."""
    first, second = (
        accounts.invite.invite("ida@werk.example", "Ida", one, LEAD) for one in ("t1", "t2")
    )
    accounts.invite.accept(link(first), "Ida", PASSWORD)
    assert not accounts.invite.all()
    with pytest.raises(InvitationOverError):
        accounts.invite.opened(link(second))
    with pytest.raises(ConflictError):
        accounts.invite.renew(second.id, LEAD)
    accounts.invite.withdraw(second.id, LEAD)


def test_a_weak_password_uses_up_no_invitation(accounts):
    invited = accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    with pytest.raises(WeakPasswordError):
        accounts.invite.accept(link(invited), "Ida", "kurz")
    assert accounts.invite.accept(link(invited), "Ida", PASSWORD)


@pytest.mark.parametrize("email", ["", "ida", "ida werk@x.example", "@", LOGIN])
def test_nobody_is_invited_who_cannot_be(accounts, email):
    accounts.person(LOGIN)
    with pytest.raises((UsageError, ConflictError)):
        accounts.invite.invite(email, "Ida", "t1", LEAD)
    with pytest.raises(NotFoundError):
        accounts.invite.invite("neu@werk.example", "Ida", "t9", LEAD)
    assert not accounts.invite.all()


def test_an_invitation_goes_by_mail_with_its_link(accounts):
    invited = accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    with accounts.store.work() as work:
        (item,) = work.outbox.claim("notice", 60.0, 5)
    assert invited.mailed
    assert item.body["to"] == "ida@werk.example"
    assert invited.link in item.body["text"]
    assert "Ida" not in item.body["text"]


def test_the_list_of_a_traeger_is_confirmed_once_a_year(accounts):
    staying = accounts.person("mia@werk.example", Role.TRAEGER, "t1")
    gone = accounts.person("ida@werk.example", Role.TRAEGER, "t1")
    both = accounts.person("olga@werk.example", Role.TRAEGER, "t1", "t2")
    accounts.aged("accounts", created_at=366 * 86400.0)
    with accounts.store.look() as work:
        moment = work.accounts.get(staying).created_at + 366 * 86400.0
    assert due_for_confirmation(accounts.people.all(), moment) == {"t1": 3, "t2": 1}
    later = accounts.person("late@werk.example", Role.TRAEGER, "t1")
    shown = [staying, gone, both]
    assert set(accounts.people.confirm("t1", shown, [staying], LEAD)) == {gone, both}
    assert due_for_confirmation(accounts.people.all(), moment) == {"t2": 1}
    assert accounts.people.get(later).active
    assert accounts.people.get(later).confirmed_at is None
    assert not accounts.people.get(gone).active
    assert accounts.people.get(both).traeger == ("t2",)
    assert accounts.people.get(staying).active


def test_events_of_accounts_hold_ids_only(accounts):
    accounts.person(LOGIN)
    accounts.invite.invite("ida@werk.example", "Ida", "t1", LEAD)
    with accounts.store.look() as work:
        from formservice.adapters.store import schema  # noqa: PLC0415

        kept = str(work.connection.execute(schema.events.select()).all())
    for word in ("Mia", "Ida", LOGIN, "ida@werk.example"):
        assert word not in kept


def test_ended_sessions_and_old_tries_are_forgotten(accounts):
    accounts.person(LOGIN)
    for _ in range(3):
        accounts.signing_in.begin(LOGIN, PASSWORD, "")
    with pytest.raises(WrongLoginError):
        accounts.signing_in.begin("niemand", PASSWORD, "")
    accounts.sessions.tidied()
    assert (accounts.count("sessions"), accounts.count("attempts")) == (3, 1)
    accounts.aged("sessions", seen_at=3601.0)
    accounts.aged("attempts", at=86401.0)
    assert accounts.sessions.tidied() == 3
    assert (accounts.count("sessions"), accounts.count("attempts")) == (0, 0)


def test_people_see_and_end_their_own_sessions_only(accounts):
    mia, olga = accounts.person(LOGIN), accounts.person("olga@amt.example")
    mine = [accounts.sessions.open(mia, f"Browser {n}") for n in range(3)]
    theirs = accounts.sessions.open(olga, "x")
    listed = accounts.sessions.of(mia)
    assert sorted(one.agent for one in listed) == ["Browser 0", "Browser 1", "Browser 2"]
    assert not any(one.id in mine for one in listed)
    with pytest.raises(NotFoundError):
        accounts.sessions.end(mia, accounts.me(theirs).session)
    accounts.sessions.end(mia, accounts.me(mine[0]).session)
    assert accounts.sessions.known(mine[0]) is None
    assert accounts.sessions.end_others(mia, accounts.me(mine[1]).session) == 1
    assert [bool(accounts.sessions.known(one)) for one in (mine[1], mine[2], theirs)] == [
        True,
        False,
        True,
    ]


def test_a_session_that_only_an_open_page_asks_for_ends_all_the_same(accounts):
    secret = accounts.sessions.open(accounts.person(LOGIN))
    accounts.aged("sessions", seen_at=3500.0)
    assert accounts.sessions.known(secret, touch=False)
    accounts.aged("sessions", seen_at=101.0)
    assert accounts.sessions.known(secret, touch=False) is None


def test_a_session_ends_when_nobody_uses_it_and_at_the_latest_after_a_day(accounts):
    user = accounts.person(LOGIN)
    secret = accounts.sessions.open(user)
    accounts.aged("sessions", seen_at=3500.0)
    assert accounts.sessions.known(secret)  # and that it was used is written down
    accounts.aged("sessions", seen_at=3500.0)
    assert accounts.sessions.known(secret)
    accounts.aged("sessions", seen_at=3601.0)
    assert accounts.sessions.known(secret) is None
    secret = accounts.sessions.open(user)
    accounts.aged("sessions", expires_at=12 * 3600.0 + 1)
    assert accounts.sessions.known(secret) is None


def test_a_step_does_not_make_a_session_last_longer(accounts):
    user = accounts.person(LOGIN)
    secret = accounts.sessions.open(user)
    accounts.aged("sessions", created_at=11 * 3600.0, expires_at=11 * 3600.0)
    new = accounts.sessions.renewed(secret, ())
    accounts.aged("sessions", expires_at=3601.0)
    assert accounts.sessions.known(new) is None


def test_one_look_is_written_down_once_and_not_for_ever(accounts):
    reads = StoredReads(accounts.store)
    for user, what in (("frank", "contents"), ("frank", "contents"), ("frank", "file")):
        reads.seen(user, "d1", what)
    assert accounts.count("reads") == 2
    accounts.aged("reads", at=301.0)
    reads.seen("frank", "d1", "contents")
    assert accounts.count("reads") == 3
    accounts.aged("reads", at=366 * 86400.0)
    assert reads.tidied(365) == 3
