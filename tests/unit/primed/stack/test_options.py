"""What the last start asked for is what the next one does, unless it says otherwise."""

from pathlib import Path

import pytest

from primed.stack.options import Options, chosen, remember, remembered
from primed.stack.place import Place
from primed.trouble import Trouble


def test_a_plain_start_goes_on_as_before(tmp_path: Path) -> None:
    place = Place(home=tmp_path, port_base=8000)
    remember(place, chosen(remembered(place), workers=3, simulate=True, empty=False))
    assert chosen(remembered(place), workers=None, simulate=False, empty=False) == Options(3, True)


def test_empty_ends_the_simulation_and_keeps_the_workers() -> None:
    assert chosen(Options(3, True), workers=None, simulate=False, empty=True) == Options(3, False)


def test_a_damaged_file_counts_as_no_memory(tmp_path: Path) -> None:
    (tmp_path / "options.json").write_text('{"workers": "many"')
    assert remembered(Place(home=tmp_path, port_base=8000)) == Options()


@pytest.mark.parametrize("workers", [0, -1, 13])
def test_workers_without_a_partition_are_refused(workers: int) -> None:
    with pytest.raises(Trouble, match="1 to 12"):
        chosen(Options(), workers=workers, simulate=False, empty=False)


def test_simulate_and_empty_exclude_each_other() -> None:
    with pytest.raises(Trouble, match="exclude"):
        chosen(Options(), workers=None, simulate=True, empty=True)
