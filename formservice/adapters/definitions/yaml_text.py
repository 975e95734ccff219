"""Reads one YAML file strictly: duplicate keys are errors and every place has a line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import yaml

from formservice.domain.errors import Problem
from formservice.domain.form import FormRef

# The C loader is eight times faster; wheels have it, but a build from source may not.
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Step = str | int

_NO_ALIASES = "Verweise innerhalb der Datei (& und *) sind nicht erlaubt."


@dataclass(frozen=True, slots=True)
class Source:
    """One file as it was parsed, kept to tell where a path stands in it."""

    file: str
    data: object = None
    problems: tuple[Problem, ...] = ()
    root: yaml.Node | None = field(default=None, repr=False)

    def problem(self, path: Sequence[Step], message: str, nearest: str | None = None) -> Problem:
        """Return a problem at ``path``, with the line where the file has that path."""
        return Problem(_where(self.root, path), message, self.file, nearest)


def parse(text: str, file: str) -> Source:
    """Parse YAML ``text``; ``file`` names it in problems. Never raises for bad YAML."""
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return Source(file, problems=(Problem("", "Die Datei ist leer.", file),))
        if _shared(root, set()):
            return Source(file, problems=(Problem("", _NO_ALIASES, file),))
        twice = tuple(_duplicates(root, (), file))
        return Source(file, loader.construct_document(root), twice, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"Zeile {mark.line + 1}" if mark else ""
        message = (
            "Die Datei ist kein gültiges YAML; bitte Einrückung, Doppelpunkte und "
            "Anführungszeichen prüfen."
        )
    except yaml.YAMLError:
        where, message = "", "Die Datei enthält Zeichen, die in YAML nicht erlaubt sind."
    except ValueError:
        where, message = "", "Ein Datum oder eine Zahl in der Datei ist unmöglich."
    finally:
        loader.dispose()
    return Source(file, problems=(Problem(where, message, file),))


def _shared(node: yaml.Node, seen: set[int]) -> bool:
    """Say whether a node stands in several places: through aliases a file could be endless."""
    if id(node) in seen:
        return True
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        return any(_shared(part, seen) for pair in node.value for part in pair)
    return isinstance(node, yaml.SequenceNode) and any(_shared(v, seen) for v in node.value)


def _duplicates(node: yaml.Node, path: tuple[Step, ...], file: str) -> list[Problem]:
    """List keys that stand twice in one mapping: PyYAML would silently keep the last."""
    found: list[Problem] = []
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                place = ".".join(map(str, (*path, name)))
                found.append(
                    Problem(
                        f"{place} (Zeile {line})",
                        f"Der Schlüssel steht doppelt (zuerst in Zeile {first[name]}).",
                        file,
                    )
                )
            first.setdefault(name, line)
            found += _duplicates(value, (*path, name), file)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            found += _duplicates(value, (*path, index), file)
    return found


class OnDisk:
    """The file of one definition, read again only if there is something to tell about it."""

    def __init__(self, ref: FormRef, mappings: Path) -> None:
        """Look for the file of ``ref`` where it belongs."""
        self._path = mappings / ref.form / f"{ref.edition}.yaml"
        self._name = self._path.relative_to(mappings.parent).as_posix()

    @cached_property
    def source(self) -> Source:
        """What the file says; nothing if there is none."""
        # A definition may say it is another than its place does; that is told elsewhere.
        known = self._path.is_file()
        return parse(self._path.read_text("utf-8"), self._name) if known else Source(self._name)

    def problem(self, path: Sequence[Step], message: str, guess: str | None = None) -> Problem:
        """Return a problem at a place in the file."""
        return self.source.problem(path, message, guess)


def _where(root: yaml.Node | None, path: Sequence[Step]) -> str:
    """Return ``a.b[0].c (Zeile 7)``; the line is that of the deepest step the file has."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    line = None
    node = root
    for step in path:
        node, mark = _child(node, step)
        if mark is None:
            break
        line = mark.line + 1
    return f"{text} (Zeile {line})" if line else text


def _child(node: yaml.Node | None, step: Step) -> tuple[yaml.Node | None, yaml.Mark | None]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if str(key.value) == str(step):
                return value, key.start_mark
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark
    return None, None
