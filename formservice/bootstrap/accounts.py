"""The use cases of accounts: who may use the service, and how they show who they are."""

from functools import cached_property
from typing import TYPE_CHECKING

from formservice.bootstrap.identity_settings import IdentitySettings, identity_settings
from formservice.bootstrap.services import Services
from formservice.bootstrap.settings import new_reference
from formservice.bootstrap.web_settings import LOCAL, web_settings

if TYPE_CHECKING:
    from formservice.adapters.identity.passwords import Argon2
    from formservice.adapters.identity.second_factor import Totp
    from formservice.adapters.store.reads import StoredReads
    from formservice.adapters.store.sessions import StoredSessions
    from formservice.adapters.store.tokens import StoredTokens
    from formservice.application.accounts import SigningIn
    from formservice.application.accounts_elsewhere import Provider, SignInElsewhere
    from formservice.application.accounts_invited import Invite
    from formservice.application.accounts_linked import LetIn
    from formservice.application.accounts_own import OwnAccount
    from formservice.application.accounts_people import People


class AccountServices(Services):
    """What pages, the API and the command line need of accounts."""

    @cached_property
    def public_url(self) -> str:
        """Where people reach the service; „serve“ sets where it listens if no setting says so."""
        return web_settings(self.settings.web).public_url or LOCAL

    @cached_property
    def secret(self) -> bytes:
        """What signs tokens of pages; made once, and kept beside the database."""
        from formservice.adapters.identity.secret_file import KEY, kept_secret

        return kept_secret(self.settings.data / KEY)

    @cached_property
    def sessions(self) -> "StoredSessions":
        """Sessions of browsers."""
        from formservice.adapters.store.sessions import StoredSessions

        own = web_settings(self.settings.web)
        return StoredSessions(self.store, own.session_s, own.idle_s)

    @cached_property
    def tokens(self) -> "StoredTokens":
        """Tokens of programs and calendars."""
        from formservice.adapters.store.tokens import StoredTokens

        return StoredTokens(self.store)

    @cached_property
    def reads(self) -> "StoredReads":
        """Who looked at what."""
        from formservice.adapters.store.reads import StoredReads

        return StoredReads(self.store)

    @cached_property
    def signing_in(self) -> "SigningIn":
        """The use case „sign in“."""
        from formservice.application.accounts import SigningIn

        kept = (self.store, self.sessions, self.passwords, self.factors)
        return SigningIn(*kept, everybody=self.identity.factor_for_all)

    @cached_property
    def identity(self) -> IdentitySettings:
        """What is decided about accounts; UsageError names a setting that is wrong."""
        return identity_settings(self.settings.identity)

    @cached_property
    def provider(self) -> "Provider | None":
        """The office's own service that knows people (OpenID Connect), if there is one."""
        from formservice.adapters.identity.oidc import Oidc

        if self.identity.oidc is None:
            return None
        here = self.public_url
        back, after = f"{here}/anmelden/dienstkonto/zurueck", f"{here}/abgemeldet"
        return Oidc(self.identity.oidc, self.secret, back, after)

    @cached_property
    def elsewhere(self) -> "SignInElsewhere":
        """The use case „sign in with an account of that service“."""
        from formservice.application.accounts_elsewhere import SignInElsewhere

        return SignInElsewhere(self.store, self.sessions, self.identity.roles, new_reference)

    @cached_property
    def own_account(self) -> "OwnAccount":
        """What people do with their own account."""
        from formservice.application.accounts_own import OwnAccount

        return OwnAccount(self.store, self.passwords, self.factors)

    @cached_property
    def people(self) -> "People":
        """Administering accounts."""
        from formservice.application.accounts_people import People

        return People(self.store, self.passwords, self.factors, new_reference)

    @cached_property
    def let_in(self) -> "LetIn":
        """Letting in who is known already and cannot sign in yet."""
        from formservice.application.accounts_linked import LetIn

        oidc = self.identity.oidc
        return LetIn(self.store, self.passwords, oidc.issuer if oidc else None)

    @cached_property
    def invite(self) -> "Invite":
        """Inviting people of a Träger."""
        from formservice.application.accounts_invited import Invite

        here = self.public_url
        return Invite(
            self.store,
            self.passwords,
            new_reference,
            lambda secret: f"{here}/einladung/{secret}",
            mails=self.mail_account.outbox is not None,
        )

    @cached_property
    def passwords(self) -> "Argon2":
        """Hashes of passwords."""
        from formservice.adapters.identity.passwords import Argon2

        return Argon2()

    @cached_property
    def factors(self) -> "Totp":
        """Second factors."""
        from formservice.adapters.identity.second_factor import Totp

        return Totp(self.secret, "formservice")
