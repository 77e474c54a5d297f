"""Between the servers and the services: the database, its tables and the topics."""

import asyncio
import hashlib
import os
import sys
from importlib import resources

from primed.stack import postgres
from primed.stack.place import Place
from primed.stack.roster import environment
from primed.trouble import Trouble

MADE = "topics.sha256"  # beside the broker's data: gone when that is gone


async def tables(place: Place) -> None:
    """The database, if it is ours to make, and every service's tables."""
    if not place.postgres_given:
        await asyncio.to_thread(postgres.create, place, "primed")
    await _command(place, "migrate")


async def topics(place: Place) -> None:
    """The declared topics; that they were made in the embedded broker is remembered."""
    await _command(place, "topics")
    if not place.kafka_given:
        (place.home / "kafka" / MADE).write_text(_declared())


def has_topics(place: Place) -> bool:
    """Whether an earlier start made just these topics here: then services need not wait for the broker."""
    made = place.home / "kafka" / MADE
    return not place.kafka_given and made.exists() and made.read_text() == _declared()


def _declared() -> str:
    return hashlib.sha256(resources.files("schemas").joinpath("topics.yaml").read_bytes()).hexdigest()


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
