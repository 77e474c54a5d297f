"""Imports: the list with the form beside it, and one file on its way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.dashboard.domain import imports
from services.dashboard.domain.imports import Import, Mapped
from services.dashboard.domain.refusals import Away
from services.dashboard.flow import Asked, maybe


@dataclass(frozen=True)
class Listed:
    """A page of imports."""

    jobs: Sequence[Import]
    cursor: str | None

    @property
    def moving(self) -> bool:
        """Whether one of them is on its way."""
        return any(not job.over for job in self.jobs)


async def listed(asked: Asked) -> Listed:
    """Imports, newest first."""
    found = await asked.reader.read(imports.listed(asked.options.get("cursor", "")))
    return Listed(found.imports, found.next_cursor)


async def one(asked: Asked) -> Import:
    """One import."""
    return await asked.reader.read(imports.one(asked.options["import"]))


async def form(asked: Asked) -> Sequence[Mapped]:
    """What the form offers: the mappings; none where they cannot be read now."""
    found = await maybe(asked, imports.mappings())
    return () if isinstance(found, Away) else found.mappings


async def mapped(asked: Asked) -> Sequence[Mapped]:
    """The mappings of the council, and those that ship."""
    return (await asked.reader.read(imports.mappings())).mappings
