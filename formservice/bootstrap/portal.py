"""The use cases of a Träger: uploading, preparing, handing in."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any  # readings have the shape of the JSON contract

from formservice.application.known_forms import titles as titles_of
from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import today

if TYPE_CHECKING:
    from formservice.application.desk_reading import Asked
    from formservice.application.editing import Edit
    from formservice.application.portal import Portal


def portal(services: Services, edit: "Edit", authority: str, wake: Callable[[], None]) -> "Portal":
    """Return everything a Träger does, in the name of ``authority``.

    ``wake`` tells the workers beside us that there is something to read.
    """
    from formservice.adapters.bugs import named
    from formservice.adapters.isolation import run_isolated
    from formservice.adapters.page_data import PagesInMemory
    from formservice.adapters.photo_sheets import joined
    from formservice.adapters.receipts.receipt_pdf import ReceiptPdf
    from formservice.adapters.store.portal import StoredOwnPeople, StoredPortal
    from formservice.adapters.store.portal_renewing import StoredRenewals
    from formservice.adapters.store.today import StoredToday
    from formservice.adapters.work.service import Delivering
    from formservice.application.assigning import naming
    from formservice.application.desk_reading import ReadAgain
    from formservice.application.discarding import PutAside
    from formservice.application.isolated_read import Means
    from formservice.application.participants_due import Mine
    from formservice.application.portal import Portal
    from formservice.application.renewing import Renew
    from formservice.application.submitting import Submit
    from formservice.application.uploading import Upload

    elsewhere = Delivering(services.store)

    def tell(document: str) -> None:
        wake()
        elsewhere(document)

    def read_pages(asked: "Asked", data: bytes) -> Mapping[str, Any]:
        means = Means(services.read, services.forms, services.page_jobs, PagesInMemory, named)
        return ReadAgain(means, lambda _sha256: data)(asked)

    own, kept = services.settings, (services.store, services.originals)
    lists = StoredPortal(services.store, naming(services.forms))
    titles = titles_of(services.forms)
    return Portal(
        upload=Upload(*kept, services.isolated_read, tell, today),
        submit=Submit(services.store, edit, today),
        put_aside=PutAside(services.store),
        renew=Renew(
            StoredRenewals(*kept), kept[1], services.page_jobs.openable, read_pages, services.forms
        ),
        lists=lists,
        mine=Mine(
            lists, StoredToday(services.store).readings, services.forms, services.calendar, today
        ),
        people=StoredOwnPeople(services.store),
        joined=lambda photos: run_isolated(
            joined, photos, seconds=own.read_seconds, memory=own.read_bytes
        ),
        receipt_pdf=ReceiptPdf(authority, titles),
    )


def warm(services: Services) -> None:
    """Load what every reading needs, before anybody waits for the first.

    What is loaded here the children that read have from the start. To be called while there are
    no other threads: they must not use the libraries meanwhile.
    """
    from formservice.adapters.isolation import no_fork
    from formservice.domain.errors import FormServiceError

    _ = services.isolated_read
    with no_fork():
        for one in services.forms:
            for name in ("form.pdf", "form.docx"):
                # What is missing or broken is told by whoever needs it.
                with suppress(FormServiceError):
                    data = services.template(one.ref, name)
                    with services.read.reader(data).open(data) as opened:
                        services.read.opened(opened, received=today())
