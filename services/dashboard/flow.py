"""What a reader asks for, told top to bottom: read what the page needs, all at once, and compose its parts.

A page is made of parts. Each part reads for itself, so that one can be fetched anew when its figures change,
and so that a service that is away takes only its own parts with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from services.dashboard.domain import freshness, questions
from services.dashboard.domain.questions import Moment, Question
from services.dashboard.domain.refusals import Away, Missing
from services.dashboard.domain.tree import Tree

T = TypeVar("T")
Shape = TypeVar("Shape", bound=Struct)


class Reader(Protocol):
    """Reads and commands with one person's token; the same question twice in a page is one call."""

    async def read(self, question: Question[Shape]) -> Shape: ...

    async def command(
        self, service: str, path: str, body: Mapping[str, Any], *, key: str, version: int | None = None
    ) -> Mapping[str, Any]: ...

    async def download(self, path: str, params: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]: ...


@dataclass(frozen=True)
class Asked:
    """One reader's request: who reads, of which unit, for which day, in what they see of the council."""

    reader: Reader
    tree: Tree
    unit: str
    when: Moment
    names: Callable[[str], str]
    paused: bool = False
    cases: Mapping[str, str] = field(default_factory=dict)
    """Where work is found in the case systems: an address template by source."""
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def shared(self) -> bool:
        """Whether the page is made for many eyes, so that small numbers are masked."""
        return self.options.get("shared") == "on"

    def explain(self, measure: str, period: str, unit: str = "", **only: str) -> str:
        """Where it is told what a figure, or a part of it, is made of, as at the page's day."""
        asked = (("measure", measure), ("unit", unit or self.unit), ("period", period))
        return f"/explain?{urlencode((*asked, *only.items(), *self.when.params))}"


Part = Callable[[Asked], Awaitable[Any]]


@dataclass(frozen=True)
class Page:
    """What a page shows: its parts by name, a part that could not be read as the `Away` that says why."""

    fresh: freshness.Freshness
    waiting: int | None
    parts: Mapping[str, Any]

    @property
    def away(self) -> list[str]:
        """Services that did not answer."""
        silent = (one for one in self.parts.values() if isinstance(one, Away) and not one.answered)
        return sorted({one.service for one in silent})


async def page(asked: Asked, parts: Mapping[str, Part]) -> Page:
    """Read everything at once; raises `Missing` when the unit or the page's own thing does not exist."""
    if asked.unit not in asked.tree.units:
        raise Missing(asked.unit)
    read = [attempt(part(asked)) for part in parts.values()]
    fresh, waiting, *found = await asyncio.gather(_freshness(asked), _waiting(asked), *read)
    return Page(fresh, waiting, dict(zip(parts, found, strict=True)))


async def attempt(reading: Awaitable[T]) -> T | Away:
    """A part's answer, or the reason why there is none."""
    try:
        return await reading
    except Away as away:
        return away


async def maybe(asked: Asked, question: Question[Shape]) -> Shape | Away:
    """The answer to a question that the part can do without, or the reason why there is none."""
    return await attempt(asked.reader.read(question))


async def _freshness(asked: Asked) -> freshness.Freshness:
    answer = await maybe(asked, questions.feeds())
    known = None if isinstance(answer, Away) else answer
    return freshness.of(
        known.feeds if known else None,
        known.fresh_at if known else None,
        as_at=asked.when.as_at,
        paused=asked.paused,
        now=asked.when.now,
    )


async def _waiting(asked: Asked) -> int | None:
    """How many exceptions of the reader's own unit wait for an answer; None when nobody can say."""
    if not asked.tree.home:
        return None
    found = await maybe(asked, questions.escalations(asked.tree.home))
    return None if isinstance(found, Away) else len([one for one in found.items if one.state == "raised"])
