"""Starts the dashboard: reads settings and the clock, follows the log, serves the pages."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any

from eventlog.following import Follower
from runtime import process, telemetry
from runtime.auth import TokenIssuer, token_reader
from runtime.staff import Directory
from services.dashboard.application import pages
from services.dashboard.client import Services
from services.dashboard.live import TOPICS, Hub
from services.dashboard.pages.desk import Desk
from services.dashboard.pages.rendering import environment
from services.dashboard.settings import DashboardSettings

PORT = 80


class Connections:
    """The connections to the other services, given back when the process leaves."""

    name = "connections"

    def __init__(self, services: Services) -> None:
        self._services = services
        self.failed: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def start(self) -> None:
        """Nothing to do: each is opened when it is first needed."""

    async def stop(self) -> None:
        """Close them."""
        await self._services.close()


async def main() -> int:
    """Join the rooms and serve until told to stop."""
    settings = DashboardSettings()
    telemetry.configure("dashboard", settings.log_level)
    services = Services(
        {
            "ingest": settings.ingest_url,
            "metrics": settings.metrics_url,
            "actions": settings.actions_url,
            "notify": settings.notify_url,
        },
        timeout_s=settings.dashboard_call_timeout_s,
    )
    hub = Hub(
        most=settings.dashboard_live_most,
        each=settings.dashboard_live_each,
        life_s=settings.dashboard_live_life_s,
    )
    kafka = settings.kafka_bootstrap
    organisation = Follower(kafka, ("primed.organisation",), start="beginning", hear=hub.hear_organisation)
    changes = Follower(kafka, TOPICS, start="end", hear=hub.hear)
    checks = {"organisation": organisation.well, "changes": changes.well}
    app = pages(_desk(settings, services, hub), hub, token_reader(settings), checks)
    parts = (Connections(services), organisation, changes)
    return await process.serve(app, parts, settings.bind, settings.port_base + PORT)


def _desk(settings: DashboardSettings, services: Services, hub: Hub) -> Desk:
    """People choose who to be only where tokens are local and nobody else can reach the pages."""
    local = settings.is_loopback and not settings.oidc_issuer
    return Desk(
        services=services,
        directory=Directory(settings.staff_file),
        templates=environment(),
        clock=lambda: dt.datetime.now(dt.UTC),
        whole=hub.tree,
        issuer=TokenIssuer(settings.keys, audience=settings.oidc_audience) if local else None,
        tenant=settings.tenant,
        session_s=settings.dashboard_session_s,
        cases=settings.dashboard_case_links,
    )


if __name__ == "__main__":
    process.run(main)
