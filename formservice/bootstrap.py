"""Settings and wiring; the only module that knows all parts.

A part whose libraries take long to load is imported where it is built: filling a Word file needs
no database, and showing what is kept no PDF library.
"""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import formservice
from formservice.adapters.acceptance import STANDARD, load_lists, load_rule
from formservice.adapters.definitions.mappings import Definitions, load
from formservice.adapters.feiertage import Feiertage
from formservice.adapters.record_schema import Schemas
from formservice.application.acceptance import Acceptance
from formservice.application.generate import Generate
from formservice.application.ports import Reader, Renderer
from formservice.application.read import ReadFile
from formservice.domain.errors import NotFoundError, UsageError
from formservice.domain.form import FormDefinition, FormRef, Layout
from formservice.domain.frist import OFFICE_TIME

if TYPE_CHECKING:
    from formservice.adapters.archive.store import Archive
    from formservice.adapters.evidence.crops import Crops
    from formservice.adapters.intake_folder import IntakeFolder
    from formservice.adapters.page_jobs import PageJobs
    from formservice.adapters.scan.recognition import Recognition
    from formservice.application.intake import Intake
    from formservice.application.isolated_read import IsolatedRead

# No I, L, O or U: references are read out on the telephone. 12 characters hold 60 bits.
_REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 12
# More than any machine this was made for has cores; a slip of a digit must not take it down.
_MOST_PROCESSES = 64


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides, from the environment (prefix ``FORMSERVICE_``).

    ``forms`` is the folder that holds ``mappings`` and ``form_templates``; ``data`` the folder for
    database and originals; ``land`` the Land of the receiving authority (§ 26 Abs. 3 SGB X);
    ``local_holidays`` further closed days there (ISO dates); ``acceptance`` the rule by which
    recognised values are accepted, None for our own; ``known`` the lists of this installation;
    ``processes`` how many may be at work on received files, None for as many as there are cores.
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
            forms=Path(given.get("FORMSERVICE_FORMS", home)),
            data=Path(given.get("FORMSERVICE_DATA", "var")),
            land=given.get("FORMSERVICE_LAND", "NI"),
            local_holidays=holidays,
            acceptance=_file(given.get("FORMSERVICE_ACCEPTANCE")),
            known=_file(given.get("FORMSERVICE_KNOWN")),
            processes=_count(given.get("FORMSERVICE_PROCESSES"), "FORMSERVICE_PROCESSES"),
        )


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


