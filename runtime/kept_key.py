"""A secret key of this home: a setting, or a file made on first use that only its owner can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path


def kept_key(configured: str, folder: Path, name: str) -> bytes:
    """The key. Of two processes that make the file at once one wins, and both read the winner's."""
    if configured:
        return configured.encode()
    path = folder / name
    if not path.exists():
        _make(path)
    return path.read_bytes()


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()
