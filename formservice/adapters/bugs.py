"""What to tell about an exception that nobody expected."""

import logging
import os
import secrets

from formservice.domain.errors import FormServiceError, UnexpectedError

_log = logging.getLogger("formservice")


def bug(error: Exception) -> UnexpectedError:
    """Return what to tell about an exception that nobody expected: its kind and a reference.

    Its text and its trace may quote a form; they are shown only where the operator asks for them
    (FORMSERVICE_DEBUG=1, never with real data): then the exception is raised again.
    """
    if os.environ.get("FORMSERVICE_DEBUG"):
        raise error
    reference, kind = secrets.token_hex(4), type(error).__name__
    _log.error("bug %s: %s", reference, kind)
    return UnexpectedError(f"Das hätte nicht geschehen dürfen ({kind}, Kennung {reference}).")


def named(error: Exception) -> FormServiceError:
    """Return ``error`` if it was raised on purpose, else what to tell about it."""
    return error if isinstance(error, FormServiceError) else bug(error)
