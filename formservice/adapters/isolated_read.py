"""The use case „read“ as received files need it: in a child process, its result as plain data."""

import hashlib
import time
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.isolation import run_isolated
from formservice.application.compare import documents_data
from formservice.application.ports import Forms
from formservice.application.read import ReadFile
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
        found = self._read(data, received=received, form=form, against=against)
        seconds = time.perf_counter() - start
        sha256 = hashlib.sha256(data).hexdigest()
        return documents_data(found, file, sha256, seconds, self._forms, against)
