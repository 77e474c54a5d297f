"""A rebuild killed at any moment, while events flow, leaves nothing wrong and goes on; a cut log stops it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import psutil
import pytest
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from primed.simulate import daily
from primed.simulate.state import Said, fresh
from tests.asking import Caller, absorbed, eventually, log_of, records
from tests.conftest import Product
from tests.reference import ledger

pytestmark = [pytest.mark.faults, pytest.mark.timeout(400)]
BEGAN, ENDS = dt.date(2026, 1, 1), dt.date(2026, 7, 1)
KILLS = 7


@pytest.fixture(scope="module")
def council() -> list[Said]:
    state, said = fresh(12, BEGAN, ENDS), []
    while state.day < ENDS:
        said += daily.live_through(state)
    return said


@pytest.fixture(scope="module")
def product(new_product: Callable[..., Product]) -> Product:
    return new_product("--empty", "--workers", "2")


@dataclass
class Done:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


def primed(product: Product, *words: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "primed.cli", *words],
        check=False,
        env=product.environment,
        capture_output=True,
        text=True,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def killed_somewhere(product: Product, rng: random.Random) -> bool:
    """Start a rebuild, kill it or one of its processes at some moment; False when it was done before."""
    child = subprocess.Popen(
        [sys.executable, "-m", "primed.cli", "rebuild", "--switch", "--workers", "2"],
        env=product.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(rng.uniform(0.8, 6.0))
    with contextlib.suppress(psutil.NoSuchProcess):
        below = psutil.Process(child.pid).children(recursive=True)
        if below:
            below[0 if rng.random() < 0.6 else -1].kill()  # the coordinator comes first, then its hands
    child.wait(120)
    return child.returncode != 0


def test_killed_at_random_while_events_flow_it_goes_on_and_ends_right(
    product: Product, council: list[Said]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    rng = random.Random(seed)
    feeder, reader = Caller(product, "feeder"), Caller(product, "operator")
    half = len(council) // 2
    feeder.send(council[:half])
    stop = threading.Event()

    def feed() -> None:
        for at in range(half, len(council), 50):
            feeder.send(council[at : at + 50])
            stop.wait(0.2)

    feeding = threading.Thread(target=feed)
    feeding.start()
    broken = sum(killed_somewhere(product, rng) for _ in range(KILLS))
    last = primed(product, "rebuild", "--switch")
    stop.set()
    feeding.join(120)
    assert broken, "no kill came before the rebuild was done"
    assert last.code == 0, last.err
    absorbed(product, reader)
    log = log_of(product, "primed.case-events", "primed.action-events")
    assert product.primed("ledger", "dump").encode() == ledger.dump(log)
    found = primed(product, "verify")
    assert found.code == 0, found.out
    assert found.out.splitlines()[-1].startswith("equal: ")
    feeder.send([council[0] | {"id": "after-the-switch"}])
    absorbed(product, reader)
    log = log_of(product, "primed.case-events", "primed.action-events")
    assert product.primed("ledger", "dump").encode() == ledger.dump(log)


def test_a_log_whose_start_was_cut_off_stops_it_and_says_what_to_do(
    product: Product, council: list[Said]
) -> None:
    feeder, reader = Caller(product, "feeder"), Caller(product, "operator")
    feeder.send(council[:400])
    absorbed(product, reader)
    stood = product.primed("ledger", "dump")
    fullest = max(
        range(12),
        key=lambda number: sum(one.partition == number for one in records(product, "primed.case-events")),
    )
    admin = KafkaAdminClient(bootstrap_servers=product.place.bootstrap)
    admin.delete_records({TopicPartition("primed.case-events", fullest): 5})
    admin.close()
    for words in (("rebuild", "--switch"), ("verify",)):
        said = primed(product, *words)
        assert said.code == 1
        told = " ".join(said.err.split())
        assert f"primed.case-events-{fullest} is to be read from 0, but the log begins at 5" in told
        assert "5 records are gone unread. Restore the topic or rebuild from a copy." in told
        assert "Nothing was changed for readers" in told
    assert product.primed("ledger", "dump") == stood
    feeder.send([council[0] | {"id": "after-the-cut"}])
    absorbed(product, reader)
    eventually(lambda: json.loads(product.primed("status", "--json"))["up"], bool)
