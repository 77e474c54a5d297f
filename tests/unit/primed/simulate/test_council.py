"""The simulated council is repeatable, believable, resumable, and names nobody in its events."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest
import yaml

from primed.simulate import daily, people
from primed.simulate.feed import Feed
from primed.simulate.meetings import Meetings
from primed.simulate.run import Plan, Simulation, began
from primed.simulate.saying import LONDON
from primed.simulate.state import Said, State, fresh, load, save
from schemas.registry import instant, read

BEGAN, ENDS = dt.date(2025, 10, 1), dt.date(2026, 2, 1)


def lived(state: State, until: dt.date = ENDS) -> list[Said]:
    said: list[Said] = []
    while state.day < until:
        said += daily.live_through(state)
    return said


@pytest.fixture(scope="module")
def history() -> list[Said]:
    return lived(fresh(7, BEGAN, ENDS))


def test_the_same_seed_gives_the_same_council(history: list[Said]) -> None:
    assert lived(fresh(7, BEGAN, ENDS)) == history
    assert lived(fresh(8, BEGAN, ENDS)) != history


def test_a_council_that_stopped_goes_on_where_it_was(history: list[Said], tmp_path: Path) -> None:
    state = fresh(7, BEGAN, ENDS)
    first = lived(state, dt.date(2025, 12, 20))
    save(tmp_path / "state.json", state)
    again = load(tmp_path / "state.json")
    assert again is not None
    assert first + lived(again) == history


def test_every_event_is_taken_by_the_contracts_and_every_id_is_new(history: list[Said]) -> None:
    for event in history:
        read(json.dumps(event).encode())
    assert max(Counter(event["id"] for event in history).values()) == 1


def test_all_that_goes_wrong_in_a_real_council_goes_wrong_here(history: list[Said]) -> None:
    verbs = Counter(event["type"].removeprefix("primed.").removesuffix(".v1") for event in history)
    wanted = "work.unallocated work.due-changed work.transferred work.cancelled work.reopened event.retracted"
    assert all(verbs[verb] > 0 for verb in [*wanted.split(), "worker.left", "worker.joined"]), verbs
    late = [e for e in history if instant(e["recordedtime"]) - instant(e["time"]) > dt.timedelta(hours=12)]
    assert 0.001 < len(late) / len(history) < 0.05


def test_each_item_is_told_in_the_order_in_which_it_happened(history: list[Said]) -> None:
    last: dict[str, dt.datetime] = {}
    for event in sorted(history, key=lambda event: int(event["id"].split("-")[1])):
        moment = instant(event["time"])
        if event["type"].startswith("primed.work.") and event["subject"] in last:
            assert moment >= last[event["subject"]], event
        last[event["subject"]] = max(moment, last.get(event["subject"], moment))


def test_backlogs_exist_and_stay_within_reason() -> None:
    state = fresh(7, BEGAN, ENDS)
    lived(state)
    overdue = sum(item.due < state.day for item in state.items.values())
    assert 150 < len(state.items) < 900
    assert 0.02 < overdue / len(state.items) < 0.5


def test_an_intervention_shows_in_the_work_completed() -> None:
    ends = dt.date(2026, 11, 1)
    said = lived(fresh(7, dt.date(2025, 10, 1), ends), ends)
    teams = {e["subject"]: e["data"]["team"] for e in said if e["type"] == "primed.work.received.v1"}
    months = Counter(
        e["time"][:7]
        for e in said
        if e["type"] == "primed.work.completed.v1" and teams.get(e["subject"]) == "north-locality"
    )
    before = [months[month] for month in ("2025-12", "2026-01", "2026-02", "2026-03")]
    after = [months[month] for month in ("2026-05", "2026-06", "2026-07", "2026-09", "2026-10")]
    assert sum(after) / 5 > 1.15 * sum(before) / 4


def test_names_stay_in_the_directory_outside_the_log(history: list[Said], tmp_path: Path) -> None:
    state = fresh(7, BEGAN, ENDS)
    lived(state)
    people.write_directory(tmp_path / "staff.yaml", state)
    directory = yaml.safe_load((tmp_path / "staff.yaml").read_text("utf-8"))["people"]
    assert directory["s-manager-north-locality"]["name"] == "Leah Brook"
    text = json.dumps(history)
    assert not [entry["name"] for entry in directory.values() if entry["name"] in text]


def test_the_history_begins_with_whole_months() -> None:
    assert began(dt.date(2026, 11, 23), 24) == dt.date(2024, 11, 1)
    assert began(dt.date(2026, 1, 31), 1) == dt.date(2025, 12, 1)


class Lost(Exception):
    """The process dies here."""


class FlakyFeed(Feed):
    """Takes everything; dies once after having taken the events, before the sender hears of it."""

    def __init__(self, dies_at: int) -> None:
        self.taken: list[Said] = []
        self.dies_at = dies_at

    async def send(self, events: list[Said]) -> int:  # type: ignore[override]
        self.taken += msgspec.json.decode(msgspec.json.encode(events))
        if len(self.taken) > self.dies_at:
            self.dies_at = 10**9
            raise Lost
        return len(events)


class NoMeetings(Meetings):
    """Holds nothing; this test is about the feed."""

    def __init__(self) -> None:
        self.held_at: list[dt.datetime] = []

    async def hold_first(self, state: State, now: dt.datetime) -> int:
        self.held_at.append(now)
        return 0


async def test_killed_after_sending_it_repeats_the_same_events_and_no_others(tmp_path: Path) -> None:
    now = dt.datetime(2026, 2, 1, 9, tzinfo=LONDON)
    plan = Plan(7, 3, 0.0, tmp_path, tmp_path / "staff.yaml")
    feed, meetings = FlakyFeed(dies_at=5000), NoMeetings()
    with pytest.raises(Lost):
        await Simulation(plan, feed, meetings, lambda: now).run(lambda *_: None)
    later = now + dt.timedelta(hours=2)
    await Simulation(plan, feed, meetings, lambda: later).run(lambda *_: None)
    bodies = {event["id"]: event for event in feed.taken}
    assert all(bodies[event["id"]] == event for event in feed.taken)
    assert list(bodies.values()) == sorted_by_day(
        lived(fresh(7, dt.date(2025, 11, 1), now.date()), now.date())
    )
    assert meetings.held_at == [later]


def sorted_by_day(events: list[Said]) -> list[Said]:
    return list(msgspec.json.decode(msgspec.json.encode(events)))
