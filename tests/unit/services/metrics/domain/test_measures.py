"""The catalogue: the one that ships is whole, and one that is wrong says where."""

from pathlib import Path

import pytest

from services.metrics.domain.declaring import BadMeasures, catalogue
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
        ("a: &a {[1]: 2}", "is no YAML"),
        ("measures: {}", "measures.yaml:1:11: the file, field measures: must be a list"),
        ("measures: []", "declares nothing"),
        ("measure: []", "1:1: the file: there is no field 'measure'; did you mean measures?"),
        ("extends: ours", "field extends: can only be `shipped`"),
        (listed("4"), "1:12: measure number 1 must say its fields"),
        (listed(ONE, ONE), "measure a, field id: is declared twice"),
        (listed(ONE.replace("name: A", "name: A, name: B")), "measure a, field name: is given twice"),
        (listed(ONE.replace("id: a", "id: 4")), "measure number 1, field id: must be a text (in quotes"),
        (listed(ONE.replace("id: a", "id: a/b")), "measure a/b, field id: must be letters, digits, _ and -"),
        (listed(ONE.replace("Some", "''"), ONE), "measure a, field id: is declared twice"),
        (listed(ONE.replace("polarity", "target: soon, polarity")), "target: must be a number, not 'soon'"),
        (listed(ONE.replace("polarity", "target: .nan, polarity")), "target: must be a number that a figure"),
        (listed(ONE.replace("polarity", "audiences: all, polarity")), "audiences: must be a list, not 'all'"),
        (
            listed(ONE.replace("polarity", "smallest_denominator: 0, polarity")),
            "field smallest_denominator: must be 1 or more",
        ),
        (
            listed(ONE.replace("polarity", "rebase: [{from: 2026-02-31, reason: x}], polarity")),
            "1:88: measure a, field rebase: must be a day, such as 2026-03-01, not 2026-02-31",
        ),
        (
            listed(ONE.replace("higher", "up")),
            "measure a, field polarity: Invalid enum value 'up'; there are higher, lower, neither",
        ),
        (
            listed(ONE.replace("polarity: higher", "target: 4")),
            "1:12: measure a: polarity is missing",
        ),
        (
            listed(ONE.replace("name: A", "nmae: A")),
            "1:20: measure a: there is no field 'nmae'; did you mean name?",
        ),
        (
            listed(ONE.replace("sum(completed)", "sum(done)")),
            "measure a, field formula: 'done' is no account",
        ),
        (listed(ONE.replace("Some", '" "')), "measure a, field definition: is blank"),
        (listed(ONE.replace("polarity", "unit: percent, polarity")), "measure a, field unit: must be count"),
        (listed(ONE.replace("polarity", "grains: [], polarity")), "measure a, field grains: must name"),
        (listed(ONE.replace("polarity", "grains: [year], polarity")), "'year'; there are week, month"),
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


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("measures:\n\t- id: a", "own.yaml:2:1: is no YAML: a tab; indent with spaces, never with tabs."),
        ("measures:\n  - id: a\n   name: A", "own.yaml:3:4: is no YAML: expected <block end>"),
        ("measures:\n  - id: a\n   name: A", "; look at the indent and the quotes of this line"),
        ("measures:\n- 'a\x00'", "own.yaml:2:5: is no YAML: a character that no text holds (number 0)"),
        ("rebase: [{from: 2026-02-31}]", "own.yaml:1:17: rebase number 1, field from: must be a day"),
    ],
)
def test_what_is_no_yaml_has_its_place_and_a_remedy(text: str, says: str) -> None:
    with pytest.raises(BadMeasures) as error:
        catalogue(text, "own.yaml")
    assert says in str(error.value)


MANY = """\
measures:
  - id: waiting
    name: Waiting
    definition: Work that waits.
    formula: end(opened where kind = review)
    polarity: lowr
  - id: half
    name: Half
    definition: Half of it.
    formula: >-
      percent(sum(completed),
      sum(complete))
    unit: percent
    polarity: higher
rebase:
  - {measure: wait, from: 2026-03-01, reason: A new form}
  - {measure: half, from: soon, reason: " "}
"""


def test_all_mistakes_at_once_each_with_its_place_and_what_was_meant() -> None:
    with pytest.raises(BadMeasures) as error:
        catalogue(MANY, "own.yaml")
    head, *lines = str(error.value).splitlines()
    assert head == "own.yaml has 5 mistakes:"
    assert lines[0] == (
        "own.yaml:5:14: measure waiting, field formula: 'opened' is no account; end takes open, allocated, "
        "unallocated, overdue, start_overdue, unauthorised, incomplete, packages, weekly_spend, "
        "commitments_open; did you mean open? (at character 5 of 'end(opened where kind = review)')."
    )
    assert lines[1].startswith("own.yaml:6:15: measure waiting, field polarity: Invalid enum value 'lowr'")
    assert lines[2].startswith("own.yaml:10:14: measure half, field formula: 'complete' is no account")
    assert "did you mean completed? (at character 29 of" in lines[2]
    assert lines[3].startswith("own.yaml:16:15: rebase of wait, field measure: there is no such measure")
    assert lines[4].startswith("own.yaml:17:27: rebase of half, field from: must be a day")


def test_a_file_may_add_to_what_ships_and_rebase_it() -> None:
    shipped = load()
    own = ONE.replace("id: a", "id: open").replace("name: A", "name: Ours")
    text = f"extends: shipped\nmeasures: [{ONE}, {own}]\n"
    text += "rebase: [{measure: overdue, unit: north, from: 2026-03-01, reason: A new duty desk}]"
    made = catalogue(text, shipped=shipped)
    assert made.ids() == [*shipped.ids(), "a"]
    assert made["open"].measure.name == "Ours"
    rebased = made["overdue"].measure
    assert [(one.since.isoformat(), one.reason) for one in rebased.rebased("north")] == [
        ("2026-03-01", "A new duty desk")
    ]
    assert rebased.rebased("south") == []
    assert catalogue(listed(ONE), shipped=shipped).ids() == ["a"]


@pytest.mark.parametrize(
    ("rebase", "says"),
    [
        ("{measure: a, from: 2026-03-01}", "rebase of a: reason is missing"),
        ("{measure: a, from: 2026-03-01, reason: ' '}", "rebase of a, field reason: is blank"),
        ("{from: 2026-03-01, reason: x}", "rebase number 1, field measure: is missing"),
        ("{measure: a, since: 2026-03-01, reason: x}", "there is no field 'since'"),
    ],
)
def test_a_rebase_needs_measure_day_and_reason(rebase: str, says: str) -> None:
    with pytest.raises(BadMeasures) as error:
        catalogue(f"{listed(ONE)}\nrebase: [{rebase}]")
    assert says in str(error.value)


def test_a_rebase_may_stand_in_its_measure() -> None:
    own = ONE.replace("polarity", "rebase: [{from: 2026-03-01, reason: %s}], polarity")
    assert catalogue(listed(own % "x"))["a"].measure.rebased("any")[0].reason == "x"
    with pytest.raises(BadMeasures, match="field rebase: says no reason"):
        catalogue(listed(own % "' '"))
    with pytest.raises(BadMeasures, match="field rebase: is about b"):
        catalogue(listed(own % "x, measure: b"))


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
    with pytest.raises(BadMeasures, match=r"own\.yaml:1:\d+: measure a"):
        load(own)
