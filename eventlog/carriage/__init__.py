"""The carriage: Faust carries, one fetch at a time; Postgres alone says where to begin.

Faust by the record is slow, and it loses what fails. So whatever one fetch brings, all partitions together,
travels through Faust as one event, and nothing more is read until it is absorbed. While a batch is absorbed,
the next one grows, so batches size themselves. Offsets in Kafka are for lag tools only: where to begin is
asked of Postgres at each assignment. Nothing fails quietly: any error ends in `failed`, and the process
leaves and is started again.

`carrying.py` is what services use; `fetching.py` is the loop below it, replaceable by plain aiokafka with
that `absorb`; `app.py` is the little of Faust that remains.
"""

from eventlog.carriage.carrying import Carriage, Stuck

__all__ = ["Carriage", "Stuck"]
