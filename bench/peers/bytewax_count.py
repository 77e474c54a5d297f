"""Bytewax counts the records of each key in memory, without recovery. In the peers' own environment.

Prints the seconds from the first record to the last.
"""

import sys
import time

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.testing import TestingSink, run_main

bootstrap, topic, records = sys.argv[1:4]
seen = [0, 0.0, 0.0]


def keyed(message):
    """The record under its key."""
    if not seen[0]:
        seen[1] = time.perf_counter()
    return message.key.decode(), message.value


def count(held, _value):
    """One more of this key."""
    seen[0] += 1
    if seen[0] == int(records):
        seen[2] = time.perf_counter()
    many = (held or 0) + 1
    return many, many


flow = Dataflow("count")
read = op.input("read", flow, KafkaSource([bootstrap], [topic], tail=False, batch_size=10_000))
counted = op.stateful_map("count", op.map("keyed", read, keyed), count)
op.output("nowhere", op.filter("none", counted, lambda _pair: False), TestingSink([]))
run_main(flow)
print(seen[2] - seen[1])
