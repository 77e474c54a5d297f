"""What a package of care costs a week, exactly: whole 1/1300 pence, whatever its price is paid for.

Source: the client level data return's reckoning of weekly cost. A frequency beats planned units; per session,
hourly and daily need units; the signs of cost and units are not used.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from services.metrics.domain.money import PARTS

ONE_OFF = "one-off"
BY_FREQUENCY: Mapping[str, int] = MappingProxyType(
    {
        "weekly": PARTS,
        "fortnightly": PARTS // 2,
        "4-weekly": PARTS // 4,
        "monthly": PARTS * 12 // 52,
        "quarterly": PARTS * 4 // 52,
        "annually": PARTS // 52,
    }
)
"""Parts of a penny a week for each penny of unit cost; other frequencies are paid by the unit."""
HUNDREDTHS = 100
_A_UNIT = PARTS // HUNDREDTHS


class Price(NamedTuple):
    """What is paid, as it was said: pence for a unit, how often, and hundredths of units a week."""

    unit_cost: int | None = None
    frequency: str = ""
    units: int | None = None

    @property
    def one_off(self) -> bool:
        """Paid once: it costs nothing a week."""
        return self.frequency == ONE_OFF

    @property
    def costed(self) -> bool:
        """Whether enough is known: a cost, a frequency, and units where it is paid by the unit."""
        if self.unit_cost is None or not self.frequency:
            return False
        return self.one_off or self.frequency in BY_FREQUENCY or bool(self.units)

    @property
    def weekly(self) -> int:
        """1/1300 pence a week; nothing for what is paid once or cannot be costed."""
        if self.unit_cost is None or not self.costed or self.one_off:
            return 0
        parts = BY_FREQUENCY.get(self.frequency)
        return abs(self.unit_cost) * (abs(self.units or 0) * _A_UNIT if parts is None else parts)

    @property
    def once(self) -> int:
        """1/1300 pence that are paid once."""
        return abs(self.unit_cost or 0) * PARTS if self.one_off else 0


UNPRICED = Price()


def frequency_of(text: str) -> str:
    """A frequency as the fold knows it: `Per session` is `per-session`."""
    return text.strip().lower().replace(" ", "-")


def units_of(said: int | str) -> int | None:
    """Hundredths of units a week, from an integer or a text of at most two decimals; None for a blank."""
    if isinstance(said, str) and not said.strip():
        return None
    return int(Decimal(said) * HUNDREDTHS)
