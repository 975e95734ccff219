"""Asks a configured veraPDF whether a file conforms; the program itself is the operator's."""

import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from formservice.domain.errors import EngineError, EngineMissingError, EngineTimeoutError

_SECONDS = 300.0  # a Java program, on a busy machine
_HINT = "Bitte die Einstellung FORMSERVICE_VERAPDF prüfen."
# veraPDF ends with 1 where a file does not conform; anything else means that it did not check.
_CHECKED = (0, 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What veraPDF said of one standard; ``failures`` are clause, number and its description."""

    flavour: str
    profile: str
    compliant: bool
    failures: tuple[str, ...]


class VeraPdf:
    """The command of an installation."""

    def __init__(self, command: str) -> None:
        """Keep the command, with arguments as in a shell."""
        self._command = shlex.split(command)

    def judged(self, data: bytes, flavours: Sequence[str]) -> list[Verdict]:
        """Return what veraPDF says of a file, for each standard asked about (``3a``, ``ua1``).

        Raises:
            EngineMissingError: the command cannot be run.
            EngineTimeoutError: it did not end in time.
            EngineError: it ended without a verdict.
        """
        with tempfile.TemporaryDirectory(prefix="formservice-") as folder:
            file = Path(folder) / "kopie.pdf"
            file.write_bytes(data)
            return [self._one(file, flavour) for flavour in flavours]

    def _one(self, file: Path, flavour: str) -> Verdict:
        command = [*self._command, "--format", "xml", "--flavour", flavour, str(file)]
        try:
            run = subprocess.run(  # noqa: S603 (the operator's own command)
                command, capture_output=True, timeout=_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            raise EngineTimeoutError("veraPDF ist nicht rechtzeitig fertig geworden.") from None
        except (OSError, IndexError):
            raise EngineMissingError("veraPDF lässt sich nicht starten.", _HINT) from None
        if run.returncode not in _CHECKED:
            raise EngineError(f"veraPDF ist gescheitert (Ergebnis {run.returncode}).", _HINT)
        return _verdict(run.stdout, flavour)


def _verdict(report: bytes, flavour: str) -> Verdict:
    try:
        top = etree.fromstring(report, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        raise EngineError("Der Bericht von veraPDF ist nicht lesbar.", _HINT) from None
    found = top.find(".//{*}validationReport")
    if found is None:
        raise EngineError("veraPDF hat die Datei nicht geprüft.", _HINT)
    failures = tuple(
        f"{rule.get('clause')}-{rule.get('testNumber')}:"
        f" {(rule.findtext('{*}description') or '').strip()}"
        for rule in found.iter("{*}rule")
        if rule.get("status") == "failed"
    )
    compliant = found.get("isCompliant") == "true"
    return Verdict(flavour, str(found.get("profileName") or ""), compliant, failures)
