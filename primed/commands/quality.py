"""`primed quality`: what the fields of each source are worth, worst first."""

from typing import Annotated, Any

import typer
from rich.table import Table

from primed.commands.asking import answer, client
from primed.commands.settings import shared
from primed.commands.speaking import out, say, say_json
from primed.trouble import Trouble

Source = Annotated[str | None, typer.Option(help="Only this source.")]
First = Annotated[str | None, typer.Option("--from", help="First day of imports; 92 days back if left out.")]
Last = Annotated[str | None, typer.Option("--to", help="Last day of imports; today if left out.")]
Form = Annotated[str, typer.Option("--format", help="table, json or csv.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="At most so many fields in the table.")]


def quality(
    source: Source = None, first: First = None, last: Last = None, form: Form = "table", limit: Limit = 30
) -> None:
    """Say of each field how much of it can be used, and which rows show what is wrong."""
    if form not in ("table", "json", "csv"):
        raise Trouble(f"--format {form} is not possible.", "Give table, json or csv.")
    asked = {"source": source, "from": first, "to": last}
    settings = shared()
    with client(settings, settings.ingest_url, "operator") as ingest:
        path = "/v1/quality.csv" if form == "csv" else "/v1/quality"
        found = ingest.get(path, params={key: value for key, value in asked.items() if value})
        if not found.is_success:
            answer(found)
    if form == "csv":
        out.print(found.text, end="", markup=False)
    elif form == "json":
        say_json(found.json())
    else:
        _table(found.json(), limit)


def _table(found: dict[str, Any], limit: int) -> None:
    if not found["fields"]:
        say(f"No import was counted from {found['from']} to {found['to']}.")
        return
    said = f"{found['checked']:,} values of imports from {found['from']} to {found['to']}"
    say(f"{found['score']}% of {said} can be used.")
    table = Table(box=None, pad_edge=False)
    for heading in ("usable", "source", "shape", "field", "values", "what is wrong"):
        table.add_column(heading, justify="right" if heading in ("usable", "values") else "left")
    for one in found["fields"][:limit]:
        wrong = "; ".join(
            f"{one['results'][example['result']]:,} {example['result']} (rows {_rows(example['rows'])})"
            for example in one["examples"]
        )
        place = (one["source"], one["shape"], one["field"])
        table.add_row(f"{one['score']}%", *place, f"{one['checked']:,}", wrong or "nothing")
    out.print(table)


def _rows(numbers: list[int]) -> str:
    return ", ".join(f"{number:,}" for number in numbers[:3])
