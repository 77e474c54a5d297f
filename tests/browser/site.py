"""The pages on a port of their own, before a backend with an invented council. For tests alone."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvicorn
import yaml

from runtime.auth import TokenIssuer, token_reader
from runtime.staff import Directory
from services.dashboard.application import pages
from services.dashboard.client import Services
from services.dashboard.live import Hub
from services.dashboard.pages.desk import Desk
from services.dashboard.pages.rendering import environment
from services.dashboard.settings import DashboardSettings
from tests.browser import backend as behind
from tests.browser import council
from tests.patience import PATIENCE_S
from tests.serving import shut_the_door


@dataclass
class Site:
    """Where the pages are, and what stands behind them."""

    address: str
    backend: behind.Backend
    hub: Hub
    loop: Any


@contextlib.contextmanager
def served(home: Path) -> Iterator[Site]:
    """Serve pages and backend until the block ends."""
    (home / "staff.yaml").write_text(yaml.safe_dump({"people": council.PEOPLE}))
    found = behind.Backend()
    with running(behind.application(found)) as (back, _):
        settings = DashboardSettings(home=home)
        services = Services(
            dict.fromkeys(("ingest", "metrics", "actions", "notify"), back), timeout_s=PATIENCE_S
        )
        hub = Hub(most=20, each=6, life_s=600)
        hub.trees["demo"] = council.tree()
        desk = Desk(
            services=services,
            directory=Directory(settings.staff_file),
            templates=environment(),
            clock=lambda: council.NOW,
            whole=hub.tree,
            issuer=TokenIssuer(settings.keys),
            tenant="demo",
            session_s=3600,
            cases={"demo/cases": "https://cases.example/case/{key}"},
        )
        with running(pages(desk, hub, token_reader(settings), {})) as (front, loop):
            yield Site(front, found, hub, loop)
            asyncio.run_coroutine_threadsafe(services.close(), loop).result(PATIENCE_S)


@contextlib.contextmanager
def running(app: Any) -> Iterator[tuple[str, Any]]:
    """An application on a free port, in a thread of its own."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=1)
    )
    loops: list[Any] = []

    async def serve() -> None:
        loops.append(asyncio.get_running_loop())
        await server.serve([listening])

    def run() -> None:
        asyncio.run(serve())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    until = time.monotonic() + PATIENCE_S
    while not server.started:
        if time.monotonic() > until or not thread.is_alive():
            raise RuntimeError("The site did not start.")
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", loops[0]
    finally:
        if hasattr(app.state, "readiness"):
            loops[0].call_soon_threadsafe(app.state.readiness.draining.set)
        asyncio.run_coroutine_threadsafe(shut_the_door(listening), loops[0]).result(PATIENCE_S)
        server.should_exit = True
        thread.join(PATIENCE_S)
        listening.close()
        assert not thread.is_alive(), "the site did not stop, so its connections stay open"
