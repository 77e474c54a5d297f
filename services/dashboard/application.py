"""Joins the rooms into the web application; `__main__` gives it settings, clock and what follows the log."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from runtime.auth import TokenReader
from runtime.http import Check, application
from services.dashboard import live
from services.dashboard.live import Hub
from services.dashboard.pages import (
    commitments,
    errors,
    exceptions,
    figures,
    imports,
    mappings,
    meetings,
    mine,
    quality,
    session,
    sign_in,
    units,
)
from services.dashboard.pages.desk import Desk
from services.dashboard.pages.hardening import Hardening
from services.dashboard.pages.rendering import STATIC

ROUTERS = (
    sign_in.router,
    units.router,
    figures.router,
    exceptions.router,
    commitments.router,
    meetings.router,
    mine.router,
    imports.router,
    mappings.router,
    quality.router,
    live.router,
)
PUBLIC = ("/sign-in", "/sign-out")


def pages(desk: Desk, hub: Hub, reader: TokenReader, checks: Mapping[str, Check]) -> FastAPI:
    """The application with every page, its files, and errors as pages."""
    app = application(
        "dashboard",
        reader,
        ROUTERS,
        checks=checks,
        body_limit=100_000,
        streamed=("/imports", "/mappings/"),
        public=PUBLIC,
        token_of=session.token_of,
        check_question=lambda request: (
            None
        ),  # links that others made, or a browser's own extras, still lead here
    )
    app.state.desk, app.state.hub = desk, hub
    errors.install(app)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Hardening, error_page=errors.error_page)
    return app
