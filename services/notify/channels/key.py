"""The key from which webhook secrets follow: a setting, or a file of this home, made on first use."""

from __future__ import annotations

from pathlib import Path

from runtime.kept_key import kept_key

FILE = "webhook.key"


def webhook_key(configured: str, folder: Path) -> bytes:
    """The key, by which every subscriber's secret can be made again."""
    return kept_key(configured, folder, FILE)
