"""The use case „read“ as received files need it: in a child process, its result as plain data."""

import hashlib
import time
from datetime import date
from typing import Any  # readings have the shape of the JSON contract

from formservice.adapters.isolation import run_isolated
from formservice.application.read import ReadFile
from formservice.application.report import document_data
from formservice.domain.form import FormDefinition


class IsolatedRead:
    """Reads files one by one, each in a process of its own and within its limits."""

    def __init__(self, read: ReadFile, *, seconds: float, memory: int) -> None:
        """Keep the use case and, for each file, the seconds and bytes of memory it may take."""
        self._read = read
        self._seconds = seconds
        self._memory = memory

    def __call__(
        self, data: bytes, file: str, *, received: date, form: FormDefinition | None = None
    ) -> list[dict[str, Any]]:
        """Return the documents in ``data`` as ``read --json`` prints them; ``file`` names it.

        Raises:
            InputError: the file cannot be read, or not within its limits.
        """
        return run_isolated(
            self._documents,
            data,
            file,
            received,
            form,
            seconds=self._seconds,
            memory=self._memory,
        )

    def _documents(
        self, data: bytes, file: str, received: date, form: FormDefinition | None
    ) -> list[dict[str, Any]]:
        start = time.perf_counter()
        found = self._read(data, received=received, form=form)
        seconds = time.perf_counter() - start
        sha256 = hashlib.sha256(data).hexdigest()
        return [document_data(one, file, sha256, seconds / len(found)) for one in found]
