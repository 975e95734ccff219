"""Settings and wiring; the only module that knows all parts.

A part whose libraries take long to load is imported where it is built: filling a Word file needs
no database, and showing what is kept no PDF library.
"""

import os
import secrets
from collections.abc import Callable, Collection, Mapping
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
    from formservice.adapters.archive_copy.copies import ArchiveCopies
    from formservice.adapters.archive_copy.verapdf import VeraPdf
    from formservice.adapters.evidence.crops import Crops
    from formservice.adapters.isolated_read import IsolatedRead
    from formservice.adapters.page_jobs import PageJobs
    from formservice.adapters.scan.recognition import Recognition
    from formservice.adapters.store.archive import Archive
    from formservice.adapters.store.store import Store
    from formservice.adapters.work.signals import Stop
    from formservice.adapters.work.supervisor import Worker
    from formservice.application import ports
    from formservice.application.intake import Intake
    from formservice.application.ports_store import Originals
    from formservice.application.receive import Receive
    from formservice.application.work import Stage

# No I, L, O or U: references are read out on the telephone. 12 characters hold 60 bits.
_REFERENCE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_REFERENCE_LENGTH = 12


@dataclass(frozen=True, slots=True)
class Settings:
    """What an installation decides, from the environment (prefix ``FORMSERVICE_``).

    ``forms`` is the folder that holds ``mappings`` and ``form_templates``; ``data`` the folder for
    database and originals; ``land`` the Land of the receiving authority (§ 26 Abs. 3 SGB X);
    ``local_holidays`` further closed days there (ISO dates); ``acceptance`` the rule by which
    recognised values are accepted, None for our own; ``known`` the lists of this installation;
    ``processes`` how many may be at work on received files, None for as many as there are cores;
    ``database`` and ``storage`` the addresses of database and originals, None for ``data``;
    ``verapdf`` a command that judges archive copies, ``attach`` whether they hold the record.
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
            database=given.get("FORMSERVICE_DATABASE_URL") or None,
            storage=given.get("FORMSERVICE_STORAGE_URL") or None,
            verapdf=given.get("FORMSERVICE_VERAPDF") or None,
            attach=_attach(given.get("FORMSERVICE_ARCHIVE_COPY")),
        )


def _attach(text: str | None) -> bool:
    """Say whether archive copies hold attachments: PDF/A-3 does, PDF/A-2 does not."""
    known = {"PDF/A-3": True, "PDF/A-2": False}
    if (text or "PDF/A-3") not in known:
        raise UsageError(
            "Die Einstellung FORMSERVICE_ARCHIVE_COPY ist nicht zu verstehen.",
            "Erwartet wird PDF/A-3 oder PDF/A-2.",
        )
    return known[text or "PDF/A-3"]


def _count(text: str | None, setting: str) -> int | None:
    if not text:
        return None
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(
            f"Die Einstellung {setting} ist nicht zu verstehen.",
            "Erwartet wird eine ganze Zahl ab 1.",
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


@dataclass
class Services:
    """The finished use cases; each part is built when it is first asked for."""

    settings: Settings
    new_reference: Callable[[], str] = field(default=new_reference)

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

        return Recognition(self._blank_pdf, layouts=self._layouts)

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
    def archive_copies(self) -> "ArchiveCopies":
        """What makes archive copies of accepted records."""
        from formservice.adapters.archive_copy.copies import ArchiveCopies
        from formservice.adapters.pdf_fill.renderer import PdfRenderer

        renderer = PdfRenderer(self._blank_pdf, self._sheet())
        return ArchiveCopies(renderer, self.forms, self.verapdf, embed=self.settings.attach)

    @cached_property
    def verapdf(self) -> "VeraPdf | None":
        """The operator's veraPDF, None where there is none."""
        from formservice.adapters.archive_copy.verapdf import VeraPdf

        return VeraPdf(self.settings.verapdf) if self.settings.verapdf else None

    @cached_property
    def isolated_read(self) -> "IsolatedRead":
        """The use case „read“ for received files: within limits, its result as plain data."""
        from formservice.adapters.isolated_read import IsolatedRead

        return IsolatedRead(self.read, self.forms, self.page_jobs)

    @cached_property
    def crops(self) -> "Crops":
        """Pictures of the fields of received files, cut out within the same limits."""
        from formservice.adapters.evidence.crops import Crops

        limits = self.settings
        return Crops(self.readers, seconds=limits.read_seconds, memory=limits.read_bytes)

    @cached_property
    def intake(self) -> "Intake":
        """The use case „intake“: whole batches, stored as they are read."""
        from formservice.adapters.intake_folder import IntakeFolder

        folder = IntakeFolder(self.settings.data / "intake", self._state())
        return self._intake_to(self.archive, folder)

    def _intake_to(self, archive: "ports.Archive", kept: "ports.WorkInHand") -> "Intake":
        from formservice.application.intake import Intake

        return Intake(self.read, self.forms, self.page_jobs, archive, kept)

    @cached_property
    def receive(self) -> "Receive":
        """The use case „receive“: keep a file for workers to read."""
        from formservice.adapters.work.service import Delivering
        from formservice.application.receive import Receive

        return Receive(self.store, self.originals, Delivering(self.store))

    @cached_property
    def stages(self) -> "tuple[Stage, ...]":
        """The stages of work on received files, in their order."""
        from formservice.adapters.archive_copy.stage import copying
        from formservice.adapters.work.stages import PagesInWork, reading

        pages = PagesInWork(self.settings.data / "intake", self._state())
        _ = self.page_jobs  # built here, so that every child finds definitions and readers ready
        own, kept = self.settings, self.originals
        read = reading(kept, self._intake_to, pages, own.read_bytes)
        copy = copying(lambda: Services(own).store, kept, self.forms, self.archive_copies)
        return (read, copy)

    def worker(self, names: Collection[str], stop: "Stop") -> "Worker":
        """Return a worker for the stages of these names, for all if there are none."""
        from formservice.adapters.work.supervisor import Pace, Worker

        stages = [one for one in self.stages if not names or one.name in names]
        return Worker(self.store, stages, Pace(), stop)

    def _state(self) -> str:
        """Return what names all that readings of pictures depend on: program, engine and forms."""
        from formservice.adapters.scan.ocr import installed

        own = (formservice.__version__, *installed())
        told = (*own, *((one.ref, one.layout) for one in self.forms))
        return blake2b(repr(told).encode(), digest_size=8).hexdigest()

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
    def store(self) -> "Store":
        """Documents, work and events; brought up to date with the first transaction.

        UsageError if the setting names no database that can be used.
        """
        from formservice.adapters.store.engine import address, embedded
        from formservice.adapters.store.store import Store

        given = self.settings.database
        url = embedded(self.settings.data) if given is None else address(given)
        return Store(url, self._prepare)

    @property
    def schema_step(self) -> str:
        """At which step of the schema the database has to stand for this program."""
        from formservice.adapters.store.step import NEWEST

        return NEWEST

    @cached_property
    def originals(self) -> "Originals":
        """Received bytes; UsageError if the setting names no storage that can be used."""
        from formservice.adapters.originals.choice import originals

        return originals(self.settings.storage, self.settings.data / "originals")

    @cached_property
    def archive(self) -> "Archive":
        """Received files that are kept with all that was read from them at once."""
        from formservice.adapters.store.archive import Archive

        return Archive(self.store, self.originals)

    def _prepare(self, store: "Store") -> None:
        """Bring an embedded database up to date; a server's only if somebody asks for it."""
        from formservice.adapters.store.step import refuse_outdated

        if store.engine.dialect.name == "sqlite":
            self.migrated(store)
        else:
            refuse_outdated(store.engine)

    def database_checked(self) -> tuple[str, str]:
        """Return where the database is, without password, and at which step; try to write.

        StorageError says why it is not usable.
        """
        from formservice.adapters.store.step import try_to_write

        with self.store.work() as work:
            try_to_write(work.connection)
        return self.store.where, self.schema_step

    def migrated(self, store: "Store") -> tuple[bool, int]:
        """Bring a database up to date, with what earlier versions kept in the data folder.

        Returns whether its schema was changed, and how many files were taken over.
        """
        from formservice.adapters.store.step import NEWEST, standing

        changed = standing(store.engine) != NEWEST
        if changed:
            from formservice.adapters.store.migrate import migrated

            migrated(store.engine)
        if not (self.settings.data / "archive.sqlite").exists():
            return changed, 0
        from formservice.adapters.store.adopt import adopted

        return changed, adopted(store, self.settings.data)

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
