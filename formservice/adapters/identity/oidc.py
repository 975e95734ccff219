"""OpenID Connect: code flow with PKCE, tokens checked by the keys the provider publishes."""

import hmac
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any, cast  # what a provider says is any JSON until it is looked at
from urllib.parse import urlencode

import httpx
from authlib.oauth2.claims import JWTClaims
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from formservice.adapters.identity.oidc_published import FAILED_S, Published
from formservice.adapters.identity.oidc_settings import OidcSettings
from formservice.adapters.identity.sealing import Seal
from formservice.application.accounts_elsewhere import (
    Asked,
    AwayError,
    Claimed,
    NotTrustedError,
    Over,
)

_ABOUT = "formservice/anmeldung"
_SECONDS = 10.0
# Who has not come back after so long begins again.
_ASKED_S = 600.0
_CLOCKS_S = 120
_OFFERED = "/.well-known/openid-configuration"
# Signatures with keys that only the provider has; „none“ and shared secrets are no signatures.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_NAME, _LONGEST_HINT = 200, 8000


class Oidc:
    """One provider; its addresses and keys are asked for when they are needed."""

    def __init__(
        self,
        settings: OidcSettings,
        secret: bytes,
        redirect: str,
        after: str,
        *,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        """Come back to ``redirect``, and after signing out to ``after``."""
        self._own = settings
        self._seal = Seal(secret, "oidc")
        self._redirect = redirect
        self._after = after
        self._clock = clock
        self._ticks = ticks
        self._silent: dict[str, float] = {}
        self._published = Published(lambda address: self._fetched("GET", address), ticks)

    def asked(self, back: str) -> Asked:
        """Begin to sign in; what the browser keeps binds the answer to it."""
        state, nonce = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        verifier = secrets.token_urlsafe(48)
        query = {
            "response_type": "code",
            "client_id": self._own.client_id,
            "redirect_uri": self._redirect,
            "scope": self._own.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "back": back}
        sealed = self._seal.sealed(json.dumps(kept | {"at": self._clock()}), _ABOUT)
        return Asked(f"{self._endpoint('authorization_endpoint')}?{urlencode(query)}", sealed)

    def claimed(self, kept: str, answer: Mapping[str, str]) -> Claimed:
        """Return what the provider says of who came back; everything is checked."""
        asked = self._asked(kept)
        if asked is None or self._clock() - asked["at"] > _ASKED_S:
            raise NotTrustedError("Diese Anmeldung wurde nicht in diesem Browser begonnen.")
        if not hmac.compare_digest(
            str(answer.get("state", "")).encode(), str(asked["state"]).encode()
        ):
            raise NotTrustedError("Diese Anmeldung wurde nicht in diesem Browser begonnen.")
        # RFC 9207: which of several providers answers.
        if answer.get("iss", self._own.issuer) != self._own.issuer or not answer.get("code"):
            raise NotTrustedError("Die Anmeldung wurde abgebrochen.")
        tokens = self._tokens(str(answer["code"]), str(asked["verifier"]))
        claims = self._checked(tokens, str(asked["nonce"]))
        return self._told(claims, tokens, str(asked["back"]))

    def wanted(self, kept: str) -> str:
        """Return the page somebody wanted who is not let in; empty if nothing was asked."""
        asked = self._asked(kept)
        return "" if asked is None else str(asked["back"])

    def _asked(self, kept: str) -> Mapping[str, Any] | None:
        opened = self._seal.opened(kept, _ABOUT)
        asked: Mapping[str, Any] | None = json.loads(opened) if opened else None
        return asked

    def over(self, token: str) -> Over:
        """Return what a token of back-channel logout ends (OpenID Connect Back-Channel 1.0)."""
        decoded = self._decoded(token)
        claims = JWTClaims(decoded.claims, decoded.header, self._expected(), {})
        try:
            claims.validate(now=int(self._clock()), leeway=_CLOCKS_S)
        except JoseError:
            raise NotTrustedError("Diese Abmeldung ist nicht gültig.") from None
        events = claims.get("events")
        named = claims.get("sub"), claims.get("sid")
        is_one = isinstance(events, dict) and _LOGOUT in events and "nonce" not in claims
        is_new = abs(self._clock() - float(claims.get("iat", 0))) <= _ASKED_S
        if not (is_one and is_new and any(isinstance(one, str) for one in named)):
            raise NotTrustedError("Diese Abmeldung ist nicht gültig.")
        subject, sid = (one if isinstance(one, str) else None for one in named)
        return Over(self._own.issuer, subject, sid)

    def farewell(self, hint: str | None) -> str | None:
        """Return where a browser ends its session at the provider, if that offers it."""
        try:
            address = self._offered().get("end_session_endpoint")
        except (AwayError, NotTrustedError):
            return None
        if not isinstance(address, str):
            return None
        query = {"client_id": self._own.client_id, "post_logout_redirect_uri": self._after}
        token = self._seal.opened(hint, "hint") if hint else None
        if token:
            query["id_token_hint"] = token
        return f"{address}?{urlencode(query)}"

    def _told(self, claims: CodeIDToken, tokens: Mapping[str, Any], back: str) -> Claimed:
        said = dict(claims)
        if not {self._own.groups, self._own.address or "email"} <= said.keys():
            said = {**self._userinfo(str(tokens.get("access_token", "")), said["sub"]), **said}
        groups = said.get(self._own.groups) or []
        name = said.get("name") or said.get("preferred_username") or said["sub"]
        email, sid = said.get("email"), said.get("sid")
        token = str(tokens["id_token"])
        return Claimed(
            self._own.issuer,
            str(said["sub"])[:255],
            str(name)[:_LONGEST_NAME],
            tuple(map(str, groups)) if isinstance(groups, list) else (str(groups),),
            back,
            str(email)[:254] if email else None,
            str(sid)[:255] if sid else None,
            self._seal.sealed(token, "hint") if len(token) <= _LONGEST_HINT else None,
            vouched(said, self._own.address),
        )

    def _tokens(self, code: str, verifier: str) -> Mapping[str, Any]:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "code_verifier": verifier,
        }
        own = (self._own.client_id, self._own.client_secret)
        address = self._endpoint("token_endpoint")
        return self._fetched("POST", address, data=body, auth=httpx.BasicAuth(*own))

    def _userinfo(self, access: str, subject: object) -> Mapping[str, Any]:
        address = self._offered().get("userinfo_endpoint")
        if not isinstance(address, str) or not access:
            return {}
        found = self._fetched("GET", address, headers={"authorization": f"Bearer {access}"})
        # Another's information must not be taken for this one's (OpenID Connect Core 5.3.2).
        return found if found.get("sub") == subject else {}

    def _checked(self, tokens: Mapping[str, Any], nonce: str) -> CodeIDToken:
        decoded = self._decoded(str(tokens.get("id_token", "")))
        params = {
            "nonce": nonce,
            "client_id": self._own.client_id,
            "access_token": tokens.get("access_token"),
        }
        claims = CodeIDToken(decoded.claims, decoded.header, self._expected(), params)
        try:
            claims.validate(now=int(self._clock()), leeway=_CLOCKS_S)
        except JoseError:
            raise NotTrustedError("Die Anmeldung beim Dienstkonto ist nicht gültig.") from None
        return claims

    def _expected(self) -> Any:  # Authlib's options have no type of their own
        return {
            "iss": {"essential": True, "value": self._own.issuer},
            "aud": {"essential": True, "value": self._own.client_id},
        }

    def _decoded(self, token: str) -> jwt.Token:
        """Return a token whose signature is right; keys that are new are asked for once."""
        address = self._endpoint("jwks_uri")
        for published in (self._published.known, self._published.renewed):
            try:
                keys = KeySet.import_key_set(cast(Any, published(address)))
                return jwt.decode(token, keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError, KeyError, TypeError):
                continue
        raise NotTrustedError("Die Anmeldung beim Dienstkonto ist nicht gültig.")

    def _endpoint(self, name: str) -> str:
        address = self._offered().get(name)
        if not isinstance(address, str):
            raise AwayError("Das Dienstkonto bietet diese Anmeldung nicht an.")
        return address

    def _offered(self) -> Mapping[str, Any]:
        address = self._own.issuer.rstrip("/") + _OFFERED
        offered = self._published.known(address)
        if offered.get("issuer") != self._own.issuer:
            raise NotTrustedError("Das Dienstkonto nennt sich anders, als eingestellt ist.")
        return offered

    def _fetched(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        # Who has just not answered will not answer the next either, who would wait as long.
        if self._ticks() - self._silent.get(address, float("-inf")) < FAILED_S:
            raise AwayError("Das Dienstkonto antwortet nicht.")
        try:
            answer = httpx.request(
                method, address, timeout=_SECONDS, follow_redirects=False, **more
            )
            found = answer.json()
        except httpx.HTTPError:
            self._silent[address] = self._ticks()
            raise AwayError("Das Dienstkonto antwortet nicht.") from None
        except (httpx.InvalidURL, ValueError):
            raise AwayError("Das Dienstkonto antwortet nicht.") from None
        if answer.status_code in (400, 401, 403):
            raise NotTrustedError("Das Dienstkonto nimmt diese Anmeldung nicht an.")
        if answer.status_code != httpx.codes.OK or not isinstance(found, dict):
            raise AwayError("Das Dienstkonto antwortet nicht.")
        return found


def vouched(said: Mapping[str, Any], claim: str) -> str | None:
    """Return the address by which somebody may be known here; None if nobody vouches for one.

    ``email`` if the provider says that it verified it. Where it says nothing of that, as Entra ID,
    only those who run the installation can know whether people may change it there: they name the
    ``claim`` that they trust. What the provider says is unverified is never trusted.
    """
    verified = said.get("email_verified")
    holds = verified in (True, "true") or (claim and (claim != "email" or verified is None))
    address = said.get(claim or "email")
    return address[:254] if holds and isinstance(address, str) else None
