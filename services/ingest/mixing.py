"""Keeps single events and the rows of exports apart while their sender still listens, also in files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from services.ingest.domain.edge import Admitted, Refused
from services.ingest.domain.mixed import Item, told_singly, without

Checked = Sequence[Admitted | Refused]


class Exported(Protocol):
    """Which items exports show. Both answer at once from what is known when the store is away."""

    async def sources(self, tenant: str) -> Collection[str]: ...
    async def shown(self, tenant: str, items: Collection[Item]) -> Collection[Item]: ...


async def unmixed(found: Checked, tenant: str, exported: Exported) -> Checked:
    """The events, with those refused that tell singly of an item which exports show."""
    if (sources := await exported.sources(tenant)) and (singly := told_singly(found, sources)):
        return without(found, await exported.shown(tenant, singly))
    return found


def from_a_thread(tenant: str, exported: Exported) -> Callable[[Sequence[Admitted]], Checked]:
    """The same for a thread that reads a file, which waits for the answer of the loop it is made in."""
    loop = asyncio.get_running_loop()

    def asked(events: Sequence[Admitted]) -> Checked:
        return asyncio.run_coroutine_threadsafe(unmixed(events, tenant, exported), loop).result()

    return asked
