"""Money as the ledger keeps it, whole 1/1300 pence, and as people read it: pounds, rounded half-up once.

It is commissioned gross cost: what packages cost as agreed, never what was paid.
"""

from __future__ import annotations

from fractions import Fraction

PARTS = 1300
"""Parts of a penny: in them every weekly cost is whole, with units of two decimals and any frequency."""
DAYS_A_WEEK = 7
"""A day costs a seventh of its week; days are added up before they are divided, and rounded last."""
SMALL = 100_000
"""Pence below which words give pence too."""


def pence(parts: Fraction | int) -> int:
    """The nearest whole pence; a half goes away from nought, so that what is taken back equals what came."""
    whole = int(abs(Fraction(parts, PARTS)) + Fraction(1, 2))
    return whole if parts >= 0 else -whole


def pounds(parts: Fraction | int) -> float:
    """Pounds with two decimals."""
    return pence(parts) / 100


def in_words(parts: Fraction | int) -> str:
    """The amount without its sign, for words such as rose and fell: `£340`, `£12.50`, `£12,340`."""
    amount = abs(pence(parts))
    return f"£{amount / 100:,.{0 if amount >= SMALL or amount % 100 == 0 else 2}f}"
