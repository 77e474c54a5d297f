"""Exports may be loaded in any order: what the log has heard of each item comes to the same history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.exports import ABSENT, Coverage, Export, Turn, gone, turned

FIRST = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
DAYS = [dt.date(2026, 4, day) for day in range(1, 5)]
COVERAGES = (
    None,
    Coverage(),
    Coverage("received", DAYS[0], DAYS[1]),
    Coverage("received", DAYS[2], None),
)


@dataclass(frozen=True)
class File:
    """An export of one item: what it shows of it, None for nothing."""

    export: Export
    shown: tuple[bytes, dt.date] | None


def files() -> st.SearchStrategy[list[File]]:
    row = st.tuples(st.sampled_from([b"a", b"b", b"c"]), st.sampled_from(DAYS))
    one = st.tuples(st.sampled_from(COVERAGES), st.none() | row)
    return st.lists(one, min_size=1, max_size=6).map(
        lambda several: [
            File(Export(FIRST + dt.timedelta(place), coverage), shown)
            for place, (coverage, shown) in enumerate(several)
        ]
    )


def heard(order: Sequence[File]) -> dict[dt.datetime, bytes]:
    """What the log heard of the item when the files are loaded in this order."""
    known: list[Turn] = []
    exports: list[Export] = []
    log: dict[str, Turn] = {}
    withdrawn: set[str] = set()
    for file in order:
        if file.shown is None:
            found = gone(known, exports, file.export)
        else:
            row, day = file.shown
            turn = Turn(file.export.as_of, row + str(day).encode(), (("received", day),))
            found = turned(known, exports, file.export, turn)
        withdrawn |= {turn.name for turn in found.withdraw}
        log |= {turn.name: turn for turn in found.send}
        fresh = {turn.as_of for turn in (*found.keep, *found.withdraw)}
        known = sorted(
            [*(turn for turn in known if turn.as_of not in fresh), *found.keep], key=lambda turn: turn.as_of
        )
        exports = sorted([*exports, file.export], key=lambda export: export.as_of)
    return {turn.as_of: turn.row for name, turn in log.items() if name not in withdrawn}


def history(log: dict[dt.datetime, bytes]) -> list[tuple[dt.datetime, bytes]]:
    """The rows that differ from the one before them."""
    found: list[tuple[dt.datetime, bytes]] = []
    for moment in sorted(log):
        if log[moment] != (found[-1][1] if found else ABSENT):
            found.append((moment, log[moment]))
    return found


@given(files(), st.randoms(use_true_random=False))
def test_any_order_of_imports_comes_to_the_same_history(several: list[File], chance: object) -> None:
    mixed = list(several)
    chance.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert history(heard(mixed)) == history(heard(several))


@given(files())
def test_in_order_the_log_hears_just_the_differences(several: list[File]) -> None:
    log = heard(several)
    assert list(log.items()) == history(log)


@given(files())
def test_the_same_file_again_says_nothing(several: list[File]) -> None:
    assert heard([*several, several[-1]]) == heard(several)
