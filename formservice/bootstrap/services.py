"""The finished use cases over one installation's database and originals."""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from formservice.application.known_forms import titles
from formservice.bootstrap import web_chores
from formservice.bootstrap.archiving import Archiving
from formservice.bootstrap.settings import now, today

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import URL

    from formservice.adapters.backup.backup import Backup, Tell
    from formservice.adapters.backup.check import Checked
    from formservice.adapters.backup.restore import Restore
    from formservice.adapters.handover.export import Export
    from formservice.adapters.handover.participants_import import ImportParticipants
    from formservice.adapters.handover.xdomea_export import XdomeaExport
    from formservice.adapters.handover.xdomea_schemas import XdomeaSchemas
    from formservice.adapters.heads import Heads
    from formservice.adapters.inbox.accounts import MailAccount
    from formservice.adapters.inbox.mail import MailIntake
    from formservice.adapters.intake_folder import IntakeFolder
    from formservice.adapters.places import Places
    from formservice.adapters.store.archive import Archive
    from formservice.adapters.store.store import Store
    from formservice.adapters.work.chores import Chore
    from formservice.adapters.work.signals import Stop
    from formservice.adapters.work.supervisor import Worker
    from formservice.application import ports
    from formservice.application.deletion import Delete
    from formservice.application.delivering import Deliver, Zielsystem
    from formservice.application.dossier import Selection
    from formservice.application.intake import Intake
    from formservice.application.ports_store import Originals
    from formservice.application.receive import Receive
    from formservice.application.search import Find
    from formservice.application.sending import Sending
    from formservice.application.taking import TakeIn
    from formservice.application.verify import Verify
    from formservice.application.work import Stage
    from formservice.domain.chain import Head
    from formservice.domain.errors import SettingError


