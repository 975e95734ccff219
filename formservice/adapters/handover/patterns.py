"""File names and indexes of a Zielsystem, written by the operator as patterns (Jinja).

Patterns know names from a fixed list only; a misspelt one is told when the file is loaded and
not when the first document goes out. What stands in a form is data: it makes no folder, no
formula and no XML.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any  # values have the shape of the JSON contract

from formservice.adapters.handover.kinds import safe
from formservice.adapters.handover.sheets import xml_text
from formservice.domain.errors import EngineError
from formservice.domain.nearest import nearest

if TYPE_CHECKING:
    from jinja2.nodes import Template as Tree
    from jinja2.sandbox import SandboxedEnvironment

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
    "fields",
)
"""What every pattern knows of a document."""
OF_ANSWER = ("id", "version", "process")
"""What the pattern of an answer knows: it may come when the document is gone."""
OF_FILE = ("suffix", "number", "file")
"""What the pattern of a file name knows besides: of that file."""
OF_INDEX = ("files",)
"""What an index knows besides: ``what``, ``name``, ``sha256`` and ``size`` of each file."""


class Values(dict[str, str]):
    """The fields of a record as texts; one that this form lacks is empty."""

    def __missing__(self, key: str) -> str:
        return ""


class Pattern:
    """One pattern, ready to be filled."""

    def __init__(self, text: str, *, xml: bool = False) -> None:
        """Take a pattern that ``mistakes`` has nothing against."""
        self._template = _environment(xml=xml).from_string(text)

    def text(self, known: Mapping[str, Any]) -> str:
        """Return the pattern filled with what is known.

        Raises:
            EngineError: a name is missing, or the pattern asks for what it may not.
        """
        from jinja2 import TemplateError  # noqa: PLC0415 - needed by few commands

        try:
            return self._template.render(known)
        except (TemplateError, TypeError, ValueError, ArithmeticError):
            # What it says may hold values; and so may its cause.
            raise EngineError("Ein Muster des Zielsystems lässt sich nicht füllen.") from None

    def path(self, known: Mapping[str, Any]) -> str:
        """Return the pattern as a path below a folder; only the pattern itself makes folders."""
        parts = self.text(_without_folders(known)).replace("\\", "/").split("/")
        return "/".join(safe(part) for part in parts if part.strip())


def mistakes(
    text: str, known: Collection[str], fields: Collection[str]
) -> Iterator[tuple[str, str | None]]:
    """Yield what is wrong with a pattern, each with the name that was meant, if one is near.

    ``known`` are names; ``fields`` the keys of all forms, as ``fields.name`` asks for them.
    """
    from jinja2 import TemplateSyntaxError, meta, nodes  # noqa: PLC0415

    try:
        tree: Tree = _environment(xml=False).parse(text)
    except TemplateSyntaxError as error:
        yield f"Das Muster ist nicht zu verstehen (Zeile {error.lineno}).", None
        return
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


def _environment(*, xml: bool) -> "SandboxedEnvironment":
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    return ImmutableSandboxedEnvironment(
        autoescape=xml,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=xml_value if xml else None,
    )


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
