"""Who is known from an imported list is let in by somebody's act, and never by a guess."""

from dataclasses import replace

import pytest

from formservice.adapters.identity.oidc import vouched
from formservice.adapters.store.tokens import StoredTokens
from formservice.application.accounts_elsewhere import Claimed, NoRoleError, SignInElsewhere
from formservice.application.accounts_linked import LetIn
from formservice.application.accounts_people import AboveError
from formservice.application.tokens import API
from formservice.bootstrap.settings import new_reference
from formservice.domain.accounts import NEW_PASSWORD
from formservice.domain.case import Role
from formservice.domain.errors import ConflictError, UsageError
from tests.accounts.houses import ADMIN, LEAD

ISSUER = "https://konto.amt.example/"
OLGA = "olga@amt.example"


@pytest.fixture
def carla(accounts):
    """A caseworker whom only a list has named so far."""
    with accounts.store.work() as work:
        work.accounts.add("carla", "Carla Fall", Role.IFK)
    return "carla"


@pytest.fixture
def let_in(accounts):
    return LetIn(accounts.store, accounts.people._passwords, ISSUER)


@pytest.fixture
def elsewhere(accounts):
    roles = [("fachkraefte", Role.IFK)]
    return SignInElsewhere(accounts.store, accounts.sessions, roles, new_reference)


def claimed(subject="s-1", address="Olga@Amt.example", email=OLGA):
    return Claimed(ISSUER, subject, "Carla Fall", ["fachkraefte"], email=email, address=address)


def user_of(accounts, secret):
    return accounts.me(secret).user


def test_a_known_person_gets_a_login_and_chooses_a_password(accounts, let_in, carla):
    started = let_in.give_login(carla, " Carla@Amt.example ", LEAD)
    assert started.login == "carla@amt.example"
    begun = accounts.signing_in.begin("carla@amt.example", started.password, "")
    assert begun.missing == (NEW_PASSWORD,)
    assert user_of(accounts, begun.secret) == carla
    assert accounts.events()[-1] == "account.login-given"
    with pytest.raises(ConflictError):
        let_in.give_login(carla, "other@amt.example", LEAD)


def test_a_login_of_somebody_else_is_given_to_nobody(accounts, let_in, carla):
    accounts.person("mia@amt.example")
    before = accounts.events()
    for login, error in (("MIA@amt.example", ConflictError), (" ", UsageError)):
        with pytest.raises(error):
            let_in.give_login(carla, login, LEAD)
    assert accounts.events() == before
    assert accounts.people.get(carla).login is None


def test_who_is_linked_by_address_is_known_when_they_first_come(
    accounts, let_in, elsewhere, carla
):
    let_in.link(carla, OLGA, "", LEAD)
    assert accounts.people.get(carla).subject is None
    assert user_of(accounts, elsewhere.let_in(claimed(), "")) == carla
    assert accounts.events().count("account.linked") == 2
    # From now on it is the service's own name that counts, whoever gets the address.
    assert user_of(accounts, elsewhere.let_in(claimed(address="neu@amt.example"), "")) == carla
    other = elsewhere.let_in(claimed("s-2"), "")
    assert user_of(accounts, other) != carla


def test_who_is_linked_by_name_is_known_at_once(accounts, let_in, elsewhere, carla):
    let_in.link(carla, "", "s-1", LEAD)
    assert user_of(accounts, elsewhere.let_in(claimed(address=None), "")) == carla


def test_nobody_becomes_somebody_else_by_a_guess(accounts, let_in, elsewhere, carla):
    let_in.link(carla, OLGA, "", LEAD)
    for subject, address in (("s-1", None), ("s-2", "o@amt.example"), ("s-3", "")):
        assert user_of(accounts, elsewhere.let_in(claimed(subject, address), "")) != carla
    assert accounts.people.get(carla).subject is None


def test_only_an_address_that_is_vouched_for_links_unless_the_office_trusts_another_claim():
    said = {"email": OLGA, "upn": "o.amt@amt.example"}
    for verified, claim, address in (
        (None, "", None),
        (False, "", None),
        ("false", "", None),
        (True, "", OLGA),
        ("true", "", OLGA),
        (None, "email", OLGA),
        (False, "email", None),
        (False, "upn", "o.amt@amt.example"),
        (True, "missing", None),
    ):
        own = {} if verified is None else {"email_verified": verified}
        assert vouched(said | own, claim) == address, (verified, claim)


