"""The parts that know forms: definitions, what fills them and what reads them back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any  # records have the shape of the JSON contract

import formservice
from formservice.adapters.acceptance import STANDARD, load_lists, load_rule
from formservice.adapters.definitions.mappings import Definitions, load
from formservice.adapters.feiertage import Feiertage
from formservice.adapters.record_schema import Schemas
from formservice.application.acceptance import Acceptance
from formservice.application.generate import Generate
from formservice.application.goals import GoalsTold, goals_told
from formservice.application.ports import Reader, Renderer
from formservice.application.read import ReadFile
from formservice.bootstrap.settings import Settings, new_reference
from formservice.domain.errors import NotFoundError
from formservice.domain.form import FormDefinition, FormRef, Layout

if TYPE_CHECKING:
    from formservice.adapters.evidence.crops import Crops
    from formservice.adapters.page_jobs import PageJobs
    from formservice.adapters.scan.recognition import Recognition
    from formservice.application.isolated_read import IsolatedRead


@dataclass
class Reading:
    """Making and reading forms; each part is built when it is first asked for.

    ``readings`` is how often a text on a picture is read at most, None for as often as it needs.
    """

    settings: Settings
    new_reference: Callable[[], str] = field(default=new_reference)
    readings: int | None = None

    @cached_property
    def forms(self) -> Definitions:
        """All definitions of this installation; DefinitionError lists everything wrong."""
        return load(self.settings.forms / "mappings", self.settings.forms / "form_templates")

    def goals(self, reading: Mapping[str, Any]) -> GoalsTold:
        """Return the goals of a record; the definitions are loaded with the first one only."""
        return goals_told(reading, self.forms)

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
