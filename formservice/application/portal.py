"""Everything a Träger does with the service, as its pages ask for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from formservice.application.assigning import OwnPeople
from formservice.application.discarding import PutAside
from formservice.application.participants_due import Mine
from formservice.application.ports_portal import PortalLists
from formservice.application.renewing import Renew
from formservice.application.submitting import Receipt, Submit
from formservice.application.uploading import Upload


@dataclass(frozen=True)
class Portal:
    """The use cases of a Träger.

    ``joined`` makes photos the pages of one PDF file, ``receipt_pdf`` a receipt such a file.
    """

    upload: Upload
    submit: Submit
    put_aside: PutAside
    renew: Renew
    lists: PortalLists
    mine: Mine
    people: OwnPeople
    joined: Callable[[Sequence[bytes]], bytes]
    receipt_pdf: Callable[[Receipt], bytes]
