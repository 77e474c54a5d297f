"""`primed config`: every setting with its value and its meaning, secrets hidden."""

import importlib
import os
from typing import Annotated

import typer
from rich.table import Table

from primed.commands.settings import shared
from primed.commands.speaking import out, say_json
from runtime.settings import Settings

SERVICES = ("ingest", "metrics", "actions", "notify", "dashboard")
Json = Annotated[bool, typer.Option("--json", help="One JSON document, for programs.")]


def config(as_json: Json = False) -> None:
    """Show every setting: its variable, its value, where the value comes from, what it means."""
    rows = everything()
    if as_json:
        say_json(rows)
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("variable", "value", "from", "meaning"):
        table.add_column(heading)
    for row in rows:
        table.add_row(row["variable"], row["value"], row["from"], row["meaning"])
    out.print(table)


def everything() -> list[dict[str, str]]:
    """One row for each setting: first those of all services, then each service's own."""
    common = shared()
    rows = [_row("all", common, name) for name in common.redacted()]
    for service in SERVICES:
        for kind in _own_settings(service):
            made = kind(
                **{name: getattr(common, name) for name in ("home", "port_base", "bind", "postgres_dsn")}
            )
            own = set(kind.model_fields) - set(Settings.model_fields)
            rows += [_row(service, made, name) for name in sorted(own)]
    return rows


def _own_settings(service: str) -> list[type[Settings]]:
    module = importlib.import_module(f"services.{service}.settings")
    found = [value for value in vars(module).values() if isinstance(value, type)]
    return [kind for kind in found if issubclass(kind, Settings) and kind.__module__ == module.__name__]


def _row(service: str, settings: Settings, name: str) -> dict[str, str]:
    variable = f"PRIMED_{name.upper()}"
    origin = (
        "environment"
        if os.environ.get(variable)
        else "file"
        if os.environ.get(f"{variable}_FILE")
        else "default"
    )
    field = type(settings).model_fields[name]
    return {
        "service": service,
        "variable": variable,
        "value": settings.redacted()[name],
        "from": origin,
        "meaning": field.description or "",
    }
