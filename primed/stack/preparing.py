"""Between the servers and the services: the database, its tables and the topics."""

import asyncio
import os
import sys

from primed.stack import postgres
from primed.stack.place import Place
from primed.stack.roster import environment
from primed.trouble import Trouble


async def tables(place: Place) -> None:
    """The database, if it is ours to make, and every service's tables."""
    if not place.postgres_given:
        await asyncio.to_thread(postgres.create, place, "primed")
    await _command(place, "migrate")


async def topics(place: Place) -> None:
    """The declared topics."""
    await _command(place, "topics")


async def _command(place: Place, *words: str) -> None:
    """One command of `primed`, in a process of its own, so that its drivers do not stay in the supervisor."""
    log = place.log_file("setup")
    with log.open("ab") as said:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "primed.cli", *words,
            stdin=asyncio.subprocess.DEVNULL, stdout=said, stderr=asyncio.subprocess.PIPE,
            env={**os.environ, **environment(place)},
        )  # fmt: skip
        _, complaint = await child.communicate()
        said.write(complaint)
    if child.returncode != 0:
        words_of_it = " ".join(complaint.decode("utf-8", "replace").split())[-600:]
        raise Trouble(f"primed {' '.join(words)} failed: {words_of_it}", f"The whole story is in {log}")
