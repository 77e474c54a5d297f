"""`primed mail`: what the local mail sink has kept."""

from typing import Annotated

import typer
from rich.table import Table

from primed.commands.settings import here
from primed.commands.speaking import out, say
from primed.stack.mail import kept, read
from primed.trouble import Trouble

Number = Annotated[int | None, typer.Argument(min=1, help="Show this one: 1 is the newest.")]


def mail(number: Number = None, limit: Annotated[int, typer.Option(min=1)] = 20) -> None:
    """List the mails that were sent, newest first, or show one."""
    folder = here().mail
    found = kept(folder)
    if number is not None:
        if number > len(found):
            raise Trouble(
                f"There is no mail number {number}; there are {len(found)}.", f"They are in {folder}"
            )
        say(found[number - 1].read_text("utf-8", "replace"))
        return
    if not found:
        say(f"No mail was sent yet. It will be kept in {folder}")
        return
    table = Table("", "date", "to", "subject", box=None, pad_edge=False)
    for position, path in enumerate(found[:limit], start=1):
        message = read(path)
        table.add_row(str(position), *(str(message[name] or "") for name in ("date", "to", "subject")))
    out.print(table)
