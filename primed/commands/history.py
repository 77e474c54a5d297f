"""While the simulated council tells its history, a person who waits sees how far it has come."""

from rich.status import Status

from primed.commands.speaking import out, say
from primed.commands.status import lag
from primed.simulate.state import load
from primed.stack.options import Options
from primed.stack.place import Place

CAUGHT_UP = 200  # events behind the log: from here on the figures are as good as complete


class History:
    """One line that moves on, until the history is in the ledger; nothing without a simulated council."""

    def __init__(self, place: Place, options: Options) -> None:
        self._place = place
        self._options = options
        self._line: Status | None = None
        self._over = not options.simulate
        self._said = ""

    def show(self) -> None:
        """Looks again and shows what has changed."""
        if self._over:
            return
        words = self._words()
        if words is None:
            self.close()
            say("The council's history is told; from here on it lives.")
            return
        if out.is_terminal:
            self._line = self._line or out.status(words)
            self._line.update(words)
            self._line.start()
        elif words.split(",")[0] != self._said:
            self._said = words.split(",")[0]
            say(words)

    def close(self) -> None:
        """Shows nothing more."""
        self._over = True
        if self._line:
            self._line.stop()

    def _words(self) -> str | None:
        """Where it stands; None when all of it is in the ledger."""
        try:
            state = load(self._place.home / "simulate" / "state.json")
        except ValueError:
            return None  # damaged: simulate itself says so in its log
        if state is None:
            return "The simulated council is being founded"
        share = (state.day - state.began).days * 100 // max((state.ends - state.began).days, 1)
        told = f"The council's history is told up to {state.day:%B %Y} ({min(share, 100)} %)"
        workers = (f"metrics-{n}" for n in range(1, self._options.workers + 1))
        behind = sum(lag(self._place.url(worker)) or 0 for worker in workers)
        if state.day < state.ends or behind > CAUGHT_UP:
            return f"{told}, the ledger is {behind:,} events behind"
        return None
