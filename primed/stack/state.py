"""What the supervisor tells others: one small file, written whole, read by `up` and `status`."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from primed.stack.place import Place

FILE = "state.json"
Phase = Literal["starting", "up", "stopping", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class Watched:
    """One process as the supervisor sees it."""

    pid: int | None = None
    ready: bool = False
    restarts: int = 0
    said: str = "waiting"
    address: str = ""


@dataclass(frozen=True, slots=True)
class State:
    """The whole stack as the supervisor sees it; `doing` is one sentence for people."""

    supervisor: int
    port_base: int
    bind: str
    phase: Phase = "starting"
    doing: str = "Starting"
    trouble: tuple[str, str] | None = None
    workers: int = 1
    simulate: bool = False
    local_tokens: bool = True  # whether services take tokens of the local issuer
    kafka: str = ""
    dsn: str | None = None  # None when it was given from outside: it may hold a password
    processes: Mapping[str, Watched] = field(default_factory=dict)

    def seen(self, name: str, **change: Any) -> "State":
        """The state after one process changed."""
        before = self.processes.get(name, Watched())
        return replace(self, processes={**self.processes, name: replace(before, **change)})


def write(place: Place, state: State) -> None:
    """Replaces the file in one step."""
    part = place.run(f"{FILE}.part")
    part.write_text(json.dumps(asdict(state)) + "\n")
    os.replace(part, place.run(FILE))


def read(place: Place) -> State | None:
    """The last state told in this home, even by a supervisor that is gone; None when there is none."""
    try:
        kept = json.loads(place.run(FILE).read_text())
        processes = {name: Watched(**seen) for name, seen in kept.pop("processes").items()}
        trouble = kept.pop("trouble")
        return State(**kept, processes=processes, trouble=tuple(trouble) if trouble else None)
    except (OSError, ValueError, KeyError, TypeError):
        return None
