"""One work item, walked through event by event and day by day: docs/ledger.md §3."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from tests.reference.counting import given, verb

Json = dict[str, Any]
Key = tuple[str, str, str, str, str, str, str, str]
"""tenant, account, team, day, kind, setting, worker, detail as JSON."""


@dataclass
class Held:
    """Who holds an item and by when it is due."""

    team: str = ""
    worker: str = ""
    due: str = ""
    start_by: str = ""


@dataclass
class Item:
    """One item, walked through."""

    tenant: str
    events: list[Json]
    state: str = "awaited"
    held: Held = field(default_factory=Held)
    flows: list[tuple[str, str, str, str, Json]] = field(default_factory=list)
    """account, team, day, worker, detail; a detail of {"outcome": [n]} names the n-th completion."""
    stood: dict[str, list[tuple[str, str, str, Json]]] = field(default_factory=dict)
    """How it stood at the end of each day: (account, team, worker, detail) of every stock that it was in."""
    outcomes: list[str] = field(default_factory=list)
    early: tuple[str, str] | None = None
    """Team and worker of a completion that came before the receipt, on `early_day`."""
    early_day: str = ""
    early_cancelled: bool = False
    opened: str = ""
    started_in_spell: bool = False
    ever_started: bool = False
    needs_authorisation: bool = False
    authorised: bool = False
    unauthorised: Held | None = None
    passed: tuple[str, str, str] | None = None
    """from_team, to_team, day of passing on."""
    ended_referral: int | None = None

    def postings(self) -> Counter[Key]:
        """Everything that the item posts."""
        by_day: defaultdict[str, list[Json]] = defaultdict(list)
        for event in self.events:
            by_day[event["time"][:10]].append(event)
        days = sorted(set(by_day) | self._days_that_come())
        for day in days:
            for event in by_day[day]:
                getattr(self, "_" + verb(event).replace("-", "_"))(day, given(event))
            self.stood[day] = self._stocks(day)
        return self._added_up(days)

    def _days_that_come(self) -> set[str]:
        """The days on which the item may become overdue by waiting."""
        dates = {
            str(event["data"][name])
            for event in self.events
            for name in ("due", "start_by")
            if event["data"].get(name)
        }
        return {(date.fromisoformat(day) + timedelta(days=1)).isoformat() for day in dates}

    def _added_up(self, days: list[str]) -> Counter[Key]:
        kind, route = self._of_the_whole("kind"), self._of_the_whole("route")
        total: Counter[Key] = Counter()

        def add(account: str, team: str, day: str, worker: str, detail: Json, amount: int) -> None:
            said = {name: value for name, value in detail.items() if value not in ("", None)}
            text = json.dumps(said, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
            total[self.tenant, account, team, day, kind, "", worker, text] += amount

        for account, team, day, worker, detail in self.flows:
            amount = -1 if detail.get("taken back") else 1
            said = {name: value for name, value in detail.items() if name != "taken back"}
            if isinstance(said.get("outcome"), int):
                said["outcome"] = self.outcomes[said["outcome"]]
            if account == "received":
                said["route"] = route
            add(account, team, day, worker, said, amount)
        before: list[tuple[str, str, str, Json]] = []
        for day in days:
            for account, team, worker, detail in before:
                add(account, team, day, worker, detail, -1)
            for account, team, worker, detail in self.stood[day]:
                add(account, team, day, worker, detail, 1)
            before = self.stood[day]
        return total

    def _of_the_whole(self, name: str) -> str:
        """The last receipt that gives it, else the last event that does."""
        givers = [event for event in self.events if given(event).get(name)]
        receipts = [event for event in givers if verb(event) == "received"]
        return str((receipts or givers)[-1]["data"][name]) if givers else ""

    def _stocks(self, day: str) -> list[tuple[str, str, str, Json]]:
        held, stocks = self.held, []
        if self.state == "open":
            due = {"due": held.due}
            stocks.append(("open", held.team, held.worker, due))
            stocks.append(("allocated" if held.worker else "unallocated", held.team, held.worker, due))
            if held.due and held.due < day:
                stocks.append(("overdue", held.team, held.worker, due))
            if held.start_by and held.start_by < day and not self.ever_started:
                stocks.append(("start_overdue", held.team, held.worker, {"start_by": held.start_by}))
        if self.unauthorised is not None:
            late = self.unauthorised
            stocks.append(("unauthorised", late.team, late.worker, {"due": late.due}))
        if self.early is not None and self.state == "awaited":
            stocks.append(("incomplete", *self.early, {}))
        return stocks

    def _flow(
        self, account: str, day: str, detail: Json | None = None, *, team: str = "", worker: str = ""
    ) -> None:
        self.flows.append((account, team or self.held.team, day, worker or self.held.worker, detail or {}))

    def _received(self, day: str, data: Json) -> None:
        self._take_dates(data)
        if "needs_authorisation" in data:
            self.needs_authorisation = data["needs_authorisation"]
        if self.state == "awaited":
            self._open(day, data)
        elif self.state in ("completed", "cancelled"):
            self._again(day)

    def _open(self, day: str, data: Json) -> None:
        team = data.get("team") or self.held.team or (self.early[0] if self.early else "")
        self.flows.append(("received", team, day, "", {}))
        if data.get("from_team") and data["from_team"] != team:
            self.passed = (data["from_team"], team, day)
            self.flows.append(("referred_on", data["from_team"], day, "", {"to_team": team}))
        self.held.team, self.opened = team, day
        if self.early is not None:
            self._close_at_receipt(day, team)
        elif self.early_cancelled:
            self.state = "cancelled"
            self._flow("cancelled", day)
        else:
            self.state = "open"

    def _close_at_receipt(self, day: str, team: str) -> None:
        assert self.early is not None
        there = self.early[0]
        if there != team:
            self.flows.append(("transferred_out", team, day, self.held.worker, {"to_team": there}))
            self.flows.append(("transferred_in", there, day, self.held.worker, {"from_team": team}))
            self.held.team = there
        self.state = "completed"
        self._end_referral(self.early_day)

    def _again(self, day: str) -> None:
        self.state, self.opened = "open", day
        self.started_in_spell = self.authorised = False
        self.unauthorised = None
        self._flow("reopened", day)
        if self.ended_referral is not None:
            self._referral_ended(day, {"taken back": True})
            self.ended_referral = None

    def _take_dates(self, data: Json) -> None:
        self.held.due = data.get("due") or self.held.due
        self.held.start_by = data.get("start_by") or self.held.start_by

    def _allocated(self, day: str, data: Json) -> None:
        self.held.worker = data["worker"]
        if self.state in ("awaited", "open"):
            self._flow("allocations", day)

    def _unallocated(self, day: str, data: Json) -> None:
        self.held.worker = ""

    def _due_changed(self, day: str, data: Json) -> None:
        self.held.due = (data["due"] or "") if "due" in data else self.held.due
        self.held.start_by = (data["start_by"] or "") if "start_by" in data else self.held.start_by

    def _transferred(self, day: str, data: Json) -> None:
        before, worker, team = self.held.team, self.held.worker, data.get("team", "")
        self.held.team = team
        self.held.worker = worker if "keeps the worker" in data else data.get("worker", "")
        if self.state == "open" and before != team:
            self.flows.append(("transferred_out", before, day, worker, {"to_team": team}))
            self._flow("transferred_in", day, {"from_team": before})

    def _started(self, day: str, data: Json) -> None:
        if self.state == "awaited":
            self.ever_started = self.started_in_spell = True
        elif self.state == "open":
            if not self.started_in_spell:
                self._flow("started", day)
                self._flow("days_to_start", day, {"days": days_between(self.opened, day)})
            self.ever_started = self.started_in_spell = True

    def _completed(self, day: str, data: Json) -> None:
        outcome = data.get("outcome", "")
        if self.state == "completed" or (self.state == "awaited" and self.early is not None):
            self.outcomes[-1] = outcome or self.outcomes[-1]
        elif self.state == "awaited":
            self.outcomes.append(outcome)
            self.early = (data.get("team") or self.held.team, data.get("worker") or self.held.worker)
            self.early_day = day
            self.flows.append(("completed", self.early[0], day, self.early[1], {"outcome": 0}))
        elif self.state == "open":
            self._close(day, outcome)

    def _close(self, day: str, outcome: str) -> None:
        self.outcomes.append(outcome)
        which = {"outcome": len(self.outcomes) - 1}
        self.state = "completed"
        self._flow("completed", day, which)
        if self.held.due and day > self.held.due:
            self._flow("completed_late", day, which)
        self._flow("days_to_complete", day, {"days": days_between(self.opened, day)})
        self._end_referral(day)
        if self.needs_authorisation and not self.authorised:
            self.unauthorised = Held(self.held.team, self.held.worker, self.held.due)

    def _end_referral(self, day: str) -> None:
        if self.passed is not None:
            self.ended_referral = len(self.outcomes) - 1
            self._referral_ended(day, {})

    def _referral_ended(self, day: str, extra: Json) -> None:
        assert self.passed is not None
        came_from, to_team, passed = self.passed
        detail = {"to_team": to_team, "passed": passed, "outcome": self.ended_referral, **extra}
        self.flows.append(("referral_ended", came_from, day, "", detail))

    def _authorised(self, day: str, data: Json) -> None:
        if self.state == "open":
            self.authorised = True
        elif self.state == "completed":
            self.unauthorised = None

    def _reopened(self, day: str, data: Json) -> None:
        if self.state in ("completed", "cancelled"):
            self._take_dates(data)
            self._again(day)

    def _cancelled(self, day: str, data: Json) -> None:
        if self.state == "awaited":
            self.early_cancelled = True
        elif self.state == "open":
            self.state = "cancelled"
            self._flow("cancelled", day)


def days_between(first: str, last: str) -> int:
    """Whole days from one written date to another."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
