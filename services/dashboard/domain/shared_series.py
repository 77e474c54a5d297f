"""A measure's table for many eyes: its finished months, and nothing from which a small count could be had."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from services.dashboard.domain import sheets, words
from services.dashboard.domain.answers import Point, Series
from services.dashboard.domain.sheets import Cell, Sheet
from services.dashboard.domain.variation import finished_points


def masked(series: Series, today: dt.date) -> Sheet:
    """Months, newest first, with their value, and of how many pieces of work a share or a median is.

    Limits of chance and means are left out, as they are made from the values that are hidden; so is a month
    that is not over, whose value could be followed from day to day.
    """
    points = list(reversed(finished_points(series)))
    of_many = any(point.denominator is not None for point in points)
    heads = sheets.columns("Month", figures=(series.name, *(("Pieces of work",) if of_many else ())))
    rows = tuple(
        (
            Cell(words.capital(words.month(point.period, today)), point.period),
            _value(point, series.unit_of_measure),
            *((_pieces(point),) if of_many else ()),
        )
        for point in points
    )
    return sheets.masked(Sheet(series.name, heads, rows), sheets.LEAST)


def _value(point: Point, unit_of_measure: str) -> Cell:
    value = point.value
    if value is not None and unit_of_measure.startswith("pounds"):
        return replace(sheets.figure(value, unit_of_measure), pounds=True)
    if value is not None and unit_of_measure == "count" and float(value).is_integer():
        return sheets.count(int(value))
    return replace(sheets.figure(value, unit_of_measure), telling=_few(point))


def _few(point: Point) -> bool:
    """Whether the value tells of one to four pieces of work, on either side of a share; unknown is few."""
    if point.denominator is None:
        return True
    sides = [point.denominator]
    if point.numerator is not None:
        sides += [point.numerator, point.denominator - point.numerator]
    return any(0 < one < sheets.LEAST for one in sides)


def _pieces(point: Point) -> Cell:
    many = point.denominator
    whole = many is not None and float(many).is_integer()
    return sheets.count(int(many)) if many is not None and whole else sheets.said(sheets.HIDDEN)
