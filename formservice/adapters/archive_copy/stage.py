"""The stage ``copy`` of this installation, put together from what makes archive copies."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing

from formservice.adapters.archive_copy.copies import ArchiveCopies
from formservice.adapters.archive_copy.picture_files import SourcePage
from formservice.adapters.archive_copy.scans import searchable
from formservice.adapters.store.store import Store
from formservice.application.copying import COPY, Copying
from formservice.application.ports import Forms
from formservice.application.ports_store import FORM_COPY, PICTURE_COPY, Originals
from formservice.application.pruefprotokoll import CaseFile
from formservice.application.transfervermerk import Scanning
from formservice.application.work import DONE, Limits, Next, Stage
from formservice.domain.form import FormDefinition

# A long plan takes a second, a batch of 500 scanned pages a few minutes.
_SECONDS, _MEMORY = 900.0, 2 * 1024**3
_TO_PEOPLE = Next(DONE, "waiting")


def copying(
    store: Callable[[], Store],
    originals: Originals,
    forms: Forms,
    copies: ArchiveCopies,
    scanning: Callable[[CaseFile], Scanning] = lambda _case: Scanning(),
    after: Next = _TO_PEOPLE,
) -> Stage:
    """Return the stage; ``store`` opens a connection of its own for each child process.

    ``scanning`` says how a document was scanned, ``after`` is where it goes then.
    """

    def form(case: CaseFile, definition: FormDefinition) -> Mapping[str, bytes]:
        made = copies.make(case, definition)
        return {FORM_COPY: made.pdf, **made.beside}

    def picture(
        case: CaseFile, definition: FormDefinition, pages: Sequence[tuple[int, bytes, int]]
    ) -> Mapping[str, bytes]:
        sources = [SourcePage(*one) for one in pages]
        made = searchable(
            case,
            definition,
            sources,
            scanning(case),
            embed=copies.embeds,
            validator=copies.validator,
        )
        return {PICTURE_COPY: made.pdf, **made.beside}

    def opened() -> AbstractContextManager[Store]:
        return closing(store())

    stage = Copying(opened, originals, forms, form, picture, after)
    return Stage(COPY, stage.work, stage.keep, Limits(_SECONDS, _MEMORY))
