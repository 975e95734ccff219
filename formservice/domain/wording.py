"""The printed wording of a form that people sign for: its phrases, and the hash of them all."""

import hashlib
from collections.abc import Iterable, Iterator

from formservice.domain.form import FlowItem, FormDefinition


def phrases(flow: Iterable[FlowItem]) -> Iterator[str]:
    """Yield the printed phrases in reading order, every white space in them one blank."""
    for item in flow:
        if phrase := " ".join(item.text.split()):
            yield phrase


def wording_hash(definition: FormDefinition) -> str | None:
    """Return the SHA-256 of all phrases of one print, joined by newlines; None if not yet built.

    ``definition`` is as declared, not reshaped for a document.
    """
    if definition.layout is None:
        return None
    text = "\n".join(phrases(definition.layout.flow))
    return hashlib.sha256(text.encode()).hexdigest()
