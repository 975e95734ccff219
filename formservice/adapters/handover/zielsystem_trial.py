"""A description of a Zielsystem tried out on two documents that nobody sent.

What could not go well for any document is told when the file is read, not when the first
document is accepted.
"""

from collections.abc import Iterator
from typing import Any  # what patterns know has no type of its own

from formservice.adapters.handover.patterns import Pattern, Values
from formservice.adapters.handover.zielsystem_model import FolderFile, Index
from formservice.domain.errors import EngineError

Place = tuple[str, ...]
# What lies there while it is written; whoever watches the folder takes none of it.
_UNFINISHED = ".tmp"
# An original is a PDF more often than not.
_SUFFIXES = {"record": "json"}
_PLAIN, _FAR = "00000000-0000-4000-8000-00000000000{}", "11111111-1111-4111-8111-11111111111{}"


def tried(given: FolderFile, template: str | None) -> Iterator[tuple[Place, str]]:
    """Yield what would go wrong with every document, and where that stands.

    ``template`` is the text of the template that the index names, None if it names none.
    """
    places = dict(_named(given))
    names: dict[str, Place] = {}
    for where, (text, more) in places.items():
        try:
            name, other = (Pattern(text).path(known | more) for known in (_one(1), _one(2)))
            told = Pattern(text).text(_one(1) | more)
        except EngineError as error:
            yield where, error.message
            continue
        yield from ((where, one) for one in _odd(told, name))
        if name == other:
            yield where, "So hieße es bei jedem Vorgang; {{ id }} oder {{ process }} fehlt."
        first = names.setdefault(name.casefold(), where)
        if first != where:
            yield where, f"Das hieße genauso wie „{'.'.join(first)}“."
    if given.index is not None:
        yield from _index(given.index, template)


def _named(given: FolderFile) -> Iterator[tuple[Place, tuple[str, dict[str, Any]]]]:
    """Yield every pattern of a name: of what goes out, and of what is waited for."""
    for kind, text in given.files.model_dump(by_alias=True, exclude_none=True).items():
        suffix = _SUFFIXES.get(kind, "pdf")
        file = "bogen.pdf" if kind == "original" else kind
        yield ("files", kind), (text, {"suffix": suffix, "number": 1, "file": file})
    if given.index is not None:
        yield ("index", "name"), (given.index.name, {})
    if given.done is not None:
        yield ("done",), (given.done, {})
    for key in ("file", "refused"):
        text = None if given.receipt is None else getattr(given.receipt, key)
        if text is not None:
            yield ("receipt", key), (text, {})


def _odd(told: str, name: str) -> Iterator[str]:
    """Yield what is wrong with a name, as the pattern ``told`` it and as a file would have it."""
    parts = [one.strip() for one in told.replace("\\", "/").split("/")]
    if told[:1] in "/\\" or told[1:2] == ":" or {".", ".."} & {*parts}:
        yield "Namen bleiben im Ordner des Zielsystems: ohne „..“ und ohne „/“ am Anfang."
    if name.casefold().endswith(_UNFINISHED):
        yield "Namen auf .tmp hat nur, was noch geschrieben wird."


def _index(index: Index, template: str | None) -> Iterator[tuple[Place, str]]:
    files = [
        {"what": "copy", "name": "a.pdf", "sha256": "0" * 64, "size": 9, "original": ""},
        {"what": "original", "name": "b.pdf", "sha256": "1" * 64, "size": 9, "original": "1" * 64},
    ]
    known = _one(1) | {"files": files}
    for title, text in (index.columns or {}).items():
        try:
            Pattern(text).text(known)
        except EngineError as error:
            yield ("index", "columns", title), error.message
    if template is not None:
        try:
            text = Pattern(template, xml=True).text(known)
        except EngineError as error:
            yield ("index", "template"), error.message
            return
        if not _is_xml(text.encode(index.charset, "xmlcharrefreplace")):
            yield ("index", "template"), "Die Vorlage ergibt kein gültiges XML."


def _is_xml(data: bytes) -> bool:
    from lxml import etree  # noqa: PLC0415 - needed by few commands

    try:
        etree.fromstring(data, etree.XMLParser(no_network=True, resolve_entities=False))
    except (etree.XMLSyntaxError, ValueError):
        return False
    return True


class _Answered(Values):
    """A form with an answer in every field, always the same."""

    def __missing__(self, key: str) -> str:
        return "x"


def _one(number: int) -> dict[str, Any]:
    """Return what patterns know of a document; two have only their ids for themselves."""
    return {
        "id": _PLAIN.format(number),
        "process": _FAR.format(number),
        "reference": "",
        "form": "feedbackbogen",
        "edition": "2026-11",
        "title": "Feedbackbogen",
        "version": "1",
        "state": "angenommen",
        "received": "2026-04-20",
        "received_de": "20.04.2026",
        "originals": "1" * 64,
        "fields": _Answered(),
    }
