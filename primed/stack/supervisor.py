"""The one process that starts everything in order, watches over it, and stops it in reverse."""

import asyncio
import contextlib
import fcntl
import os
import signal
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from primed.stack import downloads, logs, ports, postgres, preparing, process, roster, staff, state
from primed.stack.keeper import Keeper
from primed.stack.options import Options
from primed.stack.place import Place
from primed.stack.program import Program
from primed.stack.state import State
from primed.trouble import Trouble

SERVER_SECONDS, SERVICE_SECONDS = 90.0, 120.0
SWEEP_S = 15.0  # how often logs are bounded and the home is looked at
SERVERS = {"kafka", "postgres"}  # the last to go


class Supervisor:
    """Brings one place up, keeps it up, takes it down."""

    def __init__(self, place: Place, options: Options) -> None:
        self._place = place
        self._options = options
        self._told = asyncio.Event()
        self._keepers: dict[str, Keeper] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._state = State(
            supervisor=os.getpid(),
            port_base=place.port_base,
            bind=place.bind,
            workers=options.workers,
            simulate=options.simulate,
            local_tokens=place.on_loopback and not os.environ.get("PRIMED_OIDC_ISSUER"),
            kafka=place.bootstrap,
            dsn=None if place.postgres_given else place.dsn,
        )

    async def run(self) -> int:
        """From nothing to stopped again; 0 when it was told to stop, 1 when it could not come up."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, self._told.set)
        sweeping = asyncio.create_task(self._sweep())
        trouble: tuple[str, str] | None = None
        try:
            await self._until_told(self._come_up())
        except Trouble as error:
            trouble = (error.what, error.do)
            logs.tell(self._place, "supervisor", error.what, advice=error.do)
        finally:  # also when the fault is ours: nothing is left running without a supervisor
            await self._go_down()
            sweeping.cancel()
        self._tell(phase="failed" if trouble else "stopped", doing="Stopped", trouble=trouble)
        return 1 if trouble else 0

    async def _until_told(self, work: Any) -> None:
        """Does the work, then waits to be told; told before it is done, it drops the work."""
        coming, told = asyncio.create_task(work), asyncio.create_task(self._told.wait())
        await asyncio.wait({coming, told}, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            coming.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await coming
        await told

    async def _come_up(self) -> None:
        self._tell(doing="Looking for what an earlier start left behind")
        await asyncio.to_thread(stop_left_over, self._place)
        if not self._place.kafka_given and not downloads.folder(self._place.cache).exists():
            self._tell(doing="Fetching Kafka, this first time only")
        servers = await asyncio.to_thread(roster.servers, self._place)
        ports.check(self._place, self._options)
        names = " and ".join(server.name.capitalize() for server in servers)
        self._tell(doing=f"Starting {names}" if servers else "Preparing topics and tables")
        self._keep(servers)
        waiting = [] if preparing.has_topics(self._place) else [self._topics()]
        await asyncio.gather(self._tables(), *waiting)
        self._tell(doing="Starting the services")
        if not self._options.simulate:
            staff.ensure(self._place.home / "staff.yaml")
        product = roster.product(self._place, self._options)
        self._keep(product)
        await self._ready(["kafka"], SERVER_SECONDS)
        trouble = await self._services([program.name for program in product])
        self._tell(phase="up", doing="Up", trouble=trouble)
        logs.tell(self._place, "supervisor", trouble[0] if trouble else "everything is up")

    async def _services(self, names: Sequence[str]) -> tuple[str, str] | None:
        """A service that does not come up keeps being tried and does not hold back the others."""
        starts = (self._keepers[name].first_start(SERVICE_SECONDS) for name in names)
        found = [one for one in await asyncio.gather(*starts, return_exceptions=True) if one]
        other = next((one for one in found if not isinstance(one, Trouble)), None)
        if other:
            raise other
        troubles = [one for one in found if isinstance(one, Trouble)]
        return ("\n".join(one.what for one in troubles), troubles[-1].do) if troubles else None

    async def _tables(self) -> None:
        await self._ready(["postgres"], SERVER_SECONDS)
        await preparing.tables(self._place)

    async def _topics(self) -> None:
        await self._ready(["kafka"], SERVER_SECONDS)
        await preparing.topics(self._place)

    def _keep(self, programs: Sequence[Program]) -> None:
        for program in programs:
            keeper = Keeper(program, self._place, self._seen)
            self._keepers[program.name] = keeper
            self._seen(program.name, address=program.address)
            self._tasks[program.name] = asyncio.create_task(keeper.keep())

    async def _ready(self, names: Sequence[str], seconds: float) -> None:
        await asyncio.gather(
            *(self._keepers[name].first_start(seconds) for name in names if name in self._keepers)
        )

    async def _go_down(self) -> None:
        self._tell(phase="stopping", doing="Stopping")
        servers = SERVERS & set(self._keepers)
        await self._stop(set(self._keepers) - servers)
        await self._stop(servers)
        postgres.tidy(self._place)

    async def _stop(self, names: set[str]) -> None:
        for name in names:
            self._keepers[name].stopping.set()
        await asyncio.gather(*(self._tasks[name] for name in names))

    async def _sweep(self) -> None:
        """Bounds the logs; leaves when the home was deleted or another supervisor stands in it."""
        while True:
            await asyncio.sleep(SWEEP_S)
            if not _is_mine(self._place):
                logs.tell(
                    self._place, "supervisor", "the home is no longer mine: it was deleted or taken over"
                )
                self._told.set()
                return
            await asyncio.to_thread(logs.bound, self._place.home / "log")

    def _seen(self, name: str, **change: Any) -> None:
        self._state = self._state.seen(name, **change)
        self._tell()

    def _tell(self, **change: Any) -> None:
        self._state = replace(self._state, **change)
        with contextlib.suppress(FileNotFoundError):  # the home was deleted under our feet; the sweep ends us
            state.write(self._place, self._state)


def stop_left_over(place: Place) -> list[str]:
    """Ends every process of this home that an earlier supervisor left; services first. Answers with names."""
    found = [pair for pair in process.left_over(place) if pair[0] != "supervisor"]
    for name, left in found:
        logs.tell(place, name, "was left by an earlier start and is stopped", pid=left.pid)
    process.end([left for name, left in found if name not in SERVERS], 12.0)
    process.end([left for name, left in found if name in SERVERS], 20.0)
    postgres.tidy(place)
    for path in place.run("x").parent.glob("*.pid"):
        if path.stem != "supervisor":
            path.unlink(missing_ok=True)
    return [name for name, _ in found]


@contextlib.contextmanager
def alone(place: Place) -> Iterator[bool]:
    """Holds the lock of the home for as long as the process lives; False when another supervisor holds it."""
    with place.run("supervisor.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _is_mine(place: Place) -> bool:
    try:
        return int(place.pid_file("supervisor").read_text()) == os.getpid()
    except (OSError, ValueError):
        return False
