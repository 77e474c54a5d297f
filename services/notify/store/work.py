"""One transaction in which decisions fall: the flow's ports over Postgres."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import msgspec

from eventlog.event_store import Command, NewEvent, PostgresEventStore
from eventlog.postgres import Connection, statements
from schemas import registry
from schemas.envelope import Envelope
from services.notify.domain.command import Change
from services.notify.domain.escalation import (
    EscalationEvent,
    Known,
    State,
    Unraised,
    evolve,
    is_unasked,
    people,
    turn,
)
from services.notify.domain.figures import Key, Order
from services.notify.domain.message import Message, Notice, messages
from services.notify.domain.overview import name_of, overview
from services.notify.domain.rule import Figure, Pending, Quiet, Rule, Standing
from services.notify.domain.rule import State as Stands
from services.notify.domain.said import said

SQL = statements("services.notify.store", "work.sql")


class Work:
    """Everything decided within one transaction of one tenant; opened by `store.books.Books`."""

    def __init__(
        self, connection: Connection, events: PostgresEventStore, tenant: str, correlation: str | None = None
    ) -> None:
        self._connection = connection
        self._events = events
        self._tenant = tenant
        self._correlation = correlation
        self._rules: dict[str, tuple[Rule, int]] | None = None
        self._states: dict[tuple[str, str], Stands] | None = None

    async def answered(self, command: Command) -> bytes | None:
        """The first answer of a command that was sent before."""
        return await self._events.answered(command, within=self._connection)

    async def keep_answer(self, command: Command) -> None:
        """Keep the command's answer with what it did."""
        await self._events.append("", 0, [], command=command, within=self._connection)

    async def orders(self, keys: Sequence[Key]) -> Mapping[Key, Order]:
        """How new the known figures are."""
        units, measures, grains = [[key[place] for key in keys] for place in range(3)]
        rows = await self._connection.fetch(SQL["orders"], self._tenant, units, measures, grains)
        return {(row["unit"], row["measure"], row["grain"]): (row["period"], row["sequence"]) for row in rows}

    async def keep(self, figures: Sequence[Figure]) -> None:
        """Keep the last figure of each unit, measure and grain."""
        last = {(figure.unit, figure.measure, figure.grain): figure for figure in figures}.values()
        columns = [
            [figure.unit for figure in last],
            [figure.measure for figure in last],
            [figure.grain for figure in last],
            [figure.period for figure in last],
            [figure.sequence for figure in last],
            [msgspec.json.encode(figure).decode() for figure in last],
        ]
        if last:
            await self._connection.execute(SQL["keep_figures"], self._tenant, *columns)

    async def known(self, rule: Rule, unit: str | None = None) -> Sequence[Figure]:
        """The figures that the rule looks at, of one unit or of all."""
        rows = await self._connection.fetch(
            SQL["known_figures"], self._tenant, rule.measure, rule.grain, unit
        )
        return [msgspec.json.decode(row["body"], type=Figure) for row in rows]

    async def rules(self) -> Mapping[str, Rule]:
        """The rules that stand, by id."""
        return {name: rule for name, (rule, _) in (await self._versions()).items()}

    async def version(self, rule: str) -> int:
        """The version of a rule; 0 when there is none."""
        found = (await self._versions()).get(rule)
        return found[1] if found else 0

    async def set_rule(self, rule: Rule, version: int, by: str, at: dt.datetime) -> None:
        """A new rule, or the next version of one."""
        body = msgspec.json.encode(rule).decode()
        await self._connection.execute(SQL["add_rule"], self._tenant, rule.id, version, body, by, at)
        (await self._versions())[rule.id] = (rule, version)

    async def state(self, rule: str, unit: str) -> Stands:
        """How the rule stands at the unit."""
        return (await self._standings()).get((rule, unit), Quiet())

    async def stand(self, rule: Rule, unit: str, state: Stands) -> None:
        """Remember how the rule stands from now on."""
        key = (self._tenant, rule.id, unit)
        match state:
            case Quiet():
                await self._connection.execute(SQL["forget_standing"], *key)
            case Pending(since=since):
                await self._connection.execute(SQL["stand"], *key, since, since + rule.for_, None)
            case Standing(escalation=escalation):
                await self._connection.execute(SQL["stand"], *key, None, None, escalation)
        (await self._standings())[rule.id, unit] = state

    async def load(self, exception: str) -> tuple[State, int]:
        """The exception as its events make it, and its version."""
        state: State = Unraised()
        stored = await self._events.load(self._stream(exception), within=self._connection)
        for one in stored:
            event = registry.read(one.data)
            happened: EscalationEvent = event.data
            state = evolve(state, happened, registry.instant(event.envelope.time))
        return state, len(stored)

    async def append(self, change: Change) -> None:
        """Write the events, show how the exception reads now, and queue what is told."""
        new = []
        for envelope, event, after in said(change, self._tenant, self._correlation):
            raw = registry.write(envelope)
            registry.read(raw)  # what could not be read again must not be kept
            new.append(NewEvent(envelope.type, raw))
            version = change.version + len(new)
            await self._show(after, version)
            for message in messages(event, after, version):
                await self._queue(message)
            await self._notify(_notice(envelope, event, change.at), version, change.above)
        stream = self._stream(change.events[0].escalation)
        await self._events.append(stream, change.version, new, within=self._connection)

    async def link(self, exception: str, commitment: str) -> None:
        """Remember that the commitment answers the exception."""
        await self._connection.execute(SQL["link_commitment"], self._tenant, exception, commitment)

    async def due(self, now: dt.datetime) -> tuple[list[tuple[str, str]], list[str]]:
        """Rules whose breach has lasted, with the unit; and exceptions whose next person is to be asked."""
        pending = await self._connection.fetch(SQL["due_pending"], self._tenant, now)
        rungs = await self._connection.fetch(SQL["due_rungs"], self._tenant, now)
        return [(row["rule"], row["unit"]) for row in pending], [row["id"] for row in rungs]

    async def _show(self, state: Known, version: int) -> None:
        breach = state.breach
        await self._connection.execute(
            SQL["show_escalation"],
            self._tenant,
            breach.escalation,
            breach.rule,
            breach.unit,
            breach.measure,
            name_of(state),
            version,
            breach.raised_at,
            turn(state),
            is_unasked(state),
            list(people(state)),
            msgspec.json.encode(overview(state, version)).decode(),
        )

    async def _queue(self, message: Message) -> None:
        content = msgspec.json.encode(message).decode()
        for channel in ("inbox", "email"):
            await self._connection.execute(
                SQL["queue_letter"],
                self._tenant,
                f"{message.id}-{channel}",
                channel,
                message.person,
                message.escalation,
                message.unit,
                content,
                message.at,
            )

    async def _notify(self, notice: Notice, version: int, above: Sequence[str]) -> None:
        await self._connection.execute(
            SQL["queue_notices"],
            self._tenant,
            f"{notice.escalation}-{version}",
            notice.escalation,
            notice.unit,
            msgspec.json.encode(notice).decode(),
            notice.at,
            notice.type,
            list(above),
        )

    async def _versions(self) -> dict[str, tuple[Rule, int]]:
        if self._rules is None:
            rows = await self._connection.fetch(SQL["rules"], self._tenant)
            self._rules = {
                row["id"]: (msgspec.json.decode(row["body"], type=Rule), row["version"]) for row in rows
            }
        return self._rules

    async def _standings(self) -> dict[tuple[str, str], Stands]:
        if self._states is None:
            rows = await self._connection.fetch(SQL["standings"], self._tenant)
            self._states = {
                (row["rule"], row["unit"]): Standing(row["escalation"])
                if row["escalation"]
                else Pending(row["since"])
                for row in rows
            }
        return self._states

    def _stream(self, exception: str) -> str:
        return f"{self._tenant}/escalation/{exception}"


def _notice(envelope: Envelope, event: EscalationEvent, at: dt.datetime) -> Notice:
    return Notice(event=envelope.id, type=envelope.type, escalation=event.escalation, unit=event.unit, at=at)
