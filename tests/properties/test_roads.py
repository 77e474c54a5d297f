"""The same council by any road comes to the same ledger, where the format carries the facts.

Which facts each format carries stands in docs/load-your-first-export.md; items with others are left out here.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path

import pytest

from primed.simulate import saying
from primed.simulate.exporting import events, logs, steps, tables
from primed.simulate.exporting.council import Council, Written
from services.ingest.domain.edge import Admitted
from tests.roads import Sums, edge, ledger, of_events, of_exports

ENDS = dt.date(2026, 11, 23)
COUNCIL = Council(7, ENDS - dt.timedelta(14), ENDS, exports=14)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("council")


@pytest.fixture(scope="module")
def said(folder: Path) -> list[Admitted]:
    """What the council says of work and care, as events."""
    (written,) = events.write(COUNCIL, folder)
    every = of_events(written.path, "cloudevents", None, edge())
    return [event for event in every if event.envelope.source != saying.STAFF]


def test_tables_of_each_day_carry_all_but_what_came_and_went_within_a_day(
    said: list[Admitted], folder: Path
) -> None:
    written = tables.write(COUNCIL, folder)
    at = edge()
    shown = [
        *of_exports(exports_of(written, "work"), folder / "work.yaml", at),
        *of_exports(exports_of(written, "packages"), folder / "packages.yaml", at),
    ]
    left_out = withdrawn(said) | came_and_went(said) | changed_before_the_first_export(said)
    same(ledger(without(said, left_out)), ledger(without(shown, left_out)))


def test_steps_of_each_day_carry_work_and_the_rules_its_due_dates(said: list[Admitted], folder: Path) -> None:
    written = steps.write(COUNCIL, folder)
    at = edge(folder / "due-rules.yaml")
    shown = of_exports(exports_of(written, "steps"), folder / "council-steps.yaml", at)
    left_out = withdrawn(said) | came_and_went(said) | with_verb(said, "due-changed", "reopened")
    work = [event for event in said if event.envelope.source == saying.CASES]
    same(ledger(without(work, left_out)), ledger(without(shown, left_out)))
    assert {event.envelope.ruled for event in shown} == {"due,start_by"}


def test_one_export_at_the_end_carries_what_came_in_what_ended_and_what_is_open(
    said: list[Admitted], tmp_path: Path
) -> None:
    once = Council(COUNCIL.seed, COUNCIL.began, COUNCIL.ends)
    written = tables.write(once, tmp_path)
    shown = of_exports(exports_of(written, "work"), tmp_path / "work.yaml", edge())
    work = [event for event in said if event.envelope.source == saying.CASES]
    assert by_kind(ledger(shown), "received") == by_kind(ledger(work), "received")
    opened_twice = with_verb(said, "retracted", "reopened")
    whole, known = ledger(without(shown, opened_twice)), ledger(without(work, opened_twice))
    for account in ("open", "overdue", "cancelled", "completed", "completed_late", "days_to_complete"):
        assert by_kind(whole, account) == by_kind(known, account), account


def test_an_event_log_carries_all_of_work_but_what_was_withdrawn(
    said: list[Admitted], tmp_path: Path
) -> None:
    logs.write(COUNCIL, tmp_path)
    shown = of_events(tmp_path / "log.xes.gz", "xes", tmp_path / "log.yaml", edge())
    left_out = withdrawn(said)
    work = [event for event in said if event.envelope.source == saying.CASES]
    same(ledger(without(work, left_out)), ledger(without(shown, left_out)))


def exports_of(written: Sequence[Written], stem: str) -> list[tuple[Path, str]]:
    """The exports that were written, with their as-ofs."""
    return [(one.path, one.load.rpartition(" ")[2]) for one in written if one.path.name.startswith(stem)]


def without(found: Collection[Admitted], keys: Collection[str]) -> list[Admitted]:
    return [event for event in found if key_of(event) not in keys]


def key_of(event: Admitted) -> str:
    return event.envelope.subject.removeprefix(event.envelope.source + "/")


def verb_of(event: Admitted) -> str:
    return event.envelope.type.split(".")[2]


def with_verb(said: Collection[Admitted], *verbs: str) -> set[str]:
    """The items of which such a thing was said."""
    return {key_of(event) for event in said if verb_of(event) in verbs}


def withdrawn(said: Collection[Admitted]) -> set[str]:
    """An export knows no withdrawal: what it showed as completed and shows as open was reopened."""
    return with_verb(said, "retracted")


def came_and_went(said: Collection[Admitted]) -> set[str]:
    """An export of a day does not show who held an item for an hour, or that it had ended before noon."""
    days: Counter[tuple[str, str, bool]] = Counter()
    for event in said:
        if verb_of(event) in ("allocated", "unallocated", "transferred", "completed", "reopened"):
            ends = verb_of(event) in ("completed", "reopened")
            days[(key_of(event), event.envelope.time[:10], ends)] += 1
    return {key for (key, *_), many in days.items() if many > 1}


def changed_before_the_first_export(said: Collection[Admitted]) -> set[str]:
    """The first export shows packages as they are by then, not what they were."""
    return {
        key_of(event)
        for event in said
        if event.envelope.type.startswith("primed.package.changed")
        and dt.date.fromisoformat(event.envelope.time[:10]) <= COUNCIL.began
    }


def same(one: Sums, other: Sums) -> None:
    """Equal key by key, whatever the sources are called."""
    here, there = _renamed(one), _renamed(other)
    wrong = [key for key in sorted(here.keys() | there.keys(), key=repr) if here[key] != there[key]]
    assert wrong == []
    assert len(here) > 1000


def by_kind(sums: Sums, account: str) -> Counter[tuple[str, dt.date]]:
    """An account by kind and day, whoever had it."""
    found: Counter[tuple[str, dt.date]] = Counter()
    for key, amount in sums.items():
        if key.account == account:
            found[(key.kind, key.day)] += amount
    return +found


def _renamed(sums: Sums) -> Sums:
    found = Sums()
    for key, amount in sums.items():
        detail = tuple((name, _local(value)) for name, value in key.detail)
        found[key._replace(detail=detail)] += amount
    return found


def _local(value: str | int) -> str | int:
    return value.replace(tables.WORK_SOURCE, saying.CASES) if isinstance(value, str) else value
