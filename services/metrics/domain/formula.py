"""The small language in which a measure says how it is made from accounts.

    sum(completed)                                        what happened in the period
    end(open where kind = review)                         what stands at its end
    percent(sum(completed) - sum(completed_late), sum(completed))
    rate(end(overdue), end(open), 1000)                   so many per thousand; ratio(a, b) is one per one
    median(days_to_complete where kind in (assessment, review)), percentile(days_to_complete, 90)
    average(open)                                         what stood at the end of its days, on average
    cost(weekly_spend where setting = nursing)            what its days cost, each a seventh of a week
    cohort(referral_ended where outcome = declined)       what came, by the day asked, of work passed on in it
    due(open where kind = review)                         of what stood when it began, what falls due in it

A filter may name `kind` (of packages: `setting`) and one word of the account's detail; `=`, `!=`, `in (…)`,
`not in (…)`; values of several words stand in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from services.metrics.domain.accounts import ACCOUNTS, Account, Nature

How = Literal["sum", "end", "days", "cost", "average", "cohort", "due"]
DAILY: tuple[How, ...] = ("cost", "average")
"""What is made of a stock at the end of each day of the period."""
PASSED = "passed"
"""The word of a detail that holds the day by which a cohort is chosen."""
DUE = "due"
"""The word of a detail that holds the day on which work is due."""


class BadFormula(ValueError):
    """A formula that cannot be read; the message says where and what is possible."""


@dataclass(frozen=True, slots=True, order=True)
class Filter:
    """Lines whose `word` is one of the values (or, `negated`, none of them); a blank one is `""`."""

    word: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Term:
    """One account, filtered: summed over days, taken at the end, as a histogram of days, as what stood at
    the end of each day (`average`; `cost`: a seventh for the day), by the day of passing on (`cohort`), or as
    what stood when the period began and falls due in it (`due`)."""

    how: How
    account: str
    filters: tuple[Filter, ...] = ()


@dataclass(frozen=True, slots=True)
class Total:
    """Terms added up, each with +1 or −1."""

    terms: tuple[tuple[int, Term], ...]

    @property
    def money(self) -> bool:
        """Whether it adds up money; a formula does not mix it with counts."""
        return ACCOUNTS[self.terms[0][1].account].money is not None


@dataclass(frozen=True, slots=True)
class Quotient:
    """One total over another, times `per`."""

    over: Total
    under: Total
    per: int


@dataclass(frozen=True, slots=True)
class Quantile:
    """The value below which `percent` of the histogram lies; 50 is the median."""

    term: Term
    percent: int


Formula = Total | Quotient | Quantile

_TOKEN = re.compile(r'\s*(?:(?P<quoted>"[^"]*")|(?P<word>\w(?:[\w/.-]*\w)?)|(?P<mark>!=|[(),=+-]))')
TERMS: dict[str, How] = {how: how for how in ("sum", "end", "average", "cost", "cohort", "due")}
FUNCTIONS = (*TERMS, "percent", "ratio", "rate", "median", "percentile")
_LACKS: dict[How, str] = {
    "cost": "holds no weekly cost",
    "cohort": "does not say when work was passed on",
    "due": "does not say when work is due",
}
_NATURE: dict[How, Nature] = {"sum": "flow", "cohort": "flow", "days": "days", "end": "stock"}
_NATURE |= {"average": "stock", "cost": "stock", "due": "stock"}


def read(text: str) -> Formula:
    """The formula of a text; raises `BadFormula`."""
    reader = _Reader(text)
    formula = reader.formula()
    reader.end()
    return formula


def terms_of(formula: Formula) -> tuple[Term, ...]:
    """Every term of a formula, each once, in order."""
    match formula:
        case Total(terms=terms):
            found = [term for _, term in terms]
        case Quotient(over=over, under=under):
            found = [term for _, term in (*over.terms, *under.terms)]
        case Quantile(term=term):
            found = [term]
    return tuple(dict.fromkeys(found))


def kept(term: Term, said: Sequence[str]) -> bool:
    """Whether a line counts whose columns say this, in the order of the term's filters."""
    return all((text in one.values) != one.negated for one, text in zip(term.filters, said, strict=True))


