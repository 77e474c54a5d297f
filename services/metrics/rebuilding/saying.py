"""What a rebuild says while it works, in lines of JSON for the command that started it; how it stops."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO

EVERY_S = 0.2


class CannotRebuild(Exception):
    """It cannot go on: `what` is one plain sentence, `do` says what would help."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(f"{what} {do}")
        self.what = what
        self.do = do


@dataclass
class Voice:
    """Says stages and how far they are; `clock` counts seconds."""

    out: IO[str]
    clock: Callable[[], float] = time.monotonic
    _stage: str = ""
    _done: int = 0
    _first: int = 0
    _of: int = 0
    _began: float = 0.0
    _said_at: float = field(default=-1e9)

    def begin(self, stage: str, of: int = 0, done: int = 0) -> None:
        """A stage of `of` records begins, of which `done` were there before; 0: nobody knows how many."""
        self._stage, self._of, self._done, self._first = stage, of, done, done
        self._began = self.clock()
        self._say()

    def further(self, records: int) -> None:
        """So many more records are done; said a few times a second at most."""
        self._done += records
        if self.clock() - self._said_at >= EVERY_S or self._done == self._of:
            self._say()

    def note(self, text: str) -> None:
        """A sentence for the person who waits."""
        self.line({"note": text})

    def result(self, **what: object) -> None:
        """How it ended."""
        self.line({"result": what})

    def stopped(self, trouble: CannotRebuild) -> None:
        """Why it did not."""
        self.line({"stopped": trouble.what, "do": trouble.do})

    def line(self, what: object) -> None:
        """One line of JSON, at once."""
        self.out.write(json.dumps(what, ensure_ascii=False) + "\n")
        self.out.flush()

    def _say(self) -> None:
        self._said_at = self.clock()
        self.line({"stage": self._stage, "done": self._done, "of": self._of, "left_s": self._left()})

    def _left(self) -> float | None:
        here, took = self._done - self._first, self.clock() - self._began
        if not self._of or here <= 0 or took <= 0:
            return None
        return round((self._of - self._done) * took / here, 1)
