"""``formservice intake --later``: take files in and keep them; workers read them."""

import json
from collections.abc import Sequence
from datetime import date

from formservice.application.receive import Sent
from formservice.application.report import error_data
from formservice.bootstrap import Services
from formservice.cli import errors, files
from formservice.cli.german import counted
from formservice.domain.errors import FormServiceError, StorageError


def received(services: Services, names: Sequence[str], day: date, *, as_json: bool) -> int:
    """Take in files one by one; return the exit status.

    Each is kept for good when it is told of. Broken off, the same call goes on where it was.
    """
    told: list[dict[str, object]] = []
    known = refused = 0
    for name in names:
        try:
            sent = Sent(files.content(name), name, "batch", day)
            kept, again = services.receive(sent)
        except StorageError:  # nothing that follows could be kept either
            raise
        except FormServiceError as error:
            refused += 1
            told.append(error_data(error, name))
            if not as_json:
                print(f"{errors.printable(name)}: abgewiesen. {errors.printable(error.message)}")
            continue
        known += again
        if again and not as_json:
            print(f"{errors.printable(name)}: schon bekannt ({kept.id}).")
        told.append(
            {
                "file": name,
                "document": kept.id,
                "sha256": kept.original,
                "already_known": again,
            }
        )
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        taken = counted(len(names) - refused, "Datei", "Dateien")
        again_ = f", davon {known} schon bekannt" if known else ""
        print(f"{taken} angenommen{again_}, {refused} abgewiesen.")
    return errors.NEEDS_A_PERSON if refused else errors.DONE
