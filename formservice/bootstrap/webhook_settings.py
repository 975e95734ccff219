"""What the environment says about webhooks: which hosts may be told of what happens."""

import re
from collections.abc import Mapping

from formservice.domain.errors import UsageError

NAME = "FORMSERVICE_WEBHOOK_HOSTS"
_HOST = re.compile(r"([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


def webhook_hosts(given: Mapping[str, str]) -> tuple[str, ...]:
    """Return the hosts that notices may be sent to; UsageError for what is no host."""
    hosts = tuple(given.get(NAME, "").casefold().replace(",", " ").split())
    if not all(map(_HOST.fullmatch, hosts)):
        raise UsageError(
            f"Die Einstellung {NAME} ist nicht zu verstehen.",
            "Erwartet werden Rechnernamen mit Komma dazwischen, auch mit Port:"
            " fachverfahren.amt.example, 10.0.0.7:8443.",
        )
    return hosts
