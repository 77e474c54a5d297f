"""Events of packages of care: placements and care packages with their prices, and exports of them.

Money is whole pence, as an integer. Units a week may have two decimals and travel as an integer or as text
(`14` or `"10.5"`): there is no float in the log. What a package costs a week follows in
`services.metrics.domain.cost`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from schemas.envelope import Text

MOST_PENCE = 1_000_000_000
"""Ten million pounds a unit; a larger price is a slip of the keyboard."""

Maybe = UnsetType
Team = Annotated[Text, Meta(description="Unit id of the team that answers for the package.")]
Setting = Annotated[Text, Meta(description="nursing, residential, community, short-term, carer…")]
Component = Annotated[Text, Meta(description="The kind of service within the setting: home care, day care…")]
Pence = Annotated[
    int, Meta(ge=-MOST_PENCE, le=MOST_PENCE, description="Whole pence for one unit; its sign is not used.")
]
Frequency = Annotated[
    str,
    Meta(
        pattern=(
            r"^\s*$|^([Pp]er[- ]session|[Hh]ourly|[Dd]aily|[Ww]eekly|[Ff]ortnightly|4-weekly"
            r"|[Mm]onthly|[Qq]uarterly|[Aa]nnually|[Oo]ne-off)$"
        ),
        description="What one unit is; with per-session, hourly and daily the units a week are needed too.",
    ),
]
WholeUnits = Annotated[int, Meta(ge=-9999, le=9999, description="Planned units a week.")]
Units = Annotated[
    str,
    Meta(
        pattern=r"^\s*$|^-?[0-9]{1,4}(\.[0-9]{1,2})?$",
        description="Planned units a week, with at most two decimals, as text.",
    ),
]
DecidedIn = Annotated[str, Meta(max_length=300, description="Subject of the work item that decided it.")]
Reason = Annotated[Text, Meta(description="A code, never free text about a person.")]


class Package(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a package event may say; what is absent, null or blank stays unchanged.

    `ended` is about its day alone, the last one that counts. The state table of `docs/ledger.md` says what
    each event does.
    """

    team: Team | Maybe | None = UNSET
    setting: Setting | Maybe | None = UNSET
    component: Component | Maybe | None = UNSET
    unit_cost: Pence | Maybe | None = UNSET
    frequency: Frequency | Maybe | None = UNSET
    units_per_week: WholeUnits | Units | Maybe | None = UNSET
    decided_in: DecidedIn | Maybe | None = UNSET
    reason: Reason | Maybe | None = UNSET


class PackageRecorded(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A package as an export shows it at its as-of (`recordedtime`): the whole row, what is blank is blank.

    The dates decide whether it runs; `absent` says that the export no longer holds what it should hold.
    """

    status: Literal["running", "ended", "absent"]
    started: Annotated[dt.date, Meta(description="First day that counts.")] | Maybe | None = UNSET
    ended: Annotated[dt.date, Meta(description="Last day that counts.")] | Maybe | None = UNSET
    team: Team | Maybe | None = UNSET
    team_since: Annotated[dt.date, Meta(description="Since when it is this team's.")] | Maybe | None = UNSET
    setting: Setting | Maybe | None = UNSET
    setting_since: (
        Annotated[dt.date, Meta(description="Since when it is of this setting.")] | Maybe | None
    ) = UNSET
    component: Component | Maybe | None = UNSET
    unit_cost: Pence | Maybe | None = UNSET
    frequency: Frequency | Maybe | None = UNSET
    units_per_week: WholeUnits | Units | Maybe | None = UNSET
    cost_since: (
        Annotated[dt.date, Meta(description="Since when cost, frequency and units are these.")] | Maybe | None
    ) = UNSET
    decided_in: DecidedIn | Maybe | None = UNSET
    reason: Reason | Maybe | None = UNSET
