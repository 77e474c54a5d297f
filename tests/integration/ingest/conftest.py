"""The service itself, as a process of its own, over the real Kafka and Postgres."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from eventlog.following import Follower
from eventlog.records import Record
from runtime.auth import TokenIssuer
from tests.conftest import Stack, standing
from tests.patience import PATIENCE_S


@dataclass
class Process:
    """The service as a process that may be killed and started again."""

    home: Path
    port: int
    bootstrap: str
    dsn: str
    child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "PRIMED_HOME": str(self.home),
            "PRIMED_PORT_BASE": str(self.port - 1),
            "PRIMED_KAFKA_BOOTSTRAP": self.bootstrap,
            "PRIMED_POSTGRES_DSN": self.dsn,
            "PRIMED_KAFKA_TIMEOUT_S": "3",
        }
        log = self.home / "ingest.log"
        with log.open("ab") as file:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "services.ingest"], env=environment, stderr=file
            )
        until = time.monotonic() + PATIENCE_S
        while not self._is_ready():
            assert self.child.poll() is None, log.read_text()
            assert time.monotonic() < until, log.read_text()
            time.sleep(0.05)

    def kill(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self) -> int:
        assert self.child is not None
        self.child.terminate()
        return self.child.wait(PATIENCE_S)

    def _is_ready(self) -> bool:
        try:
            return httpx2.get(f"http://127.0.0.1:{self.port}/readyz", verify=False).status_code == 200
        except httpx2.TransportError:
            return False


@dataclass
class Ingest:
    """Ingest as one council sees it: each test has a tenant of its own in the shared log."""

    process: Process
    tenant: str

    @property
    def uploads(self) -> list[Path]:
        return list((self.process.home / "imports").iterdir())

    def token(self, role: str = "feeder") -> dict[str, str]:
        issuer = TokenIssuer(self.process.home / "keys")
        return {"authorization": f"Bearer {issuer.issue(role, None, self.tenant, role, 600)}"}

    def client(self, role: str = "feeder") -> httpx2.Client:
        return httpx2.Client(
            base_url=f"http://127.0.0.1:{self.process.port}",
            headers=self.token(role),
            timeout=PATIENCE_S,
            verify=False,
        )

    def upload(self, body: bytes, query: str = "") -> str:
        with self.client() as client:
            answer = client.post(f"/v1/imports{query}", content=body)
        assert answer.status_code == 202, answer.text
        return answer.headers["location"]

    def wait(
        self, place: str, until: Callable[[dict[str, Any]], bool], seconds: float = PATIENCE_S
    ) -> dict[str, Any]:
        end = time.monotonic() + seconds
        with self.client() as client:
            while not until(job := client.get(place).json()):
                assert time.monotonic() < end, job
                time.sleep(0.02)
        return job

    async def events(self, topic: str = "primed.case-events") -> list[dict[str, Any]]:
        """Every event of this test's tenant, as the log has them."""
        found: list[dict[str, Any]] = []

        async def hear(records: Sequence[Record]) -> None:
            own = (record for record in records if (record.key or b"").startswith(f"{self.tenant}/".encode()))
            found.extend(json.loads(record.value or b"null") for record in own)

        follower = Follower(self.process.bootstrap, [topic], start="beginning", hear=hear)
        await follower.start()
        async with asyncio.timeout(20):
            await follower.caught_up.wait()
        await follower.stop()
        return found


@pytest.fixture(scope="package")
def stack(short_home: Callable[[], Path]) -> Iterator[Stack]:
    """A log of its own: whoever counts from the beginning would have to take in what is imported here."""
    with standing(short_home) as running:
        yield running


@pytest.fixture(scope="package")
def process(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = Process(tmp_path_factory.mktemp("ingest"), port, stack.bootstrap, stack.new_database())
    running.start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def ingest(process: Process, stack: Any) -> Ingest:
    return Ingest(process, stack.new_name("council"))


@pytest.fixture
def event() -> Callable[..., dict[str, Any]]:
    def make(number: int = 1, **changed: object) -> dict[str, Any]:
        return {
            "specversion": "1.0",
            "id": f"e{number}",
            "source": "demo/cases",
            "type": "primed.work.received.v1",
            "subject": f"demo/cases/{number}",
            "time": "2025-03-04T09:30:00+00:00",
            "data": {"kind": "review"},
            **changed,
        }

    return make


@pytest.fixture(scope="session")
def receipt() -> bytes:
    path = Path(__file__).parents[4] / "shared" / "data" / "receipt.xes.gz"
    if not path.exists():
        pytest.skip(f"NOT CHECKED: the receipt log is not at {path}; its import stands unproven in this run.")
    return path.read_bytes()
