"""What an installation is told by its environment, and what it knows of time and chance."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from pathlib import Path

import formservice
from formservice.bootstrap import identity_settings, web_settings
from formservice.domain.errors import UsageError
from formservice.domain.frist import OFFICE_TIME

# No I, L, O or U: references are read out on the telephone. 12 characters hold 60 bits.
_REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 12
# More than any machine this was made for has cores; a slip of a digit must not take it down.
_MOST_PROCESSES = 64
# 70 years after the 30th birthday is the longest period there is (§ 9b SGB VIII).
_MOST_YEARS = 100
# Of a file or folder, on nearly every disk, in bytes.
_LONGEST_NAME = 255
_MAIL = "FORMSERVICE_" + "MAIL_"


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides, from the environment (prefix ``FORMSERVICE_``).

    ``forms`` is the folder that holds ``mappings`` and ``form_templates``; ``data`` the folder for
    database and originals; ``land`` the Land of the receiving authority (§ 26 Abs. 3 SGB X);
    ``local_holidays`` further closed days there (ISO dates); ``acceptance`` the rule by which
    recognised values are accepted, None for our own; ``known`` the lists of this installation;
    ``processes`` how many may be at work on received files, None for as many as there are cores;
    ``database`` and ``storage`` the addresses of database and originals, None for ``data``;
    ``verapdf`` a command that judges archive copies, ``attach`` whether they hold the record;
    ``retention_years`` how long documents are to be kept, None where nobody has decided that;
    ``zielsysteme`` where other systems are described, ``xdomea_schemas`` the schemas of xdomea;
    ``scanning`` where it is told who scans with what; ``mail`` what is said about mail
    (``bootstrap.mail_settings``), ``web`` about the web (``bootstrap.web_settings``),
    ``identity`` about accounts (``bootstrap.identity_settings``).
    """

    forms: Path
    data: Path
    land: str = "NI"
    local_holidays: tuple[date, ...] = ()
    read_seconds: float = 60.0
    read_bytes: int = 2 * 1024**3
    page_seconds: float = 60.0
    acceptance: Path | None = None
    known: Path | None = None
    processes: int | None = None
    # They may hold passwords.
    database: str | None = field(default=None, repr=False)
    storage: str | None = field(default=None, repr=False)
    verapdf: str | None = None
    attach: bool = True
    retention_years: int | None = None
    zielsysteme: Path | None = None
    xdomea_schemas: Path | None = None
    scanning: Path | None = None
    watch_keep_days: int = 30
    mail: Mapping[str, str] = field(default_factory=dict, repr=False)
    web: Mapping[str, str] = field(default_factory=dict, repr=False)
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Settings":
        """Return the settings; UsageError names a variable that cannot be understood."""
        given = os.environ if environment is None else environment
        home = Path(formservice.__file__).resolve().parent.parent
        days = given.get("FORMSERVICE_LOCAL_HOLIDAYS", "").replace(",", " ").split()
        try:
            holidays = tuple(date.fromisoformat(day) for day in days)
        except ValueError:
            raise UsageError(
                "Die Einstellung FORMSERVICE_LOCAL_HOLIDAYS ist nicht zu verstehen.",
                "Erwartet werden Tage wie 2026-08-15, durch Komma getrennt.",
            ) from None
        return cls(
            forms=_folder(given.get("FORMSERVICE_FORMS", str(home)), "FORMSERVICE_FORMS"),
            data=_folder(given.get("FORMSERVICE_DATA", "var"), "FORMSERVICE_DATA"),
            land=given.get("FORMSERVICE_LAND", "NI"),
            local_holidays=holidays,
            acceptance=_file(given.get("FORMSERVICE_ACCEPTANCE")),
            known=_file(given.get("FORMSERVICE_KNOWN")),
            processes=_count(given.get("FORMSERVICE_PROCESSES"), "FORMSERVICE_PROCESSES"),
            database=given.get("FORMSERVICE_DATABASE_URL") or None,
            storage=given.get("FORMSERVICE_STORAGE_URL") or None,
            verapdf=given.get("FORMSERVICE_VERAPDF") or None,
            attach=_attach(given.get("FORMSERVICE_ARCHIVE_COPY")),
            retention_years=_years(given.get("FORMSERVICE_RETENTION_YEARS")),
            zielsysteme=_file(given.get("FORMSERVICE_ZIELSYSTEME")),
            xdomea_schemas=_file(given.get("FORMSERVICE_XDOMEA_SCHEMAS")),
            scanning=_file(given.get("FORMSERVICE_SCANNING")),
            watch_keep_days=_days(given.get("FORMSERVICE_WATCH_KEEP_DAYS")),
            mail={name: given[name] for name in given if name.startswith(_MAIL)},
            web={name: given[name] for name in web_settings.NAMES if name in given},
            identity={n: given[n] for n in identity_settings.NAMES if n in given},
        )

    def told(self) -> dict[str, object]:
        """Return all settings as they may be written down: without what holds secrets."""
        values = {one.name: getattr(self, one.name) for one in fields(self) if one.repr}
        return {
            name: value if isinstance(value, bool | int | float | None) else _text(value)
            for name, value in values.items()
        }


