"""Settings and wiring; the only package that knows all parts.

A part whose libraries take long to load is imported where it is built: filling a Word file needs
no database, and showing what is kept no PDF library.
"""

from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import Settings, new_reference, now, today

__all__ = ["Services", "Settings", "new_reference", "now", "today"]
