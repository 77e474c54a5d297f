"""Which terms of measures count a sum: by its account, and by what its kind and its detail say."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from services.metrics.domain.formula import Filter, Term
from services.metrics.store.packing import Column, Lines, add_up

Cell = tuple[int, int, int, int, int, int]
"""Account, team, place among slices or days, kind, detail, amount; what does not matter is 0."""


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
        self._by_kind = self._filtered(lambda one: one.word == "kind")
        self._by_detail = sorted(self._terms) if by_detail else self._filtered(lambda one: one.word != "kind")

    def _filtered(self, matters: Callable[[Filter], bool]) -> list[int]:
        """The accounts of which some term chooses by such a filter."""
        return sorted(
            account
            for account, terms in self._terms.items()
            if any(matters(one) for term in terms for one in term.filters)
        )

    def columns(self) -> dict[str, str]:
        """Kind and detail as SQL tells sums apart by them."""
        return {"kind": _case("kind", self._by_kind), "detail": _case("detail", self._by_detail)}

    def cells(self, lines: Lines, place: Column, *, whole: bool) -> list[Cell]:
        """Lines added up as SQL would: by their place among slices or days; below 0 they do not count."""
        inside = place >= 0
        lines, place = lines.of(inside), place[inside]
        team = np.zeros_like(lines.team) if whole else lines.team
        kind = np.where(np.isin(lines.account, self._by_kind), lines.kind, 0)
        detail = np.where(np.isin(lines.account, self._by_detail), lines.detail, 0)
        keys, amounts = add_up((lines.account, team, place, kind, detail), lines.amount)
        return list(zip(*(column.tolist() for column in (*keys, amounts)), strict=True))

    def counted(self, cells: Iterable[Cell], text: Mapping[int, str]) -> Iterator[Counted]:
        """Each sum with each term that counts it; `text` has the words of all teams, kinds and details."""
        known: dict[tuple[int, int, int], list[Term]] = {}
        for account, team, place, kind, detail, amount in cells:
            what = (account, kind, detail)
            if what not in known:
                known[what] = [
                    term for term in self._terms[account] if counts(term, text[kind], text[detail])
                ]
            for term in known[what]:
                yield Counted(term, place, text[team], text[detail], amount)


def words_in(cells: Iterable[Cell]) -> set[int]:
    """The words of teams, kinds and details."""
    return {word for _, team, _, kind, detail, _ in cells for word in (team, kind, detail)}


def counts(term: Term, kind: str, detail: str) -> bool:
    """Whether a line of this kind and detail (as JSON) passes the filters of a term."""
    return all(
        ((kind if one.word == "kind" else word_of(detail, one.word)) in one.values) != one.negated
        for one in term.filters
    )


def word_of(detail: str, word: str) -> str:
    """What a detail says under a word, as text; nothing where it says nothing."""
    said = detail_of(detail).get(word, "")
    return said if isinstance(said, str) else str(said)


@lru_cache(maxsize=65536)
def detail_of(text: str) -> Mapping[str, str | int]:
    """A detail from its JSON."""
    found: Mapping[str, str | int] = json.loads(text) if text else {}
    return found


def _case(column: str, accounts: Sequence[int]) -> str:
    if not accounts:
        return "0"
    return f"CASE WHEN b.account IN ({', '.join(map(str, accounts))}) THEN b.{column} ELSE 0 END"
