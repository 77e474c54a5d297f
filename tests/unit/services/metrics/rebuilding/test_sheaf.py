"""Records laid aside and taken up again: all of them, item by item, each item in the order of the log."""

from __future__ import annotations

import errno
import os
import random
import tempfile
from collections import defaultdict
from pathlib import Path

import pytest

from eventlog.records import PositionLost, Record
from services.metrics.domain.hearing import Place, moment_of
from services.metrics.rebuilding.saying import CannotRebuild
from services.metrics.rebuilding.sheaf import Laid, Sheaf

PLACE = ("primed.case-events", 3)
FULL = os.strerror(errno.ENOSPC)


def record(offset: int, key: bytes | None, value: bytes | None, at: int = 0) -> Record:
    return Record(*PLACE, offset, at, key, value)


def sheaf_of(records: list[Record], size: int = 7) -> Sheaf:
    sheaf = Sheaf(PLACE)
    for start in range(0, len(records), size):
        sheaf.add(records[start : start + size])
    return sheaf


def test_items_come_whole_and_in_the_order_of_the_log() -> None:
    chance = random.Random(5)
    records = [record(n, b"%d" % chance.randrange(40), chance.randbytes(n % 90), n) for n in range(500)]
    sheaf = sheaf_of(records)
    seen: defaultdict[bytes | None, list[Laid]] = defaultdict(list)
    for some in sheaf.by_item(60):
        keys = {one.key for one in some}
        assert not keys & seen.keys(), "an item was torn apart"
        for one in some:
            seen[one.key].append(one)
    sheaf.close()
    expected: defaultdict[bytes | None, list[Laid]] = defaultdict(list)
    for said in records:
        laid = Laid(Place(*PLACE, said.offset), moment_of(said.timestamp_ms), said.key, said.value)
        expected[said.key].append(laid)
    assert seen == expected


def test_absent_keys_and_values_stay_absent() -> None:
    sheaf = sheaf_of([record(0, None, b"{}"), record(1, b"k", None), record(2, b"k", b"")])
    found = sorted((one for some in sheaf.by_item(1) for one in some), key=lambda one: one.place)
    assert [(one.key, one.value) for one in found] == [(None, b"{}"), (b"k", None), (b"k", b"")]
    sheaf.close()


def test_moments_never_go_back() -> None:
    sheaf = sheaf_of([record(0, b"a", b"", 20), record(1, b"b", b"", 10), record(2, b"a", b"", 30)])
    assert [one.known_at for some in sheaf.by_item(9) for one in some] == list(map(moment_of, (20, 30, 20)))
    assert sheaf.latest_ms == 30
    sheaf.close()


def test_nothing_comes_of_an_empty_partition() -> None:
    sheaf = Sheaf(PLACE)
    assert list(sheaf.by_item(10)) == []
    sheaf.close()


def test_a_gap_in_the_log_is_refused() -> None:
    sheaf = sheaf_of([record(0, b"a", b"")])
    with pytest.raises(PositionLost, match=r"primed\.case-events-3 has no record 1; the next one is 2"):
        sheaf.add([record(2, b"a", b"")])
    sheaf.close()


def test_a_full_disk_is_told_with_its_folder_and_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        tempfile,
        "TemporaryFile",
        lambda buffering: Path("/dev/full").open("wb", buffering),  # noqa: SIM115 - closed by the sheaf
    )
    sheaf = sheaf_of([record(0, b"a", b"said")])
    with pytest.raises(CannotRebuild) as trouble:
        list(sheaf.by_item(1))
    assert trouble.value.what == f"Records cannot be laid aside in {tempfile.gettempdir()}: {FULL}."
    assert "TMPDIR" in trouble.value.do
    sheaf.close()
