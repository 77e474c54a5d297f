"""What metrics answers beside figures and the first reports: money, waits, effects, what was restated."""

from __future__ import annotations

from msgspec import Struct, field

from services.dashboard.domain.answers import Meta, Number
from services.dashboard.domain.trail import Line


class Span(Meta, frozen=True, kw_only=True):
    """The days that an answer speaks of, both counted."""

    first: str = field(default="", name="from")
    last: str = field(default="", name="to")


class Told(Span, frozen=True, kw_only=True):
    """A report with its finding; `by` is how it is cut."""

    report: str = ""
    unit: str = ""
    by: str = ""
    per: str = ""
    finding: str = ""


class Step(Struct, frozen=True, kw_only=True):
    """Spend a week from opening to closing, in pounds."""

    month: str | None = None
    setting: str | None = None
    team: str | None = None
    opening: Number = 0
    started: Number = 0
    changed: Number = 0
    transferred_in: Number = 0
    transferred_out: Number = 0
    reorganised: Number = 0
    ended: Number = 0
    closing: Number = 0
    one_off: Number = 0
    cost: Number = 0


class Spend(Told, frozen=True, kw_only=True):
    """The spend bridge."""

    total: Step = Step()
    rows: tuple[Step, ...] = ()


class Passage(Struct, frozen=True, kw_only=True):
    """Work that one team passed to another, and how it ended."""

    month: str | None = None
    from_team: str | None = None
    to_team: str | None = None
    kind: str | None = None
    passed_on: int = 0
    ended: int = 0
    not_ended: int = 0
    outcomes: dict[str, int] = {}


class Interfaces(Told, frozen=True, kw_only=True):
    """Who passes work to whom."""

    direction: str = "sent"
    rows: tuple[Passage, ...] = ()


class Band(Struct, frozen=True, kw_only=True):
    """How many lie between so many days; `last` None: or more."""

    first: int = field(default=0, name="from")
    last: int | None = field(default=None, name="to")
    count: int = 0


class Wait(Struct, frozen=True, kw_only=True):
    """How long work waited until its start or completion."""

    until: str
    month: str | None = None
    team: str | None = None
    kind: str | None = None
    worker: str | None = None
    count: int = 0
    median: Number | None = None
    percentile_90: Number | None = None
    bands: tuple[Band, ...] = ()


class Waits(Told, frozen=True, kw_only=True):
    """How long work waited."""

    rows: tuple[Wait, ...] = ()


class Age(Struct, frozen=True, kw_only=True):
    """Overdue work by the days since its due date."""

    due_in: str | None = None
    team: str | None = None
    kind: str | None = None
    worker: str | None = None
    overdue: int = 0
    oldest_due: str | None = None
    bands: tuple[Band, ...] = ()


class Ages(Told, frozen=True, kw_only=True):
    """How old overdue work is."""

    rows: tuple[Age, ...] = ()


class Left(Struct, frozen=True, kw_only=True):
    """Open work of somebody who has left, or of a closed team."""

    team: str = ""
    worker: str = ""
    kind: str | None = None
    item: str | None = None
    worker_left: str | None = None
    team_closed: str | None = None
    successor: str | None = None
    open: int = 0
    overdue: int = 0
    oldest_due: str | None = None


class Leavers(Told, frozen=True, kw_only=True):
    """Work left behind."""

    rows: tuple[Left, ...] = ()


class Limits(Struct, frozen=True, kw_only=True):
    """Between which values chance leaves 95% and 99.8% of teams of this size."""

    denominator: int
    lower_95: float
    upper_95: float
    lower_99_8: float
    upper_99_8: float


class Spot(Struct, frozen=True, kw_only=True):
    """One team of a comparison; without limits where it is too small to be judged."""

    team: str
    name: str = ""
    value: Number | None = None
    numerator: int = 0
    denominator: int = 0
    limits: Limits | None = None
    verdict: str | None = None
    direction: str | None = None
    judged: str | None = None


class Funnel(Span, frozen=True, kw_only=True):
    """Teams beside the limits of chance, in the order of their names."""

    measure: str
    name: str = ""
    period: str = ""
    unfinished: bool = False
    unit_of_measure: str = "percent"
    polarity: str = "neither"
    definition: str = ""
    pooled: float | None = None
    teams: tuple[Spot, ...] = ()
    curve: tuple[Limits, ...] = ()
    over_dispersed: bool = False
    finding: str = ""


class Share(Struct, frozen=True, kw_only=True):
    """What some decisions changed, in pounds a week."""

    name: str = ""
    weekly_spend: Number = 0
    one_off: Number = 0
    decisions: int = 0


class NotGiven(Struct, frozen=True, kw_only=True):
    """What nobody can be given."""

    no_decision_named: Share = Share()
    decision_unknown: Share = Share()


class Own(Struct, frozen=True, kw_only=True):
    """One worker's part, beside what it came to."""

    worker: str = ""
    effect: Share = Share()
    others: Share = Share()
    flows: dict[str, dict[str, int]] = {}
    outcomes: dict[str, int] = {}
    finding: str = ""


class Effects(Span, frozen=True, kw_only=True):
    """What was decided in some days, and what it did to spend of a unit."""

    unit: str = ""
    whole: Share = Share()
    not_given: NotGiven = NotGiven()
    teams: tuple[Share, ...] | None = None
    kinds: tuple[Share, ...] | None = None
    own: Own | None = None


class Amounts(Struct, frozen=True, kw_only=True):
    """A figure, or a difference of two."""

    value: Number | None = None
    numerator: Number | None = None
    denominator: Number | None = None


class Cause(Amounts, frozen=True, kw_only=True):
    """One cause's part of a difference, and the lines that made it."""

    cause: str
    lines: tuple[Line, ...] = ()
    total_lines: int = 0


class Restated(Struct, frozen=True, kw_only=True):
    """A figure as given and as it is now; `given` None: it was not given, and `note` says why."""

    measure: str
    unit: str = ""
    period: str = ""
    given: Amounts | None = None
    given_at: str | None = None
    now: Amounts = Amounts()
    difference: Amounts | None = None
    causes: tuple[Cause, ...] = ()
    formula_then: str | None = None
    teams_joined: tuple[str, ...] = ()
    teams_left: tuple[str, ...] = ()
    note: str | None = None


class Restatements(Meta, frozen=True, kw_only=True):
    """What changed since figures were given."""

    restatements: tuple[Restated, ...] = ()
