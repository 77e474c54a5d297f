"""`primed erase`: forget whose a random id is."""

from typing import Annotated

import typer

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import say, say_json

Identifier = Annotated[
    str,
    typer.Option(
        "--person",
        prompt="The council's number of the person (it is not shown)",
        hide_input=True,
        help="Asked for if left out, so that it stands in no history of commands.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="The receipt as one JSON document, for programs.")]


def erase(identifier: Identifier, as_json: Json = False) -> None:
    """Forget whose a random id is, for ever: figures stay, and no later file brings the person back."""
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest:
        receipt = answer(ingest.post("/v1/people/erase", json={"identifier": identifier}))
    if as_json:
        say_json(receipt)
        return
    told = (
        "No random id leads to this person any more."
        if receipt["erased"]
        else "This person had no random id."
    )
    say(f"{told} Later files will not give them one. Receipt: {receipt['at']}, by {receipt['by']}.")
