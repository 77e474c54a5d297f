"""Parts of figures that cells of reports are about: how they are asked for, and what a page says of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping

from services.dashboard.domain import words

PARTS = ("worker", "kind", "setting", "outcome", "due_from", "due_to")
"""What metrics takes beside a measure, a unit and a period; a blank one is what says none."""
ONE_DAY = dt.timedelta(days=1)
Days = tuple[dt.date | None, dt.date | None]


def chosen(options: Mapping[str, str]) -> dict[str, str]:
    """What in a page's address chooses a part of its figure."""
    return {name: options[name] for name in PARTS if name in options}


def cut(by: str, row: object) -> dict[str, str]:
    """The part that a row of a report is about, where it is cut by worker, kind or setting."""
    return {by: getattr(row, by) or ""} if by in PARTS else {}


def due_in(month: str) -> tuple[dt.date, dt.date]:
    """The days of a month."""
    first, after = (dt.date.fromisoformat(f"{words.months_after(month, by)}-01") for by in (0, 1))
    return first, after - ONE_DAY


def due(*several: Days) -> dict[str, str]:
    """Due dates that lie in all of these days."""
    firsts, lasts = [first for first, _ in several if first], [last for _, last in several if last]
    found = {"due_from": max(firsts, default=None), "due_to": min(lasts, default=None)}
    return {name: day.isoformat() for name, day in found.items() if day}


def said(options: Mapping[str, str], name: Callable[[str], str], today: dt.date) -> str:
    """`work of Zoe Amin, kind of work: review, due from 1 Jun to 30 Jun`; nothing of a whole figure."""
    return ", ".join(_said(chosen(options), name, today))


def _said(part: Mapping[str, str], name: Callable[[str], str], today: dt.date) -> Iterator[str]:
    if "worker" in part:
        yield f"work of {name(part['worker'])}" if part["worker"] else "work that nobody holds"
    for word, called in (("kind", "kind of work"), ("setting", "setting"), ("outcome", "outcome")):
        if word in part:
            yield f"{called}: {words.coded(part[word]).lower() or 'none given'}"
    days = {word: words.day(part[word], today) for word in ("due_from", "due_to") if part.get(word)}
    if days:
        ends = (
            f"{word} {days[key]}" for word, key in (("from", "due_from"), ("to", "due_to")) if key in days
        )
        yield f"due {' '.join(ends)}"