@dataclass
class Services:
    """The finished use cases; each part is built when it is first asked for.

    ``readings`` is how often a text on a picture is read at most, None for as often as it needs.
    """

    settings: Settings
    new_reference: Callable[[], str] = field(default=new_reference)
    readings: int | None = None

    @cached_property
    def forms(self) -> Definitions:
        """All definitions of this installation; DefinitionError lists everything wrong."""
        return load(self.settings.forms / "mappings", self.settings.forms / "form_templates")

    @cached_property
    def calendar(self) -> Feiertage:
        """The closed days where the receiving authority sits."""
        return Feiertage(self.settings.land, self.settings.local_holidays)

    @cached_property
    def generate(self) -> Generate:
        """The use case „generate“."""
        from formservice.adapters.pdf_fill.renderer import PdfRenderer
        from formservice.adapters.word.fill import WordRenderer

        renderers: dict[str, Renderer] = {
            "docx": WordRenderer(lambda ref: self.template(ref, "form.docx")),
            "pdf": PdfRenderer(self._blank_pdf, self._sheet()),
        }
        return Generate(renderers, self.new_reference, Schemas().problems)

    @cached_property
    def recognition(self) -> "Recognition":
        """What all pictured pages share: blank forms and the engine."""
        from formservice.adapters.scan.recognition import Recognition

        return Recognition(
            self._blank_pdf,
            layouts=self._layouts,
            readings=self.readings,
            characters=self.acceptance.rule.characters,
        )

    @cached_property
    def readers(self) -> tuple[Reader, ...]:
        """The readers, in the order they are asked whether a file is theirs."""
        from formservice.adapters.pdf_read.reader import PdfReader
        from formservice.adapters.pdf_read.whole import WholePdfReader
        from formservice.adapters.scan.reader import ScanReader
        from formservice.adapters.word.read import WordReader

        tools = self.recognition
        pdf = WholePdfReader(PdfReader(self._blank_pdf), tools)
        return (WordReader(), pdf, ScanReader(tools))

    @cached_property
    def read(self) -> ReadFile:
        """The use case „read“."""
        return ReadFile(self.readers, self.forms, self.calendar, self.acceptance)

    @cached_property
    def page_jobs(self) -> "PageJobs":
        """What opens received files and recognises their pages, within limits."""
        from formservice.adapters.page_jobs import Limits, PageJobs

        given = self.settings
        limits = Limits(given.read_seconds, given.read_bytes, given.page_seconds, given.processes)
        # Built here, so that every child process finds definitions and readers ready.
        return PageJobs(self.read, lambda: self.recognition, limits)

    @cached_property
    def isolated_read(self) -> "IsolatedRead":
        """The use case „read“ for received files: within limits, its result as plain data."""
        from formservice.adapters.bugs import named
        from formservice.adapters.page_data import PagesInMemory
        from formservice.application.isolated_read import IsolatedRead, Means

        return IsolatedRead(Means(self.read, self.forms, self.page_jobs, PagesInMemory, named))

    @cached_property
    def crops(self) -> "Crops":
        """Pictures of the fields of received files, cut out within the same limits."""
        from formservice.adapters.evidence.crops import Crops

        limits = self.settings
        return Crops(self.readers, seconds=limits.read_seconds, memory=limits.read_bytes)

    @cached_property
    def intake(self) -> "Intake":
        """The use case „intake“: whole batches, stored as they are read."""
        from formservice.application.intake import Intake

        return Intake(self.read, self.forms, self.page_jobs, self.archive, self.work_in_hand)

    @cached_property
    def work_in_hand(self) -> "IntakeFolder":
        """What is known of files being taken in, as long as all it depends on is the same."""
        from formservice.adapters.intake_folder import IntakeFolder

        return IntakeFolder(self.settings.data / "intake", self._state())

    def _state(self) -> str:
        """Return what names all that readings of pictures depend on: program, rule, engine, forms.

        Of a form that is its layout and its blank PDF, whose ink is taken out of pictures.
        """
        from formservice.adapters.scan.ocr import installed

        told = [formservice.__version__, *installed(), str(self.acceptance.rule)]
        for one in self.forms:
            told += repr((one.ref, one.layout)), self._blank_digest(one.ref)
        return blake2b(repr(told).encode(), digest_size=8).hexdigest()

    def _blank_digest(self, ref: FormRef) -> str:
        """Return a hash of the built PDF of a form, empty where there is none yet."""
        try:
            return blake2b(self._blank_pdf(ref)).hexdigest()
        except NotFoundError:
            return ""

    @cached_property
    def acceptance(self) -> Acceptance:
        """The rule by which recognised values are accepted, with the lists of this installation.

        UsageError says what is wrong with the files the settings name.
        """
        settings = self.settings
        rule = load_rule(settings.acceptance or STANDARD)
        asked_for = {name for form in self.forms for one in form.fields for name in one.lists}
        return Acceptance(rule, load_lists(settings.known, asked_for))

    @cached_property
    def archive(self) -> "Archive":
        """Originals and records on disk."""
        from formservice.adapters.archive.store import Archive

        return Archive(self.settings.data)

    def template(self, ref: FormRef, name: str) -> bytes:
        """Return a file of a form's template folder; NotFoundError where there is none."""
        try:
            return self.template_folder(ref).joinpath(name).read_bytes()
        except FileNotFoundError:
            hint = "Bitte „formservice forms check“ ausführen; es nennt, was zu tun ist."
            raise NotFoundError(f"{ref} hat keine {name}.", hint) from None

    def template_folder(self, ref: FormRef) -> Path:
        """Return the folder with the Word file of ``ref`` and what is built from it."""
        return self.settings.forms / "form_templates" / ref.form / ref.edition

    def _blank_pdf(self, ref: FormRef) -> bytes:
        """Return the built PDF of a form."""
        return self.template(ref, "form.pdf")

    def _layouts(self) -> tuple[Layout, ...]:
        """Return every built layout, for pages that say nothing about themselves."""
        return tuple(one.layout for one in self.forms if one.layout is not None)

    def _sheet(self) -> FormDefinition | None:
        """Return the continuation sheet; its newest released edition if there are several."""
        sheets = [one for one in self.forms if one.continuation and one.released]
        return max(sheets, key=lambda one: one.ref.edition, default=None)
