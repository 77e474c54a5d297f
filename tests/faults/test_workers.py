"""Workers share the partitions: they come, go, die and wake from a freeze, and the ledger stays exact."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from primed.simulate.state import Said
from primed.stack import process, roster
from primed.stack.options import Options
from tests.asking import Caller, absorbed, log_of
from tests.conftest import Product
from tests.patience import PATIENCE_S
from tests.reference import ledger

PAUSE_S = 0.4
"""Between the parts of the stream, so that it lasts as long as the disturbance."""
LONGER_THAN_A_SESSION_S = 12.0
"""After ten seconds without a word the group gives a worker's partitions to another."""


def a_third_joins(product: Product) -> subprocess.Popen[bytes]:
    """A worker that nobody supervises: it comes and goes as the test says."""
    third = next(one for one in roster.product(product.place, Options(workers=3)) if one.name == "metrics-3")
    return process.launch(third, product.place)


def freeze(product: Product, name: str) -> Iterator[None]:
    """Stop a process where it stands, in mid-batch or not, and wake it when others hold its partitions."""
    pid = product.pid(name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


frozen = contextlib.contextmanager(freeze)


def disturb(product: Product, rng: random.Random) -> None:
    """One thing after another, each at a moment nobody chose."""
    time.sleep(rng.uniform(0.5, 1.5))
    third = a_third_joins(product)
    try:
        time.sleep(rng.uniform(3, 5))
        with frozen(product, "metrics-2"):
            time.sleep(LONGER_THAN_A_SESSION_S)
        time.sleep(rng.uniform(0.2, 2))
        os.kill(product.pid("metrics-1"), signal.SIGKILL)
        time.sleep(rng.uniform(1, 3))
        with frozen(product, "metrics-3"):
            time.sleep(LONGER_THAN_A_SESSION_S)
        time.sleep(rng.uniform(0.2, 1))
    finally:
        third.send_signal(signal.SIGTERM)
        third.wait(PATIENCE_S)
    assert third.returncode in (0, 1), "a worker leaves when it is told to, or because it was refused"


def feed_until(quiet: threading.Thread, feeder: Caller, council: list[Said], rng: random.Random) -> None:
    """Send the council's stream while somebody disturbs, doubled and shuffled; all of it, whatever comes."""
    stream = council + rng.sample(council, len(council) // 20)
    size = 100
    for at in range(0, len(stream), size):
        part = stream[at : at + size]
        rng.shuffle(part)
        feeder.send(part)
        if quiet.is_alive():
            time.sleep(PAUSE_S)


@pytest.mark.faults
def test_the_ledger_is_exact_while_workers_join_leave_die_and_wake(
    new_product: Callable[..., Product], council: list[Said]
) -> None:
    seed = random.SystemRandom().randrange(10**6)
    sys.stdout.write(f"seed {seed}\n")
    rng = random.Random(seed)
    product = new_product("--empty", "--workers", "2")
    feeder, reader = Caller(product, "feeder"), Caller(product, "operator")
    found: list[BaseException] = []

    def disturbing() -> None:
        try:
            disturb(product, rng)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            found.append(error)

    disturber = threading.Thread(target=disturbing)
    disturber.start()
    feed_until(disturber, feeder, council, random.Random(seed))
    disturber.join(60)
    assert not found, found
    absorbed(product, reader)
    log = log_of(product, "primed.case-events", "primed.action-events")
    assert product.primed("ledger", "dump").encode() == ledger.dump(log)
    refused = (
        product.place.log_file("metrics-2").read_text() + product.place.log_file("metrics-3").read_text()
    )
    assert "Traceback" not in refused
