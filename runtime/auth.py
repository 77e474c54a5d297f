"""Who is asking, and may they: the one place where tokens are issued, read and held against roles."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

from runtime.keys import IssuerKeys, Keys, LocalKey
from runtime.problems import Problem, forbidden
from runtime.settings import Settings

LOCAL_ISSUER = "primed-local"
LOCAL_ALGORITHMS = ("ES256",)
OIDC_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
"""Signatures with a published key only: never `none`, never a shared secret."""
ROLES = (
    "feeder",
    "practitioner",
    "manager",
    "head",
    "director",
    "finance",
    "analyst",
    "operator",
    "service",
)
LONGEST_TOKEN = 8_192
MOST_HELD = 1_000
"""Tokens that are remembered, at most eight megabytes of them."""
LEEWAY_S = 30
"""How far the issuer's clock and ours may differ."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. `unit` is the top of what they may see; None is the whole tenant."""

    tenant: str
    subject: str
    role: str
    unit: str | None


def may_see_person(who: Principal, person: str, supervises: bool) -> bool:
    """Whether one person's own figures are for this caller: they are that person, or manage their team.

    Nobody else: neither other managers, nor those above, nor analysts.
    """
    return who.subject == person or (who.role == "manager" and who.unit is not None and supervises)


class NotSignedIn(Exception):
    """There is no valid token; the message says what is wrong with it, without repeating it."""

    reason = "not-signed-in"


class TokenIssuer:
    """Signs tokens with the key of this home: for `primed token` and for signing in to the embedded stack."""

    def __init__(
        self, keys: Path, *, audience: str = "primed", clock: Callable[[], float] = time.time
    ) -> None:
        self._key = LocalKey(keys).pair
        self._audience = audience
        self._clock = clock

    def issue(self, role: str, unit: str | None, tenant: str, subject: str, seconds: int) -> str:
        """A token for this role and unit; it is valid for `seconds` from now."""
        if role not in ROLES:
            raise ValueError(f"Role {role!r} is not known; it must be one of: {', '.join(ROLES)}.")
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": LOCAL_ISSUER,
            "aud": self._audience,
            "sub": subject,
            "tenant": tenant,
            "role": role,
            "iat": now,
            "nbf": now,
            "exp": now + seconds,
            "jti": secrets.token_hex(8),
        }
        if unit is not None:
            claims["unit"] = unit
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key)


@dataclass(slots=True)
class _Held:
    """A token whose signature was checked with these keys; it is checked again when the keys change.

    From the moment at which its claims were found good they stay so until its end.
    """

    keys: KeySet
    key_id: object
    claims: dict[str, Any]
    principal: Principal | None = None
    good: tuple[float, float] = (0.0, 0.0)


