"""The simulated council's national return comes to the same ledger as its events, as far as it carries facts.

It carries completed work of three kinds, and packages with their prices. It does not carry what is open, what
was reopened on the way, who did it, when it was due, or which decision a package follows from.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from primed.simulate import saying
from primed.simulate.exporting import cld, events
from primed.simulate.exporting.council import Council, Written
from services.ingest.domain.edge import Admitted
from tests.roads import Sums, edge, ledger, of_events, of_exports

ENDS = dt.date(2026, 11, 23)
COUNCIL = Council(7, ENDS - dt.timedelta(28), ENDS)
CARE = ("packages", "weekly_spend", "one_off")
WORK = ("completed", "days_to_complete")
TELL_MORE = ("completed", "reopened", "retracted")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("council")


@pytest.fixture(scope="module")
def said(folder: Path) -> list[Admitted]:
    (written,) = events.write(COUNCIL, folder)
    return of_events(written.path, "cloudevents", None, edge())


@pytest.fixture(scope="module", params=["release 2", "both releases"])
def shown(request: pytest.FixtureRequest, folder: Path) -> list[Admitted]:
    """What the log hears of the return that was taken at the end."""
    write = cld.write if request.param == "release 2" else cld.write_mixed
    return of_exports([_export(one) for one in write(COUNCIL, folder)[1:]], folder / "cld.yaml", edge())


def test_care_comes_to_the_same_stocks_on_every_day_to_the_part_of_a_penny(
    said: list[Admitted], shown: list[Admitted]
) -> None:
    care = [event for event in said if event.envelope.source == saying.CARE]
    packages = [event for event in shown if "/service/" in event.envelope.subject]
    known, told = ledger(care), ledger(packages)
    for account in CARE:
        assert by_team(told, account) == by_team(known, account), account
        assert by_team(known, account)


def test_work_that_ended_once_comes_to_the_same_figures(said: list[Admitted], shown: list[Admitted]) -> None:
    ends = Counter(key_of(event) for event in said if event.envelope.type.split(".")[2] in TELL_MORE)
    once = {key for key, many in ends.items() if many == 1}
    known = ledger(event for event in said if key_of(event) in once)
    told = ledger(event for event in shown if key_of(event).removeprefix("W") in once)
    for account in WORK:
        here = {key: many for key, many in by_team(known, account).items() if key[1] != "safeguarding"}
        assert by_team(told, account) == here, account
        assert sum(here.values()) > 150


def test_a_return_holds_some_events_twice_and_both_releases(folder: Path) -> None:
    (_, written) = cld.write_mixed(COUNCIL, folder)
    text = written.path.read_text("utf-8")
    references = Counter(line.split(",")[25] for line in text.splitlines())
    assert max(references.values()) == 2
    assert "NFA - Information & Advice / Signposting only" in text
    assert "NFA: Information and advice or signposting" in text
    assert cld.write_mixed(COUNCIL, folder)[1].path.read_text("utf-8") == text


def _export(written: Written) -> tuple[Path, str]:
    return written.path, written.load.rpartition(" ")[2]


def key_of(event: Admitted) -> str:
    return event.envelope.subject.rpartition("/")[2]


def by_team(sums: Sums, account: str) -> Counter[tuple[object, ...]]:
    """An account by team, kind, setting and day, and by the days that work took."""
    found: Counter[tuple[object, ...]] = Counter()
    for key, amount in sums.items():
        if key.account == account:
            took = key.detail if account == "days_to_complete" else ()
            found[(key.team, key.kind, key.setting, key.day, took)] += amount
    return Counter({key: amount for key, amount in found.items() if amount})
