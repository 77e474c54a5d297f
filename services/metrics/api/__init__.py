"""The HTTP surface of metrics' answers: parse, ask, answer. Everything is read; nothing is changed here."""

from __future__ import annotations

from fastapi import APIRouter

from services.metrics.api import effects, figures, funnel, further_reports, lists, reports, trail
from services.metrics.api.desk import Desk

ROOMS = (figures, reports, further_reports, funnel, effects, trail, lists)


def routers(desk: Desk) -> list[APIRouter]:
    """Every route that answers from the ledger."""
    return [room.router(desk) for room in ROOMS]