class TokenReader:
    """Checks tokens of one issuer. Made by `token_reader`.

    A signature takes a millisecond to check, so those that held are remembered, and with them whom they stand
    for; the end of a token is looked at each time.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str,
        audience: str,
        algorithms: tuple[str, ...],
        tenant: str,
        refusal: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._keys = keys
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._algorithms = list(algorithms)
        self._tenant = tenant
        self._refusal = refusal
        self._clock = clock
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock()),
            leeway=LEEWAY_S,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def read(self, token: str) -> Principal:
        """Who the token stands for. Raises `NotSignedIn`, or `KeysUnavailable` when keys are away."""
        if self._refusal is not None:
            raise NotSignedIn(self._refusal)
        if len(token) > LONGEST_TOKEN:
            raise NotSignedIn(f"The token is longer than {LONGEST_TOKEN} characters.")
        try:
            held = await self._signed(token)
            now = self._clock()
            if held.principal is None or not held.good[0] <= now < held.good[1]:
                self._claims.validate(held.claims)
                held.principal = self._principal(held.claims)
                held.good = now, held.claims["exp"] + LEEWAY_S
        except ExpiredTokenError as error:
            raise NotSignedIn("The token has expired; sign in again or ask for a new one.") from error
        except (JoseError, ValueError, TypeError) as error:
            raise NotSignedIn(f"The token is not valid here ({type(error).__name__}).") from error
        return held.principal

    async def _signed(self, token: str) -> _Held:
        """A token whose signature holds against the keys of now."""
        held = self._held.get(token)
        key_id = held.key_id if held else jws.extract_compact(token.encode("ascii")).headers().get("kid")
        keys = await self._keys.key_set(key_id if isinstance(key_id, str) else None)
        if held is not None and held.keys is keys:
            self._held.move_to_end(token)
            return held
        claims = jwt.decode(token, keys, algorithms=self._algorithms).claims
        held = self._held[token] = _Held(keys, key_id, claims)
        if len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return held

    def _principal(self, claims: Mapping[str, Any]) -> Principal:
        named = claims.get("roles", claims.get("role"))
        roles = [role for role in (named if isinstance(named, list) else [named]) if role in ROLES]
        if len(roles) != 1:
            raise NotSignedIn("The token must carry exactly one role of Primed.")
        tenant, unit = claims.get("tenant", self._tenant), claims.get("unit")
        if (
            not isinstance(tenant, str)
            or not tenant
            or not (unit is None or (isinstance(unit, str) and unit))
        ):
            raise NotSignedIn("The token's tenant or unit is not a text.")
        return Principal(tenant=tenant, subject=str(claims["sub"]), role=roles[0], unit=unit)


def token_reader(settings: Settings, *, clock: Callable[[], float] = time.time) -> TokenReader:
    """The reader that these settings ask for: the OIDC issuer's tokens, else those of the local issuer."""
    if settings.oidc_issuer:
        return TokenReader(
            IssuerKeys(settings.oidc_issuer, clock=clock),
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            algorithms=OIDC_ALGORITHMS,
            tenant=settings.tenant,
            clock=clock,
        )
    refusal = (
        f"Local tokens are not taken because PRIMED_BIND is {settings.bind}, which others can reach; "
        "set PRIMED_OIDC_ISSUER."
    )
    return TokenReader(
        LocalKey(settings.keys),
        issuer=LOCAL_ISSUER,
        audience=settings.oidc_audience,
        algorithms=LOCAL_ALGORITHMS,
        tenant=settings.tenant,
        refusal=None if settings.is_loopback else refusal,
        clock=clock,
    )


_BEARER = HTTPBearer(
    auto_error=False, description="A token of the configured issuer; `primed token` prints one."
)


async def bearer_of(request: Request) -> HTTPAuthorizationCredentials | None:
    """The bearer token of a request, where it has one."""
    found: HTTPAuthorizationCredentials | None = await _BEARER(request)
    return found


class Needs:
    """A dependency that lets these roles in and answers with who asks; any route without one is refused."""

    def __init__(self, roles: tuple[str, ...]) -> None:
        if not roles or (unknown := set(roles) - set(ROLES)):
            raise ValueError(
                f"needs() takes roles of Primed; not known: {sorted(unknown) if roles else 'none given'}."
            )
        self.roles = roles

    async def __call__(
        self, request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]
    ) -> Principal:
        """The principal, or 401 without a valid token, 403 with a role that may not."""
        token = bearer.credentials if bearer else request.app.state.token_of(request)
        if not token:
            raise not_signed_in("No token was sent.")
        try:
            principal: Principal = await request.app.state.reader.read(token)
        except NotSignedIn as error:
            raise not_signed_in(str(error)) from error
        request.state.principal = principal
        if principal.role not in self.roles:
            raise forbidden(f"The role {principal.role} may not do this; it takes: {', '.join(self.roles)}.")
        request.app.state.check_question(request)
        return principal


def needs(*roles: str) -> Any:
    """`principal: Principal = needs("manager", "head")`: the roles that a route lets in."""
    return Depends(Needs(roles))


def not_signed_in(detail: str) -> Problem:
    """401 with what to do."""
    return Problem(
        401,
        "Not signed in",
        f"{detail} Send a token as 'Authorization: Bearer …'.",
        headers={"WWW-Authenticate": "Bearer"},
    )
