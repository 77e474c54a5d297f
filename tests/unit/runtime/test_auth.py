"""Tokens: who may come in, and every way in which a token is refused."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from runtime.auth import (
    MOST_HELD,
    OIDC_ALGORITHMS,
    ROLES,
    Needs,
    NotSignedIn,
    Principal,
    TokenIssuer,
    TokenReader,
    needs,
    token_reader,
)
from runtime.keys import KEY_FILE, IssuerKeys, KeysUnavailable, LocalKey
from runtime.settings import Settings

NOW = 1_800_000_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, bind="127.0.0.1", oidc_issuer="")


@pytest.fixture
def issuer(settings: Settings, clock: Clock) -> TokenIssuer:
    return TokenIssuer(settings.keys, clock=clock)


@pytest.fixture
def reader(settings: Settings, clock: Clock) -> TokenReader:
    return token_reader(settings, clock=clock)


async def test_a_token_says_who_asks(issuer: TokenIssuer, reader: TokenReader) -> None:
    token = issuer.issue("manager", "north-locality", "demo", "w-0012", 3600)
    assert await reader.read(token) == Principal("demo", "w-0012", "manager", "north-locality")
    assert (await reader.read(issuer.issue("operator", None, "demo", "me", 60))).unit is None


async def test_a_signature_is_checked_once_and_the_end_of_a_token_each_time(
    issuer: TokenIssuer, reader: TokenReader, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    decode = jwt.decode

    def counted(value: str, *rest: Any, **named: Any) -> Any:
        checked.append(value)
        return decode(value, *rest, **named)

    monkeypatch.setattr("runtime.auth.jwt.decode", counted)
    token = issuer.issue("manager", None, "demo", "w-1", 60)
    for _ in range(3):
        await reader.read(token)
    assert checked == [token]
    for other in range(MOST_HELD):
        await reader.read(issuer.issue("manager", None, "demo", f"w-{other}", 60))
    await reader.read(token)
    assert checked.count(token) == 2, "only so many are remembered"
    clock.now = NOW + 91
    with pytest.raises(NotSignedIn, match="expired"):
        await reader.read(token)


async def test_an_expired_token_is_refused_and_one_for_later_too(
    issuer: TokenIssuer, reader: TokenReader, clock: Clock
) -> None:
    token = issuer.issue("manager", None, "demo", "w-1", 60)
    clock.now = NOW + 80
    await reader.read(token)
    clock.now = NOW + 91
    with pytest.raises(NotSignedIn, match="expired"):
        await reader.read(token)
    clock.now = NOW - 31
    with pytest.raises(NotSignedIn):
        await reader.read(token)


def forged(settings: Settings, **changes: Any) -> str:
    """A token signed with the right key, with some claims changed (None: left out)."""
    claims = {
        "iss": "primed-local",
        "aud": "primed",
        "sub": "w-1",
        "role": "manager",
        "tenant": "demo",
        "exp": NOW + 60,
        **changes,
    }
    key = LocalKey(settings.keys).pair
    return jwt.encode(
        {"alg": "ES256", "kid": key.kid}, {k: v for k, v in claims.items() if v is not None}, key
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "somebody-else"},
        {"iss": None},
        {"aud": "another-system"},
        {"aud": None},
        {"exp": None},
        {"exp": "soon"},
        {"exp": True},
        {"sub": None},
        {"sub": 7},
        {"nbf": NOW + 1000},
        {"role": "emperor"},
        {"role": None},
        {"roles": ["manager", "operator"]},
        {"tenant": 5},
        {"tenant": ""},
        {"unit": ""},
        {"unit": 9},
    ],
)
async def test_a_claim_that_is_wrong_or_missing_is_refused(
    settings: Settings, reader: TokenReader, changes: dict[str, Any]
) -> None:
    assert (await reader.read(forged(settings))).subject == "w-1"
    with pytest.raises(NotSignedIn):
        await reader.read(forged(settings, **changes))


async def test_only_signatures_of_this_issuer_count(
    settings: Settings, reader: TokenReader, tmp_path: Path
) -> None:
    other = TokenIssuer(tmp_path / "other", clock=lambda: NOW).issue("operator", None, "demo", "x", 60)
    with pytest.raises(NotSignedIn):
        await reader.read(other)
    good = forged(settings)
    head, body, _ = good.split(".")
    for bad in (
        "",
        "a",
        "a.b.c",
        f"{head}.{body}.",
        f"{head}.{body}",
        good + "x",
        good[:-4] + "AAAA",
        "é.é.é",
        "x" * 9000,
    ):
        with pytest.raises(NotSignedIn):
            await reader.read(bad)


async def test_no_algorithm_without_a_published_key(settings: Settings, reader: TokenReader) -> None:
    public = json.dumps(LocalKey(settings.keys).pair.as_dict(private=False))
    claims = {"iss": "primed-local", "aud": "primed", "sub": "w-1", "role": "operator", "exp": NOW + 60}
    confused = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(public))
    unsigned = "eyJhbGciOiJub25lIn0." + confused.split(".")[1] + "."
    for token in (confused, unsigned):
        with pytest.raises(NotSignedIn):
            await reader.read(token)
    assert not {"none", "HS256", "HS384", "HS512"} & set(OIDC_ALGORITHMS)


async def test_local_tokens_are_refused_when_others_can_reach_us(
    settings: Settings, issuer: TokenIssuer
) -> None:
    open_reader = token_reader(settings.model_copy(update={"bind": "0.0.0.0"}), clock=lambda: NOW)
    with pytest.raises(NotSignedIn, match=r"PRIMED_BIND is 0\.0\.0\.0"):
        await open_reader.read(issuer.issue("operator", None, "demo", "me", 60))


def test_the_key_is_for_its_owner_only_and_made_once(tmp_path: Path) -> None:
    made: list[str] = []
    together = threading.Barrier(8)

    def make() -> None:
        together.wait()
        made.append(str(LocalKey(tmp_path / "keys").pair.kid))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 8
    assert len(set(made)) == 1
    path = tmp_path / "keys" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [KEY_FILE]


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    LocalKey(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        LocalKey(tmp_path)


def test_roles_are_checked_where_they_are_named(issuer: TokenIssuer) -> None:
    with pytest.raises(ValueError, match="'emperor' is not known"):
        issuer.issue("emperor", None, "demo", "x", 60)
    for wrong in ((), ("manager", "emperor")):
        with pytest.raises(ValueError, match=r"needs\(\)"):
            needs(*wrong)
    assert Needs(ROLES).roles == ROLES


# --- an OIDC issuer ---

ISSUER = "https://login.example"


class Published:
    """An issuer on the other end of the wire; counts how often it is asked."""

    def __init__(self, *keys: Any) -> None:
        self.keys, self.asked, self.away = list(keys), 0, False
        self.about: dict[str, Any] = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"}

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        if self.away:
            raise httpx2.ConnectError("away")
        if request.url.path == "/keys":
            return httpx2.Response(200, json={"keys": [key.as_dict(private=False) for key in self.keys]})
        return httpx2.Response(200, json=self.about)


def key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


def signed(by: Any, alg: str = "RS256", **changes: Any) -> str:
    claims = {"iss": ISSUER, "aud": "primed", "sub": "leah", "roles": ["head"], "exp": NOW + 60, **changes}
    return jwt.encode({"alg": alg, "kid": by.kid}, claims, by)


@pytest.fixture
def oidc(clock: Clock) -> Callable[[Published], TokenReader]:
    def make(published: Published) -> TokenReader:
        client = httpx2.AsyncClient(transport=httpx2.MockTransport(published))
        return TokenReader(
            IssuerKeys(ISSUER, clock=clock, client=client),
            issuer=ISSUER,
            audience="primed",
            algorithms=OIDC_ALGORITHMS,
            tenant="demo",
            clock=clock,
        )

    return make


async def test_a_token_of_the_configured_issuer_is_taken(oidc: Callable[[Published], TokenReader]) -> None:
    rsa, ec = key("one"), ECKey.generate_key("P-256", {"kid": "two"})
    published = Published(rsa, ec)
    reader = oidc(published)
    assert await reader.read(signed(rsa, unit="reviews")) == Principal("demo", "leah", "head", "reviews")
    assert (await reader.read(signed(ec, "ES256"))).role == "head"
    assert published.asked == 2, "keys are read once and kept"


async def test_a_new_key_is_found_and_made_up_key_ids_cannot_flood_the_issuer(
    oidc: Callable[[Published], TokenReader], clock: Clock
) -> None:
    old, new = key("old"), key("new")
    published = Published(old)
    reader = oidc(published)
    await reader.read(signed(old))
    published.keys.append(new)
    clock.now += 11
    await reader.read(signed(new))
    asked = published.asked
    for n in range(20):
        with pytest.raises(NotSignedIn):
            await reader.read(signed(key_with_id(old, f"made-up-{n}")))
    assert published.asked == asked


def key_with_id(known: RSAKey, name: str) -> RSAKey:
    return RSAKey.import_key({**known.as_dict(private=True), "kid": name})


async def test_a_withdrawn_key_stops_to_count(oidc: Callable[[Published], TokenReader], clock: Clock) -> None:
    old, new = key("old"), key("new")
    published = Published(old, new)
    reader = oidc(published)
    token = signed(old, exp=NOW + 9999)
    await reader.read(token)
    published.keys = [new]
    clock.now += 601
    with pytest.raises(NotSignedIn):
        await reader.read(token)


async def test_an_issuer_that_is_away_is_said_as_such_and_known_keys_go_on(
    oidc: Callable[[Published], TokenReader], clock: Clock
) -> None:
    rsa = key("one")
    published = Published(rsa)
    published.away = True
    reader = oidc(published)
    with pytest.raises(KeysUnavailable):
        await reader.read(signed(rsa))
    published.away = False
    clock.now += 11
    await reader.read(signed(rsa))
    published.away = True
    clock.now += 700
    await reader.read(signed(rsa, exp=NOW + 9999))
    clock.now += 4000
    with pytest.raises(KeysUnavailable):
        await reader.read(signed(rsa, exp=NOW + 99999))


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://login.example/keys"},
        {"issuer": ISSUER},
    ],
)
async def test_a_discovery_document_that_does_not_fit_is_not_followed(
    oidc: Callable[[Published], TokenReader], about: dict[str, Any]
) -> None:
    rsa = key("one")
    published = Published(rsa)
    published.about = about
    with pytest.raises(KeysUnavailable):
        await oidc(published).read(signed(rsa))
    assert published.asked == 1


async def test_a_key_that_the_token_brings_along_is_ignored(oidc: Callable[[Published], TokenReader]) -> None:
    mine, theirs = key("one"), key("one")
    header = {
        "alg": "RS256",
        "kid": "one",
        "jku": "https://evil.example/keys",
        "jwk": theirs.as_dict(private=False),
    }
    claims = {"iss": ISSUER, "aud": "primed", "sub": "x", "roles": ["operator"], "exp": NOW + 60}
    with pytest.raises(NotSignedIn):
        await oidc(Published(mine)).read(jwt.encode(header, claims, theirs))
