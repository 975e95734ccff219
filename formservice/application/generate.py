"""Form plus known values → finished document, for one case or a list of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from formservice.application.ports import Renderer
from formservice.domain.errors import FormServiceError, InvalidDataError, Problem
from formservice.domain.extent import refuse_too_long
from formservice.domain.form import FormDefinition
from formservice.domain.values import values_from_data

Fits: TypeAlias = Callable[[FormDefinition, object], Sequence[Problem]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list, made or refused: exactly one of ``document`` and ``problems`` is set."""

    number: int
    document: bytes | None = None
    problems: tuple[Problem, ...] = ()


class Generate:
    """The use case „generate“: nothing is rendered before every value has been checked."""

    def __init__(
        self, renderers: Mapping[str, Renderer], new_reference: Callable[[], str], fits: Fits
    ) -> None:
        """Keep the renderers by format (``docx``, ``pdf``), the source of references, the schema.

        ``fits`` returns where data break the form's published schema.
        """
        self._renderers = renderers
        self._new_reference = new_reference
        self._fits = fits

    def one(
        self,
        definition: FormDefinition,
        data: object,
        format_: str,
        reference: str | None = None,
    ) -> bytes:
        """Return the form filled with ``data`` (decoded JSON); ``{}`` gives the blank form.

        ``reference`` is what is printed on it; None for a new one.

        Raises:
            InvalidDataError: names every value that is unknown, of the wrong type or impossible,
                or the group with more items than a document can have pages for.
        """
        return self._made(definition, data, format_, set(), reference)

    def many(
        self, definition: FormDefinition, rows: Iterable[tuple[int, object]], format_: str
    ) -> Iterator[Row]:
        """Yield one result per row (number and data); a bad row does not stop the others."""
        fitting: set[object] = set()
        for number, data in rows:
            try:
                yield Row(number, self._made(definition, data, format_, fitting))
            except InvalidDataError as error:
                yield Row(number, problems=error.problems)
            except FormServiceError as error:
                yield Row(number, problems=(Problem("", error.message),))

    def _made(
        self,
        definition: FormDefinition,
        data: object,
        format_: str,
        fitting: set[object],
        reference: str | None = None,
    ) -> bytes:
        """Return the document. ``fitting`` keeps the builds of data that fit the schema.

        First comes our own check: it explains each mistake. What it lets pass differs for the
        schema in keys and types only, so of the thousand rows of a list, built alike, one is held
        against it: that takes a quarter of the time in which a form is filled.
        """
        values = values_from_data(definition, data)
        refuse_too_long(definition, values)
        build = _build(data)
        if build not in fitting:
            if problems := self._fits(definition, data):
                message = f"Die Angaben passen nicht zum Schema von „{definition.title}“."
                raise InvalidDataError(message, problems)
            fitting.add(build)
        printed = self._new_reference() if reference is None else reference
        return self._renderers[format_].render(definition, values, printed)


def _build(data: object) -> object:
    """Return the keys and types in ``data``, without any content."""
    if isinstance(data, Mapping):
        return dict, tuple((key, _build(inner)) for key, inner in data.items())
    if isinstance(data, list | tuple):
        return list, tuple(_build(inner) for inner in data)
    return type(data)
