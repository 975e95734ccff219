"""Every exception raised on purpose, as one tree.

What the sender can put right in the form is a finding (``findings``). What someone can put
right about the document, a definition, a request or an engine is an error of this tree.
Anything else is a bug and stays uncaught until the outermost frame.

::

    FormServiceError            code, message, hint
    ├─ InputError               the document or request is at fault
    │  ├─ UnsupportedMediaError
    │  ├─ DamagedDocumentError
    │  ├─ EncryptedDocumentError
    │  ├─ DocumentTooLargeError
    │  ├─ EmptyDocumentError
    │  ├─ DocumentTimeoutError
    │  └─ InvalidDataError      values handed in for generating; carries every problem
    ├─ DefinitionError          a Word file or YAML file is at fault; carries every problem
    │  └─ SettingError          so is a file that a setting names
    ├─ NotFoundError
    ├─ ConflictError            somebody else changed it meanwhile
    ├─ UsageError               a command or setting that cannot be followed as it stands
    │  └─ RootError             root would make what the account of the service cannot read
    ├─ EngineError              a program or library outside failed
    │  ├─ EngineMissingError
    │  └─ EngineTimeoutError
    ├─ StorageError
    │  ├─ AlteredError          what is kept is not what was kept
    │  ├─ ClashError            two that wrote at once; trying again helps
    │  └─ RefusedError          the database will never take what is written
    └─ UnexpectedError          a bug, as the outermost frame tells it; raised nowhere else

Messages are German sentences for people; ``code`` is for programs and never changes. No value
from a form may stand in a message: fields are named by key, documents by name or hash.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class FormServiceError(Exception):
    """Base of all deliberate errors: a stable code, a German sentence, a hint what to do."""

    code = "error"
    default_hint = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        """Keep the sentence and the hint; without ``hint`` the class's own advice is used."""
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with data or a definition, and where.

    ``where`` is a field key or a path inside a file (``fields.name.kind``); ``nearest`` is the
    closest known name when an unknown one was used; ``code`` tells a program what is wrong.
    """

    where: str
    message: str
    file: str | None = None
    nearest: str | None = None
    code: str = ""

    def __str__(self) -> str:
        """Return the problem as one German line: file, place, sentence, nearest name."""
        place = ": ".join(part for part in (self.file, self.where) if part)
        guess = f" Gemeint: „{self.nearest}“?" if self.nearest else ""
        return f"{place}: {self.message}{guess}" if place else f"{self.message}{guess}"


class InputError(FormServiceError):
    """The document or request is at fault."""

    code = "input"


class UnsupportedMediaError(InputError):
    """The bytes are no kind of document this installation reads."""

    code = "input.unsupported"
    default_hint = "Bitte als Word-Datei (DOCX), PDF, PNG, JPEG, TIFF oder HEIC einreichen."


class DamagedDocumentError(InputError):
    """The bytes claim to be a known kind of document but cannot be opened as one."""

    code = "input.damaged"
    default_hint = "Bitte die Datei neu speichern oder erneut scannen und noch einmal senden."


class EncryptedDocumentError(InputError):
    """The document needs a password that we do not have."""

    code = "input.encrypted"
    default_hint = "Bitte ohne Kennwortschutz speichern und noch einmal senden."


class DocumentTooLargeError(InputError):
    """The document is over a limit of size, pages, pixels or memory."""

    code = "input.too-large"
    default_hint = "Bitte in kleinere Dateien teilen oder mit 200 bis 300 dpi scannen."


class EmptyDocumentError(InputError):
    """The file has no bytes or no pages."""

    code = "input.empty"
    default_hint = "Bitte prüfen, ob die richtige Datei gewählt wurde."


class DocumentTimeoutError(InputError):
    """Reading the document took longer than allowed, or crashed the process reading it."""

    code = "input.timeout"
    default_hint = "Bitte die Datei neu erzeugen (zum Beispiel als PDF drucken) und neu senden."


class InvalidDataError(InputError):
    """Values handed in for generating are unknown, of the wrong type or impossible."""

    code = "input.invalid-data"
    default_hint = "Bitte die genannten Angaben berichtigen."

    def __init__(self, message: str, problems: Sequence[Problem], hint: str | None = None) -> None:
        """Keep all ``problems`` beside the sentence."""
        super().__init__(message, hint)
        self.problems = tuple(problems)


class DefinitionError(FormServiceError):
    """A definition or template is at fault; ``problems`` lists everything found."""

    code = "definition"
    default_hint = "„formservice forms check“ zeigt alle Fehler mit Datei und Stelle."

    def __init__(self, message: str, problems: Sequence[Problem], hint: str | None = None) -> None:
        """Keep all ``problems`` beside the sentence."""
        super().__init__(message, hint)
        self.problems = tuple(problems)


class SettingError(DefinitionError):
    """A file that a setting names is at fault: who set it up puts it right, with all it lists."""

    code = "setting"


class NotFoundError(FormServiceError):
    """A form, case or document of that name does not exist."""

    code = "not-found"


def no_document(hint: str = "Bitte die Kennung prüfen.", *, named: str = "") -> NotFoundError:
    """Return that there is no such document, or none that they may see: both are told the same.

    ``named`` is the id, where somebody gave several.
    """
    which = f"der Kennung {named}" if named else "dieser Kennung"
    return NotFoundError(f"Einen Vorgang mit {which} gibt es nicht.", hint)


class ConflictError(FormServiceError):
    """Somebody else changed what this was about; nothing was done."""

    code = "conflict"
    default_hint = "Bitte neu laden, die Änderungen ansehen und den Schritt noch einmal tun."


class UsageError(FormServiceError):
    """A command or setting contradicts itself or cannot be understood."""

    code = "usage"


class RootError(UsageError):
    """What root would make in the folder of another account, that account could not read."""

    code = "usage.root"


class EngineError(FormServiceError):
    """A program or library outside failed."""

    code = "engine"
    default_hint = "Bitte „formservice check“ ausführen und die Betreuung der Anlage verständigen."


class EngineMissingError(EngineError):
    """A program needed for this step is not installed; the hint names the package."""

    code = "engine.missing"


class EngineTimeoutError(EngineError):
    """A program outside did not finish in time; trying again may help."""

    code = "engine.timeout"


class StorageError(FormServiceError):
    """The database or the folder of originals failed."""

    code = "storage"
    default_hint = "Bitte Speicherplatz und Rechte des Datenordners prüfen („formservice check“)."


class AlteredError(StorageError):
    """What is kept is not what was kept: damaged, or changed by somebody."""

    code = "storage.altered"
    default_hint = (
        "Bitte aus der Datensicherung wiederherstellen; das Veränderte aufheben, es ist ein Beleg."
    )


class ClashError(StorageError):
    """Two that wrote at once waited for each other, and the database ended this one."""

    code = "storage.clash"
    default_hint = "Es wurde nichts geändert; bitte noch einmal versuchen."


class RefusedError(StorageError):
    """The database refuses what is written, and would however often it is written."""

    code = "storage.refused"
    default_hint = (
        "Bitte der Betreuung der Anlage den Befehl nennen; andere Vorgänge betrifft es nicht."
    )


class UnexpectedError(FormServiceError):
    """What only we can put right; the sentence carries a reference and nothing of the cause."""

    code = "internal"
    default_hint = "Bitte der Betreuung der Anlage die Kennung und den Befehl nennen."
