"""The printed wording of a form that people sign for: its phrases, and the hash of them all."""

import hashlib
from collections.abc import Iterable, Iterator

from formservice.domain.form import FlowItem, FormDefinition
from formservice.domain.groups import repeated


def phrases(flow: Iterable[FlowItem]) -> Iterator[str]:
    """Yield the printed phrases in reading order, every white space in them one blank."""
    for item in flow:
        if phrase := " ".join(item.text.split()):
            yield phrase


def one_print(definition: FormDefinition) -> tuple[FlowItem, ...]:
    """Return what one print of the form shows, whatever shape its document has."""
    layout = definition.layout
    if layout is None:
        return ()
    return tuple(repeated(definition, layout.template_flow, {})) or layout.flow


def wording_hash(definition: FormDefinition) -> str | None:
    """Return the SHA-256 of all phrases of one print, joined by newlines; None if not built."""
    if definition.layout is None:
        return None
    text = "\n".join(phrases(one_print(definition)))
    return hashlib.sha256(text.encode()).hexdigest()
