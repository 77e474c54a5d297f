"""How commands speak: plain lines for people, JSON for programs, trouble as one sentence with advice."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

WIDE = None if sys.stdout.isatty() else 180  # a pipe has no edge at which a table should break
out = Console(highlight=False, soft_wrap=True, width=WIDE)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """One line for a person, without markup."""
    out.print(text, markup=False)


def say_json(document: Any) -> None:
    """One JSON document for a program."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n")


def short(path: Path) -> str:
    """A path as one would type it here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)


def complain(what: str, do: str) -> None:
    """What went wrong and what would help, on standard error."""
    err.print(what, style="bold red", markup=False)
    err.print(do, markup=False)