class Services(Archiving):
    """All use cases; each part is built when it is first asked for."""

    @cached_property
    def intake(self) -> "Intake":
        """The use case „intake“: whole batches, stored as they are read."""
        return self._intake_to(self.archive, self.work_in_hand)

    @cached_property
    def work_in_hand(self) -> "IntakeFolder":
        """What is known of files being taken in, as long as all it depends on is the same."""
        from formservice.adapters.intake_folder import IntakeFolder

        return IntakeFolder(self.settings.data / "intake", self._state())

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
    def take_in(self) -> "TakeIn":
        """The use case of folders and mailboxes: keep a file that can be opened."""
        from formservice.application.taking import TakeIn

        return TakeIn(self.receive, self.page_jobs.openable)

    @cached_property
    def mail_account(self) -> "MailAccount":
        """The mailbox of this installation; UsageError names a setting that is wrong."""
        from formservice.bootstrap.mail_settings import mail_account

        return mail_account(self.settings.mail)

    def mail_understood(self) -> "MailAccount":
        """Return the mailbox; UsageError names what is wrong with its settings and their files."""
        self.mail_account.refuse_wrong()
        return self.mail_account

    @cached_property
    def mail_intake(self) -> "MailIntake":
        """The use case of a mailbox: take in what is attached to mails."""
        from formservice.adapters.inbox.mail import MailIntake

        return MailIntake(self.mail_account, self.store, self.take_in, now)

    @cached_property
    def mail_sending(self) -> "Sending | None":
        """The use case that sends answers and reminders; None where nothing is sent."""
        from formservice.bootstrap.mail_settings import mail_sending

        return mail_sending(self.mail_account, self.store, now)

    @cached_property
    def stages(self) -> "tuple[Stage, ...]":
        """The stages of work on received files, in their order."""
        from formservice.adapters.archive_copy.stage import copying
        from formservice.adapters.work.stages import PagesInWork, reading

        pages = PagesInWork(self.settings.data / "intake", self._state())
        _ = self.page_jobs  # built here, so that every child finds definitions and readers ready
        own, kept = self.settings, self.originals

        def store() -> "Store":
            return Services(own).store

        read = reading(kept, self._intake_to, pages, own.read_bytes)
        if own.zielsysteme is None:
            return (read, copying(store, kept, self.forms, self.archive_copies, self.scanners))
        from formservice.adapters.handover.stage import NEXT, planning

        copy = copying(store, kept, self.forms, self.archive_copies, self.scanners, NEXT)
        return (read, copy, planning(store, self.zielsysteme))

    def worker(self, names: Collection[str], stop: "Stop") -> "Worker":
        """Return a worker for the stages of these names, for all if there are none."""
        from formservice.adapters.work.service import pace
        from formservice.adapters.work.supervisor import Worker

        stages = [one for one in self.stages if not names or one.name in names]
        return Worker(self.store, stages, pace(self.store), stop)

    @cached_property
    def store(self) -> "Store":
        """Documents, work and events; brought up to date with the first transaction.

        UsageError if the setting names no database that can be used.
        """
        from formservice.adapters.store.store import Store

        return Store(self._address(), self._prepare, self.heads, self.goals)

    def _address(self) -> "URL":
        """Return where the database is."""
        from formservice.adapters.store.engine import address, embedded

        given = self.settings.database
        return embedded(self.settings.data) if given is None else address(given)

    @cached_property
    def heads(self) -> "Heads":
        """The heads of the chain of events, a file a day."""
        from formservice.adapters.heads import Heads

        return Heads(self.settings.data / "koepfe")

    def head_kept(self) -> "tuple[Head | None, bool]":
        """Return the head of the chain, and whether it could be kept as that of this day."""
        with self.store.look() as work:
            head = work.events.head()
        return head, head is not None and self.heads.keep(head)

    @cached_property
    def delete(self) -> "Delete":
        """The use case „archive delete“."""
        from formservice.adapters.leftovers import Leftovers
        from formservice.adapters.store.purge import Purge
        from formservice.application.deletion import Delete

        leftovers = Leftovers(self.settings.data, self.settings.data / "intake")
        purge = Purge(self.store.engine)
        return Delete(self.store, self.originals, purge, leftovers, self.forms)

    @cached_property
    def places(self) -> "Places":
        """How far the proof of all that is kept had come, and what the last one found."""
        from formservice.adapters.places import Places

        return Places(self.settings.data / "pruefung")

    @cached_property
    def verify(self) -> "Verify":
        """The use case „archive verify“."""
        from formservice.application.verify import Verify

        told = "%d.%m.%Y %H:%M"
        kept = (self.store, self.originals, self.heads, self.places)
        return Verify(*kept, lambda: now().strftime(told))

    @cached_property
    def backup(self) -> "Backup":
        """The use case „backup“."""
        import formservice
        from formservice.adapters.backup.backup import Backup, Installation

        own = self.settings
        named = {
            "annahmeregel": own.acceptance,
            "listen": own.known,
            "zielsysteme": own.zielsysteme,
            "scannen": own.scanning,
        }
        installation = Installation(
            own.data,
            own.data / "koepfe",
            formservice.__version__,
            self.schema_step,
            own.told(),
            {name: file for name, file in named.items() if file is not None},
        )
        return Backup(self.store, self.originals, installation, now)

    @staticmethod
    def backups_checked(target: "Path", name: str | None, tell: "Tell") -> "Checked":
        """Prove all backups in a folder, or the one of this name; no settings are needed."""
        from formservice.adapters.backup.check import checked

        return checked(target, name, tell)

    @cached_property
    def restore(self) -> "Restore":
        """The use case „restore“."""
        from formservice.adapters.backup.restore import Restore

        own = self.settings
        return Restore(own.data, self._address(), self.originals, own.data / "koepfe")

    @cached_property
    def further_chores(self) -> "Sequence[Chore]":
        """What is due now and then besides the chores of the store."""
        from formservice.adapters.work.chores import handing_over, integrity, reported, retention
        from formservice.adapters.work.pages_left import leavings
        from formservice.adapters.work.stages import PagesInWork
        from formservice.application.integrity import Integrity

        proving = integrity(Integrity(self.verify, self.places, self.head_kept, reported))
        pages = PagesInWork(self.settings.data / "intake", "")
        keeping = retention(self.store, today, self.settings.retention_years, pages.sweep)
        left = leavings(self.store, self.settings.data / "intake", self.delete.resumed)
        handing = handing_over(self.store, sorted(self.zielsysteme))
        return (proving, keeping, *left, handing, *web_chores.chores(self.settings, self.store))

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
    def find(self) -> "Find":
        """The use case „find“, for the forms of this installation."""
        from formservice.application.known_forms import vocabulary
        from formservice.application.search import Find

        return Find(self.store, vocabulary(self.forms))

    @cached_property
    def archive(self) -> "Archive":
        """Received files that are kept with all that was read from them at once."""
        from formservice.adapters.store.archive import Archive

        return Archive(self.store, self.originals)

    @cached_property
    def zielsysteme(self) -> "Mapping[str, Zielsystem]":
        """The systems that documents are handed to, by name; none if none are described.

        SettingError lists everything wrong with their files.
        """
        found, wrong = self.zielsysteme_described
        if wrong is not None:
            raise wrong
        return found

    @cached_property
    def zielsysteme_described(self) -> "tuple[Mapping[str, Zielsystem], SettingError | None]":
        """The systems that are described well, and what is wrong with the others."""
        from formservice.adapters.handover.zielsysteme import described
        from formservice.adapters.target import Own

        given = self.settings
        if given.zielsysteme is None:
            return {}, None
        fields = {field.key for one in self.forms for field in one.fields}
        own = Own.of(given.data, given.storage, given.database)
        kept = (self.originals, self.xdomea_schemas)
        return described(given.zielsysteme, *kept, titles(self.forms), fields, own)

    def xdomea_export(self, version: str, sender: str, recipient: str) -> "XdomeaExport":
        """Return the use case that writes messages of a version of xdomea.

        UsageError or EngineMissingError if there is no schema for it.
        """
        from formservice.adapters.handover.xdomea import Parties, Xdomea
        from formservice.adapters.handover.xdomea_export import XdomeaExport

        parties = Parties(sender, recipient)
        xdomea = Xdomea(self.xdomea_schemas, self.originals, parties, version)
        return XdomeaExport(self.store, xdomea, titles(self.forms), lambda: now().timestamp())

    @cached_property
    def xdomea_schemas(self) -> "XdomeaSchemas":
        """The schemas of xdomea, where the operator has put them."""
        from formservice.adapters.handover.xdomea_schemas import XdomeaSchemas

        return XdomeaSchemas(self.settings.xdomea_schemas)

    @cached_property
    def deliver(self) -> "Deliver":
        """The use case „deliver“: hand over what is due, to the systems described well."""
        from formservice.application.delivering import Deliver

        return Deliver(self.store, self.zielsysteme_described[0], lambda: now().timestamp())

    @cached_property
    def participants(self) -> "ImportParticipants":
        """The use case „import teilnehmer“."""
        from formservice.adapters.handover.participants_import import ImportParticipants

        return ImportParticipants(self.store)

    @cached_property
    def export(self) -> "Export":
        """The use case „archive export“."""
        from formservice.adapters.handover.export import Export

        return Export(self.store, self.originals)

    def selected(self, selection: "Selection") -> Sequence[str]:
        """Return the ids of the documents that are meant."""
        from formservice.adapters.store.selection import selected

        with self.store.look() as work:
            return selected(work.connection, selection)

    def _prepare(self, store: "Store") -> None:
        """Bring an embedded database up to date; a server's only if somebody asks for it."""
        from formservice.adapters.backup.folder import refuse_unfinished
        from formservice.adapters.store.lost import refuse_lost
        from formservice.adapters.store.step import refuse_outdated

        refuse_unfinished(self.settings.data)
        if not (self.settings.data / "archive.sqlite").exists():  # else it is not taken over yet
            refuse_lost(store.engine, self.heads, self.originals)
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

    def migrated(
        self, store: "Store", tell: "Tell" = lambda _step, _done, _total: None
    ) -> tuple[bool, int]:
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
        from formservice.adapters.store.store import Store

        # One that asks for nothing before it is used: whoever asks first would take all over.
        own = Store(store.engine.url, heads=self.heads, goals=self.goals)
        try:
            return changed, adopted(own, self.settings.data, tell)
        finally:
            own.close()
