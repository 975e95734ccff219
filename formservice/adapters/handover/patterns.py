"""File names and indexes of a Zielsystem, written by the operator as patterns (Jinja).

Patterns know names from a fixed list only; a misspelt one is told when the file is loaded and
not when the first document goes out. What stands in a form is data: it makes no folder, no
formula and no XML.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any  # values have the shape of the JSON contract

from formservice.adapters.handover.kinds import safe
from formservice.adapters.handover.pattern_language import LONGEST_TEXT, environment, refusals
from formservice.adapters.handover.sheets import xml_text
from formservice.domain.errors import EngineError
from formservice.domain.nearest import nearest

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.nodes import Template as Tree

NAMES = (
    "id",
    "reference",
    "form",
    "edition",
    "title",
    "version",
    "state",
    "received",
    "received_de",
    "process",
    "originals",
    "fields",
)
"""What every pattern knows of a document."""
OF_ANSWER = ("id", "version", "process")
"""What the pattern of an answer knows: it may come when the document is gone."""
OF_FILE = ("suffix", "number", "file")
"""What the pattern of a file name knows besides: of that file."""
OF_INDEX = ("files",)
"""What an index knows besides: ``what``, ``name``, ``sha256`` and ``size`` of each file."""


_LONGEST_PATH, _MOST_FOLDERS = 4000, 16
# What Python says besides Jinja of a text that is no pattern: a number of 5,000 digits, brackets
# in brackets, too many blocks.
_NO_PATTERN = (RuntimeError, SyntaxError, ValueError, OverflowError, MemoryError)


class Values(dict[str, str]):
    """The fields of a record as texts; one that this form lacks is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class Pattern:
    """One pattern, ready to be filled."""

    def __init__(self, text: str, *, xml: bool = False) -> None:
        """Take a pattern that ``mistakes`` has nothing against.

        Raises:
            EngineError: it has, and Jinja itself does not take it.
        """
        from jinja2 import TemplateError  # noqa: PLC0415 - needed by few commands

        try:
            self._template = _environment(xml=xml).from_string(text)
        except (TemplateError, *_NO_PATTERN):
            raise EngineError("Ein Muster des Zielsystems ist nicht zu verstehen.") from None

    def text(self, known: Mapping[str, Any], longest: int = LONGEST_TEXT) -> str:
        """Return the pattern filled with what is known.

        Raises:
            EngineError: a name is missing, the pattern asks for what it may not, or the text is
                longer than ``longest``.
        """
        from jinja2 import TemplateError  # noqa: PLC0415 - needed by few commands

        pieces: list[str] = []
        size = 0
        try:
            for piece in self._template.generate(known):
                size += len(piece)
                if size > longest:
                    raise EngineError("Ein Muster des Zielsystems ergibt einen zu langen Text.")
                pieces.append(piece)
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError):
            # What it says may hold values; and so may its cause.
            raise EngineError("Ein Muster des Zielsystems lässt sich nicht füllen.") from None
        return "".join(pieces)

    def path(self, known: Mapping[str, Any]) -> str:
        """Return the pattern as a path below a folder; only the pattern itself makes folders.

        Raises:
            EngineError: as ``text``, or it is no name at all.
        """
        told = self.text(_without_folders(known), _LONGEST_PATH)
        parts = [part for part in told.replace("\\", "/").split("/") if part.strip()]
        if not parts or len(parts) > _MOST_FOLDERS:
            raise EngineError("Ein Muster des Zielsystems ergibt keinen Namen für eine Datei.")
        return "/".join(safe(part) for part in parts)


def names_in(text: str) -> Collection[str]:
    """Return the names that a pattern uses; none if nobody can read it."""
    from jinja2 import TemplateError, nodes  # noqa: PLC0415

    try:
        # Only looked at: Jinja's own search works out what is constant, however long that takes.
        tree = _environment(xml=False).parse(text)
        return {one.name for one in tree.find_all(nodes.Name)}
    except (TemplateError, *_NO_PATTERN):
        return ()


def mistakes(
    text: str, known: Collection[str], fields: Collection[str]
) -> Iterator[tuple[str, str | None]]:
    """Yield what is wrong with a pattern, each with the name that was meant, if one is near.

    ``known`` are names; ``fields`` the keys of all forms, as ``fields.name`` asks for them.
    """
    from jinja2 import TemplateError, meta, nodes  # noqa: PLC0415

    reader = _environment(xml=False)
    lists = (*OF_INDEX, "originals") if set(OF_INDEX) <= set(known) else ()
    try:
        tree: Tree = reader.parse(text)
        refused = [sentence for _, sentence in refusals(tree, lists)]
        if refused:
            yield from ((sentence, None) for sentence in dict.fromkeys(refused))
            return
        reader.compile(tree)
    except (TemplateError, *_NO_PATTERN) as error:
        line = getattr(error, "lineno", None)
        where = f" (Zeile {line})" if line else ""
        yield f"Das Muster ist nicht zu verstehen{where}.", None
        return
    tree = reader.parse(text)  # compiling changes it
    for name in sorted(meta.find_undeclared_variables(tree) - set(known)):
        yield f"Einen Namen „{name[:40]}“ gibt es nicht.", nearest(name, known)
    for one in tree.find_all((nodes.Getattr, nodes.Getitem)):
        key = _asked_for(one)
        if key is not None and key not in fields:
            guess = nearest(key, fields)
            meant = f"fields.{guess}" if guess else None
            yield f"Ein Feld „{key[:40]}“ hat kein Formular.", meant


def _asked_for(node: Any) -> str | None:  # a node of Jinja's tree
    """Return the key that a node asks ``fields`` for, None if it asks something else."""
    if getattr(node.node, "name", None) != "fields":
        return None
    key = node.attr if hasattr(node, "attr") else getattr(node.arg, "value", None)
    return key if isinstance(key, str) else None


def _environment(*, xml: bool) -> "Environment":
    return environment(xml=xml, finalize=xml_value if xml else None)


def xml_value(value: object) -> object:
    """Return a value as XML can hold it."""
    return xml_text(value) if type(value) is str else value


def _without_folders(known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is known with „_“ for what would make a folder."""
    return {
        name: Values({key: _flat(one) for key, one in value.items()})
        if isinstance(value, Values)
        else _flat(value)
        if isinstance(value, str)
        else value
        for name, value in known.items()
    }


def _flat(text: str) -> str:
    return text.replace("/", "_").replace("\\", "_").replace("\n", " ").strip()
