"""`make bench`: one run, one report with ratios; speed is only ever compared within a run."""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
from collections.abc import Callable, Iterable, Sequence

from bench import bulk, fold, growth, importing, live, peers, posting, reads, rebuild
from bench.load import produce
from bench.stand import say, stand

PARTS = ("absorb", "peers", "live", "growth", "reads", "rebuild", "fold", "posting", "importing")


def main() -> None:
    """Measure and print Markdown tables, each as soon as it is there."""
    asked = _asked()
    parts = set(asked.parts)
    told: list[tuple[set[str], Callable[[], str]]] = [
        ({"fold"}, lambda: fold.report(asked.fold_events)),
        ({"absorb", "peers"}, lambda: _backlog(asked.events, with_peers="peers" in parts)),
        ({"growth"}, lambda: _growth(asked.growth_events)),
        ({"rebuild"}, lambda: _rebuild(asked.rebuild_events)),
        ({"posting"}, lambda: _posting(asked.posted_events)),
        ({"importing"}, lambda: _importing(asked.imported_rows)),
        ({"reads"}, lambda: _reads(asked.years, asked.events_a_year)),
        ({"live"}, lambda: _live(live.measure(asked.rates, asked.seconds))),
    ]
    print(_machine())
    for wanted, report in told:
        if wanted & parts:
            print(report(), flush=True)
            print(_load(), flush=True)


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("parts", nargs="*", default=PARTS, help=f"what to measure: {', '.join(PARTS)}")
    words.add_argument("--events", type=int, default=300_000, help="events in the backlog")
    words.add_argument("--rates", type=int, nargs="+", default=[100, 1000], help="events a second, told live")
    words.add_argument("--seconds", type=int, default=60, help="how long each of them is watched")
    words.add_argument(
        "--years", type=int, nargs="+", default=[1, 5, 10], help="ages of ledgers that are read"
    )
    words.add_argument("--events-a-year", type=int, default=100_000, help="in those; a team has 10,000")
    words.add_argument("--rebuild-events", type=int, default=500_000, help="in the log that is rebuilt from")
    words.add_argument("--growth-events", type=int, default=500_000, help="to grow to, up to 5,000,000")
    words.add_argument("--posted-events", type=int, default=50_000, help="acknowledged by ingest")
    words.add_argument("--imported-rows", type=int, default=1_000_000, help="of each file")
    words.add_argument("--fold-events", type=int, default=10_000, help="folded in memory, stage by stage")
    asked = words.parse_args()
    if wrong := set(asked.parts) - set(PARTS):
        words.error(f"there is no {', '.join(sorted(wrong))}; there is {', '.join(PARTS)}")
    if min(asked.years) < 1 or len(set(asked.years)) < 2:
        words.error("--years needs two different ages at least, from 1 on")
    return asked


def _machine() -> str:
    return f"{os.cpu_count()} cores; {dt.datetime.now(dt.UTC):%Y-%m-%d %H:%M} UTC. {_load()}"


def _load() -> str:
    return f"Load average of the last minute: {os.getloadavg()[0]:.1f}.\n"


def _growth(events: int) -> str:
    with stand() as ground:
        return growth.report(growth.measure(ground, events))


def _posting(events: int) -> str:
    rows = posting.table_rows(posting.measure(events))
    return table(f"{events:,} events posted, in one run", posting.COLUMNS, rows)


def _importing(rows: int) -> str:
    found = importing.table_rows(importing.measure(rows))
    return table("files imported, in one run", importing.COLUMNS, found)


def _rebuild(events: int) -> str:
    with stand() as ground:
        return rebuild.report(rebuild.measure(ground, events))


def _reads(years: Sequence[int], events_a_year: int) -> str:
    with stand() as ground:
        return reads.table(reads.measure(ground, sorted(set(years)), events_a_year))


def _backlog(events: int, *, with_peers: bool) -> str:
    with stand() as ground:
        say(f"producing {events} events")
        asyncio.run(produce(ground.place.bootstrap, bulk.TOPIC, events))
        bare = asyncio.run(bulk.consume(ground.place.bootstrap, events))
        found = peers.measure(ground, bulk.TOPIC, events) if with_peers else []
        ours = [asyncio.run(bulk.absorb(ground, events, 1))]
    with stand() as ground:  # a ledger without a line, for two
        asyncio.run(produce(ground.place.bootstrap, bulk.TOPIC, events))
        ours.append(asyncio.run(bulk.absorb(ground, events, 2)))
    rows = [("bare aiokafka `getmany`", "nothing", bare, "")]
    rows += [(peer.name, peer.keeps, peer.rate, peer.why) for peer in found]
    rows += [(f"**Primed, {_workers(one.workers)}**", _kept(one), one.rate, "") for one in ours]
    return table(
        f"{events:,} events from Kafka, in one run",
        ("keeps", "events/s", "beside bare"),
        ((name, keeps, _rate(rate, why), _ratio(rate, bare)) for name, keeps, rate, why in rows),
    )


def _workers(many: int) -> str:
    return "one worker" if many == 1 else f"{many} workers"


def _kept(one: bulk.Absorbed) -> str:
    return (
        f"facts, {one.lines:.1f} lines an event, balances, positions in Postgres "
        f"({one.stored:,.0f} bytes and {one.worker:.0f} + {one.postgres:.0f} µs of processor an event; "
        f"{one.resident:,.0f} MB resident)"
    )


def _rate(rate: float | None, why: str) -> str:
    return f"{rate:,.0f}" if rate else f"did not run: {why}"


def _ratio(rate: float | None, bare: float) -> str:
    return f"{rate / bare:.3f}" if rate else ""


def _live(found: Sequence[live.Told]) -> str:
    return table(
        "live: posted, then told",
        ("events/s", "probes", "acknowledged p50 / p99 ms", "**told p50 / p99 ms**"),
        ((one.where, str(one.rate), str(one.probes), _ms(one.acknowledged), _ms(one.seen)) for one in found),
    )


def _ms(pair: tuple[float, float]) -> str:
    return f"{pair[0] * 1000:,.0f} / {pair[1] * 1000:,.0f}"


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left, the others to the right."""
    lines = [f"| {title} | {' | '.join(columns)} |", f"|---|{'---:|' * len(columns)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


if __name__ == "__main__":
    main()
