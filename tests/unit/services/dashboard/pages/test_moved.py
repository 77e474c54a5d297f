"""What changed a cost, as the page of its explanation shows it."""

import re

import msgspec

from services.dashboard.domain.trail import Moved
from services.dashboard.pages.rendering import environment

SAID = {
    "opening": 850.0,
    "steps": [
        {"account": "spend_started", "amount": 37310000, "pounds": 287.0, "lines": 1},
        {"account": "spend_changed", "amount": 0, "pounds": 0.0, "lines": 0},
        {"account": "spend_ended", "amount": -117000000, "pounds": -900.0, "lines": 2},
    ],
    "reorganised": -37.5,
    "closing": 199.5,
    "exact": {},
    "lines": [],
    "total_lines": 3,
    "next_cursor": None,
}


def shown(said: dict) -> list[str]:
    moved = msgspec.convert(said, Moved)
    text = environment().get_template("parts/moved.html").render(moved=moved)
    return [re.sub(r"\s*<[^>]+>\s*", " ", row).strip() for row in re.findall(r"<tr>(.*?)</tr>", text)][1:]


def test_each_step_that_moved_something_from_opening_to_closing() -> None:
    assert [re.sub(r" +", " ", row) for row in shown(SAID)] == [
        "At the beginning £850 –",
        "Packages that began +£287 1",
        "Packages that ended −£900 2",
        "Came or went with whole teams −£37.50 –",
        "At the end £199.50 –",
    ]


def test_nothing_is_said_of_teams_that_did_not_move() -> None:
    assert len(shown({**SAID, "reorganised": 0})) == 4
