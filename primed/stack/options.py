"""What was asked of the last `primed up`, remembered in the home so that a later plain start goes on."""

import json
import os
from dataclasses import asdict, dataclass, replace

from primed.stack.place import Place
from primed.trouble import Trouble

FILE = "options.json"
MOST_WORKERS = 12  # as many as the topic of case events has partitions; more would idle


@dataclass(frozen=True, slots=True)
class Options:
    """How many workers keep the ledger, and whether a simulated council feeds it."""

    workers: int = 1
    simulate: bool = False


def remembered(place: Place) -> Options:
    """The options of the last start; the defaults when there was none or the file cannot be read."""
    try:
        kept = json.loads((place.home / FILE).read_text())
        return Options(workers=int(kept["workers"]), simulate=bool(kept["simulate"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Options()


def remember(place: Place, options: Options) -> None:
    """Keeps the options for the next start."""
    part = place.home / f"{FILE}.part"
    part.write_text(json.dumps(asdict(options)) + "\n")
    os.replace(part, place.home / FILE)


def chosen(before: Options, *, workers: int | None, simulate: bool, empty: bool) -> Options:
    """The options for this start: what is said now, else what was said before."""
    if simulate and empty:
        raise Trouble("--simulate and --empty exclude each other.", "Give one of them, or neither.")
    if workers is not None and not 1 <= workers <= MOST_WORKERS:
        raise Trouble(f"--workers {workers} is not possible.", f"Give 1 to {MOST_WORKERS}.")
    after = before if workers is None else replace(before, workers=workers)
    return replace(after, simulate=simulate) if simulate or empty else after
