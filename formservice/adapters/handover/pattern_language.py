"""The part of Jinja that patterns may use: names, a few filters, conditions, one list.

Nothing here computes, calls or repeats without end, so that no description of a Zielsystem can
hold up or bring down the program. What is not allowed is told when the file is read.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any  # nodes of Jinja and what patterns know have no types

from formservice.domain.errors import EngineError

if TYPE_CHECKING:
    from jinja2 import Environment

LONGEST_TEXT = 10_000_000
"""No index is longer (characters): a list of all files of a pile, with every answer in it."""
# A text between two filters; what a field holds is a few pages at most.
_LONGEST_VALUE = 1_000_000
# Python itself takes no more blocks in each other than twenty.
_DEEPEST = 12
_LOOP = ("index", "index0", "first", "last", "length")
_TESTS = ("defined",)


def _text(change: Callable[[str], str]) -> Callable[[object], str]:
    """Return a filter over one text; what XML takes for its own is told by nobody else."""
    return lambda value: change(str(value))


def _replaced(value: object, old: object, new: object) -> str:
    text = str(value)
    if not isinstance(old, str) or not isinstance(new, str) or not old:
        raise ValueError(old)
    if len(text) + text.count(old) * (len(new) - len(old)) > _LONGEST_VALUE:
        raise EngineError("Ein Muster des Zielsystems ergibt einen zu langen Text.")
    return text.replace(old, new)


def _default(value: object, instead: str, *_: object) -> object:
    return value if value else instead


FILTERS: Mapping[str, Callable[..., Any]] = {
    "upper": _text(str.upper),
    "lower": _text(str.lower),
    "capitalize": _text(str.capitalize),
    "trim": _text(str.strip),
    "replace": _replaced,
    # What a form lacks is empty, so this is for what is empty.
    "default": _default,
    "length": len,
}
"""All filters there are, by name."""


def environment(*, xml: bool, finalize: Callable[[object], object] | None) -> "Environment":
    """Return Jinja with nothing in it but our filters; with ``xml`` values are escaped."""
    from jinja2 import StrictUndefined  # noqa: PLC0415
    from jinja2.sandbox import ImmutableSandboxedEnvironment  # noqa: PLC0415

    made = ImmutableSandboxedEnvironment(
        autoescape=xml, undefined=StrictUndefined, keep_trailing_newline=True, finalize=finalize
    )
    made.globals.clear()
    made.filters = dict(FILTERS)
    made.tests = {name: made.tests[name] for name in _TESTS}
    return made


def refusals(tree: Any, lists: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield what a tree holds that patterns may not, each with its line.

    ``lists`` are the names that ``for`` may go through.
    """
    yield from _Allowed(lists).refused(tree, frozenset(), 0)


class _Allowed:
    """Walks through a tree; every kind of node that it does not know is refused."""

    def __init__(self, lists: Collection[str]) -> None:
        self._lists = lists

    def refused(self, node: Any, loops: frozenset[str], depth: int) -> Iterator[tuple[int, str]]:
        """Yield what a node and all below it hold; ``loops`` are the names of loops around it."""
        kind = type(node).__name__
        if depth > _DEEPEST and kind in _NESTING:
            yield node.lineno, "Das Muster ist zu tief verschachtelt."
            return
        sentence = self._sentence(node, kind, loops)
        if sentence is not None:
            yield node.lineno, sentence
            return
        if kind == "For":
            loops = loops | {node.target.name, "loop"}
        for below in node.iter_child_nodes():
            yield from self.refused(below, loops, depth + (kind in _NESTING))

    def _sentence(self, node: Any, kind: str, loops: frozenset[str]) -> str | None:
        if kind in _PLAIN:
            return None
        if kind == "Filter":
            return _filter(node)
        if kind == "Test" and node.name in _TESTS:
            return None
        if kind == "For":
            return self._loop(node, loops)
        if kind in ("Getattr", "Getitem"):
            return _part(node, kind, loops, self._lists)
        return _WORDS.get(kind, "So etwas geht in einem Muster nicht.")

    def _loop(self, node: Any, loops: frozenset[str]) -> str | None:
        of = getattr(node.iter, "name", None)
        if type(node.target).__name__ != "Name" or of not in self._lists or node.recursive:
            return "„for“ geht nur durch „files“ und „originals“, in einem Index."
        return "„for“ steht nicht in einem anderen „for“." if loops else None


def _filter(node: Any) -> str | None:
    if node.name not in FILTERS:
        return f"Den Filter „{node.name[:40]}“ gibt es nicht. Es gibt: {', '.join(FILTERS)}."
    given = [*node.args, *(one.value for one in node.kwargs)]
    if node.dyn_args or node.dyn_kwargs or any(type(one).__name__ != "Const" for one in given):
        return f"Beim Filter „{node.name}“ stehen in Klammern nur feste Angaben."
    return None


def _part(node: Any, kind: str, loops: frozenset[str], lists: Collection[str]) -> str | None:
    """Refuse whatever is neither a field of the form nor something told of a file."""
    of = getattr(node.node, "name", None)
    if kind == "Getitem":
        key = node.arg.value if type(node.arg).__name__ == "Const" else None
        if type(node.arg).__name__ == "Slice":
            steps = (node.arg.start, node.arg.stop, node.arg.step)
            is_plain = all(one is None or type(one).__name__ == "Const" for one in steps)
            return None if is_plain else _FIXED
        if not isinstance(key, str):
            return None if isinstance(key, int) and of in lists else _FIXED
    else:
        key = node.attr
    if of == "fields" and not key.startswith("_"):
        return None
    if of == "loop" and "loop" in loops:
        return None if key in _LOOP else f"Es gibt: {', '.join(f'loop.{one}' for one in _LOOP)}."
    if of in loops:
        return None if key in OF_FILE else f"Von einer Datei gibt es: {', '.join(OF_FILE)}."
    return "Einen Punkt gibt es nur in „fields.…“ und bei einer Datei aus „files“."


OF_FILE = ("what", "name", "sha256", "size", "original")
"""What an index may ask of each file."""
_FIXED = "In eckigen Klammern stehen nur feste Angaben."
_NESTING = frozenset(
    {"For", "If", "CondExpr", "Filter", "And", "Or", "Not", "Compare", "Slice", "Tuple", "List"}
)
_PLAIN = frozenset(
    {
        "Template",
        "Output",
        "TemplateData",
        "Name",
        "Const",
        "If",
        "CondExpr",
        "Compare",
        "Operand",
        "And",
        "Or",
        "Not",
        "Slice",
        "Keyword",
        "Tuple",
        "List",
    }
)
_WORDS = {
    "Call": "Aufrufe mit Klammern gibt es in einem Muster nicht.",
    "Assign": "„set“ gibt es in einem Muster nicht.",
    "Include": "„include“ gibt es in einem Muster nicht.",
    **dict.fromkeys(
        ("Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow", "Neg", "Pos", "Concat"),
        "Gerechnet wird in einem Muster nicht; Texte stehen einfach hintereinander.",
    ),
}
