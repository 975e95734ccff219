"""Asks a configured veraPDF whether a file conforms; the program itself is the operator's."""

import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pikepdf
from lxml import etree

from formservice.domain.errors import EngineError, EngineMissingError, EngineTimeoutError

_SECONDS = 300.0  # a Java program, on a busy machine
_HINT = "Bitte die Einstellung FORMSERVICE_VERAPDF prüfen."
# veraPDF ends with 1 where a file does not conform; anything else means that it did not check.
_CHECKED = (0, 1)
_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_LEVELS = {"1": "ab", "2": "abu", "3": "abu"}
# What a file that does not say what it is should be.
_OURS = "3a"
_UA = "ua1"


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


def claimed(data: bytes) -> tuple[str, ...]:
    """Return the standards to ask about: the PDF/A that a file says it is, and PDF/UA-1."""
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            metadata = bytes(pdf.Root.Metadata.read_bytes())
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        top = etree.fromstring(metadata, parser)
    except (pikepdf.PdfError, etree.XMLSyntaxError, AttributeError, TypeError, ValueError):
        return (_OURS, _UA)
    part, level = (next(_said(top, f"{_PDFAID}{name}"), "") for name in ("part", "conformance"))
    known = part in _LEVELS and level.lower() in set(_LEVELS[part])
    return (f"{part}{level.lower()}" if known else _OURS, _UA)


def _said(top: etree._Element, name: str) -> Iterator[str]:
    """Yield what is said of a property, as an element of its own or as an attribute."""
    for one in top.iter("*"):
        if one.tag == name:
            yield (one.text or "").strip()
        elif name in one.attrib:
            yield str(one.attrib[name]).strip()


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
