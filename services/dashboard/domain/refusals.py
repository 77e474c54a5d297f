"""Why a page cannot show or do what was asked."""

from __future__ import annotations

from collections.abc import Sequence


class Away(Exception):
    """A service that a page needs does not answer, or not as agreed; the message says which.

    `answered`: it did answer, but there is nothing to show for a reason that the message gives.
    """

    def __init__(self, service: str, detail: str, *, answered: bool = False) -> None:
        super().__init__(detail)
        self.service = service
        self.answered = answered


class Missing(Exception):
    """There is nothing of that name for this reader."""


class Refused(Exception):
    """A service understood the command and declined; the message is for the person who asked."""

    def __init__(self, detail: str, problems: Sequence[str] = ()) -> None:
        super().__init__(detail)
        self.problems = tuple(problems)
