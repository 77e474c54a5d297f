"""Which terms of measures count a sum: by its account, and by what its kind and its detail say."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from services.metrics.domain.formula import Filter, Term
from services.metrics.store.packing import Column, Lines, add_up

Cell = tuple[int, int, int, int, int, int, int]
"""Account, team, place among slices or days, kind, setting, detail, amount; what does not matter is 0."""
COLUMNS = ("kind", "setting")
"""What a filter may name beside a word of the detail."""


class Counted(NamedTuple):
    """A sum that counts for a term."""

    term: Term
    place: int
    team: str
    detail: str
    amount: int


class Chooser:
    """The terms of one question, with the accounts as numbers; `by_detail` keeps every detail apart."""

    def __init__(self, terms: Sequence[Term], number: Mapping[str, int], *, by_detail: bool = False) -> None:
        self.terms = terms
        self._terms: dict[int, list[Term]] = defaultdict(list)
        for term in terms:
            if term.account in number:
                self._terms[number[term.account]].append(term)
        self._by = {column: self._filtered(column) for column in (*COLUMNS, "detail")}
        if by_detail:
            self._by["detail"] = sorted(self._terms)

    def _filtered(self, column: str) -> list[int]:
        """The accounts of which some term chooses by this column."""
        return sorted(
            account
            for account, terms in self._terms.items()
            if any(_column(one) == column for term in terms for one in term.filters)
        )

    def columns(self) -> dict[str, str]:
        """Kind, setting and detail as SQL tells sums apart by them."""
        return {name: _case(name, accounts) for name, accounts in self._by.items()}

    def cells(self, lines: Lines, place: Column, *, whole: bool) -> list[Cell]:
        """Lines added up as SQL would: by their place among slices or days; below 0 they do not count."""
        inside = place >= 0
        lines, place = lines.of(inside), place[inside]
        team = np.zeros_like(lines.team) if whole else lines.team
        by = [
            np.where(np.isin(lines.account, accounts), getattr(lines, name), 0)
            for name, accounts in self._by.items()
        ]
        keys, amounts = add_up((lines.account, team, place, *by), lines.amount)
        return list(zip(*(column.tolist() for column in (*keys, amounts)), strict=True))

    def counted(self, cells: Iterable[Cell], text: Mapping[int, str]) -> Iterator[Counted]:
        """Each sum with each term that counts it; `text` has the words of all cells."""
        known: dict[tuple[int, int, int, int], list[Term]] = {}
        for account, team, place, kind, setting, detail, amount in cells:
            what = (account, kind, setting, detail)
            if what not in known:
                said = Said(text[kind], text[setting], text[detail])
                known[what] = [term for term in self._terms[account] if counts(term, said)]
            for term in known[what]:
                yield Counted(term, place, text[team], text[detail], amount)


def words_in(cells: Iterable[Cell]) -> set[int]:
    """The words of teams, kinds, settings and details."""
    return {word for _, team, _, *said, _ in cells for word in (team, *said)}


class Said(NamedTuple):
    """What filters look at in a line; the detail as JSON."""

    kind: str
    setting: str
    detail: str = ""

    def of(self, word: str) -> str:
        """What is said under a word."""
        match word:
            case "kind":
                return self.kind
            case "setting":
                return self.setting
            case _:
                return word_of(self.detail, word)


def counts(term: Term, said: Said) -> bool:
    """Whether a line of this kind, setting and detail passes the filters of a term."""
    return all((said.of(one.word) in one.values) != one.negated for one in term.filters)


def word_of(detail: str, word: str) -> str:
    """What a detail says under a word, as text; nothing where it says nothing."""
    said = detail_of(detail).get(word, "")
    return said if isinstance(said, str) else str(said)


@lru_cache(maxsize=65536)
def detail_of(text: str) -> Mapping[str, str | int]:
    """A detail from its JSON."""
    found: Mapping[str, str | int] = json.loads(text) if text else {}
    return found


def _column(one: Filter) -> str:
    return one.word if one.word in COLUMNS else "detail"


def _case(column: str, accounts: Sequence[int]) -> str:
    if not accounts:
        return "0"
    return f"CASE WHEN b.account IN ({', '.join(map(str, accounts))}) THEN b.{column} ELSE 0 END"
