"""Packages as a return shows them: a new price, or another team, ends one service and begins the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from primed.simulate import saying
from primed.simulate.state import Said

_FIELDS = ("team", "setting", "component", "unit_cost", "frequency", "units_per_week")


@dataclass(slots=True)
class Spell:
    """Days, both counted, on which a package was as these fields say; without an end it still is."""

    package: str
    number: int
    started: dt.date
    fields: dict[str, Any]
    ended: dt.date | None = None
    decided_in: str = ""


@dataclass(slots=True)
class Spells:
    """The spells of all packages, from events in the order of their recording."""

    found: list[Spell] = field(default_factory=list)
    _running: dict[str, Spell] = field(default_factory=dict)

    def hear(self, said: Iterable[Said]) -> None:
        """Enter what was said of packages; other events are not theirs."""
        for event in said:
            if event["source"] == saying.CARE:
                day = dt.date.fromisoformat(str(event["time"])[:10])
                self._enter(str(event["type"]).split(".")[2], _key(event), day, event["data"])

    def _enter(self, verb: str, key: str, day: dt.date, data: dict[str, Any]) -> None:
        said = {name: data[name] for name in _FIELDS if name in data}
        match verb:
            case "started":
                self._begin(Spell(key, 1, day, said, decided_in=data.get("decided_in", "")))
            case "changed":
                self._change(self._running[key], day, said)
            case "ended":
                self._running.pop(key).ended = day

    def _change(self, spell: Spell, day: dt.date, said: dict[str, Any]) -> None:
        if spell.started == day:
            spell.fields |= said
            return
        spell.ended = day - dt.timedelta(1)
        self._begin(Spell(spell.package, spell.number + 1, day, spell.fields | said))

    def _begin(self, spell: Spell) -> None:
        self.found.append(spell)
        self._running[spell.package] = spell


def _key(event: Said) -> str:
    return str(event["subject"]).removeprefix(f"{saying.CARE}/")
