"""What a worker remembers of items between batches, so that it need not read their events again.

It may be trusted only where nobody else wrote in between. So what is remembered of a partition is taken out
when a batch begins and holds only if the position, read under lock in the batch's own transaction, is the one
that our last batch left there; and it is put back only after that transaction ended well. After a batch that
failed, a rebalance or a frozen worker's awakening it is simply gone, and read again from the items.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from eventlog.records import TopicPartition
from services.metrics.domain.facts import Facts
from services.metrics.domain.hearing import ItemId


class Known(NamedTuple):
    """What is known of an item, and its number."""

    facts: Facts
    no: int


@dataclass(slots=True)
class Remembered:
    """What is known of a partition's items where its position is `at`; used longest ago first."""

    at: int
    items: dict[ItemId, Known] = field(default_factory=dict)

    def keep(self, item: ItemId, known: Known) -> None:
        """Remember an item as used last."""
        self.items.pop(item, None)
        self.items[item] = known

    def forget_down_to(self, most: int) -> None:
        """Keep no more than so many items, those used last."""
        if len(self.items) > most:
            for item in list(self.items)[: len(self.items) - most]:
                del self.items[item]


class Memory:
    """What is remembered of each partition, of so many items at most together."""

    def __init__(self, most_items: int) -> None:
        self._most = most_items
        self._generation = 0
        self._partitions: dict[TopicPartition, Remembered] = {}

    def of_generation(self, generation: int) -> None:
        """What was remembered of another generation is forgotten."""
        if generation != self._generation:
            self._partitions.clear()
            self._generation = generation

    def take_out(self, place: TopicPartition, at: int) -> Remembered:
        """What is remembered of a partition that stands at `at`; nothing where our memory is of elsewhere."""
        found = self._partitions.pop(place, None)
        return found if found is not None and found.at == at else Remembered(at)

    def put_back(self, remembered: Mapping[TopicPartition, Remembered]) -> None:
        """Remember these partitions as they stand now; each has an equal share of the room."""
        self._partitions |= {place: one for place, one in remembered.items() if one.items}
        for one in self._partitions.values():
            one.forget_down_to(self._most // len(self._partitions))

    def keep_only(self, places: Collection[TopicPartition]) -> None:
        """Forget the partitions that are another worker's now."""
        for place in self._partitions.keys() - set(places):
            del self._partitions[place]

    @property
    def items(self) -> int:
        """How many items are remembered."""
        return sum(len(one.items) for one in self._partitions.values())
