"""The crew: every share is done once by somebody, whoever is killed; trouble stops all and is passed on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from services.metrics.domain.shares import Share
from services.metrics.rebuilding.crew import Crew, Order
from services.metrics.rebuilding.saying import CannotRebuild

HAND = """
import json, os, pathlib, sys
folder = pathlib.Path(sys.argv[1])
for line in sys.stdin:
    share = json.loads(line)["share"]
    print(json.dumps({"records": 10, "done": False}), flush=True)
    tried = folder / f"tried-{share}"
    tries = int(tried.read_text()) if tried.exists() else 0
    tried.write_text(str(tries + 1))
    if tries < int(sys.argv[2]) and share == 2:
        os.kill(os.getpid(), 9)
    if share == int(sys.argv[3]):
        print(json.dumps({"stopped": "No log.", "do": "Find it."}), flush=True)
        continue
    (folder / f"done-{share}").write_text("")
    print(json.dumps({"records": 5, "done": True}), flush=True)
"""


def orders(count: int) -> list[Order]:
    made = (Share(number, ((("cases", number), 15),)) for number in range(1, count + 1))
    return [Order("fill", 7, share) for share in made]


def crew(folder: Path, told: list[int], kills: int = 0, trouble: int = 0, size: int = 2) -> Crew:
    return Crew((sys.executable, "-c", HAND, str(folder), str(kills), str(trouble)), size, told.append)


async def test_every_share_is_done_and_its_records_are_told(tmp_path: Path) -> None:
    told: list[int] = []
    await crew(tmp_path, told).do(orders(5))
    assert sorted(path.name for path in tmp_path.glob("done-*")) == [f"done-{n}" for n in range(1, 6)]
    assert sum(told) == 75


async def test_a_killed_process_is_replaced_and_its_share_done_again(tmp_path: Path) -> None:
    told: list[int] = []
    await crew(tmp_path, told, kills=2).do(orders(3))
    assert (tmp_path / "done-2").exists()
    assert (tmp_path / "tried-2").read_text() == "3"
    assert sum(told) == 45, "what a killed process had told does not count"


async def test_a_share_that_kills_every_process_is_given_up_with_advice(tmp_path: Path) -> None:
    with pytest.raises(CannotRebuild, match=r"share 2 ended 3 times.*SIGKILL.*fewer --workers"):
        await crew(tmp_path, [], kills=9).do(orders(3))


async def test_trouble_of_one_is_the_trouble_of_all(tmp_path: Path) -> None:
    with pytest.raises(CannotRebuild) as trouble:
        await crew(tmp_path, [], trouble=1).do(orders(4))
    assert (trouble.value.what, trouble.value.do) == ("No log.", "Find it.")