def test_an_address_that_nobody_has_linked_links_nobody(accounts, let_in, elsewhere, carla):
    let_in.give_login(carla, OLGA, LEAD)
    assert user_of(accounts, elsewhere.let_in(claimed(), "")) != carla


def test_of_two_who_wait_for_one_address_neither_is_taken(accounts, let_in, elsewhere, carla):
    let_in.link(carla, OLGA, "", LEAD)
    with accounts.store.work() as work:
        work.accounts.add("dirk", "Dirk Fall", Role.IFK)
    with pytest.raises(ConflictError):
        let_in.link("dirk", OLGA.upper(), "", LEAD)
    with accounts.store.work() as work:
        work.accounts.credentials("dirk", issuer=ISSUER, email=OLGA)
    assert user_of(accounts, elsewhere.let_in(claimed(), "")) not in (carla, "dirk")


def test_what_a_sign_in_elsewhere_changes_is_in_the_chain(accounts, let_in, elsewhere, carla):
    let_in.link(carla, "", "s-1", LEAD)
    elsewhere.let_in(claimed(), "")
    before = accounts.events()
    elsewhere.let_in(claimed(), "")
    assert accounts.events() == before
    elsewhere.let_in(replace(claimed(), name="Carla Neu"), "")
    StoredTokens(accounts.store).made(carla, API, "x", 30)
    for _ in range(2):  # it is told once
        with pytest.raises(NoRoleError):
            elsewhere.let_in(replace(claimed(), groups=()), "")
    told = ["account.renamed", "token.made", "account.without-role"]
    assert accounts.events()[len(before) :] == told


def test_who_is_deactivated_stays_out_and_linked(accounts, let_in, elsewhere, carla):
    let_in.link(carla, OLGA, "", LEAD)
    accounts.people.deactivate(carla, ADMIN)
    with pytest.raises(NoRoleError):
        elsewhere.let_in(claimed(), "")
    accounts.people.activate(carla, ADMIN)
    assert user_of(accounts, elsewhere.let_in(claimed(), "")) == carla


def test_a_link_is_undone_and_its_sessions_end(accounts, let_in, elsewhere, carla):
    let_in.link(carla, "", "s-1", LEAD)
    secret = elsewhere.let_in(claimed(), "")
    let_in.unlink(carla, LEAD)
    assert accounts.sessions.known(secret) is None
    assert user_of(accounts, elsewhere.let_in(claimed(), "")) != carla
    with pytest.raises(ConflictError):
        let_in.link(carla, "", "s-1", LEAD)


@pytest.mark.parametrize(
    ("email", "subject"),
    [
        ("", ""),
        (OLGA, "s-1"),
        ("olga", ""),
        ("o lga@amt.example", ""),
        ("", "s\x00"),
        ("", "s" * 256),
    ],
)
def test_what_does_not_fit_links_nobody(accounts, let_in, carla, email, subject):
    with pytest.raises(UsageError):
        let_in.link(carla, email, subject, LEAD)
    assert accounts.people.get(carla).issuer is None


def test_without_a_service_nobody_is_linked(accounts, carla):
    alone = LetIn(accounts.store, accounts.people._passwords, None)
    assert not alone.can_link
    with pytest.raises(UsageError):
        alone.link(carla, OLGA, "", LEAD)


def test_nobody_lets_in_themselves_or_who_is_above_them(accounts, let_in):
    for user, author in (("frank", LEAD), ("gerda", LEAD)):
        with pytest.raises(AboveError):
            let_in.give_login(user, "x@amt.example", author)
        with pytest.raises(AboveError):
            let_in.link(user, OLGA, "", author)


def test_people_of_a_traeger_are_invited_instead(accounts, let_in):
    with accounts.store.work() as work:
        work.accounts.add("anna", "Anna", Role.TRAEGER, ["t1"])
    with pytest.raises(ConflictError):
        let_in.link("anna", OLGA, "", LEAD)
    with pytest.raises(ConflictError):
        let_in.give_login("anna", OLGA, LEAD)
