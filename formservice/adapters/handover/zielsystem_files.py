"""Reads the YAML file of each Zielsystem, strictly: every mistake with its place, all at once."""

import codecs
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from formservice.adapters.definitions.yaml_text import Source, Step, parse
from formservice.adapters.handover.patterns import (
    NAMES,
    OF_ANSWER,
    OF_FILE,
    OF_INDEX,
    mistakes,
    names_in,
)
from formservice.adapters.handover.xdomea_schemas import VERSIONS
from formservice.adapters.handover.zielsystem_model import (
    Answer,
    Files,
    FolderFile,
    Index,
    Strict,
    XdomeaAnswer,
    XdomeaFile,
)
from formservice.adapters.handover.zielsystem_trial import tried
from formservice.adapters.target import Own
from formservice.domain.errors import EngineError, Problem, SettingError, UsageError
from formservice.domain.nearest import nearest

CHARSETS = ("utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "iso-8859-15", "utf-16")
_NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
_LARGEST_TEMPLATE = 100_000
_NO_DELIMITERS = '"\r\n\0'


def load(
    where: Path, forms: Collection[str], fields: Collection[str], own: Own
) -> tuple[Mapping[str, tuple[FolderFile | XdomeaFile, Path]], SettingError | None]:
    """Return the systems that a folder or a file describes, by name, each with its file.

    ``forms`` and ``fields`` are what this installation knows, ``own`` where it keeps everything.
    A system with mistakes is left out, and the error lists all of them.

    Raises:
        UsageError: there is nothing to read.
    """
    found: dict[str, tuple[FolderFile | XdomeaFile, Path]] = {}
    problems: list[Problem] = []
    for path in _paths(where):
        one, wrong = _one(path, forms, fields, own)
        problems += wrong
        if one is not None and not wrong:
            found[path.stem] = (one, path)
    if not problems:
        return found, None
    hint = "docs/betrieb.md zeigt unter „Zielsysteme“, wie die Datei aussieht."
    return found, SettingError(
        "Die Beschreibung eines Zielsystems ist fehlerhaft.", problems, hint
    )


def _paths(where: Path) -> Sequence[Path]:
    hint = "FORMSERVICE_ZIELSYSTEME nennt eine YAML-Datei oder einen Ordner damit."
    try:
        paths = sorted(where.glob("*.yaml")) if where.is_dir() else [where]
    except OSError:
        paths = []
    if not paths or not all(path.is_file() for path in paths):
        raise UsageError("Es gibt keine Beschreibung eines Zielsystems.", hint)
    return paths


def _one(
    path: Path, forms: Collection[str], fields: Collection[str], own: Own
) -> tuple[FolderFile | XdomeaFile | None, list[Problem]]:
    if not _NAME.fullmatch(path.stem):
        sentence = "Der Name der Datei besteht aus Kleinbuchstaben, Ziffern und Bindestrichen."
        return None, [Problem("", sentence, path.name)]
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None, [Problem("", "Die Datei ist nicht lesbar oder kein UTF-8.", path.name)]
    source = parse(text, path.name)
    if source.problems:
        return None, list(source.problems)
    if not isinstance(source.data, dict):
        return None, [source.problem((), "Hier müssen Schlüssel mit Werten stehen.")]
    kind = str(source.data.get("kind", "folder"))
    if kind not in _KINDS:
        sentence = f"Erlaubt ist: {', '.join(_KINDS)}."
        return None, [source.problem(("kind",), sentence, nearest(kind, _KINDS))]
    named = list(_names(source, source.data, path, (forms, fields)))
    try:
        understood = _KINDS[kind].model_validate(source.data)
    except ValidationError as error:
        return None, [*_explained(source, _KINDS[kind], error), *named]
    named += _checked(source, understood)
    if own.holds(path.parent / understood.folder):
        sentence = "Dieser Ordner liegt in dem, was diese Anlage selbst aufbewahrt."
        named.append(source.problem(("folder",), sentence))
    if not named and isinstance(understood, FolderFile):
        index = understood.index
        template = template_text(index.template, path) if index and index.template else None
        named += (source.problem(*one) for one in tried(understood, template))
    return understood, named


_KINDS: Mapping[str, type[FolderFile] | type[XdomeaFile]] = {
    "folder": FolderFile,
    "xdomea": XdomeaFile,
}
_BELOW: Mapping[str, type[Strict]] = {
    "files": Files,
    "index": Index,
    "receipt": Answer,
}


def _explained(source: Source, model: type[Strict], error: ValidationError) -> Iterator[Problem]:
    details = error.errors(include_url=False, include_context=False)
    meant: set[tuple[Step, ...]] = set()
    # A misspelt key is one mistake, not two: unknown here and missing there.
    for detail in sorted(details, key=lambda one: one["type"] == "missing"):
        path = tuple(detail["loc"])
        if detail["type"] == "missing" and path in meant:
            continue
        if detail["type"] == "extra_forbidden":
            guess = nearest(str(path[-1]), _keys(model, path))
            meant.add((*path[:-1], guess or ""))
            yield source.problem(path, "Der Schlüssel ist unbekannt.", guess)
            continue
        yield source.problem(path, _sentence(detail["type"], path))


def _keys(model: type[Strict], path: Sequence[Step]) -> list[str]:
    below = _BELOW.get(str(path[0]), model) if len(path) > 1 else model
    if len(path) > 1 and model is XdomeaFile:
        below = XdomeaAnswer
    return [one.alias or name for name, one in below.model_fields.items()]


def _sentence(kind: str, path: Sequence[Step]) -> str:
    if kind == "literal_error":
        known = {"charset": CHARSETS, "version": VERSIONS}.get(str(path[-1]), ())
        return f"Erlaubt ist: {', '.join(known)}."
    return _SENTENCES.get(kind, "Der Wert passt nicht hierher.")


_SENTENCES = {
    "missing": "Der Schlüssel fehlt.",
    "string_type": "Hier muss ein Text stehen; Zahlen in Anführungszeichen setzen.",
    "string_too_short": "Der Text darf nicht leer sein.",
    "string_too_long": "Der Text ist zu lang.",
    "bool_type": "Hier muss true oder false stehen.",
    "list_type": "Hier muss eine Liste stehen.",
    "dict_type": "Hier müssen Schlüssel mit Werten stehen.",
    "model_type": "Hier müssen Schlüssel mit Werten stehen.",
    "float_type": "Hier muss eine Zahl stehen.",
    "greater_than": "Die Zahl muss größer als 0 sein.",
    "less_than_equal": "Die Zahl ist zu groß.",
}


def _checked(source: Source, one: FolderFile | XdomeaFile) -> Iterator[Problem]:
    """Yield what is wrong although every key is right."""
    if isinstance(one, XdomeaFile):
        return
    if not one.files.model_dump(exclude_none=True):
        sentence = "Mindestens eine Art von Dateien ist nötig: copy, picture, original, record."
        yield source.problem(("files",), sentence)
    if one.receipt is not None and bool(one.receipt.file) == one.receipt.vanishing:
        sentence = "Entweder „file“ (eine Datei der Gegenseite) oder „vanishing: true“."
        yield source.problem(("receipt",), sentence)
    if one.index is not None and (one.index.columns is None) == (one.index.template is None):
        sentence = "Entweder „columns“ (CSV) oder „template“ (eine Vorlage)."
        yield source.problem(("index",), sentence)
    if one.index is not None and (one.index.delimiter in _NO_DELIMITERS):
        sentence = "Dieses Zeichen kann keine Spalten trennen."
        yield source.problem(("index", "delimiter"), sentence)
    yield from _mistakable(source, one)


def _mistakable(source: Source, one: FolderFile) -> Iterator[Problem]:
    """Yield names that another version of the same document would have as well.

    An answer has to name the process: after a refusal the same version goes out once more, and
    what was answered to the first is no answer to the second.
    """
    files = one.files.model_dump(by_alias=True, exclude_none=True)
    places: list[tuple[tuple[Step, ...], str | None]] = [
        *((("files", kind), text) for kind, text in files.items()),
        (("index", "name"), one.index.name if one.index else None),
        (("done",), one.done),
    ]
    for where, text in places:
        if text is not None and not {"process", "version"} & {*names_in(text)}:
            sentence = "Eine spätere Fassung hieße genauso; {{ process }} unterscheidet sie."
            yield source.problem(where, sentence)
    for key in ("file", "refused") if one.receipt is not None else ():
        text = getattr(one.receipt, key)
        if text is not None and "process" not in names_in(text):
            sentence = "Zu welcher Übergabe eine Quittung gehört, sagt nur {{ process }}."
            yield source.problem(("receipt", key), sentence)


def _names(
    source: Source,
    data: Mapping[str, object],
    path: Path,
    known: tuple[Collection[str], Collection[str]],
) -> Iterator[Problem]:
    """Yield names of forms, fields and values that do not exist, whatever else is wrong."""
    forms, fields = known
    listed = data.get("forms")
    for place, form in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(form, str) and form not in forms:
            sentence = "Ein solches Formular gibt es nicht."
            yield source.problem(("forms", place), sentence, nearest(form, forms))
    for where, text, names in _patterns(data, path):
        if text is None:
            sentence = "Diese Vorlage gibt es nicht, sie ist zu groß oder kein UTF-8."
            yield source.problem(where, sentence)
            continue
        for sentence, guess in mistakes(text, names, fields):
            yield source.problem(where, sentence, guess)


def _patterns(
    data: Mapping[str, object], path: Path
) -> Iterator[tuple[tuple[Step, ...], str | None, Sequence[str]]]:
    """Yield every pattern of a file: where it stands, its text, the names it may use."""
    of_file, of_index = (*NAMES, *OF_FILE), (*NAMES, *OF_INDEX)
    places: list[tuple[tuple[Step, ...], object, Sequence[str]]] = [
        *((("files", key), text, of_file) for key, text in _below(data, "files").items()),
        (("index", "name"), _below(data, "index").get("name"), NAMES),
        *(
            (("index", "columns", title), text, of_index)
            for title, text in _below(_below(data, "index"), "columns").items()
        ),
        (("done",), data.get("done"), NAMES),
        *(
            (("receipt", key), _below(data, "receipt").get(key), OF_ANSWER)
            for key in ("file", "refused")
        ),
    ]
    for where, text, names in places:
        if isinstance(text, str):
            yield where, text, names
    template = _below(data, "index").get("template")
    if isinstance(template, str):
        yield ("index", "template"), template_text(template, path), of_index


def _below(data: Mapping[str, object], key: str) -> Mapping[str, object]:
    """Return the mapping under a key, an empty one if something else stands there."""
    found = data.get(key)
    return {str(name): one for name, one in found.items()} if isinstance(found, dict) else {}


def template_text(name: str, path: Path) -> str | None:
    """Return the template that an index names, beside its YAML file; None if it is not there."""
    there = path.parent / name
    try:
        if not there.is_file() or there.stat().st_size > _LARGEST_TEMPLATE:
            return None
        return there.read_text("utf-8")
    except (OSError, ValueError):  # no UTF-8, or no name of a file
        return None


def encoded(text: str, charset: str, *, xml: bool) -> bytes:
    """Return a text in a charset; what it lacks becomes a reference in XML.

    Raises:
        EngineError: a charset lacks a letter of it: nobody's name goes out with a „?“ in it.
    """
    if charset == "utf-16":  # with its mark, the same on every machine
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le", "replace")
    if charset.startswith("utf"):  # what they lack is no letter of anybody
        return text.encode(charset, "replace")
    try:
        return text.encode(charset, "xmlcharrefreplace" if xml else "strict")
    except UnicodeEncodeError:
        raise EngineError(  # its cause holds the text
            "Der Zeichensatz des Index hat nicht alle Zeichen dieses Vorgangs.",
            "Bitte „charset: utf-8-sig“ verwenden.",
        ) from None
