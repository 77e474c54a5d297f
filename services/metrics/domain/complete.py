"""From which day on figures are complete: before it a feed had not told everything yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from services.metrics.domain.accounts import COUNCIL_WORK, PACKAGES_OF_CARE

Family = Literal["work", "packages"]
FED: Mapping[Family, frozenset[str]] = {"work": frozenset({"received"}), "packages": frozenset({"packages"})}
"""What a feed is found by: the account in which all that it tells of leaves a line."""


class Names(Protocol):
    """Some teams."""

    def __contains__(self, team: str, /) -> bool: ...


class From(NamedTuple):
    """The latest day from which on a feed is complete, and which feed."""

    day: dt.date
    source: str

    @property
    def reason(self) -> str:
        """Why there is no figure for days before, and since when there is one."""
        return f"The feed {self.source} is complete from {self.day} on; figures of days before it are not."


@dataclass(frozen=True)
class Complete:
    """Since when each feed is complete, as declared, and in which teams it has lines of which accounts."""

    since: Mapping[str, dt.date] = field(default_factory=dict)
    fed: Mapping[str, Mapping[Family, frozenset[str]]] = field(default_factory=dict)

    def of(self, account: str, teams: Names) -> From | None:
        """From when an account's figures of some teams are complete; None: always."""
        family = _family(account)
        return self.families(teams).get(family) if family else None

    def families(self, teams: Names) -> dict[Family, From]:
        """From when the figures of work and those of packages are complete in some teams."""
        found: dict[Family, From] = {}
        for source, day in self.since.items():
            for family, its in self.fed.get(source, {}).items():
                if any(team in teams for team in its):
                    found[family] = max(found.get(family, From(day, source)), From(day, source))
        return found


def _family(account: str) -> Family | None:
    if account in PACKAGES_OF_CARE:
        return "packages"
    return "work" if account in COUNCIL_WORK else None


ALWAYS = Complete()
