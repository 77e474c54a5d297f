"""How a series stands at the moment of a telling: its icons, from the values that were told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from services.metrics.answers.asking import Begins, Sources
from services.metrics.answers.figures import counted_from, periods_of
from services.metrics.domain.accounts import beginning_with
from services.metrics.domain.aims import Aims
from services.metrics.domain.figures import Figure, Key
from services.metrics.domain.formula import Total, terms_of
from services.metrics.domain.measures import Declared
from services.metrics.domain.periods import Period
from services.metrics.domain.series import judge
from services.metrics.domain.telling import Icons, Strand, Subject, Value, subject_of

Told = Callable[[Subject], Value | None]


class Standings:
    """Remembers how each series stands until one of its finished values changes, or a day begins.

    So a change in the present period costs nothing: an unfinished point is never judged.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._icons: dict[Strand, Icons] = {}
        self._begins: dict[tuple[str, frozenset[str]], dt.date | None] = {}

    def forget(self, strand: Strand | None = None) -> None:
        """A finished value of this series changed; without one, all may have."""
        if strand is None:
            self._icons.clear()
        else:
            self._icons.pop(strand, None)

    def earlier(self, tenant: str, since: dt.date) -> None:
        """Lines were posted from a day on: where the ledger begins may have moved."""
        for begin in [begin for begin in self._begins if begin[0] == tenant]:
            known = self._begins[begin]
            if known is None or since < known:
                del self._begins[begin]
                self.forget()

    async def of(self, ledger: Begins, strand: Strand, today: dt.date, told: Told) -> Icons:
        """The icons of a series, judged as its chart is, from what was told of its periods."""
        found = self._icons.get(strand)
        if found is None:
            declared = self._sources.catalogue[strand.measure]
            begins = await self._begin(ledger, strand.tenant, declared)
            counted = counted_from(declared, begins, strand.grain)
            periods = periods_of(counted, strand.grain, today, (None, None))
            aims = self._sources.rollup(strand.tenant).aims
            figures = [_figure(declared, strand, period, today, told, aims) for period in periods]
            series = judge(declared.measure, figures, self._sources.rules)
            found = self._icons[strand] = Icons(series.variation, series.assurance)
        return found

    async def _begin(self, ledger: Begins, tenant: str, declared: Declared) -> dt.date | None:
        """Where the measure's accounts begin, asked of the ledger once."""
        accounts = beginning_with(terms_of(declared.formula)[0].account)
        if (tenant, accounts) not in self._begins:
            self._begins[tenant, accounts] = await ledger.begins(accounts)
        return self._begins[tenant, accounts]


def _figure(
    declared: Declared, strand: Strand, period: Period, today: dt.date, told: Told, aims: Aims
) -> Figure:
    """The figure as told; of what was never told nothing happened, since a first nothing is no news."""
    key = Key(strand.measure, strand.unit, period)
    said = told(subject_of(key))
    nothing = 0 if isinstance(declared.formula, Total) else None
    value, aim = said.value if said else nothing, aims.of(strand.unit, strand.measure, period)
    return Figure(key, value, None, None, unfinished=period.last > today, aim=aim)
