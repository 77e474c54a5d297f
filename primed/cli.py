"""`primed`: the command line of the whole product."""

import importlib
import sys
from collections.abc import Mapping
from typing import Any

import typer

from primed.commands.speaking import complain
from primed.trouble import Trouble

COMMANDS: Mapping[str, str] = {
    "up": "primed.commands.up:up",
    "down": "primed.commands.up:down",
    "status": "primed.commands.status:status",
    "restart": "primed.commands.up:restart",
    "token": "primed.commands.tokens:token",
    "doctor": "primed.commands.doctor:doctor",
    "import": "primed.commands.importing:import_file",
    "imports": "primed.commands.imports:app",
    "quality": "primed.commands.quality:quality",
    "mapping": "primed.commands.mapping:app",
    "measures": "primed.commands.measures:app",
    "erase": "primed.commands.erase:erase",
    "ledger": "primed.commands.ledger:app",
    "positions": "primed.commands.ledger:positions",
    "rebuild": "primed.commands.rebuild:rebuild",
    "verify": "primed.commands.verify:verify",
    "dead-letters": "primed.commands.letters:app",
    "mail": "primed.commands.mails:mail",
    "config": "primed.commands.config:config",
    "migrate": "primed.commands.cluster:migrate",
    "topics": "primed.commands.cluster:topics",
    "contracts": "primed.commands.contracts:contracts",
    "simulate": "primed.simulate.command:simulate",
}


def application(asked: str | None = None) -> typer.Typer:
    """The commands; when one is asked for, that one alone, so that `primed status` loads no Kafka client."""
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(front_door)
    for name, where in COMMANDS.items():
        if asked not in COMMANDS or asked == name:
            _add(app, name, _load(where))
    return app


def front_door() -> None:
    """Primed: live performance management. Starts, feeds, shows and stops the whole product."""


def main() -> None:
    """Runs one command; what it refuses is said in a sentence and what to do, with exit code 1."""
    try:
        application(sys.argv[1] if len(sys.argv) > 1 else None)()
    except Trouble as trouble:
        complain(trouble.what, trouble.do)
        sys.exit(1)


def _load(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(importlib.import_module(module), name)


def _add(app: typer.Typer, name: str, command: Any) -> None:
    if isinstance(command, typer.Typer):
        app.add_typer(command, name=name)
    else:
        app.command(name)(command)


if __name__ == "__main__":
    main()
