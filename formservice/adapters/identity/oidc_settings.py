"""What has to be known of a provider; apart, for settings are read more often than it is asked."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """Whom we ask, as whom, and what for; ``groups`` is the claim that names groups.

    ``address`` is a claim whose address holds although nobody says that it was verified; empty
    if there is none.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scope: str = "openid profile email groups"
    groups: str = "groups"
    address: str = ""
