"""What producer, carriage and follower promise, in memory and on the real Kafka."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from eventlog.codec import partition_of
from eventlog.records import EVENT_HEADERS, Message, Placed, PositionLost, Record
from tests.integration.eventlog.worlds import Ledger, until
from tests.patience import PATIENCE_S


def messages(topic: str, count: int, start: int = 0) -> list[Message]:
    return [Message(topic, b"key-%d" % (n % 50), b"value-%d" % n) for n in range(start, start + count)]


async def test_a_sent_record_stands_where_the_answer_says(sending_world: Any) -> None:
    topic = await sending_world.topic()
    producer = await sending_world.producer()
    placed = await producer.send(messages(topic, 100))
    assert [place.partition for place in placed] == [
        partition_of(b"key-%d" % (n % 50), 12) for n in range(100)
    ]
    ledger = Ledger()
    carriage = await sending_world.carriage(topic, ledger)
    await until(lambda: len(ledger.taken) == 100, also=carriage)
    found = {(record.partition, record.offset): record.value for record in ledger.taken}
    assert [found[place.partition, place.offset] for place in placed] == [b"value-%d" % n for n in range(100)]


async def test_key_headers_and_time_travel_with_the_value(sending_world: Any) -> None:
    topic = await sending_world.topic(1)
    producer = await sending_world.producer()
    await producer.send([Message(topic, b"a", b"b"), Message(topic, b"gone", None, (("why", b"\xff\x00"),))])
    ledger = Ledger()
    await until(lambda: len(ledger.taken) == 2, also=await sending_world.carriage(topic, ledger))
    event, tombstone = ledger.taken
    assert (event.key, event.value, event.headers) == (b"a", b"b", EVENT_HEADERS)
    assert (tombstone.key, tombstone.value, tombstone.headers) == (b"gone", None, (("why", b"\xff\x00"),))
    assert event.timestamp_ms > 1_700_000_000_000


async def test_records_of_one_key_stay_in_the_order_in_which_they_were_sent(sending_world: Any) -> None:
    topic = await sending_world.topic()
    producer = await sending_world.producer()
    sending = [asyncio.create_task(producer.send([Message(topic, b"one", b"%d" % n)])) for n in range(200)]
    await asyncio.gather(*sending)
    ledger = Ledger()
    await until(lambda: len(ledger.taken) == 200, also=await sending_world.carriage(topic, ledger))
    assert ledger.values == [b"%d" % n for n in range(200)]


async def test_nothing_to_send_needs_no_log(sending_world: Any) -> None:
    topic = await sending_world.topic()
    producer = await sending_world.producer()
    assert await producer.send([]) == []
    assert await producer.send([Message(topic, b"a", b"b")]) == [Placed(topic, partition_of(b"a", 12), 0)]


async def test_reading_begins_at_the_stored_positions(world: Any) -> None:
    topic = await world.topic(2)
    producer = await world.producer()
    await producer.send(messages(topic, 100))
    place = (topic, 0)
    first = Ledger()
    carriage = await world.carriage(topic, first)
    await until(lambda: len(first.taken) == 100, also=carriage)
    await carriage.stop()
    half = first.positions[place] // 2
    second = Ledger(positions={**first.positions, place: half})
    await until(
        lambda: len(second.taken) == first.positions[place] - half, also=await world.carriage(topic, second)
    )
    assert {record.partition for record in second.taken} == {0}
    assert second.taken[0].offset == half


async def test_no_second_batch_comes_before_the_first_is_absorbed_and_batches_grow_meanwhile(
    world: Any,
) -> None:
    topic = await world.topic()
    producer = await world.producer()
    ledger, gate = Ledger(), asyncio.Event()
    inside = 0

    async def slowly() -> None:
        nonlocal inside
        inside += 1
        assert inside == 1
        await gate.wait()
        inside -= 1

    ledger.before = slowly
    carriage = await world.carriage(topic, ledger)
    await producer.send(messages(topic, 1))
    await until(lambda: inside == 1, also=carriage)
    for n in range(20):
        await producer.send(messages(topic, 10, n * 10))
    await asyncio.sleep(0.3)
    gate.set()
    await until(lambda: len(ledger.taken) == 201, also=carriage)
    assert ledger.sizes[0] == 1
    assert len(ledger.sizes) < 12, f"deliveries were not merged: {ledger.sizes}"


async def test_a_fetch_brings_at_most_so_many_records(world: Any) -> None:
    topic = await world.topic()
    await (await world.producer()).send(messages(topic, 300))
    ledger = Ledger()
    await until(lambda: len(ledger.taken) == 300, also=await world.carriage(topic, ledger, max_records=50))
    assert max(ledger.sizes) <= 50


async def test_an_error_while_absorbing_ends_in_failed_and_nothing_more_is_taken(world: Any) -> None:
    topic = await world.topic()
    producer = await world.producer()
    ledger = Ledger()

    async def break_down() -> None:
        if ledger.taken:
            raise ZeroDivisionError("on purpose")

    ledger.before = break_down
    carriage = await world.carriage(topic, ledger)
    await producer.send(messages(topic, 1))
    await until(lambda: len(ledger.taken) == 1, also=carriage)
    await producer.send(messages(topic, 1))
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(asyncio.shield(carriage.failed), PATIENCE_S)
    await producer.send(messages(topic, 5))
    await asyncio.sleep(0.3)
    assert len(ledger.taken) == 1
    before = asyncio.get_running_loop().time()
    await carriage.stop()
    assert asyncio.get_running_loop().time() - before < 5


async def test_what_was_broken_off_comes_again_after_a_restart(world: Any) -> None:
    topic = await world.topic(3)
    await (await world.producer()).send(messages(topic, 60))
    ledger = Ledger()

    async def break_down() -> None:
        ledger.before = None
        raise ZeroDivisionError("on purpose")

    ledger.before = break_down
    carriage = await world.carriage(topic, ledger)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(asyncio.shield(carriage.failed), PATIENCE_S)
    await carriage.stop()
    await until(lambda: len(ledger.taken) == 60, also=await world.carriage(topic, ledger))
    assert sorted(value or b"" for value in ledger.values) == sorted(b"value-%d" % n for n in range(60))


async def test_a_moved_position_is_loaded_again_and_nothing_is_skipped_or_doubled(world: Any) -> None:
    topic = await world.topic(1)
    producer = await world.producer()
    ledger = Ledger()
    carriage = await world.carriage(topic, ledger)
    await producer.send(messages(topic, 10))
    await until(lambda: len(ledger.taken) == 10, also=carriage)
    ledger.positions[topic, 0] = 4  # somebody rolled back to here
    await producer.send(messages(topic, 1, 10))
    await until(lambda: len(ledger.taken) == 17, also=carriage)
    assert ledger.refused == 1
    assert [record.offset for record in ledger.taken[10:]] == [4, 5, 6, 7, 8, 9, 10]


async def test_a_position_before_the_start_of_the_log_stops_loudly(world: Any) -> None:
    topic = await world.topic(1)
    await (await world.producer()).send(messages(topic, 10))
    await world.forget_before((topic, 0), 6)
    ledger = Ledger(positions={(topic, 0): 3})
    carriage = await world.carriage(topic, ledger)
    with pytest.raises(PositionLost, match="3 records are gone unread"):
        await asyncio.wait_for(asyncio.shield(carriage.failed), PATIENCE_S)
    assert ledger.taken == []


async def test_a_position_after_the_end_of_the_log_stops_loudly(world: Any) -> None:
    topic = await world.topic(1)
    await (await world.producer()).send(messages(topic, 10))
    carriage = await world.carriage(topic, Ledger(positions={(topic, 0): 11}))
    with pytest.raises(PositionLost, match="not the log that was read before"):
        await asyncio.wait_for(asyncio.shield(carriage.failed), PATIENCE_S)


async def test_stopping_lets_the_batch_under_way_be_absorbed(world: Any) -> None:
    topic = await world.topic(1)
    producer = await world.producer()
    ledger, begun = Ledger(), asyncio.Event()

    async def slowly() -> None:
        begun.set()
        await asyncio.sleep(0.5)

    ledger.before = slowly
    carriage = await world.carriage(topic, ledger)
    await producer.send(messages(topic, 5))
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    await carriage.stop()
    assert len(ledger.taken) == 5


async def test_ready_and_lag_tell_how_it_stands(world: Any) -> None:
    topic = await world.topic(2)
    producer = await world.producer()
    ledger, gate = Ledger(), asyncio.Event()
    ledger.before = gate.wait  # type: ignore[assignment]  # waits, which is all that counts
    carriage = await world.carriage(topic, ledger)
    await until(lambda: carriage.ready, also=carriage)
    assert sum(carriage.lag().values()) == 0
    await producer.send(messages(topic, 40))
    await until(lambda: sum(carriage.lag().values()) == 40, also=carriage)
    gate.set()
    await until(lambda: sum(carriage.lag().values()) == 0, also=carriage)
    assert len(ledger.taken) == 40


async def test_a_follower_hears_everything_and_then_what_is_new(world: Any) -> None:
    topic = await world.topic(3)
    producer = await world.producer()
    await producer.send(messages(topic, 100))
    heard: list[Record] = []

    async def hear(records: Sequence[Record]) -> None:
        heard.extend(records)

    follower = await world.follower(topic, "beginning", hear)
    await asyncio.wait_for(follower.caught_up.wait(), PATIENCE_S)
    assert len(heard) == 100
    await producer.send(messages(topic, 20, 100))
    await until(lambda: len(heard) == 120, also=follower)
    assert sum(follower.position().values()) == 120
    assert {record.value for record in heard} == {b"value-%d" % n for n in range(120)}


async def test_who_asks_a_follower_for_the_end_knows_what_was_written_before(world: Any) -> None:
    topic = await world.topic(3)
    producer = await world.producer()
    heard: list[Record] = []

    async def hear(records: Sequence[Record]) -> None:
        heard.extend(records)

    follower = await world.follower(topic, "beginning", hear)
    for before, written in ((0, 0), (0, 1), (1, 30)):
        await producer.send(messages(topic, written, before))
        await asyncio.wait_for(follower.at_end(), PATIENCE_S)
        assert len(heard) == before + written


async def test_a_follower_from_the_end_hears_only_what_is_new(world: Any) -> None:
    topic = await world.topic(3)
    producer = await world.producer()
    await producer.send(messages(topic, 100))
    heard: list[Record] = []

    async def hear(records: Sequence[Record]) -> None:
        heard.extend(records)

    follower = await world.follower(topic, "end", hear)
    await asyncio.wait_for(follower.caught_up.wait(), PATIENCE_S)
    await producer.send(messages(topic, 7, 100))
    await until(lambda: len(heard) >= 7, also=follower)
    assert sorted(record.value or b"" for record in heard) == [b"value-%d" % n for n in range(100, 107)]


async def test_who_needs_the_whole_of_a_log_that_was_cut_gets_none_of_it(world: Any) -> None:
    topic = await world.topic(1)
    await (await world.producer()).send(messages(topic, 20))

    async def hear(records: Sequence[Record]) -> None:
        heard.extend(records)

    heard: list[Record] = []
    whole = await world.follower(topic, "whole", hear)
    await asyncio.wait_for(whole.caught_up.wait(), PATIENCE_S)
    assert len(heard) == 20
    await world.forget_before((topic, 0), 5)
    late = await world.follower(topic, "whole", hear)
    with pytest.raises(PositionLost, match=rf"{topic}-0 begins at 5: its first 5 records are gone.*Restore"):
        await asyncio.wait_for(asyncio.shield(late.failed), PATIENCE_S)
    assert not whole.failed.done()
    assert len(heard) == 20
    rest = await world.follower(topic, "beginning", hear)
    await asyncio.wait_for(rest.caught_up.wait(), PATIENCE_S)
    assert len(heard) == 35


async def test_an_empty_topic_is_caught_up_at_once(world: Any) -> None:
    async def hear(records: Sequence[Record]) -> None:
        raise AssertionError("there is nothing to hear")

    follower = await world.follower(await world.topic(), "beginning", hear)
    await asyncio.wait_for(follower.caught_up.wait(), PATIENCE_S)


async def test_what_a_follower_cannot_take_ends_in_failed(world: Any) -> None:
    topic = await world.topic(1)
    await (await world.producer()).send(messages(topic, 1))

    async def hear(records: Sequence[Record]) -> None:
        raise ZeroDivisionError("on purpose")

    follower = await world.follower(topic, "beginning", hear)
    with pytest.raises(ZeroDivisionError):
        await asyncio.wait_for(asyncio.shield(follower.failed), PATIENCE_S)
