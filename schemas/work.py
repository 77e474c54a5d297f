"""Events of work items: contacts, referrals, assessments, reviews, safeguarding and other pieces of work."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.envelope import Name, Text

Maybe = UnsetType


class Work(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a work event may say; what is absent or null stays unchanged.

    Only in `due-changed` does a null `due` or `start_by` clear the date. Which field each event uses
    is the state table of `docs/ledger.md`; a field on another type is not used.
    """

    kind: (
        Annotated[Text, Meta(description="contact, referral, assessment, review, safeguarding, other…")]
        | Maybe
        | None
    ) = UNSET
    team: Annotated[Text, Meta(description="Unit id of the team that holds it.")] | Maybe | None = UNSET
    worker: Annotated[Text, Meta(description="Staff id of the worker; never a name.")] | Maybe | None = UNSET
    route: Annotated[Text, Meta(description="How it came in.")] | Maybe | None = UNSET
    urgency: Text | Maybe | None = UNSET
    due: Annotated[dt.date, Meta(description="Last day on which completion is on time.")] | Maybe | None = (
        UNSET
    )
    start_by: Annotated[dt.date, Meta(description="Latest day to start.")] | Maybe | None = UNSET
    needs_authorisation: bool | Maybe | None = UNSET
    from_team: Annotated[Text, Meta(description="The team that passed it on.")] | Maybe | None = UNSET
    from_work: Annotated[Text, Meta(description="Subject of the work that led here.")] | Maybe | None = UNSET
    person: Annotated[Text, Meta(description="Random id; never a name or NHS number.")] | Maybe | None = UNSET
    outcome: Annotated[Text, Meta(description="How it ended.")] | Maybe | None = UNSET
    needs: Text | Maybe | None = UNSET
    reason: Annotated[Text, Meta(description="A code, never free text about a person.")] | Maybe | None = (
        UNSET
    )


class WorkRecorded(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A work item as an export shows it at its as-of (`recordedtime`): the whole row, what is blank is blank.

    `completed` and `cancelled` count only with that status; `absent` says that the export no longer holds
    what it should hold. How rows become a history is in `docs/ledger.md`.
    """

    status: Literal["open", "completed", "cancelled", "absent"]
    kind: (
        Annotated[Text, Meta(description="contact, referral, assessment, review, safeguarding, other…")]
        | Maybe
        | None
    ) = UNSET
    route: Annotated[Text, Meta(description="How it came in.")] | Maybe | None = UNSET
    urgency: Text | Maybe | None = UNSET
    from_team: Annotated[Text, Meta(description="The team that passed it on.")] | Maybe | None = UNSET
    from_work: Annotated[Text, Meta(description="Subject of the work that led here.")] | Maybe | None = UNSET
    person: Annotated[Text, Meta(description="Random id; never a name or NHS number.")] | Maybe | None = UNSET
    outcome: Annotated[Text, Meta(description="How it ended.")] | Maybe | None = UNSET
    needs_authorisation: bool | Maybe | None = UNSET
    received: dt.date | Maybe | None = UNSET
    started: dt.date | Maybe | None = UNSET
    completed: dt.date | Maybe | None = UNSET
    authorised: dt.date | Maybe | None = UNSET
    cancelled: dt.date | Maybe | None = UNSET
    reopened: Annotated[dt.date, Meta(description="When it was last opened again.")] | Maybe | None = UNSET
    start_by: Annotated[dt.date, Meta(description="Latest day to start.")] | Maybe | None = UNSET
    team: Annotated[Text, Meta(description="Unit id of the team that holds it.")] | Maybe | None = UNSET
    team_since: Annotated[dt.date, Meta(description="Since when this team holds it.")] | Maybe | None = UNSET
    worker: Annotated[Text, Meta(description="Staff id of the worker; never a name.")] | Maybe | None = UNSET
    allocated: Annotated[dt.date, Meta(description="Since when this worker holds it.")] | Maybe | None = UNSET
    due: Annotated[dt.date, Meta(description="Last day on which completion is on time.")] | Maybe | None = (
        UNSET
    )
    due_since: Annotated[dt.date, Meta(description="Since when this due date holds.")] | Maybe | None = UNSET


class Retracted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Withdraws (`source`, `id`) on the same subject, with every body it ever had, for ever."""

    source: Name
    id: Name
    reason: Text | UnsetType = UNSET
