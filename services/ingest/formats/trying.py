"""A mapping tried on a file, and one proposed from a file: nothing of it is kept, and nothing is sent."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from services.ingest.domain.drafting import draft, draft_of_steps
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.mapping import Mapping as EventMapping
from services.ingest.domain.organisation import OrganisationMapping
from services.ingest.domain.rows import Noun
from services.ingest.domain.steps import StepsMapping
from services.ingest.domain.trial import Trial, trial
from services.ingest.flow import Reader
from services.ingest.formats import table
from services.ingest.formats.opening import Unpacking, chunks
from services.ingest.formats.twice import Twice

SEEN = 2_000
"""Rows that a proposal is made from."""
Begin = Callable[[], Iterator[bytes]]
"""Opens a file's unpacked bytes at the beginning."""


def proposed(begin: Begin, source: str, noun: Noun, usual: StepsMapping) -> str:
    """A mapping as YAML, from the names of the columns and what stands in them; raises `UnreadableFile`."""
    columns = table.columns(begin(), SEEN)
    of_steps = draft_of_steps(columns, usual, source) if noun == "work" else None
    return of_steps or draft(columns, source, noun)


def tried(
    begin: Begin,
    mapping: AnyMapping,
    readers: Mapping[str, Reader],
    *,
    samples: int,
    most: int | None = None,
) -> Trial:
    """What the mapping makes of the file, of at most so many rows; raises `UnreadableFile`."""
    column = "" if isinstance(mapping, EventMapping | OrganisationMapping) else mapping.key_column
    return trial(readers[mapping.format](Twice(begin), mapping, None), samples, most, column)


@dataclass(frozen=True, slots=True)
class Trials:
    """Tries files that are held whole; `usual` are the steps whose names a proposal looks for."""

    readers: Mapping[str, Reader]
    unpacking: Unpacking
    usual: StepsMapping

    def draft(self, body: bytes, source: str, noun: Noun) -> str:
        """A mapping proposed for this file."""
        return proposed(self._begin(body), source, noun, self.usual)

    def check(self, body: bytes, mapping: AnyMapping, samples: int, most: int) -> Trial:
        """What the mapping makes of this file."""
        return tried(self._begin(body), mapping, self.readers, samples=samples, most=most)

    def _begin(self, body: bytes) -> Begin:
        return lambda: chunks(io.BytesIO(body), self.unpacking)
