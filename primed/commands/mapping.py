"""`primed mapping`: propose a mapping for a table, and see what it makes of one before anything is sent."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from primed.commands.speaking import say
from primed.trouble import Trouble
from services.ingest.domain.drafting import draft as draft_of
from services.ingest.domain.drafting import draft_of_steps
from services.ingest.domain.mapping import AnyMapping, BadMapping, parse
from services.ingest.domain.rows import Noun, Reject, Result, Row, UnreadableFile
from services.ingest.domain.steps import StepsMapping
from services.ingest.formats import readers, table
from services.ingest.formats.opening import Unpacking, chunks
from services.ingest.formats.twice import Twice
from services.ingest.store.mappings import shipped

SEEN = 2_000
"""Rows that a proposal is made from."""
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
    with _reading(file) as pieces:
        columns = table.columns(pieces, SEEN)
    of_steps = draft_of_steps(columns, _usual_steps(), source) if chosen == "work" else None
    say((of_steps or draft_of(columns, source, chosen)).rstrip())


@app.command()
def check(mapping: MappingFile, file: File, show: Show = 3) -> None:
    """Read the whole file by a mapping and say what came of it; nothing is sent."""
    said, good, twice, refused = _checked(mapping), 0, 0, list[Reject]()
    checks: Counter[tuple[str, Result]] = Counter()
    # People are named under a key that is thrown away: nothing of a check is kept.
    reader = readers(secrets.token_bytes(32))[said.format]
    with _reading(file) as pieces:
        for row in reader(pieces, said, None):
            checks.update((one.field, one.result) for one in row.checks if one.result != "blank")
            if row.reject is not None:
                refused.append(row.reject)
                continue
            good += 1
            twice += row.shown is None and not row.drafts
            if good <= show:
                for line in _shown(row):
                    say(f"row {row.number}: {line}")
    say(f"{good} rows can be taken, {len(refused)} cannot.")
    if twice:
        say(f"{twice} of them tell of what another row tells better, and come to nothing.")
    for (field, result), many in sorted(checks.items()):
        say(f"{field}: {many} x {result}")
    _tell(refused)
    if refused:
        raise typer.Exit(1)


def _tell(refused: list[Reject]) -> None:
    causes = Counter((one.column, one.reason) for one in refused)
    for cause, many in causes.most_common(MOST_CAUSES):
        first = next(one for one in refused if (one.column, one.reason) == cause)
        say(f"{many} x {first.reason} First in row {first.row}: {first.value!r}. {first.remedy}")


def _shown(row: Row) -> list[str]:
    if row.shown is not None:
        return [f"{row.shown.key} {row.shown.row.decode()}"]
    return [draft.decode() for draft in row.drafts]


def _usual_steps() -> StepsMapping:
    usual = parse(shipped()["steps"].body)
    assert isinstance(usual, StepsMapping)
    return usual


def _checked(file: Path) -> AnyMapping:
    try:
        said = parse(file.read_text(encoding="utf-8"))
    except (BadMapping, UnicodeDecodeError) as error:
        raise Trouble(
            f"{file.name} cannot be used: {error}", "Mend it; see `primed mapping draft`."
        ) from error
    return said


def _from_the_beginning(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    return chunks(file, UNPACKING)


@contextmanager
def _reading(file: Path) -> Iterator[Iterator[bytes]]:
    try:
        with file.open("rb") as opened:
            yield Twice(partial(_from_the_beginning, opened))
    except UnreadableFile as error:
        raise Trouble(f"{file.name} cannot be read: {error}", "Mend the file or the mapping.") from error
