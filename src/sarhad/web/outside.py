"""Sign-in by the authority's own service: OpenID Connect Core 1.0, code flow with PKCE (RFC 7636).

It answers one question: which officer of ours is this?  It makes no officer, gives no role, and
where anything does not fit, nobody is signed in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

import aiohttp
import msgspec

from sarhad.wire.errors import SarhadError

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Asymmetric ones only: with a symmetric one whoever reads our settings could sign."""
OPEN_US = 10 * 60 * 1_000_000
"""How long somebody may take at the service."""
MAX_OPEN = 500
MAX_ANSWER_BYTES = 512 * 1024
KEYS_US = 3_600 * 1_000_000
"""How long the service's keys are taken from memory."""
LEEWAY_S = 60
TIMEOUT = aiohttp.ClientTimeout(total=15)
OFFICER = re.compile(r"[a-z][a-z0-9.-]{0,62}")


class OutsideRefused(SarhadError):
    """The service's answer signs nobody in; the reason goes to the log, not to the page."""

    code = "outside-refused"


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What we need of the service's own description (OpenID Connect Discovery 1.0)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Tokens(msgspec.Struct, frozen=True, kw_only=True):
    id_token: str


@dataclass(frozen=True, slots=True)
class OutsideSettings:
    """The service, who we are there, which claim names our officer, and where it sends people back to."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    claim: str
    back: str


@dataclass(frozen=True, slots=True)
class _Try:
    """One sign-in under way; ``state`` and ``nonce`` come back, ``verifier`` is told at the end (PKCE)."""

    state: str
    nonce: str
    verifier: str
    until_us: int


class Outside:
    """The service as one desk knows it.  Event loop only; ``_tries`` and ``_keys`` are written by its methods."""

    def __init__(self, settings: OutsideSettings, clock: Callable[[], int]) -> None:
        """Nothing is asked of the service before somebody signs in."""
        self._settings = settings
        self._clock = clock
        self._tries: dict[str, _Try] = {}
        self._provider: Provider | None = None
        self._keys: tuple[int, KeySet] | None = None

    async def begin(self) -> tuple[str, str]:
        """Return (the address to send the person to, the key of this try, for a cookie); raise OutsideRefused."""
        provider = await self._described()
        now = self._clock()
        self._tries = {key: one for key, one in self._tries.items() if one.until_us > now}
        while len(self._tries) >= MAX_OPEN:
            self._tries.pop(next(iter(self._tries)))
        key = secrets.token_urlsafe(32)
        one = _Try(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48), now + OPEN_US)
        self._tries[key] = one
        challenge = base64.urlsafe_b64encode(hashlib.sha256(one.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.back,
            "scope": "openid profile email",
            "state": one.state,
            "nonce": one.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(provider.authorization_endpoint).query else "?"
        return f"{provider.authorization_endpoint}{joint}{urlencode(query)}", key

    async def officer(self, key: str, state: str, code: str, issuer: str | None) -> str:
        """Return the name that the verified claim gives; raise OutsideRefused.  A try is good for once."""
        one = self._tries.pop(key, None)
        if one is None or one.until_us <= self._clock() or not hmac.compare_digest(one.state.encode(), state.encode()):
            raise OutsideRefused("the answer belongs to no sign-in that this browser began", where="state")
        if issuer is not None and issuer != self._settings.issuer:
            raise OutsideRefused("the answer is another service's", where="iss")
        provider = await self._described()
        claims = await self._claims(provider, await self._exchanged(provider, code, one.verifier), one.nonce)
        name = claims.get(self._settings.claim)
        if self._settings.claim == "email" and claims.get("email_verified") is not True:
            raise OutsideRefused("the service has not verified the address", where="email_verified")
        if not isinstance(name, str) or not OFFICER.fullmatch(name):
            raise OutsideRefused("the claim names no officer", where=self._settings.claim)
        return name

    async def _described(self) -> Provider:
        """The service's description, asked for once; its issuer must be the one in our settings, to the letter."""
        if self._provider is None:
            url = self._settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
            found = await self._asked(Provider, "GET", url)
            if found.issuer != self._settings.issuer:
                raise OutsideRefused("the service calls itself otherwise than our settings do", where="issuer")
            for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                require_safe(address)
            self._provider = found
        return self._provider

    async def _exchanged(self, provider: Provider, code: str, verifier: str) -> str:
        """Exchange the code for the ID token, as ourselves."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.back,
            "code_verifier": verifier,
        }
        headers = {}
        if "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
            who = f"{quote_plus(self._settings.client_id)}:{quote_plus(self._settings.secret)}"  # RFC 6749, 2.3.1
            headers["Authorization"] = f"Basic {base64.b64encode(who.encode()).decode()}"
        else:
            form |= {"client_id": self._settings.client_id, "client_secret": self._settings.secret}
        tokens: _Tokens = await self._asked(_Tokens, "POST", provider.token_endpoint, data=form, headers=headers)
        return tokens.id_token

    async def _claims(self, provider: Provider, token: str, nonce: str) -> dict[str, Any]:
        """Verify the ID token (OpenID Connect Core 1.0, 3.1.3.7) and return its claims."""
        from joserfc import jwt  # noqa: PLC0415  (an extra)
        from joserfc.errors import JoseError  # noqa: PLC0415

        try:
            claims = jwt.decode(token, await self._key_set(provider), algorithms=ALGORITHMS).claims
        except (JoseError, ValueError):  # perhaps its keys have changed: asked for once more
            self._keys = None
            try:
                claims = jwt.decode(token, await self._key_set(provider), algorithms=ALGORITHMS).claims
            except (JoseError, ValueError) as error:
                raise OutsideRefused(f"the token does not verify: {type(error).__name__}", where="id_token") from error
        for where in self._wrong(claims, nonce):
            raise OutsideRefused("the token is not for this sign-in", where=where)
        return dict(claims)

    def _wrong(self, claims: dict[str, Any], nonce: str) -> list[str]:
        now_s = self._clock() // 1_000_000
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        client, given = self._settings.client_id, claims.get("nonce")
        checks = {
            "iss": claims.get("iss") == self._settings.issuer,
            "aud": client in audiences and (len(audiences) == 1 or claims.get("azp") == client),
            "azp": claims.get("azp", client) == client,
            "exp": _is_time(claims.get("exp")) and now_s < claims["exp"] + LEEWAY_S,
            "iat": _is_time(claims.get("iat")) and abs(now_s - claims["iat"]) < OPEN_US // 1_000_000 + LEEWAY_S,
            "nbf": "nbf" not in claims or (_is_time(claims["nbf"]) and claims["nbf"] <= now_s + LEEWAY_S),
            "nonce": isinstance(given, str) and hmac.compare_digest(given.encode(), nonce.encode()),
        }
        return [where for where, holds in checks.items() if not holds]

    async def _key_set(self, provider: Provider) -> KeySet:
        from joserfc.jwk import KeySet  # noqa: PLC0415  (an extra)

        now = self._clock()
        if self._keys is None or self._keys[0] <= now:
            self._keys = now + KEYS_US, KeySet.import_key_set(await self._asked(Any, "GET", provider.jwks_uri))
        return self._keys[1]

    async def _asked(self, kind: Any, method: str, url: str, **how: Any) -> Any:
        """Call the service and decode its JSON; raise OutsideRefused.  No redirect is followed."""
        require_safe(url)
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.request(method, url, allow_redirects=False, **how) as response,
            ):
                raw = await response.content.read(MAX_ANSWER_BYTES + 1)
                if response.status != 200 or len(raw) > MAX_ANSWER_BYTES:
                    raise OutsideRefused(f"the service answered {response.status}", where=url)
                return msgspec.json.decode(raw, type=kind)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise OutsideRefused(f"the service cannot be reached: {type(error).__name__}", where=url) from error
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise OutsideRefused("the service's answer cannot be read", where=url) from error


def require_safe(url: str) -> None:
    """Raise OutsideRefused unless the address is HTTPS, or this machine's own."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost", "::1")):
        raise OutsideRefused("the service is reached by HTTPS or not at all", where=url[:200])


def _is_time(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
