"""Templates and what they may call: words, charts and links. Everything else comes in the view."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import jinja2
from markupsafe import Markup

from services.dashboard.charts import bars, bridge, funnel, lots, outcomes, sparkline, spc, svg
from services.dashboard.domain import case_links, reports, urgency, words
from services.dashboard.domain.reported import Funnel
from services.dashboard.domain.reporting import Told

HERE = Path(__file__).resolve().parent.parent
STATIC = HERE / "static"


def environment() -> jinja2.Environment:
    """Jinja with escaping always on and a name that is not known an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        words=words,
        urgency=urgency,
        static=_static(),
        workload_chart=workload_chart,
        series_chart=series_chart,
        outcomes_chart=outcomes_chart,
        bridge_chart=bridge_chart,
        funnel_chart=funnel_chart,
        lots_chart=lots_chart,
        scale_cut=bridge.cut,
        spark=spark,
        link=link,
        case_address=case_links.address,
    )
    made.filters.update(
        measured=lambda name: f"measure-{name}",
        coded=words.coded,
        role=words.role,
        unit_words=words.coded,
        pair=lambda promise: (promise.id, promise.text),
        pretty=lambda value: json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True),
        measure_name=_measure_name,
    )
    return made


def _measure_name(measure: str, catalogue: Any) -> str:
    return next((one.name for one in catalogue.measures if one.id == measure), words.coded(measure))


def link(path: str, **params: Any) -> str:
    """An address with its query; absent values are left out."""
    given = {key.rstrip("_"): str(value) for key, value in params.items() if value not in (None, "")}
    return quote(path, safe="/:%") + (f"?{urlencode(given)}" if given else "")


def workload_chart(view: reports.Workload) -> Markup:
    """Report 1, once for a desk and once for a phone."""
    return _both(
        lambda size: bars.stacked(
            view.bars, size, key="workload", title=view.title, description=view.description
        )
    )


def series_chart(view: Any, key: str, target: Any = None) -> Markup:
    """A series with its limits, once for a desk and once for a phone."""
    return _both(
        lambda size: spc.control_chart(
            view.series.points,
            view.notes,
            size,
            key=key,
            title=view.title,
            description=view.description,
            callout=view.callout,
            target=target,
            unit_of_measure=view.series.unit_of_measure,
        )
    )


def outcomes_chart(view: reports.Outcomes) -> Markup:
    """Report 3, once for a desk and once for a phone."""
    return _both(
        lambda size: outcomes.bars(
            view.outcomes,
            size,
            key="outcomes",
            title=view.title,
            description=view.description,
            now=view.now,
            before="a year before" if view.before else "",
        )
    )


def bridge_chart(told: Told, title: str) -> Markup:
    """What care costs a week from opening to closing, once for a desk and once for a phone."""
    spoken = "; ".join(f"{stair.label} {stair.text}" for stair in told.stairs)
    return _both(lambda size: bridge.steps(told.stairs, size, key="bridge", title=title, description=spoken))


def funnel_chart(found: Funnel, title: str) -> Markup:
    """Teams beside the limits of chance, once for a desk and once for a phone."""
    spoken = "; ".join(
        f"{spot.name} {words.shown(spot.value, found.unit_of_measure)} of {words.number(spot.denominator)}"
        for spot in found.teams
    )
    return _both(lambda size: funnel.plot(found, size, key="funnel", title=title, description=spoken))


def lots_chart(told: Told, which: int, name: str) -> Markup:
    """Labelled amounts, once for a desk and once for a phone."""
    said, drawn = told.lots[which]
    spoken = "; ".join(f"{lot.label} {lot.text}" for lot in drawn)
    return _both(
        lambda size: lots.bars(
            drawn,
            size,
            key=f"{name}-{which}",
            title=said or told.finding,
            description=spoken,
            named=told.key,
            worse=name == "ages",
        )
    )


def spark(points: Any, description: str) -> Markup:
    """A sparkline."""
    return Markup(sparkline.sparkline(points, description=description))  # noqa: S704 - the chart escapes its texts


def _both(draw: Any) -> Markup:
    return Markup(draw(svg.WIDE) + draw(svg.NARROW))  # noqa: S704 - the chart escapes its texts


def _static() -> Mapping[str, str]:
    """Each file's address with a mark of its content, so that it may be kept until it changes."""
    found = {}
    for file in sorted(STATIC.rglob("*.*")):
        if file.suffix in {".css", ".js", ".svg"}:
            mark = hashlib.sha256(file.read_bytes()).hexdigest()[:10]
            found[file.name] = f"/static/{file.relative_to(STATIC).as_posix()}?v={mark}"
    return found
