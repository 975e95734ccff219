"""Keeps the evidence of what ``formservice read`` found."""

from functools import partial
from pathlib import Path
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.evidence.folder import EvidenceFolder
from formservice.application.evidence import crops, evidence
from formservice.bootstrap import Services, now
from formservice.cli import files
from formservice.cli.names import labels


class Evidence:
    """Writes the evidence of every document of a file into one folder."""

    def __init__(self, services: Services, folder: Path) -> None:
        """Make the folder; an error tells now that it cannot be written into."""
        self._services = services
        files.folder(services.settings, str(folder))
        self._folder = EvidenceFolder(folder)

    def keep(self, data: bytes, found: list[dict[str, Any]]) -> None:
        """Write what proves the readings ``found`` in the file ``data``.

        Raises:
            InputError: the pictures cannot be made.
            StorageError: nothing can be written.
        """
        for number, one in enumerate(found, start=1):
            if "error" in one or one["form"] is None:  # nothing was read, so nothing is proved
                continue
            cut = self._services.crops(lambda _: data, crops(one))
            told = evidence(one, now(), cut, partial(labels, self._services))
            self._folder.write(told, cut, number)
