"""Log lines of commands that run for long, as the settings of this installation want them."""

from collections.abc import Mapping

from formservice.bootstrap.web_settings import LogFormat, web_settings
from formservice.web import log

_OURS = ("FORMSERVICE_LOG_FORMAT", "FORMSERVICE_LOG_LEVEL")


def configured(given: Mapping[str, str]) -> None:
    """Write logs to standard error so; UsageError names a setting of the log that is wrong.

    Other settings of the web are of no matter here: a worker does without it.
    """
    own = web_settings({name: given[name] for name in _OURS if name in given})
    log.configure(as_json=own.log_format is LogFormat.JSON, level=own.log_level)
