"""The JSON of a rule tried on history."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.notify.api.views import AskedView, RuleView


class FiringView(BaseModel):
    """Once that it would have fired, as if nobody had answered."""

    unit: str
    title: str
    period: str
    value: float | int
    since: dt.datetime
    fired_at: dt.datetime
    asked: Annotated[list[AskedView], Field(description="Who, as the organisation stood then.")]
    cleared_at: dt.datetime | None
    why: Annotated[str | None, Field(description="Why it cleared; null: it would stand now.")]
    messages: int


class ToldView(BaseModel):
    """How often one person would have been written to."""

    person: str
    messages: int


class TrialView(BaseModel):
    """What the rule would have done; `rule` as it was tried, version 0 when it is not saved."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    rule: RuleView
    as_at: dt.date
    as_known: None = None
    fresh_at: dt.datetime | None
    positions: dict[str, int]
    first: Annotated[str | None, Field(alias="from", description="The first period that was looked at.")]
    last: Annotated[str | None, Field(alias="to", description="The last one, as it stands now.")]
    units: Annotated[list[str], Field(description="Units that it watches within the reader's reach.")]
    firings: Annotated[list[FiringView], Field(description="The oldest first.")]
    pending: Annotated[list[str], Field(description="Units where a breach has begun and not lasted yet.")]
    people: Annotated[list[ToldView], Field(description="Those written to most come first.")]
    messages: int
    finding: Annotated[str, Field(description="All of it in a sentence.")]
