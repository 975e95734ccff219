"""``formservice account``: people who use the service in a browser, from the command line."""

import argparse
import json
from typing import TYPE_CHECKING

from formservice.application.accounts_people import NewPerson, Started
from formservice.application.terms import ROLES
from formservice.bootstrap import Settings
from formservice.bootstrap.accounts import AccountServices
from formservice.cli import errors
from formservice.cli.account import account
from formservice.domain.case import Role
from formservice.domain.errors import NotFoundError

if TYPE_CHECKING:
    from formservice.application.ports_accounts import Account

_CHOSEN = [str(role) for role in Role if role is not Role.SYSTEM]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "account",
        help="Konten für die Oberfläche im Browser anlegen und pflegen",
        description="Legt Konten an, mit denen sich Menschen im Browser anmelden. Eine neue"
        " Installation bekommt so ihre erste Administration; alles Weitere geht auch dort.",
    )
    parts = parser.add_subparsers(title="Befehle", metavar="BEFEHL", required=True)
    new = parts.add_parser(
        "add",
        help="ein Konto anlegen",
        description="Legt ein Konto an und zeigt einmal sein Startkennwort. Bei der ersten"
        " Anmeldung wählt die Person ein eigenes.",
    )
    new.add_argument("login", metavar="ANMELDENAME", help="womit die Person sich anmeldet")
    new.add_argument("--name", required=True, help="wie die Person heißt")
    new.add_argument(
        "--role",
        required=True,
        choices=_CHOSEN,
        help="; ".join(f"{name}: {ROLES[name]}" for name in _CHOSEN),
    )
    new.add_argument("--email", metavar="ADRESSE", help="wohin Nachrichten gehen")
    new.add_argument(
        "--traeger",
        metavar="KENNUNG",
        action="append",
        default=[],
        help="für diesen Träger (nur und immer bei der Rolle traeger; auch mehrmals)",
    )
    _run(new, _add)
    _run(parts.add_parser("list", help="alle Konten zeigen"), _list)
    for name, do, what in (
        ("reset", _reset, "ein neues Startkennwort vergeben; Sitzungen und Zugänge enden"),
        ("unlock", _unlock, "nach zu vielen Fehlversuchen wieder zulassen"),
        ("deactivate", _deactivate, "nicht mehr zulassen; Sitzungen und Zugänge enden"),
        ("activate", _activate, "wieder zulassen"),
    ):
        one = parts.add_parser(name, help=what, description=f"{what[:1].upper()}{what[1:]}.")
        one.add_argument("login", metavar="ANMELDENAME", help="Anmeldename oder Kennung")
        if name == "reset":
            one.add_argument(
                "--second-factor",
                action="store_true",
                help="auch den zweiten Faktor zurücksetzen (Gerät verloren)",
            )
        _run(one, do)


def _run(parser: argparse.ArgumentParser, do: object) -> None:
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    parser.set_defaults(run=do)


def _services() -> AccountServices:
    return AccountServices(Settings.from_environment())


def _add(chosen: argparse.Namespace) -> int:
    new = NewPerson(
        chosen.name, Role(chosen.role), chosen.login, chosen.email, tuple(chosen.traeger)
    )
    return _started(_services().people.add(new, account()), as_json=chosen.json)


def _list(chosen: argparse.Namespace) -> int:
    people = _services().people.all()
    if chosen.json:
        print(json.dumps({"accounts": [_data(one) for one in people]}, ensure_ascii=False))
        return errors.DONE
    for one in people:
        notes = [ROLES[one.role]]
        notes += [] if one.active else ["deaktiviert"]
        notes += [] if one.login or one.issuer else ["ohne Anmeldung"]
        notes += ["zweiter Faktor"] if one.totp else []
        login = errors.printable(one.login or one.user)
        print(f"{login}  {errors.printable(one.name)}  ({', '.join(notes)})")
    if not people:
        print("Es gibt noch keine Konten. „formservice account add“ legt eines an.")
    return errors.DONE


def _reset(chosen: argparse.Namespace) -> int:
    services = _services()
    user = _found(services, chosen.login).user
    started = services.people.reset_password(user, account())
    if chosen.second_factor:
        services.people.reset_factor(user, account())
    return _started(started, as_json=chosen.json)


def _unlock(chosen: argparse.Namespace) -> int:
    services = _services()
    services.people.unlock(_found(services, chosen.login).user, account())
    return _done("Die Anmeldung ist wieder möglich.", as_json=chosen.json)


def _deactivate(chosen: argparse.Namespace) -> int:
    services = _services()
    services.people.deactivate(_found(services, chosen.login).user, account())
    return _done("Das Konto ist deaktiviert; Sitzungen sind beendet.", as_json=chosen.json)


def _activate(chosen: argparse.Namespace) -> int:
    services = _services()
    services.people.activate(_found(services, chosen.login).user, account())
    return _done("Das Konto ist wieder zugelassen.", as_json=chosen.json)


def _found(services: AccountServices, login: str) -> "Account":
    found = services.people.by_login(login)
    if found is not None:
        return found
    try:
        return services.people.get(login)
    except NotFoundError:
        hint = "„formservice account list“ zeigt alle."
        raise NotFoundError("Dieses Konto gibt es nicht.", hint) from None


def _started(started: Started, *, as_json: bool) -> int:
    if as_json:
        told = {"user": started.user, "login": started.login, "password": started.password}
        print(json.dumps({"ok": True, **told}, ensure_ascii=False))
    else:
        print(f"Konto: {errors.printable(started.login)}")
        print(f"Startkennwort (nur jetzt zu sehen): {started.password}")
    return errors.DONE


def _done(told: str, *, as_json: bool) -> int:
    print(json.dumps({"ok": True}) if as_json else told)
    return errors.DONE


def _data(one: "Account") -> dict[str, object]:
    return {
        "user": one.user,
        "login": one.login,
        "name": one.name,
        "role": str(one.role),
        "traeger": list(one.traeger),
        "active": one.active,
        "second_factor": one.totp is not None,
        "elsewhere": one.issuer is not None,
    }
