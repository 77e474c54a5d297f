"""`primed contracts`: the published JSON Schemas and AsyncAPI, written from the code."""

from typing import Annotated

import typer

from primed import contracts as published
from primed.commands.speaking import say
from primed.trouble import Trouble

Check = Annotated[bool, typer.Option("--check", help="Write nothing; say what would break a reader.")]


def contracts(check: Check = False) -> None:
    """Write schemas/published and asyncapi.json, unless that would break a reader of them."""
    broken = published.breaking()
    if broken:
        raise Trouble(
            f"This would break readers: {'; '.join(broken)}.", "Make a new version of the type instead."
        )
    if check:
        say("Nothing would break a reader.")
        return
    say(f"{published.write()} documents written.")
