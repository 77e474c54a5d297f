"""Keys that tokens are checked with: the local issuer's own, or those that an OIDC issuer publishes."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

KEY_FILE = "local-issuer.json"
REFRESH_S = 600.0
"""An OIDC issuer's keys are read again after this long, so that a withdrawn key stops to be taken."""
RETRY_S = 10.0
"""Not more often than this for an unknown key id, so that made-up tokens cannot flood the issuer."""
LONGEST_KEY_SET = 1_000_000


class KeysUnavailable(Exception):
    """The issuer's keys cannot be read now; tokens cannot be checked until they can."""

    reason = "keys-unavailable"


class Keys(Protocol):
    """Where the keys for checking tokens come from: the same object for as long as the keys are the same."""

    async def key_set(self, key_id: str | None) -> KeySet: ...


class LocalKey:
    """The key pair of the local issuer, made on first use in the keys folder, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self.pair = _local_pair(folder)
        self._set = KeySet([self.pair])

    async def key_set(self, key_id: str | None) -> KeySet:
        """The one key, whatever id is asked for."""
        return self._set


def _local_pair(folder: Path) -> ECKey:
    path = folder / KEY_FILE
    if not path.exists():
        _create(path)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise PermissionError(f"{path} is open to others (mode {mode:o}); run: chmod 600 {path}")
    return ECKey.import_key(json.loads(path.read_text(encoding="utf-8")))


def _create(path: Path) -> None:
    """Write beside and link into place: of two processes at once one wins, and both read the winner's."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ECKey.generate_key(
        "P-256", {"kid": secrets.token_hex(8), "use": "sig", "alg": "ES256"}, private=True
    )
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(key.as_dict(private=True), file)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


class IssuerKeys:
    """The JWKS of one OIDC issuer, found by its discovery document; a token's own `jku` is never followed."""

    def __init__(
        self, issuer: str, *, clock: Callable[[], float], client: httpx2.AsyncClient | None = None
    ) -> None:
        self._issuer = issuer.rstrip("/")
        self._client = client or httpx2.AsyncClient(timeout=5.0, follow_redirects=False)
        self._clock = clock
        self._keys: KeySet | None = None
        self._read_at = float("-inf")
        self._tried_at = float("-inf")
        self._reading = asyncio.Lock()

    async def key_set(self, key_id: str | None) -> KeySet:
        """The issuer's present keys; read again when stale, or when it may have published this id since."""
        async with self._reading:
            if self._is_due(key_id):
                await self._refresh()
            if self._keys is None:
                raise KeysUnavailable(f"The keys of {self._issuer} could not be read yet; try again soon.")
            return self._keys

    def _is_due(self, key_id: str | None) -> bool:
        now = self._clock()
        if now - self._tried_at < RETRY_S:
            return False
        return self._keys is None or now - self._read_at > REFRESH_S or not _holds(self._keys, key_id)

    async def _refresh(self) -> None:
        self._tried_at = self._clock()
        try:
            about = await self._fetch(f"{self._issuer}/.well-known/openid-configuration")
            if str(about.get("issuer", "")).rstrip("/") != self._issuer:
                raise ValueError("the discovery document names another issuer")
            found = KeySet.import_key_set(await self._fetch(self._same_scheme(str(about["jwks_uri"]))))  # type: ignore[arg-type]  # checked by joserfc itself
        except (httpx2.HTTPError, ValueError, KeyError, TypeError, JoseError) as error:
            if self._clock() - self._read_at > 6 * REFRESH_S:
                self._keys = None
                raise KeysUnavailable(f"The keys of {self._issuer} cannot be read: {error}.") from error
            return
        self._keys, self._read_at = found, self._clock()

    def _same_scheme(self, address: str) -> str:
        if self._issuer.startswith("https://") and not address.startswith("https://"):
            raise ValueError("the keys' address is not https")
        return address

    async def _fetch(self, address: str) -> dict[str, Any]:
        answer = await self._client.get(address)
        answer.raise_for_status()
        if len(answer.content) > LONGEST_KEY_SET:
            raise ValueError(f"{address} is longer than {LONGEST_KEY_SET} bytes")
        body = answer.json()
        if not isinstance(body, dict):
            raise ValueError(f"{address} is not a JSON object")
        return body


def _holds(keys: KeySet, key_id: str | None) -> bool:
    return key_id is None or any(key.kid == key_id for key in keys.keys)
