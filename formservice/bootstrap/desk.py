"""The use cases of the review desk, and the pictures that all pages show."""

from functools import cached_property
from typing import TYPE_CHECKING

from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import today

if TYPE_CHECKING:
    from formservice.adapters.work.embedded import EmbeddedWorkers
    from formservice.application.desk import DeskStore
    from formservice.application.desk_batches import Batches
    from formservice.application.desk_calibration import Calibration
    from formservice.application.desk_deciding import Deciding
    from formservice.application.desk_groups import Groups
    from formservice.application.desk_pages import Arrange
    from formservice.application.desk_pictures import Pictures
    from formservice.application.editing import Edit


class DeskServices(Services):
    """All that the desk needs; each part is built when it is first asked for."""

    @cached_property
    def pictures(self) -> "Pictures":
        """The use case „show what arrived“: pictures of pages and of fields."""
        from formservice.adapters.leftovers import PICTURES
        from formservice.adapters.page_views.kept import KeptPictures
        from formservice.adapters.page_views.views import Views
        from formservice.adapters.store.desk_seen import StoredDocuments
        from formservice.application.desk_pictures import Pictures

        own = self.settings
        kept = KeptPictures(own.data / PICTURES)
        views = Views(
            self.originals,
            kept,
            lambda: self.readers,
            lambda: self.crops,
            (own.read_seconds, own.read_bytes, own.processes),
        )
        return Pictures(StoredDocuments(self.store), views)

    @cached_property
    def edit(self) -> "Edit":
        """The use case „edit“: a person corrects a record, and every check is put to it anew."""
        from formservice.application.editing import Edit

        return Edit(self.store, self.forms, self.calendar)

    @cached_property
    def desk(self) -> "DeskStore":
        """The queue of doubtful documents."""
        from formservice.adapters.store.desk import StoredDesk

        return StoredDesk(self.store)

    @cached_property
    def deciding(self) -> "Deciding":
        """The use case „review“: deciding about doubtful fields."""
        from formservice.application.desk_deciding import Deciding

        return Deciding(self.desk, self.edit, self.forms, self.pictures)

    @cached_property
    def arrange(self) -> "Arrange":
        """The use cases „this is another form“ and „these pages belong together“."""
        from formservice.adapters.bugs import named
        from formservice.adapters.page_data import PagesInMemory
        from formservice.adapters.store.desk_pages import StoredPages
        from formservice.application.desk_pages import Arrange
        from formservice.application.desk_reading import ReadAgain
        from formservice.application.isolated_read import Means

        means = Means(self.read, self.forms, self.page_jobs, PagesInMemory, named)
        again = ReadAgain(means, self.originals.read)
        return Arrange(StoredPages(self.store), self.desk, again, self.forms)

    @cached_property
    def groups(self) -> "Groups":
        """The use case „check many at once“."""
        from formservice.adapters.store.desk_groups import StoredGroups
        from formservice.application.desk_groups import Groups

        return Groups(StoredGroups(self.store), self.desk, self.edit, self.forms)

    @cached_property
    def batches(self) -> "Batches":
        """The use case „upload a batch“."""
        from formservice.adapters.store.desk_batches import StoredBatches
        from formservice.application.desk_batches import Batches

        store = StoredBatches(self.store)
        return Batches(store, self.receive, self.page_jobs.openable, today, self._wake)

    def _wake(self) -> None:
        """Tell the workers beside us; others look by themselves, every few seconds."""
        workers: EmbeddedWorkers | None = getattr(self, "workers", None)
        if workers is not None:
            workers.wake()

    @cached_property
    def calibration(self) -> "Calibration":
        """The use case „archive calibration“."""
        from formservice.adapters.store.desk_calibration import StoredDecided
        from formservice.application.desk_calibration import Calibration

        return Calibration(StoredDecided(self.store), self.forms)