def _text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _attach(text: str | None) -> bool:
    """Say whether archive copies hold attachments: PDF/A-3 does, PDF/A-2 does not."""
    known = {"PDF/A-3": True, "PDF/A-2": False}
    if (text or "PDF/A-3") not in known:
        raise UsageError(
            "Die Einstellung FORMSERVICE_ARCHIVE_COPY ist nicht zu verstehen.",
            "Erwartet wird PDF/A-3 oder PDF/A-2.",
        )
    return known[text or "PDF/A-3"]


def _days(text: str | None) -> int:
    if not text:
        return 30
    if not text.isdecimal() or len(text) > 4:
        raise UsageError(
            "Die Einstellung FORMSERVICE_WATCH_KEEP_DAYS ist nicht zu verstehen.",
            "Erwartet wird eine Zahl von Tagen, 0 bis 9999.",
        )
    return int(text)


def _count(text: str | None, setting: str) -> int | None:
    if not text:
        return None
    digits = text.lstrip("0") if text.isdecimal() else ""
    # A number of thousands of digits is one that Python does not even take for one.
    number = int(digits or 0) if len(digits) <= len(str(_MOST_PROCESSES)) else _MOST_PROCESSES + 1
    if number < 1:
        raise UsageError(
            f"Die Einstellung {setting} ist nicht zu verstehen.",
            "Erwartet wird eine ganze Zahl ab 1.",
        )
    if number > _MOST_PROCESSES:
        raise UsageError(
            f"Die Einstellung {setting} ist zu hoch: mehr als {_MOST_PROCESSES} Prozesse zugleich"
            " sind nicht vorgesehen.",
            f"Dieser Rechner hat {os.cpu_count() or 1} Kerne; mehr Prozesse sind nicht schneller.",
        )
    return number


def _folder(name: str, setting: str) -> Path:
    """Return a folder; nothing is no folder, for it would mean the one somebody stands in."""
    if not name.strip():
        raise UsageError(
            f"Die Einstellung {setting} ist leer.", "Bitte einen Ordner nennen oder sie weglassen."
        )
    if any(len(os.fsencode(part)) > _LONGEST_NAME for part in Path(name).parts):
        raise UsageError(f"Der Ordner in {setting} hat einen zu langen Namen.")
    return Path(name)


def _years(text: str | None) -> int | None:
    if not text:
        return None
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(_MOST_YEARS))
    if not is_number or not 1 <= int(text) <= _MOST_YEARS:
        raise UsageError(
            "Die Einstellung FORMSERVICE_RETENTION_YEARS ist nicht zu verstehen.",
            f"Erwartet wird eine ganze Zahl von Jahren, 1 bis {_MOST_YEARS}.",
        )
    return int(text)


def _file(name: str | None) -> Path | None:
    return Path(name) if name else None


def new_reference() -> str:
    """Return a fresh opaque reference; it says nothing about the person."""
    return "".join(secrets.choice(_REFERENCE_ALPHABET) for _ in range(_REFERENCE_LENGTH))


def today() -> date:
    """Return the calendar day in the office's time zone."""
    return now().date()


def now() -> datetime:
    """Return the time in the office's time zone."""
    return datetime.now(OFFICE_TIME)
