"""How a process starts, serves and stops: parts in order, ten seconds to leave, one line when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any, Protocol

import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import ValidationError

from runtime.telemetry import log, place_of

LEAVE_WITHIN_S = 10.0
HTTP_DRAIN_S = 4.0
"""Of the ten seconds, at most these for answers under way; the rest is for the parts."""
LAST_S = 9.5
"""So long after it was told to stop, the process ends whatever still hangs: closing connections to what is
away, or a driver's thread."""

_leaving = threading.Event()

OURS = {"schemas", "eventlog", "runtime", "services", "primed", "__main__"}


class Part(Protocol):
    """Something that runs beside HTTP for as long as the process lives, e.g. a carriage or a relay."""

    @property
    def failed(self) -> asyncio.Future[Any]:
        """Gets an exception when the part can no longer do its work."""
        ...

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class CannotStart(Exception):
    """The process cannot start; the message says what to do."""


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: HTTP is only one of the things to stop."""
        yield


async def serve(app: FastAPI, parts: Sequence[Part], host: str, port: int) -> int:
    """Start the parts in order, serve until told to stop or a part fails; answers with the exit code.

    On SIGTERM or SIGINT: not ready at once, answers under way are finished, parts stop in reverse, all within
    ten seconds. When a part fails: one line in the log, the same way out, exit code 1.
    """
    listening = _listen(host, port)
    told = _stop_when_told()
    started: list[Part] = []
    code = 0
    server = _Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=int(HTTP_DRAIN_S))
    )
    try:
        code = await _start(parts, started, told)
        if code == 0 and not told.is_set():
            code = await _run(server, listening, started, told)
    finally:
        listening.close()
        _leave(app)
        await _stop(started)
    log().info("stopped", exit_code=code)
    return code


async def _start(parts: Sequence[Part], started: list[Part], told: asyncio.Event) -> int:
    for part in parts:
        began = time.monotonic()
        started.append(part)
        try:
            await part.start()
        except Exception as error:  # noqa: BLE001 - whatever keeps a part from starting is told in one line, exit 1
            _tell_broken("part-did-not-start", part, error)
            return 1
        log().info("part-started", part=_name(part), seconds=round(time.monotonic() - began, 3))
        if told.is_set():
            break
    return 0


async def _run(server: _Server, listening: socket.socket, parts: Sequence[Part], told: asyncio.Event) -> int:
    serving = asyncio.create_task(server.serve([listening]))
    stopping = asyncio.create_task(told.wait())
    broken = {part.failed: part for part in parts}
    host, port = listening.getsockname()[:2]
    log().info("serving", address=f"http://{host}:{port}")
    await asyncio.wait({serving, stopping, *broken}, return_when=asyncio.FIRST_COMPLETED)
    code = 0
    for future, part in broken.items():
        if future.done() and not future.cancelled() and (error := future.exception()):
            _tell_broken("part-failed", part, error)
            code = 1
    if serving.done() and serving.exception():
        _tell_broken("http-failed", server, serving.exception())
        code = 1
    stopping.cancel()
    _leave(server.config.app)
    server.should_exit = True
    with contextlib.suppress(TimeoutError, SystemExit):
        async with asyncio.timeout(HTTP_DRAIN_S + 1):
            await asyncio.gather(serving, return_exceptions=True)
    return code


def _leave(app: Any) -> None:
    """From now on not ready, and the clock runs."""
    app.state.readiness.draining.set()
    _leaving.set()


async def _stop(started: Sequence[Part]) -> None:
    """In reverse, each with its share of the time that is left."""
    until = time.monotonic() + LEAVE_WITHIN_S - HTTP_DRAIN_S - 1.5
    for left in range(len(started), 0, -1):
        part = started[left - 1]
        try:
            async with asyncio.timeout((until - time.monotonic()) / left):
                await part.stop()
        except Exception as error:  # noqa: BLE001 - one part that cannot stop must not keep the others from stopping
            log().warning("part-did-not-stop", part=_name(part), error=type(error).__name__)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        why = "something else listens there" if error.errno == errno.EADDRINUSE else str(error.strerror)
        raise CannotStart(
            f"Cannot listen on {host}:{port}: {why}. Set PRIMED_PORT_BASE or PRIMED_BIND."
        ) from error
    listening.setblocking(False)
    return listening


def _stop_when_told() -> asyncio.Event:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    return told


def _tell_broken(what: str, part: object, error: BaseException | None) -> None:
    assert error is not None
    log().error(what, part=_name(part), **place_of(error), message=_sentence(error))


def _sentence(error: BaseException) -> str:
    """What the error says, if we wrote it for the person on call; a driver's own words may quote a case."""
    if isinstance(error, ValidationError):
        return "; ".join(
            f"PRIMED_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}"
            for one in error.errors(include_input=False, include_url=False)
            if one["type"] != "default_factory_not_called"  # only follows from another error
        )
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    raised_in = str(frames[-1].f_globals.get("__name__", "")) if frames else ""
    ours = {raised_in.partition(".")[0], type(error).__module__.partition(".")[0]} & OURS
    return str(error) if ours else "See the log of what it depends on."


def _name(part: object) -> str:
    return str(getattr(part, "name", type(part).__name__))


def run(main: Callable[[], Awaitable[int]]) -> None:
    """Run a service's `main` on uvloop and exit with its code; an error is one line, not a trace."""
    threading.Thread(target=_leave_at_last, name="leave-at-last", daemon=True).start()
    try:
        code = uvloop.run(_awaited(main))
    except Exception as error:  # noqa: BLE001 - the last wall of the process: one readable line, exit 1
        _tell_broken("cannot-start", main, error)
        code = 1
    _leaving.set()
    sys.exit(code)


def _leave_at_last() -> None:
    """A process that neither works nor ends could not be started again; so it ends, whatever still hangs."""
    _leaving.wait()
    time.sleep(LAST_S)
    log().error("left-by-force", seconds=LAST_S)
    os._exit(1)


async def _awaited(main: Callable[[], Awaitable[int]]) -> int:
    return await main()
