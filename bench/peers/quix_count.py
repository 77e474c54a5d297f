"""Quix Streams counts the records of each key, in RocksDB with a changelog. In the peers' own environment.

Prints the seconds from the first record to the last one committed.
"""

import sys
import time

from quixstreams import Application

bootstrap, topic, records, guarantee, folder = sys.argv[1:6]
began = []


def count(value, state):
    """One more of this key."""
    if not began:
        began.append(time.perf_counter())
    state.set("seen", state.get("seen", 0) + 1)
    return value


application = Application(
    broker_address=bootstrap,
    consumer_group=f"bench-quix-{guarantee}",
    auto_offset_reset="earliest",
    processing_guarantee=guarantee,
    state_dir=folder,
    loglevel="ERROR",
)
frame = application.dataframe(application.topic(topic, value_deserializer="bytes", key_deserializer="bytes"))
frame.apply(count, stateful=True)
application.run(count=int(records), timeout=60.0, collect=False)
print(time.perf_counter() - began[0])
