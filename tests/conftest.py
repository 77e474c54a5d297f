"""What tests stand on: a real Kafka and Postgres of their own, fresh databases, and the whole product."""

import gc
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from primed.stack import kafka, postgres, process
from primed.stack.place import Place, from_environment
from primed.stack.program import Program
from primed.stack.supervisor import stop_left_over
from tests.patience import PATIENCE_S
from tests.ports import free_port_base
from tests.spreading import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = ["pytest_collection_modifyitems", "pytest_xdist_make_scheduler"]
"""What pytest itself calls."""

HOMES = "primed-t-"
CACHE = from_environment(os.environ).cache

settings.register_profile("primed", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("primed")


@pytest.fixture(autouse=True, scope="module")
def own_rubbish() -> Iterator[None]:
    """What a module leaves open is found at its end, so that no test of another module is blamed for it."""
    yield
    gc.collect()


@dataclass
class Running:
    """One process under a test's hand: it may be killed, frozen and started again."""

    place: Place
    program: Program
    child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.child is not None
        return self.child.pid

    def start(self, seconds: float = PATIENCE_S) -> None:
        self.child = process.launch(self.program, self.place)
        until = time.monotonic() + seconds
        while not self.program.ready():
            log = self.place.log_file(self.program.name)
            assert self.child.poll() is None, f"{self.program.name} ended:\n{log.read_text()[-3000:]}"
            assert time.monotonic() < until, f"{self.program.name} is not ready:\n{log.read_text()[-3000:]}"
            time.sleep(0.05)

    def kill(self) -> None:
        """Ends it by -9, as a fault would."""
        assert self.child is not None
        self.child.kill()
        self.child.wait()

    def stop(self) -> None:
        if self.child is None or self.child.poll() is not None:
            return
        self.child.send_signal(self.program.stop_signal)
        try:
            self.child.wait(self.program.stop_seconds)
        except subprocess.TimeoutExpired:
            self.kill()


@dataclass
class Stack:
    """Real Kafka and Postgres on free ports, in a home of their own."""

    place: Place
    kafka: Running
    postgres: Running
    _numbers: Iterator[int] = field(default_factory=itertools.count)

    @property
    def bootstrap(self) -> str:
        return self.place.bootstrap

    @property
    def dsn(self) -> str:
        """The migrated database `primed`; tests that write ask for the fixture `database` instead."""
        return self.place.dsn

    @property
    def home(self) -> Path:
        return self.place.home

    @property
    def port_base(self) -> int:
        return self.place.port_base

    def new_database(self, template: str | None = "primed") -> str:
        """The DSN of a fresh database: a copy of the migrated one, or an empty one with `template=None`."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        postgres.create(self.place, name, template)
        return self.place.database(name)

    def new_name(self, stem: str) -> str:
        """A name that no other test uses, for topics, groups and tenants."""
        return f"{stem}-{os.getpid()}-{next(self._numbers)}"


def sweep_abandoned_homes() -> None:
    """A killed test run leaves servers behind; the next run ends them, never those of a living run."""
    for home in Path("/tmp").glob(f"{HOMES}*"):
        owner = home.name.removeprefix(HOMES).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            with suppress(OSError):  # another run sweeps it at this moment
                stop_left_over(Place(home=home, port_base=8000))
            shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def short_home() -> Iterator[Callable[[], Path]]:
    """Makes homes with paths short enough for sockets; all are removed at the end."""
    made: list[Path] = []
    sweep_abandoned_homes()

    def make() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix=f"{HOMES}{os.getpid()}-", dir="/tmp")))
        return made[-1]

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack(short_home: Callable[[], Path]) -> Iterator[Stack]:
    """Kafka with the declared topics, and Postgres with the migrated database `primed`; once a session."""
    with standing(short_home) as running:
        yield running


@contextmanager
def standing(short_home: Callable[[], Path]) -> Iterator[Stack]:
    """A stack as the fixture `stack` gives it, for tests that must not leave their records to others."""
    place = Place(home=short_home(), port_base=free_port_base(), cache=CACHE)
    place.folders()
    running = Stack(place, Running(place, kafka.program(place)), Running(place, postgres.program(place)))
    try:
        running.postgres.start()
        running.kafka.start()
        postgres.create(place, "primed")
        prepare(place)
        yield running
    finally:
        running.kafka.stop()
        running.postgres.stop()


def prepare(place: Place) -> None:
    """Topics and tables, by the same command that a container runs."""
    environment = {**os.environ, "PRIMED_KAFKA_BOOTSTRAP": place.bootstrap, "PRIMED_POSTGRES_DSN": place.dsn}
    for words in ("migrate", "topics"):
        command = [sys.executable, "-m", "primed.cli", words]
        done = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def database(stack: Stack) -> str:
    """The DSN of a fresh, migrated database, for this test alone."""
    return stack.new_database()


@dataclass
class Product:
    """The whole product, up in a home of its own; killed processes come back, as they do for users."""

    place: Place

    @property
    def home(self) -> Path:
        return self.place.home

    @property
    def page(self) -> str:
        """Where people go."""
        return self.place.url("dashboard")

    def url(self, service: str) -> str:
        """The address of ingest, metrics, actions, notify or dashboard."""
        return self.place.url("metrics-1" if service == "metrics" else service)

    def token(self, role: str = "operator", unit: str | None = None, subject: str = "test") -> str:
        """A bearer token, as `primed token` would print it."""
        return self.primed(
            "token", "--role", role, "--subject", subject, *(("--unit", unit) if unit else ())
        ).strip()

    def pid(self, name: str) -> int:
        """The pid of a process by its pid file."""
        return int(self.place.pid_file(name).read_text())

    def primed(self, *words: str, check: bool = True) -> str:
        """Runs one command of `primed` against this product; answers with what it printed."""
        command = [sys.executable, "-m", "primed.cli", *words]
        done = subprocess.run(
            command,
            check=False,
            env=self.environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0 or not check, f"primed {' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """What a shell would have that uses this product, and nothing of the caller's own."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PRIMED_")}
        own = {"HOME": self.place.home, "PORT_BASE": self.place.port_base, "CACHE": self.place.cache}
        return {**kept, **{f"PRIMED_{name}": str(value) for name, value in own.items()}}


@contextmanager
def places(short_home: Callable[[], Path]) -> Iterator[Callable[[], Product]]:
    """Homes with free ports in which nothing runs yet; what is started there is taken down at the end."""
    made: list[Product] = []

    def make() -> Product:
        made.append(Product(Place(home=short_home(), port_base=free_port_base(), cache=CACHE)))
        return made[-1]

    try:
        yield make
    finally:
        for product in made:
            product.primed("down")


@pytest.fixture(scope="module")
def new_place(short_home: Callable[[], Path]) -> Iterator[Callable[[], Product]]:
    """Makes places that are gone with their module: a product that nobody needs slows down all the rest."""
    with places(short_home) as make:
        yield make


@pytest.fixture(scope="module")
def new_product(new_place: Callable[[], Product]) -> Callable[..., Product]:
    """Brings up a whole product with the given options of `primed up`."""
    return lambda *options: brought_up(new_place(), *options)


@pytest.fixture(scope="session")
def running_product(short_home: Callable[[], Path]) -> Iterator[Product]:
    """The whole product without a simulated council, once a session."""
    with places(short_home) as make:
        yield brought_up(make(), "--empty")


def brought_up(product: Product, *options: str) -> Product:
    """The product, up with these options."""
    product.primed("up", "--detach", *options)
    return product
