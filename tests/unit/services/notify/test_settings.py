"""Settings that cannot work are refused at the start, and the rules that ship can be used."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from services.notify.__main__ import shipped
from services.notify.channels.key import webhook_key
from services.notify.settings import NotifySettings

CATALOGUE = Path(__file__).parents[4] / "services/metrics/measures.yaml"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ZONE", "Europe/Nowhere"),
        ("WEBHOOK_NETWORKS", '["10.0.0.1/8"]'),
        ("WEBHOOK_KEY", "short"),
        ("WORK_DAYS", "[]"),
        ("TICK_S", "0"),
    ],
)
def test_a_setting_that_cannot_work(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"PRIMED_{name}", value)
    with pytest.raises(ValueError, match=r".+"):
        NotifySettings()


def test_working_time_is_the_councils(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMED_WORK_DAYS", '["tue", "wed"]')
    monkeypatch.setenv("PRIMED_WORK_OPENS", "08:30")
    monkeypatch.setenv("PRIMED_CLOSED_DAYS", '["2026-12-29"]')
    hours = NotifySettings().hours(frozenset())
    assert [dt.date(2026, 12, day) in hours.days for day in (21, 22, 23, 29, 30)] == [
        False,
        True,
        True,
        False,
        True,
    ]
    assert hours.opens == dt.time(8, 30)


def test_the_rules_that_ship_are_about_measures_of_the_catalogue() -> None:
    rules = shipped(NotifySettings().rules_file)
    measures = {measure["id"]: measure for measure in yaml.safe_load(CATALOGUE.read_text())["measures"]}
    assert len({rule.id for rule in rules}) == len(rules) >= 4
    for rule in rules:
        assert rule.unit_of_measure == measures[rule.measure].get("unit", "count"), rule.id


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [", "must hold"),
        ("[]", "must hold"),
        ("rules: [{id: a}]", "name"),
        (
            "rules: [{id: a, name: A, measure: a, comparison: above, value: 1, clear: 2}]",
            "clear must be at or below value",
        ),
    ],
)
def test_a_file_of_rules_that_cannot_be_used_says_why(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(ValueError, match=says):
        shipped(tmp_path / "rules.yaml")


def test_the_webhook_key_is_made_once_and_closed_to_others(tmp_path: Path) -> None:
    first = webhook_key("", tmp_path / "keys")
    assert webhook_key("", tmp_path / "keys") == first
    assert len(first) == 64
    assert (tmp_path / "keys/webhook.key").stat().st_mode & 0o077 == 0
    assert webhook_key("c" * 32, tmp_path) == b"c" * 32
