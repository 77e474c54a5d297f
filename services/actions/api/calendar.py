"""`/v1/calendar/{person}.ics`: a person's open commitments as all-day entries on their deadlines."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Response
from icalendar import Calendar, Event

from runtime.auth import Principal, needs
from runtime.http import not_found
from services.actions import answers
from services.actions.answers import Wanted
from services.actions.api.desk import Desk, seen
from services.actions.domain.promise import Promise
from services.actions.domain.reach import DOERS

MOST = 200
"""Entries in one feed; nobody keeps more promises than that."""

Person = Annotated[str, Path(max_length=200, description="Staff id.")]


class CalendarResponse(Response):
    """An iCalendar body, RFC 5545."""

    media_type = "text/calendar"


def router(desk: Desk) -> APIRouter:
    """The feed of one person."""
    routes = APIRouter(tags=["calendar"])

    @routes.get("/v1/calendar/{person}.ics", response_class=CalendarResponse)
    async def calendar(person: Person, who: Principal = needs(*DOERS)) -> CalendarResponse:
        """One's own commitments; of others those within reach, and 404 when there are none to see."""
        at = desk.now()
        wanted = Wanted(who.tenant, MOST, state="open", owner=person)
        found = seen(await answers.commitments_of(desk.shelf, desk.reach(who, at), None, wanted))
        if not found.items and person != who.subject:
            raise not_found()
        return CalendarResponse(written(who.tenant, [kept.state.promise for kept in found.items], at))

    return routes


def written(tenant: str, promises: list[Promise], at: dt.datetime) -> bytes:
    """The feed; an entry keeps its `UID` while its deadline moves, so that calendars move it along."""
    feed = Calendar()
    feed.add("prodid", "-//Primed//actions//EN")
    feed.add("version", "2.0")
    for promise in promises:
        entry = Event()
        entry.add("uid", f"{promise.commitment}@{tenant}.primed")
        entry.add("dtstamp", at.astimezone(dt.UTC))
        entry.add("dtstart", promise.deadline)
        entry.add("summary", promise.text)
        entry.add("sequence", len(promise.carried))
        feed.add_component(entry)
    body: bytes = feed.to_ical()
    return body
