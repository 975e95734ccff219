"""Pages and what stands on them as plain data, for crossing processes and lying on disk.

What a child process sends may be anything: every value is checked against the type it should
have, and nothing is built but the domain's own types.
"""

import json
import types
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints  # Any: plain data

from formservice.application.page_results import Answer, PageResult
from formservice.domain.document import Page

T = TypeVar("T")

# A page of form is some 100 kB at most; whoever sends more sends no page.
MOST_BYTES = 16_000_000


def plain(value: object) -> Any:
    """Return ``value`` as what JSON holds; fields that have their default are left out."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(held)
            for field in fields(value)
            if (held := getattr(value, field.name)) != field.default
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(plain(one) for one in value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(one) for one in value]
    return value


def built(kind: type[T], data: object) -> T:
    """Return the value of type ``kind`` that ``plain`` made ``data`` of.

    Raises:
        ValueError: ``data`` is nothing that ``plain`` makes of such a value.
    """
    try:
        result: T = _built(kind, data)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("no plain data of that type") from error
    return result


def packed(result: PageResult) -> bytes:
    """Return a result as bytes."""
    return json.dumps(plain(result), ensure_ascii=False).encode("utf-8", "replace")


def unpacked(data: bytes) -> PageResult:
    """Return the result that was packed; ValueError if it is none."""
    if len(data) > MOST_BYTES:
        raise ValueError("too long for a page")
    return built(PageResult, json.loads(data))


class PagesInMemory:
    """What is known of the pages of files being read, packed: a tenth of what objects take.

    It is a ``WorkInHand`` that nobody else holds and that ends with the process.
    """

    def __init__(self) -> None:
        """Know nothing yet."""
        self._pages: dict[str, list[Page]] = {}
        self._results: dict[tuple[str, int], bytes] = {}

    def held(self, waiting: Callable[[], None]) -> AbstractContextManager[None]:
        """Hold it; nobody else can."""
        return nullcontext()

    def pages(self, sha256: str) -> list[Page]:
        """Return the pages of a file."""
        return self._pages.get(sha256, [])

    def keep_pages(self, sha256: str, pages: Sequence[Page]) -> None:
        """Keep the pages of a file."""
        self._pages[sha256] = list(pages)

    def result(self, sha256: str, page: int) -> PageResult | None:
        """Return what was recognised on a page, None if that is not known."""
        data = self._results.get((sha256, page))
        return None if data is None else unpacked(data)

    def keep_result(self, sha256: str, page: int, result: PageResult) -> None:
        """Keep what was recognised on a page."""
        self._results[sha256, page] = packed(result)

    def forget(self, sha256: str) -> None:
        """Forget a file."""
        self._pages.pop(sha256, None)
        self._results = {key: one for key, one in self._results.items() if key[0] != sha256}


def packed_answers(asked: Mapping[int, Mapping[str, Answer]]) -> bytes:
    """Return what was asked, by page, as bytes."""
    told = {page: plain(list(answers.values())) for page, answers in asked.items()}
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


def unpacked_answers(data: bytes) -> dict[int, list[Answer]]:
    """Return the answers that were packed; ValueError if there are none."""
    told = json.loads(data)
    if not isinstance(told, dict):
        raise ValueError("no answers")
    return {int(page): [built(Answer, one) for one in answers] for page, answers in told.items()}


def known_page(data: object) -> Page:
    """Return a page from its plain data; ValueError if it is none."""
    return built(Page, data)


def _built(kind: Any, data: Any) -> Any:
    if is_dataclass(kind) and isinstance(kind, type):
        hints = _hints(kind)
        return kind(**{name: _built(hints[name], held) for name, held in data.items()})
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return None if data is None else _built(_only(arguments), data)
    if origin is None:
        return _single(kind, data)
    if not isinstance(data, list):
        raise TypeError("no list")
    if origin is tuple and arguments[-1] is not Ellipsis:
        return tuple(_built(one, held) for one, held in zip(arguments, data, strict=True))
    many: Collection[Any] = [_built(arguments[0], held) for held in data]
    return frozenset(many) if origin is frozenset else tuple(many)


def _single(kind: Any, data: Any) -> Any:
    if issubclass(kind, Enum):
        return kind(data)
    if kind is float and type(data) is int:
        return float(data)
    if type(data) is not kind or kind not in (str, int, float, bool):
        raise TypeError("another type")
    return data


def _only(kinds: Sequence[Any]) -> Any:
    (kind,) = [one for one in kinds if one is not types.NoneType]
    return kind


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
