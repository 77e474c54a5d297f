"""`primed`: the command line of the whole product."""

import sys

import typer

from primed.commands.speaking import complain
from primed.trouble import Trouble

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Primed: live performance management.")


@app.callback()
def front_door() -> None:
    """Starts, feeds, shows and stops the whole product."""


def main() -> None:
    """Runs one command; what it refuses is said in a sentence, with exit code 1."""
    try:
        app()
    except Trouble as trouble:
        complain(trouble.what, trouble.do)
        sys.exit(1)


if __name__ == "__main__":
    main()
