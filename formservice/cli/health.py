"""``formservice check``: is this installation healthy, and what to do where it is not."""

import argparse
import json
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

from formservice.adapters.backup.folder import seconds_since_backup
from formservice.adapters.definitions import template_check
from formservice.adapters.identity.secret_file import KEY
from formservice.adapters.scan import ocr as scan_ocr
from formservice.application.terms import NO_CLOCK
from formservice.bootstrap import Services, Settings
from formservice.bootstrap.web import WebServices
from formservice.cli import errors, health_web
from formservice.cli.german import counted
from formservice.domain.errors import DefinitionError, FormServiceError

# Below this the archive may not take a day's batch of scans.
_LEAST_FREE = 1024**3
# Who backs up every night has missed one.
_OLD_S = 36 * 3600.0


@dataclass(frozen=True, slots=True)
class _State:
    part: str
    ok: bool
    needed: bool
    message: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="prüfen, ob diese Anlage gesund ist",
        description="Prüft Einstellungen, Formulare, Texterkennung, LibreOffice, Ablage,"
        " Datenbank und Weboberfläche und nennt, was hilft.",
    )
    parser.add_argument("--json", action="store_true", help="Ausgabe als JSON")
    parser.set_defaults(run=_run)


def _run(chosen: argparse.Namespace) -> int:
    checks: tuple[Callable[[], _State], ...] = (
        _settings,
        _forms,
        _recognition,
        _acceptance,
        _office,
        _storage,
        _database,
        _clock,
        _integrity,
        _backup,
        _zielsysteme,
        _scanning,
        _mailbox,
        _web,
        _secret,
        _look,
    )
    states = [check() for check in checks]
    healthy = all(state.ok for state in states if state.needed)
    if chosen.json:
        data = [
            {"part": one.part, "ok": one.ok, "needed": one.needed, "message": one.message}
            for one in states
        ]
        print(json.dumps({"ok": healthy, "checks": data}, ensure_ascii=False, indent=2))
    else:
        for one in states:
            sign = "✓" if one.ok else "✗" if one.needed else "–"
            print(f"{sign} {one.part:16} {one.message}")
        print("Die Anlage ist gesund." if healthy else "Die Anlage braucht Hilfe.")
    return errors.DONE if healthy else errors.FAILED


def _settings() -> _State:
    try:
        services = Services(Settings.from_environment())
        land = services.calendar.land
        services.named_here()
    except FormServiceError as error:
        return _State("Einstellungen", False, True, f"{error.message} {error.hint}")
    return _State("Einstellungen", True, True, f"Feiertage: {land}")


def _forms() -> _State:
    try:
        settings = Settings.from_environment()
        problems = template_check.check(settings.forms)
        count = sum(1 for _ in Services(settings).forms) if not problems else 0
    except FormServiceError as error:
        return _State("Formulare", False, True, f"{error.message} {error.hint}")
    if problems:
        faults = counted(len(problems), "Fehler", "Fehler")
        return _State("Formulare", False, True, f"{faults}; „formservice forms check“ nennt sie")
    return _State("Formulare", True, True, f"{count} in Ordnung")


def _recognition() -> _State:
    try:
        engine = scan_ocr.ocr()
    except FormServiceError as error:
        return _State("Texterkennung", False, False, f"{error.message} {error.hint}")
    if not engine.has(scan_ocr.LATIN):
        message = (
            f"{engine.name}, aber ohne das Modell für lateinische Schrift: kein Text aus einem "
            "Bild gilt dann ohne Blick eines Menschen, und Buchstaben wie é, ş oder đ werden "
            f"falsch gelesen; Debian-Paket „{scan_ocr.LATIN_PACKAGE}“"
        )
        return _State("Texterkennung", False, False, message)
    return _State("Texterkennung", True, False, engine.name)


def _acceptance() -> _State:
    try:
        acceptance = Services(Settings.from_environment()).acceptance
    except FormServiceError as error:
        return _State("Annahmeregel", False, True, f"{error.message} {error.hint}")
    lists = "; ".join(
        f"{name}: {counted(len(entries), 'Eintrag', 'Einträge')}"
        for name, entries in acceptance.lists.items()
    )
    rule = acceptance.rule
    message = f"{rule}, {rule.calibrated}; {lists or 'keine bekannten Listen'}"
    return _State("Annahmeregel", True, True, message)


def _office() -> _State:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    message = "vorhanden" if found else "fehlt; nur für „forms build“: Paket libreoffice-writer"
    return _State("LibreOffice", bool(found), False, message)


def _database() -> _State:
    """Bring an embedded database up to date and try to write."""
    try:
        services = Services(Settings.from_environment())
        if not _has_storage(services):
            return _State("Datenbank", False, False, "erst zu prüfen, wenn die Ablage geht")
        where, step = services.database_checked()
    except FormServiceError as error:
        return _State("Datenbank", False, True, f"{error.message} {error.hint}")
    return _State("Datenbank", True, True, f"{where}, Schritt {step}, beschreibbar")


def _has_storage(services: Services) -> bool:
    """Say whether originals are where a setting says; what is wrong there is told of them."""
    if services.settings.storage is None:
        return True
    try:
        services.originals.check()
    except FormServiceError:
        return False
    return True


