"""Which team, kind and setting the rules of a mapping give a row. The first that fits and has one counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from services.ingest.domain.cld.columns import NAMES, place_of, plain
from services.ingest.domain.cld.mapping import Rule
from services.ingest.domain.cld.wording import Words

_MOST = 50_000


class Given(NamedTuple):
    """What rules say of a row; blank where none does."""

    team: str = ""
    kind: str = ""
    setting: str = ""


class _Condition(NamedTuple):
    at: int
    among: frozenset[str]


class Rules:
    """The rules of a mapping. What they say of the same cells is found once, then known."""

    def __init__(self, rules: Sequence[Rule], lists: Mapping[str, Words]) -> None:
        columns = sorted({place_of(name) for rule in rules for name in rule.when})
        self._lists = [lists.get(NAMES[place]) for place in columns]
        self._rules = [(self._conditions(rule, columns), rule) for rule in rules]
        self._pick = itemgetter(*columns) if columns else None
        self._single = len(columns) == 1
        self._known: dict[object, Given] = {}
        self._always = Given() if columns else self._first(())

    def of(self, cells: Sequence[str]) -> Given:
        """What the rules say of a row, given in the columns of the specification."""
        if self._pick is None:
            return self._always
        told = self._pick(cells)
        found = self._known.get(told)
        if found is None:
            if len(self._known) > _MOST:
                self._known.clear()
            found = self._known[told] = self._first((told,) if self._single else told)
        return found

    def _first(self, cells: Sequence[str]) -> Given:
        said = [self._meant(at, text) for at, text in enumerate(cells)]
        fitting = [rule for conditions, rule in self._rules if _fits(conditions, said)]
        team = next((rule.team for rule in fitting if rule.team is not None), "")
        kind = next((rule.kind for rule in fitting if rule.kind is not None), "")
        setting = next((rule.setting for rule in fitting if rule.setting is not None), "")
        return Given(team, kind, setting)

    def _conditions(self, rule: Rule, columns: Sequence[int]) -> list[_Condition]:
        found = []
        for name, values in rule.when.items():
            at = columns.index(place_of(name))
            several = (values,) if isinstance(values, str) else values
            found.append(_Condition(at, frozenset(self._meant(at, text) for text in several)))
        return found

    def _meant(self, at: int, text: str) -> str:
        """A value as rules compare it: in the words of release 2 where a list holds it."""
        known = self._lists[at]
        word = None if known is None else known[text]
        return plain(text if word is None else word.text)


def _fits(conditions: Sequence[_Condition], said: Sequence[str]) -> bool:
    return all(said[condition.at] in condition.among for condition in conditions)
