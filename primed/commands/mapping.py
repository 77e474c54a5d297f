"""`primed mapping`: propose a mapping for a table, and see what it makes of one before anything is sent."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from primed.commands.speaking import say
from primed.trouble import Trouble
from services.ingest.domain.mapping import AnyMapping, BadMapping, parse
from services.ingest.domain.rows import Noun, UnreadableFile
from services.ingest.formats import readers
from services.ingest.formats.opening import Unpacking, chunks
from services.ingest.formats.trying import Begin, proposed, tried
from services.ingest.store.mappings import usual_steps

MOST_CAUSES = 20
UNPACKING = Unpacking(8 * 2**30, 200)

app = typer.Typer(no_args_is_help=True, help="Mappings: where a file keeps what Primed reads.")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or Excel.")]
MappingFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="YAML.")]
Source = Annotated[str, typer.Option(help="A name for the feed; items of different feeds never meet.")]
OfWhat = Annotated[str, typer.Option("--noun", help="What a row is: work or package.")]
Show = Annotated[int, typer.Option(min=0, max=100, help="Rows to show as Primed reads them.")]


@app.command()
def draft(file: File, source: Source = "casesystem/export", noun: OfWhat = "work") -> None:
    """Propose a mapping from the names of the columns and what stands in them; read it before you use it."""
    if noun not in ("work", "package"):
        raise Trouble(f"--noun {noun} is not possible.", "Give work or package.")
    chosen: Noun = "package" if noun == "package" else "work"
    with _reading(file) as begin:
        say(proposed(begin, source, chosen, usual_steps()).rstrip())


@app.command()
def check(mapping: MappingFile, file: File, show: Show = 3) -> None:
    """Read the whole file by a mapping and say what came of it; nothing is sent."""
    said = _checked(mapping)
    # People are named under a key that is thrown away: nothing of a check is kept.
    with _reading(file) as begin:
        found = tried(begin, said, readers(secrets.token_bytes(32)), samples=show)
    for number, told in found.samples:
        say(f"row {number}: {told}")
    say(f"{found.taken} rows can be taken, {found.refused} cannot.")
    if found.beside:
        say(f"{found.beside} of them tell of what another row tells better, and come to nothing.")
    for (field, result), many in sorted(found.faults.items()):
        say(f"{field}: {many} x {result}")
    for cause in found.causes(MOST_CAUSES):
        first = cause.first
        say(f"{cause.rows} x {first.reason} First in row {first.row}: {first.value!r}. {first.remedy}")
    if found.refused:
        raise typer.Exit(1)


def _checked(file: Path) -> AnyMapping:
    try:
        said = parse(file.read_text(encoding="utf-8"))
    except (BadMapping, UnicodeDecodeError) as error:
        raise Trouble(
            f"{file.name} cannot be used: {error}", "Mend it; see `primed mapping draft`."
        ) from error
    return said


@contextmanager
def _reading(file: Path) -> Iterator[Begin]:
    try:
        with file.open("rb") as opened:

            def begin() -> Iterator[bytes]:
                opened.seek(0)
                return chunks(opened, UNPACKING)

            yield begin
    except UnreadableFile as error:
        raise Trouble(f"{file.name} cannot be read: {error}", "Mend the file or the mapping.") from error