def _clock() -> _State:
    """Tell whether what is due now and then will be done."""
    from formservice.adapters.work.service import is_ready  # noqa: PLC0415 - slow to import

    try:
        ready = is_ready(Services(Settings.from_environment()).store)
    except FormServiceError as error:
        return _State("Regelmäßiges", False, True, f"{error.message} {error.hint}")
    return _State("Regelmäßiges", ready, True, "von „formservice work“" if ready else NO_CLOCK)


def _integrity() -> _State:
    """Tell what the last proof of all that is kept has found; nothing is proved here."""
    try:
        places = Services(Settings.from_environment()).places
    except FormServiceError as error:
        return _State("Unversehrtheit", False, True, f"{error.message} {error.hint}")
    broken, seconds = places.broken(), places.seconds_since_whole()
    if broken is not None:
        return _State("Unversehrtheit", False, True, f"am {broken}")
    if seconds is None:
        return _State("Unversehrtheit", True, False, "noch nicht geprüft („archive verify“)")
    ago = counted(round(seconds / 3600), "Stunde", "Stunden")
    return _State("Unversehrtheit", True, False, f"vor {ago} alles unversehrt")


def _backup() -> _State:
    """Tell when the newest backup was made; whether it is good, „backup --check“ says."""
    try:
        seconds = seconds_since_backup(Settings.from_environment().data)
    except FormServiceError as error:
        return _State("Sicherung", False, True, f"{error.message} {error.hint}")
    if seconds is None:
        return _State("Sicherung", False, False, "noch keine („formservice backup“)")
    ago = counted(round(seconds / 3600), "Stunde", "Stunden")
    return _State("Sicherung", seconds < _OLD_S, False, f"vor {ago}")


def _zielsysteme() -> _State:
    """Tell whether other systems are described well, and whether their folders are there."""
    try:
        systems = Services(Settings.from_environment()).zielsysteme
    except FormServiceError as error:
        return _State("Zielsysteme", False, True, f"{error.message} („deliver --check“)")
    away = []
    for name, one in sorted(systems.items()):
        try:
            one.check()
        except FormServiceError:
            away.append(name)
    if away:
        return _State("Zielsysteme", False, False, f"nicht erreichbar: {', '.join(away)}")
    return _State("Zielsysteme", True, False, ", ".join(sorted(systems)) or "keine")


def _scanning() -> _State:
    """Tell whether it is said who scans with what."""
    try:
        ways = len(Services(Settings.from_environment()).scanners)
    except DefinitionError as error:
        first = error.problems[0]
        return _State("Scannen", False, True, f"{error.message} {first.where}: {first.message}")
    except FormServiceError as error:
        return _State("Scannen", False, True, f"{error.message} {error.hint}")
    told = counted(ways, "Eingangsweg beschrieben", "Eingangswege beschrieben")
    untold = "kein Eingangsweg beschrieben: wer scannt und womit, ist nicht bekannt"
    return _State("Scannen", True, False, told if ways else untold)


def _mailbox() -> _State:
    """Tell whether the settings of the mailbox are right; nobody is spoken to."""
    try:
        account = Services(Settings.from_environment()).mail_understood()
    except FormServiceError as error:
        return _State("Postfach", False, True, f"{error.message} {error.hint}")
    hosts = [one.host for one in (account.inbox, account.outbox) if one is not None]
    return _State("Postfach", True, False, ", ".join(dict.fromkeys(hosts)) or "keines")


def _web() -> _State:
    """Tell whether the settings of the web and of accounts fit."""
    try:
        fits, told = health_web.reached(WebServices(Settings.from_environment()))
    except FormServiceError as error:
        return _State("Weboberfläche", False, True, f"{error.message} {error.hint}")
    return _State("Weboberfläche", fits, False, told)


def _secret() -> _State:
    """Tell whether only this account reads what signs and seals."""
    try:
        services = WebServices(Settings.from_environment())
        folder = services.settings.data
        wrong = health_web.secret(folder) or health_web.lost(services)
    except FormServiceError as error:
        return _State("Schlüssel", False, True, f"{error.message} {error.hint}")
    there = (folder / KEY).exists()
    good = "nur für dieses Konto lesbar" if there else "legt der erste Start an"
    return _State("Schlüssel", not wrong, True, wrong or good)


def _look() -> _State:
    """Tell whether styles and fonts of the pages are there."""
    try:
        told = health_web.look(WebServices(Settings.from_environment()))
    except FormServiceError as error:
        return _State("Gestaltung", False, True, f"{error.message} {error.hint}")
    return _State("Gestaltung", not told, False, told or "KERN UX mit Schriften")


def _storage() -> _State:
    try:
        settings = Settings.from_environment()
        Services(settings).originals.check()
    except FormServiceError as error:
        return _State("Ablage", False, True, f"{error.message} {error.hint}")
    folder = settings.data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError:
        return _State("Ablage", False, True, f"{folder} ist nicht beschreibbar; Rechte prüfen")
    if free < _LEAST_FREE:
        return _State("Ablage", False, True, f"in {folder} ist weniger als 1 GB frei")
    elsewhere = "; Originale in S3" if (settings.storage or "").startswith("s3:") else ""
    return _State("Ablage", True, True, f"{folder}, {free // 1024**3} GB frei{elsewhere}")
