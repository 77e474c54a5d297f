"""Where one embedded stack lives: its home folder, its ports and its addresses."""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from primed.trouble import Trouble

CHECKOUT = Path(__file__).resolve().parents[2]
OFFSETS: Mapping[str, int] = {
    "ingest": 1,
    "metrics-1": 2,
    "actions": 3,
    "notify": 4,
    "mail": 25,
    "dashboard": 80,
    "kafka": 92,
    "kafka-controller": 93,
}
SHORT = Path("/tmp")  # noqa: S108 - a private folder below it, checked by who made it; TMPDIR may be long
FIRST_EXTRA_WORKER = 22  # worker n of metrics, from the second on, serves on base + 20 + n
SOCKET_NAME = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # sockaddr_un keeps 108 bytes and ends them with a zero
EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared with, never bound to
HIGHEST_BASE = 65535 - 100


@dataclass(frozen=True, slots=True)
class Place:
    """One home with one port base; two places never share a file or a port."""

    home: Path
    port_base: int
    bind: str = "127.0.0.1"
    cache: Path = CHECKOUT / ".cache"
    kafka_given: str | None = None
    postgres_given: str | None = None

    def port(self, process: str) -> int:
        """The port of a process; worker 2 and later of metrics lie above the fixed ones."""
        if process in OFFSETS:
            return self.port_base + OFFSETS[process]
        return self.port_base + FIRST_EXTRA_WORKER - 2 + int(process.removeprefix("metrics-"))

    def url(self, process: str) -> str:
        """The address at which this machine reaches a process over HTTP."""
        host = "127.0.0.1" if self.bind in EVERYWHERE else self.bind
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port(process)}"

    @property
    def on_loopback(self) -> bool:
        """Whether the services can be reached from this machine alone."""
        return self.bind in ("::1", "localhost") or self.bind.startswith("127.")

    def run(self, name: str) -> Path:
        return self.home / "run" / name

    def pid_file(self, process: str) -> Path:
        return self.run(f"{process}.pid")

    def log_file(self, process: str) -> Path:
        return self.home / "log" / f"{process}.log"

    @property
    def mail(self) -> Path:
        """Folder in which the local mail sink keeps what was sent, one .eml file a message."""
        return self.home / "mail"

    @property
    def bootstrap(self) -> str:
        return self.kafka_given or f"127.0.0.1:{self.port('kafka')}"

    @property
    def dsn(self) -> str:
        return self.postgres_given or self.database("primed")

    def database(self, name: str) -> str:
        """The DSN of a database of the embedded Postgres."""
        return f"postgresql://postgres@/{name}?host={self.socket_folder}"

    @property
    def socket_folder(self) -> Path:
        """Folder of the Postgres socket: beside its data, or a short one where the checkout lies too deep."""
        beside = self.home / "postgres"
        if len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET_PATH:
            return beside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return SHORT / f"primed-{os.getuid()}-{digest}"

    def folders(self) -> None:
        """Makes the folders that every process expects, closed to other users of the machine."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711 if os.geteuid() == 0 else 0o700)  # as root, Postgres' own user passes through
        for name in ("run", "log", "mail", "keys"):
            (self.home / name).mkdir(exist_ok=True)
            (self.home / name).chmod(0o700)


def from_environment(environment: Mapping[str, str]) -> Place:
    """The place that the PRIMED_ environment names; a port base that is none is refused with a sentence."""
    text = environment.get("PRIMED_PORT_BASE") or "8000"
    if not (text.isascii() and text.isdigit()) or not 1024 <= int(text) <= HIGHEST_BASE:
        raise Trouble(
            f"PRIMED_PORT_BASE is '{text}', which is no usable port base.",
            f"Give a whole number from 1024 to {HIGHEST_BASE}, for example PRIMED_PORT_BASE=8200.",
        )
    home = Path(environment.get("PRIMED_HOME") or CHECKOUT / ".primed")
    cache = Path(environment.get("PRIMED_CACHE") or CHECKOUT / ".cache")
    return Place(
        home=home.expanduser().absolute(),
        port_base=int(text),
        bind=environment.get("PRIMED_BIND") or "127.0.0.1",
        cache=cache.expanduser().absolute(),
        kafka_given=environment.get("PRIMED_KAFKA_BOOTSTRAP") or None,
        postgres_given=environment.get("PRIMED_POSTGRES_DSN") or None,
    )
