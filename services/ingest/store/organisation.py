"""The organisation of each council as its topic tells it, followed since the service began."""

from __future__ import annotations

from collections.abc import Sequence

from eventlog.following import Follower
from eventlog.records import Record
from schemas.registry import Unreadable, read
from schemas.tree import Tree

TOPIC = "primed.organisation"


class Organisation:
    """The port `stream.Trees`; `follower` is the part of the process that hears the topic."""

    def __init__(self, bootstrap: str) -> None:
        self._trees: dict[str, Tree] = {}
        self.follower = Follower(bootstrap, [TOPIC], start="beginning", hear=self.hear)

    async def tree(self, tenant: str) -> Tree:
        """The tenant's organisation with all that the topic holds now; waits while Kafka is away."""
        await self.follower.at_end()
        return self._trees.get(tenant, Tree())

    async def hear(self, records: Sequence[Record]) -> None:
        """Take in what the topic says of every council."""
        for record in records:
            tenant, slash, _ = (record.key or b"").decode("utf-8", "replace").partition("/")
            if record.value is None or not slash:
                continue
            try:
                self._trees[tenant] = self._trees.get(tenant, Tree()).after(read(record.value))
            except Unreadable:
                continue  # metrics buries it, once for all
