"""The law of docs/ledger.md, done the slow and obvious way, from plain JSON to the bytes of a dump.

It shares no code with the product, keeps no positions and no lines: for each item it sorts the events that
count, walks through them, writes down how the item stood at the end of every day on which something could
have changed, and adds up the differences.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tests.reference import commitments

Json = dict[str, Any]
Key = tuple[str, str, str, str, str, str, str, str]
"""tenant, account, team, day, kind, setting, worker, detail as JSON."""

MILESTONES = [
    "received",
    "transferred",
    "due-changed",
    "unallocated",
    "allocated",
    "started",
    "completed",
    "authorised",
    "cancelled",
    "reopened",
]
NOT_PART_OF_THE_BODY = [
    "ruled",
    "rulesversion",
    "recordedtime",
    "traceparent",
    "tracestate",
    "causationid",
    "correlationid",
]


def dump(events: list[Json]) -> bytes:
    """The bytes that `primed ledger dump` must print for a log that holds these events, in any order."""
    lines = sorted(
        json.dumps(
            {
                "account": account,
                "amount": amount,
                "day": day,
                "detail": json.loads(detail),
                "kind": kind,
                "setting": setting,
                "team": team,
                "tenant": tenant,
                "worker": worker,
            },
            separators=(",", ":"),
            sort_keys=True,
            ensure_ascii=False,
        ).encode()
        for (tenant, account, team, day, kind, setting, worker, detail), amount in balances(events).items()
        if amount
    )
    return b"".join(line + b"\n" for line in lines)


def balances(events: list[Json]) -> Counter[Key]:
    """Every balance of a log that holds these events."""
    items: defaultdict[tuple[str, str], list[Json]] = defaultdict(list)
    agreed = [
        event for event in events if event["type"].startswith(("primed.commitment.", "primed.meeting."))
    ]
    for event in events:
        if event["type"].startswith(("primed.work.", "primed.event.")):
            items[event["tenant"], event["subject"]].append(event)
    total = Counter(commitments.balances(agreed))
    for (tenant, _), its_events in items.items():
        for entry, amount in Item(tenant, history(its_events)).postings().items():
            total[entry] += amount
    return total


def history(events: list[Json]) -> list[Json]:
    """The events of one item that count, in order."""
    withdrawn = {
        (e["data"]["source"], e["data"]["id"]) for e in events if e["type"] == "primed.event.retracted.v1"
    }
    bodies: defaultdict[tuple[str, str], defaultdict[str, list[Json]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for event in events:
        if event["type"] != "primed.event.retracted.v1":
            bodies[event["source"], event["id"]][digest(event)].append(event)
    counting = [
        standing(alternatives) for identity, alternatives in bodies.items() if identity not in withdrawn
    ]
    rough_days = {e["time"][:10] for e in counting if e.get("timeprecision") == "day"}
    return sorted(counting, key=lambda e: place(e, e["time"][:10] in rough_days))


def standing(alternatives: dict[str, list[Json]]) -> Json:
    """Of the bodies that bear one identity, the one that stands, with its oldest recorded time."""
    candidates = []
    for sha, copies in alternatives.items():
        oldest = min(copies, key=lambda copy: datetime.fromisoformat(recorded(copy)))
        version = min(
            copies, key=lambda copy: (copy.get("rulesversion") is not None, copy.get("rulesversion") or 0)
        )
        candidates.append(
            (datetime.fromisoformat(recorded(oldest)), sha, {**version, "recordedtime": recorded(oldest)})
        )
    return max(candidates, key=lambda candidate: candidate[:2])[2]


def digest(event: Json) -> str:
    """What makes a body the same body: the event without what rules, tracing and recording add to it."""
    ruled = [name for name in event.get("ruled", "").split(",") if name]
    body = {name: value for name, value in event.items() if name not in NOT_PART_OF_THE_BODY}
    body["data"] = {name: value for name, value in event["data"].items() if name not in ruled}
    return hashlib.sha256(
        json.dumps(body, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def recorded(event: Json) -> str:
    """When the source recorded it; where it does not say, when it happened."""
    return str(event.get("recordedtime") or event["time"])


def verb(event: Json) -> str:
    """`received` of `primed.work.received.v1`."""
    return str(event["type"]).split(".")[2]


def place(event: Json, rough: bool) -> tuple[Any, ...]:
    """Where the event stands among the events of its item."""
    moment = datetime.fromisoformat(event["time"])
    tail = (
        datetime.fromisoformat(recorded(event)),
        int(event.get("sequence", -1)),
        MILESTONES.index(verb(event)),
        event["source"],
        event["id"],
    )
    return (event["time"][:10], verb(event) != "received", *(() if rough else (moment,)), *tail)


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
        before, worker = self.held.team, self.held.worker
        self.held.team, self.held.worker = data["team"], data.get("worker", "")
        if self.state == "open" and before != data["team"]:
            self.flows.append(("transferred_out", before, day, worker, {"to_team": data["team"]}))
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


def given(event: Json) -> Json:
    """The fields that say something: a blank text is an absent one; a null only clears a date."""
    dates = ("due", "start_by")
    return {
        name: value
        for name, value in event["data"].items()
        if value != "" and (value is not None or name in dates)
    }


def days_between(first: str, last: str) -> int:
    """Whole days from one written date to another."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days
