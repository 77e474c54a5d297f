"""Killed at any moment, metrics or its Postgres, the ledger comes back exact: not a line lost, none twice."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2
import psutil
import pytest

from primed.simulate import daily
from primed.simulate.state import Said, fresh
from tests import casebook
from tests.asking import Caller, absorbed, eventually, log_of, records
from tests.conftest import Product
from tests.patience import PATIENCE_S
from tests.reference import ledger

KILLS = 6
BEGAN, ENDS = dt.date(2025, 10, 1), dt.date(2025, 12, 1)


@pytest.fixture(scope="module")
def product(new_product: Callable[..., Product]) -> Product:
    return new_product("--empty")


class Listener(threading.Thread):
    """One who hears what was received, and comes again with its last id whenever the stream breaks off."""

    def __init__(self, product: Product) -> None:
        super().__init__(daemon=True)
        self._address = product.url("metrics") + "/v1/stream?measure=received"
        self._headers = {"authorization": f"Bearer {product.token()}"}
        self.ids: list[int] = []
        self.values: dict[str, float | None] = {}
        self.resumed_after: list[int] = []
        self.leaving = threading.Event()

    def run(self) -> None:
        while not self.leaving.wait(0.1):
            with contextlib.suppress(httpx2.TransportError, httpx2.StreamError):
                self._hear()

    def _hear(self) -> None:
        last = {"last-event-id": str(self.ids[-1])} if self.ids else {}
        with httpx2.stream("GET", self._address, headers=self._headers | last, timeout=PATIENCE_S) as answer:
            if last and answer.status_code == 200:
                self.resumed_after.append(self.ids[-1])
            name, data = "", ""
            for line in answer.iter_lines():
                field, _, value = line.partition(": ")
                name, data = (value, data) if field == "event" else (name, value if field == "data" else data)
                if field == "id":
                    self._note(name, json.loads(data), int(value))
                if self.leaving.is_set():
                    return

    def _note(self, name: str, said: dict[str, Any], number: int) -> None:
        assert name == "measure.changed", name
        self.values[said["subject"]] = said["data"]["value"]
        self.ids.append(number)


def on_the_topic(product: Product) -> dict[str, float | None]:
    """What the compacted topic says last of everything received."""
    said = {record.key: json.loads(record.value) for record in records(product, "primed.metric-events")}
    data = {one["subject"]: one["data"] for one in said.values()}
    return {subject: one["value"] for subject, one in data.items() if one.get("measure") == "received"}


@pytest.mark.faults
def test_who_listens_goes_on_from_the_last_id_after_a_kill_and_has_missed_nothing(product: Product) -> None:
    feeder, reader, today = Caller(product, "feeder"), Caller(product, "operator"), dt.date.today()
    ears = Listener(product)
    ears.start()
    for part in range(3):
        feeder.send(
            casebook.said("received", f"heard-{part}-{n}", 0, 1, team="north")
            | {"time": f"{today}T00:00:00Z"}
            for n in range(20)
        )
        if part == 1:  # told in part, and what follows comes while nobody counts
            eventually(lambda: len(ears.ids), bool)
            os.kill(product.pid("metrics-1"), signal.SIGKILL)

    def figures() -> dict[str, float | None]:
        """Of each that was heard of, what is read now."""
        with contextlib.suppress(httpx2.TransportError):
            asked = [subject.split("/") for subject in ears.values]
            return {"/".join(key): reader.figure("received", key[0], key[3]) for key in asked}
        return {}

    def same(_: object) -> bool:
        return bool(ears.resumed_after) and figures() == ears.values == on_the_topic(product)

    month = f"unassigned/received/month/{today:%Y-%m}"
    eventually(lambda: ears.values.get(month), lambda value: value == 60)
    eventually(lambda: None, same)
    newcomer = Listener(product)
    newcomer.start()
    eventually(lambda: newcomer.values, lambda values: values == ears.values)
    for one in (ears, newcomer):
        one.leaving.set()
        assert one.ids == sorted(set(one.ids))


def kill_at_random(product: Product, name: str, rng: random.Random, stop: threading.Event) -> int:
    """Kill the process again and again until told to stop; answers how often."""
    kills = 0
    while kills < KILLS and not stop.wait(rng.uniform(0.3, 2.5)):
        with contextlib.suppress(ProcessLookupError, FileNotFoundError, ValueError):
            os.kill(product.pid(name), signal.SIGKILL)
            kills += 1
    return kills


@pytest.mark.faults
def test_the_ledger_is_exact_after_kills_in_mid_stream(product: Product, council: list[Said]) -> None:
    seed = random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    rng, stop = random.Random(seed), threading.Event()
    feeder, reader = Caller(product, "feeder"), Caller(product, "operator")
    kills: list[int] = []
    killer = threading.Thread(target=lambda: kills.append(kill_at_random(product, "metrics-1", rng, stop)))
    # Doubled and shuffled as a careless sender would, so that the kills fall among repeats as well.
    stream = council + rng.sample(council, len(council) // 20)
    accepted = 0
    killer.start()
    for at in range(0, len(stream), 1000):
        part = stream[at : at + 1000]
        rng.shuffle(part)
        accepted += feeder.send(part)
        time.sleep(0.15)
    killer.join(PATIENCE_S / 2)  # who is killed again and again is started again ever later
    stop.set()
    killer.join()
    assert kills[0] >= 3, "the stream was over before it could be disturbed"
    eventually(lambda: product.primed("status", "--json", check=False), lambda said: '"metrics-1"' in said)
    eventually(lambda: _up(reader), bool, 60)
    absorbed(product, reader)
    log = log_of(product, "primed.case-events", "primed.action-events")
    assert len(log) >= sum(event["source"] == "demo/cases" for event in council)
    assert product.primed("ledger", "dump").encode() == ledger.dump(log)


def kill_postgres(product: Product) -> None:
    """All of its processes at once, so that what is only in memory is lost; waits until it is back."""
    before = product.pid("postgres")
    first = psutil.Process(before)
    every = [first, *first.children(recursive=True)]
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for one in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.send_signal(number)

    def back() -> bool:
        with contextlib.suppress(FileNotFoundError, ValueError):
            return product.pid("postgres") != before
        return False

    eventually(back, bool, 60)


@pytest.mark.faults
@pytest.mark.timeout(400)
def test_nothing_is_lost_or_doubled_when_postgres_is_killed_before_it_wrote(product: Product) -> None:
    """Batches do not wait for the disk: what a crash takes back, the log gives again."""
    seed = random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    rng, state, said = random.Random(seed), fresh(14, BEGAN, ENDS), list[Said]()
    while state.day < ENDS:
        said += daily.live_through(state)
    feeder, reader = Caller(product, "feeder"), Caller(product, "operator")
    for part in range(3):
        feeder.send(said[part::3])
        time.sleep(rng.uniform(0.0, 0.6))
        if part < 2:
            kill_postgres(product)
    eventually(lambda: _up(reader), bool, 90)
    absorbed(product, reader)
    log = log_of(product, "primed.case-events", "primed.action-events")
    assert product.primed("ledger", "dump").encode() == ledger.dump(log)
    assert product.primed("verify").splitlines()[-1].startswith("equal: ")


def _up(reader: Caller) -> bool:
    with contextlib.suppress(httpx2.TransportError, AssertionError):
        reader.get("metrics", "/v1/measures")
        return True
    return False
