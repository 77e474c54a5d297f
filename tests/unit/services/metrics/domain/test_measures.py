"""The catalogue: the one that ships is whole, and one that is wrong says where."""

from pathlib import Path

import pytest

from services.metrics.domain.measures import BadMeasures, catalogue
from services.metrics.store.catalogue import load

ONE = "{id: a, name: A, definition: Some, formula: sum(completed), polarity: higher}"


def listed(*entries: str) -> str:
    return "measures: [" + ", ".join(entries) + "]"


def test_the_shipped_catalogue_has_the_figures_of_the_reports_and_their_prompts() -> None:
    shipped = load()
    assert {
        "received",
        "allocations",
        "started",
        "completed",
        "completed_on_time_percent",
        "completed_late",
        "open",
        "allocated",
        "unallocated",
        "overdue",
        "overdue_percent",
        "start_overdue",
        "commitments_kept_percent",
    } <= set(shipped.ids())
    for declared in shipped:
        assert declared.measure.prompts.get("as_usual"), declared.measure.id
        assert declared.measure.audiences, declared.measure.id
        assert declared.measure.definition.endswith("."), declared.measure.id


def test_an_account_knows_the_measures_that_it_moves() -> None:
    shipped = load()
    assert "completed_on_time_percent" in shipped.touched_by("completed_late")
    assert "overdue" not in shipped.touched_by("completed")
    assert shipped.touched_by("nothing") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "declares nothing"),
        ("[", "is no YAML"),
        ("- a", "is no YAML with a list under `measures`"),
        ("measures: {}", "declares nothing"),
        (listed("4"), "measure number 1, field itself"),
        (listed(ONE, ONE), "measure a, field id: is declared twice"),
        (listed(ONE.replace("higher", "up")), "measure a, field polarity: Invalid enum value 'up'"),
        (
            listed(ONE.replace("polarity: higher", "target: 4")),
            "measure a, field itself: Object missing required field `polarity`",
        ),
        (listed(ONE.replace("name: A", "nmae: A")), "measure a, field itself"),
        (
            listed(ONE.replace("sum(completed)", "sum(done)")),
            "measure a, field formula: 'done' is no account",
        ),
        (listed(ONE.replace("Some", '" "')), "measure a, field definition: is blank"),
        (listed(ONE.replace("polarity", "unit: percent, polarity")), "measure a, field unit: must be count"),
        (listed(ONE.replace("polarity", "grains: [], polarity")), "measure a, field grains: must name"),
        (listed(ONE.replace("polarity", "grains: [year], polarity")), "measure a, field grains"),
        (listed(ONE.replace("polarity", "prompts: {sad: [x]}, polarity")), "measure a, field prompts"),
        (
            listed(
                ONE.replace("sum(completed)", '"percent(sum(completed), end(open))"').replace(
                    "polarity", "unit: percent, polarity"
                )
            ),
            "measure a, field formula: mixes",
        ),
    ],
)
def test_what_is_wrong_names_the_measure_and_the_field(text: str, says: str) -> None:
    with pytest.raises(BadMeasures) as error:
        catalogue(text)
    assert says in str(error.value)


MONEY = "{{id: a, name: A, definition: Some, formula: {}, unit: {}, polarity: higher}}"


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("cost(weekly_spend)", "pounds"),
        ("sum(one_off)", "pounds"),
        ("end(weekly_spend)", "pounds_a_week"),
        ("sum(spend_started) - sum(spend_ended)", "pounds_a_day"),
        ('"ratio(end(weekly_spend), end(packages))"', "pounds_a_week"),
        ('"percent(sum(spend_ended), sum(spend_started))"', "percent"),
    ],
)
def test_money_is_shown_by_what_it_is_paid_for(formula: str, unit: str) -> None:
    assert catalogue(listed(MONEY.format(formula, unit))).ids() == ["a"]


@pytest.mark.parametrize(
    ("formula", "unit", "says"),
    [
        ("cost(weekly_spend)", "pounds_a_week", "field unit: must be pounds"),
        ("sum(spend_started)", "count", "field unit: must be pounds_a_week or pounds_a_day"),
        ("sum(spend_started) + sum(one_off)", "pounds", "field formula: adds up counts, money a week"),
        ("sum(spend_started) + sum(received)", "pounds", "field formula: adds up counts, money a week"),
        ("cost(weekly_spend) + sum(one_off)", "pounds", "field formula: mixes"),
        ('"ratio(end(packages), end(weekly_spend))"', "ratio", "field formula: divides by money"),
    ],
)
def test_money_is_not_added_to_what_it_is_not(formula: str, unit: str, says: str) -> None:
    with pytest.raises(BadMeasures) as error:
        catalogue(listed(MONEY.format(formula, unit)))
    assert says in str(error.value)


def test_a_council_may_have_its_own_catalogue(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    with pytest.raises(BadMeasures, match=r"own\.yaml cannot be read"):
        load(own)
    own.write_text(listed(ONE))
    assert load(own).ids() == ["a"]
    own.write_text(listed(ONE.replace("A", "")))
    with pytest.raises(BadMeasures, match=r"own\.yaml: measure a"):
        load(own)
