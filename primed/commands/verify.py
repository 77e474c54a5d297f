"""`primed verify`: the ledger that stands against what the log gives; the audit that anyone may run."""

from typing import Annotated

import typer

from primed.commands.rebuild import Json, Workers, crew, run
from primed.commands.speaking import say

Generation = Annotated[int | None, typer.Option(help="The one to audit; the live one if not given.")]


def verify(generation: Generation = None, workers: Workers = None, as_json: Json = False) -> None:
    """Compare what stands with what the log gives: "equal", or the first differences and exit code 1.

    A sentence each and, of lines, what stands (-) and what the log gives (+).
    """
    words = [] if generation is None else ["--generation", str(generation)]
    found = run(["verify", *words, *crew(workers)], as_json)
    if not as_json:
        for one in found["differences"]:
            say(one["said"])
            for sign, line in (("-", one["stands"]), ("+", one["gives"])):
                if line is not None:
                    say(f"  {sign}{line}")
        say(found["said"])
    if not found["equal"]:
        raise typer.Exit(1)
