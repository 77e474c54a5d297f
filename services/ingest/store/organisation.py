"""The organisation as its topic tells it, read whole when it is needed: a few thousand events."""

from __future__ import annotations

from collections.abc import Sequence

from eventlog.following import read_whole
from eventlog.records import Record
from schemas.registry import Unreadable, read
from schemas.tree import Tree

TOPIC = "primed.organisation"


class Organisation:
    """The port `stream.Trees`."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def tree(self, tenant: str) -> Tree:
        """The tenant's organisation with all that the topic holds now; waits while Kafka is away."""
        tree, key = Tree(), f"{tenant}/".encode()

        async def hear(records: Sequence[Record]) -> None:
            nonlocal tree
            for record in records:
                if record.value is None or not (record.key or b"").startswith(key):
                    continue
                try:
                    tree = tree.after(read(record.value))
                except Unreadable:
                    continue  # metrics buries it, once for all

        await read_whole(self._bootstrap, [TOPIC], hear)
        return tree
