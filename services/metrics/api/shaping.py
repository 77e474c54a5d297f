"""From answers to their shapes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypedDict

from services.metrics.answers.asking import Answer, Ask
from services.metrics.api import trail_views, views
from services.metrics.api.desk import cursor_of
from services.metrics.domain.accounts import ACCOUNTS
from services.metrics.domain.aims import Aim
from services.metrics.domain.figures import Figure
from services.metrics.domain.finding import of_series
from services.metrics.domain.formula import Filter
from services.metrics.domain.measures import Declared, Measure
from services.metrics.domain.money import DAYS_A_WEEK, pounds
from services.metrics.domain.periods import Grain
from services.metrics.domain.series import Point, Series
from services.metrics.domain.trail import Changes, Explanation, Line, Part, Said

IF_NOTHING_IS_DONE = "if nothing is done"


class Meta(TypedDict):
    """The fields that every answer with figures has."""

    as_at: Any
    as_known: Any
    fresh_at: Any
    positions: Any
    stale_feeds: Any
    complete_from: Any
    note: Any


def meta_of(answer: Answer[Any]) -> Meta:
    """What the answer rests on."""
    return Meta(
        as_at=answer.ask.as_at,
        as_known=answer.ask.as_known,
        fresh_at=answer.fresh.fresh_at,
        positions=dict(answer.fresh.positions),
        stale_feeds=answer.ask.stale,
        complete_from=answer.ask.complete_from,
        note=answer.ask.note,
    )


def not_complete_view(figure: Figure) -> views.NotComplete | None:
    """Why a figure is not said."""
    since = figure.not_complete
    return views.NotComplete(since=since.day, source=since.source, reason=since.reason) if since else None


def measure_view(measure: Measure) -> views.Measure:
    """A measure as the catalogue shows it."""
    return views.Measure(
        id=measure.id,
        name=measure.name,
        definition=measure.definition,
        formula=measure.formula,
        unit_of_measure=measure.unit,
        polarity=measure.polarity,
        grains=measure.grains,
        target=measure.target,
        threshold=measure.threshold,
        smallest_denominator=measure.smallest_denominator,
        audiences=measure.audiences,
        prompts=measure.prompts,
    )


def figure_view(figure: Figure, declared: Declared) -> views.Figure:
    """A figure with what it is called and means."""
    measure = declared.measure
    return views.Figure(
        measure=measure.id,
        name=measure.name,
        unit=figure.key.unit,
        period=figure.key.period.label,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        unit_of_measure=measure.unit,
        target=figure.target(measure),
        agreed=agreed_view(figure.aim),
        unfinished=figure.unfinished,
        note=IF_NOTHING_IS_DONE if figure.ahead else None,
        not_complete=not_complete_view(figure),
        definition=measure.definition,
    )


def agreed_view(aim: Aim | None) -> views.Agreed | None:
    """Where a target comes from that the catalogue does not say."""
    if aim is None:
        return None
    return views.Agreed(
        target=aim.target,
        value=aim.value,
        tolerance=aim.tolerance,
        since=aim.since,
        grain=aim.grain,
        reason=aim.reason,
        agreed_by=aim.by,
        agreed_at=aim.at,
        meeting=aim.meeting,
    )


def point_view(point: Point, series: Series) -> views.Point:
    """A point with the limits of its group."""
    figure, mark = point.figure, point.mark
    limits = mark.limits if mark else None
    return views.Point(
        period=figure.key.period.label,
        first=figure.key.period.first,
        last=figure.key.period.last,
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        unfinished=figure.unfinished,
        mean=mark.mean if mark else None,
        upper=limits.upper if limits else None,
        lower=limits.lower if limits else None,
        special_cause=mark.cause if mark else None,
        direction=mark.direction if mark else None,
        judged=point.judged(series.measure),
        not_complete=not_complete_view(figure),
        group=mark.group if mark else None,
        target=figure.target(series.measure),
    )


def series_of(series: Series, ask: Ask, grain: Grain) -> dict[str, Any]:
    """A series as a chart needs it."""
    about = series.measure
    return dict(
        measure=about.id,
        name=about.name,
        unit=ask.unit,
        grain=grain,
        unit_of_measure=about.unit,
        polarity=about.polarity,
        target=series.target,
        agreed=agreed_view(series.aim),
        definition=about.definition,
        points=[point_view(point, series) for point in series.points],
        variation=series.variation,
        assurance=series.assurance,
        finding=of_series(series, ask.as_at),
        prompts=series.prompts,
        rebases=[views.Rebased(since=one.since, reason=one.reason) for one in series.rebases],
    )


def part_view(part: Part) -> trail_views.Part:
    """A term with what its lines add up to."""
    return trail_views.Part(
        side=part.side,
        sign=part.sign,
        how=part.term.how,
        account=part.term.account,
        filters=[_said(one) for one in part.term.filters],
        amount=part.amount,
        pounds=pounds_of(part.amount, [part.term.account]),
        lines=part.lines,
        cancelled=part.cancelled,
        when=part.when,
        first=part.days[0] if part.days else None,
        last=part.days[1] if part.days else None,
        counted=part.counted if part.days else None,
    )


def changes_view(changes: Changes) -> trail_views.Changes:
    """What changed weekly cost, in pounds and exactly."""
    exact = {
        "opening": changes.opening,
        **{step.term.account: step.sign * step.amount for step in changes.steps},
        "reorganised": changes.reorganised,
        "closing": changes.closing,
    }
    return trail_views.Changes(
        opening=pounds(changes.opening),
        steps=[
            trail_views.Step(
                account=step.term.account,
                amount=step.sign * step.amount,
                pounds=pounds(step.sign * step.amount),
                lines=step.lines,
            )
            for step in changes.steps
        ],
        reorganised=pounds(changes.reorganised),
        closing=pounds(changes.closing),
        exact=exact,
        lines=[line_view(line) for line in changes.lines],
        total_lines=sum(step.lines for step in changes.steps),
        next_cursor=cursor_of(changes.lines[-1].place) if changes.more else None,
    )


def sum_in_pounds(told: Explanation) -> float | None:
    """What the lines come to, in pounds where they are money; a day costs a seventh of its week."""
    accounts = [part.term.account for part in told.parts]
    if any(part.term.how == "cost" for part in told.parts):
        return pounds(Fraction(told.sum, DAYS_A_WEEK))
    if told.declared.daily:
        days = {part.days for part in told.parts if part.days}
        many = sum((last - first).days + 1 for first, last in days)
        return pounds_of(Fraction(told.sum, many or 1), accounts)
    return pounds_of(told.sum, accounts)


def _said(one: Filter) -> str:
    return f"{one.word} {'not in' if one.negated else 'in'} {', '.join(one.values)}"


def pounds_of(amount: Fraction | int, accounts: Iterable[str]) -> float | None:
    """An amount of these accounts in pounds; None where one of them counts things."""
    return pounds(amount) if all(ACCOUNTS[name].money for name in accounts) else None


def line_view(line: Line) -> trail_views.Line:
    """A line with the place of its event."""
    return trail_views.Line(
        part=line.part,
        account=line.account,
        team=line.team,
        day=line.day,
        kind=line.kind,
        setting=line.setting,
        worker=line.worker,
        detail=dict(line.detail),
        amount=line.amount,
        pounds=pounds_of(line.amount, [line.account]),
        subject=line.subject,
        known_at=line.known_at,
        event=trail_views.Place(
            topic=line.topic,
            partition=line.partition,
            offset=line.offset,
            n=line.n,
            source=line.source,
            id=line.id,
            type=line.type,
            time=line.time,
        ),
    )


def body_of(said: Said) -> dict[str, Any]:
    """The event as it stands in the log."""
    body: dict[str, Any] = json.loads(said.body)
    return body


def cut_of(by: str, name: str) -> dict[str, str]:
    """By what else than months a row of a report is cut, as a field of it."""
    return {} if by == "month" else {by: name}
