"""`primed measures`: see what is wrong with a file of one's own before metrics starts with it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from primed.commands.speaking import say
from primed.trouble import Trouble
from services.metrics.domain.declaring import BadMeasures
from services.metrics.store.catalogue import load

app = typer.Typer(no_args_is_help=True, help="Measures: what each figure means and is made from.")


@app.command()
def check(file: Annotated[Path, typer.Argument(help="YAML, as docs/measures.md shows it.")]) -> None:
    """Say every mistake of a file of measures with its line; nothing that runs is touched."""
    try:
        found = load(file)
    except BadMeasures as error:
        remedy = "Mend what is named; docs/measures.md says what each field takes. Nothing was touched."
        raise Trouble(str(error), remedy) from error
    shipped = load()
    own = [one for one in found if one != shipped.get(one.measure.id)]
    say(f"{file} is right: {len(found.ids())} measures, {len(own)} of them new or changed by it.")
    for one in own:
        say(f"  {one.measure.id}: {one.measure.formula}")
