"""`make bench`: one run, one table with ratios; speed is only ever compared within a run."""

from __future__ import annotations

import argparse

from bench import bulk, page
from bench.stand import stand


def main() -> None:
    """Measure and print a Markdown table."""
    words = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    words.add_argument("--events", type=int, default=200_000, help="events in the backlog")
    words.add_argument("--rate", type=int, default=100, help="events a second while a page is watched")
    words.add_argument("--seconds", type=int, default=60, help="how long the page is watched")
    asked = words.parse_args()
    with stand() as ground:
        backlog = bulk.measure(ground, asked.events)
    watched = page.measure(asked.rate, asked.seconds)
    print(table(backlog, watched))


def table(backlog: bulk.Bulk, watched: page.Page) -> str:
    """The results as they are printed."""
    ratio = backlog.absorb / backlog.consume
    each = backlog.lines / backlog.events
    return f"""
| {backlog.events:,} events from Kafka, in one run | events/s | beside bare consume |
|---|---:|---:|
| bare aiokafka `getmany` | {backlog.consume:,.0f} | 1 |
| **Kafka to committed ledger, one worker** | {backlog.absorb:,.0f} | {ratio:.3f} |

{each:.1f} lines and {backlog.bytes_an_event:,.0f} bytes of Postgres an event.

| {watched.rate} events/s, {watched.probes} of them watched on a team's page | p50 ms | p99 ms |
|---|---:|---:|
| posted → acknowledged | {_ms(watched.acknowledged)} |
| **posted → shown on the page** | {_ms(watched.shown)} |
"""


def _ms(pair: tuple[float, float]) -> str:
    return f"{pair[0] * 1000:,.0f} | {pair[1] * 1000:,.0f}"


if __name__ == "__main__":
    main()
