"""What people of a Träger acknowledge under § 78 SGB X: the text of an edition, and its hash."""

import hashlib

from formservice.domain.accounts import ACKNOWLEDGEMENT
from formservice.web.texts import catalogue


def paragraphs(edition: str = ACKNOWLEDGEMENT) -> list[str]:
    """Return the text of an edition, paragraph by paragraph; KeyError if there is no such text."""
    start = f"acknowledgement.edition-{edition}."
    texts = catalogue()
    found = [texts[key] for key in sorted(texts) if key.startswith(start)]
    if not found:
        raise KeyError(start)
    return found


def text_hash(edition: str = ACKNOWLEDGEMENT) -> str:
    """Return the SHA-256 of the text of an edition: what exactly was acknowledged."""
    return hashlib.sha256("\n".join(paragraphs(edition)).encode()).hexdigest()