class _Reader:
    """Reads one formula from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.start = 0

    def formula(self) -> Formula:
        word = self._peek()
        if word in ("percent", "ratio", "rate"):
            return self._quotient(self._take())
        if word in ("median", "percentile"):
            return self._quantile(self._take())
        return self._total()

    def end(self) -> None:
        if (rest := self._peek()) is not None:
            raise self._wrong(f"nothing may follow here, but there is {rest!r}")

    def _quotient(self, word: str) -> Quotient:
        self._expect("(")
        over = self._total()
        self._expect(",")
        under = self._total()
        per = {"percent": 100, "ratio": 1}.get(word)
        if per is None:
            self._expect(",")
            per = self._number(1, 1_000_000)
        self._expect(")")
        return Quotient(over, under, per)

    def _quantile(self, word: str) -> Quantile:
        self._expect("(")
        term = self._term("days", word)
        percent = 50
        if word == "percentile":
            self._expect(",")
            percent = self._number(1, 99)
        self._expect(")")
        return Quantile(term, percent)

    def _total(self) -> Total:
        terms = [(1, self._called_term())]
        while self._peek() in ("+", "-"):
            sign = 1 if self._take() == "+" else -1
            terms.append((sign, self._called_term()))
        return Total(tuple(terms))

    def _called_term(self) -> Term:
        word = self._take()
        how = TERMS.get(word)
        if how is None:
            if word in FUNCTIONS:
                raise self._wrong(f"{word} stands by itself; it cannot be added up or put into another")
            raise self._wrong(f"{word!r} is no function; there are {', '.join(FUNCTIONS)}", word, FUNCTIONS)
        self._expect("(")
        term = self._term(how, word)
        self._expect(")")
        return term

    def _term(self, how: How, word: str) -> Term:
        name = self._take()
        account = ACCOUNTS.get(name)
        if account is None:
            fitting = [one.name for one in ACCOUNTS.values() if _takes(how, one)]
            raise self._wrong(f"{name!r} is no account; {word} takes {', '.join(fitting)}", name, fitting)
        if account.nature != _NATURE[how]:
            raise self._wrong(f"{word} does not take {name}, which is a {account.nature} account")
        if not _takes(how, account):
            raise self._wrong(f"{how} does not take {name}, which {_LACKS[how]}")
        return Term(how, name, self._filters(account))

    def _filters(self, account: Account) -> tuple[Filter, ...]:
        filters: list[Filter] = []
        joined = "where"
        while self._peek() == joined:
            self._take()
            filters.append(self._filter(account, {known.word for known in filters}))
            joined = "and"
        if sum(found.word != account.cut for found in filters) > 1:
            raise self._wrong(f"one word of the detail may be filtered beside {account.cut}")
        return tuple(filters)

    def _filter(self, account: Account, used: set[str]) -> Filter:
        word = self._take()
        possible = (account.cut, *(account.detail if account.nature == "flow" else ()))
        if word in account.detail and word not in possible:
            raise self._wrong(
                f"what stands is not filtered by {word!r} but by {account.cut} alone: it is kept by month; "
                "due(…) takes what falls due in the period, and figures can be asked by due date"
            )
        if word not in possible:
            raise self._wrong(
                f"{account.name} is not kept by {word!r}; there is {', '.join(possible)}", word, possible
            )
        if word in used:
            raise self._wrong(f"{word} is filtered twice")
        match self._take():
            case "=":
                return Filter(word, (self._value(),))
            case "!=":
                return Filter(word, (self._value(),), negated=True)
            case "in":
                return Filter(word, self._values())
            case "not":
                self._expect("in")
                return Filter(word, self._values(), negated=True)
            case other:
                raise self._wrong(f"after {word} comes =, !=, in or not in, not {other!r}")

    def _values(self) -> tuple[str, ...]:
        self._expect("(")
        values = [self._value()]
        while self._peek() == ",":
            self._take()
            values.append(self._value())
        self._expect(")")
        return tuple(values)

    def _value(self) -> str:
        value = self._take()
        if value in ("(", ")", ",", "=", "!=", "+", "-"):
            raise self._wrong(f"a value is missing before {value!r}")
        return value.removeprefix('"').removesuffix('"')

    def _number(self, least: int, most: int) -> int:
        text = self._take()
        if not text.isdecimal() or not least <= int(text) <= most:
            raise self._wrong(f"a whole number from {least} to {most} is needed, not {text!r}")
        return int(text)

    def _peek(self) -> str | None:
        place = self.place
        word = self._next()
        self.place = place
        return word

    def _take(self) -> str:
        word = self._next()
        if word is None:
            raise self._wrong("it ends too early")
        return word

    def _expect(self, mark: str) -> None:
        if (found := self._take()) != mark:
            raise self._wrong(f"{mark!r} is missing before {found!r}")

    def _next(self) -> str | None:
        rest = self.text[self.place :]
        self.start = self.place + len(rest) - len(rest.lstrip())
        if not rest.strip():
            return None
        found = _TOKEN.match(self.text, self.place)
        if found is None:
            raise self._wrong(f"{self.text[self.place :].strip()[0]!r} means nothing here")
        self.place = found.end()
        return found.group().strip()

    def _wrong(self, what: str, said: str = "", possible: Iterable[str] = ()) -> BadFormula:
        close = get_close_matches(said, list(possible), 1)
        meant = f"; did you mean {close[0]}?" if close else ""
        return BadFormula(f"{what}{meant} (at character {self.start + 1} of '{self.text.strip()}')")


def _takes(how: How, account: Account) -> bool:
    """Whether the account may stand in a function."""
    if account.nature != _NATURE[how]:
        return False
    if how == "cost":
        return account.money == "a week"
    return {"cohort": PASSED, "due": DUE}.get(how, "") in ("", *account.detail)
