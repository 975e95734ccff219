"""The use case „read“ as received files need it: in a child process, its result as plain data."""

import hashlib
import time
from collections.abc import Sequence
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.isolation import run_isolated
from formservice.application.compare import against_data, comparison
from formservice.application.ports import Forms
from formservice.application.read import ReadFile
from formservice.application.read_document import ReadDocument
from formservice.application.report import document_data, finding_data
from formservice.domain.errors import InputError
from formservice.domain.form import FormDefinition


class IsolatedRead:
    """Reads files one by one, each in a process of its own and within its limits."""

    def __init__(self, read: ReadFile, forms: Forms, *, seconds: float, memory: int) -> None:
        """Keep the use case and, for each file, the seconds and bytes of memory it may take."""
        self._read = read
        self._forms = forms
        self._seconds = seconds
        self._memory = memory

    def __call__(
        self,
        data: bytes,
        file: str,
        *,
        received: date,
        form: FormDefinition | None = None,
        against: object = None,
    ) -> list[dict[str, Any]]:
        """Return the documents in ``data`` as ``read --json`` prints them; ``file`` names it.

        ``against`` is what was sent, as decoded JSON, if the documents are to be compared with it.

        Raises:
            InputError: the file cannot be read, or not within its limits; or nothing in it can be
                compared with ``against``.
        """
        return run_isolated(
            self._documents,
            data,
            file,
            received,
            form,
            against,
            seconds=self._seconds,
            memory=self._memory,
        )

    def _documents(
        self,
        data: bytes,
        file: str,
        received: date,
        form: FormDefinition | None,
        against: object,
    ) -> list[dict[str, Any]]:
        start = time.perf_counter()
        found = self._read(data, received=received, form=form)
        seconds = time.perf_counter() - start
        sha256 = hashlib.sha256(data).hexdigest()
        told = [document_data(one, file, sha256, seconds / len(found)) for one in found]
        return told if against is None else self._compared(found, told, against)

    def _compared(
        self, found: Sequence[ReadDocument], told: list[dict[str, Any]], against: object
    ) -> list[dict[str, Any]]:
        """Add to every document what was sent; a document of another form has nothing to add."""
        refused: InputError | None = None
        compared = False
        for one, data in zip(found, told, strict=True):
            data["against"] = None
            if one.definition is None or one.record is None:
                continue
            try:
                differences = comparison(one.definition, one.record, against, self._forms)
            except InputError as error:
                refused = refused or error
                continue
            compared = True
            data["against"] = against_data(differences)
            data["findings"] += [finding_data(finding) for finding in differences.findings]
        if refused is not None and not compared:
            raise refused
        return told
