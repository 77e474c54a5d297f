"""The terms without which nothing is agreed: one owner, a deadline, and a meeting that is being held."""

from __future__ import annotations

import datetime as dt
import re

from schemas.registry import LATEST
from services.actions.domain.decision import Reason, Refused, long_day

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def wrong_owner(owner: str | None, known: bool) -> Refused | None:
    """Why the owner cannot be taken, or None; `known`: they work here or stand in the staff directory."""
    if not owner:
        sentence = "A commitment needs one owner: give the staff id of the one person who will see it done."
        return Refused(Reason.OWNER_MISSING, sentence, "owner")
    if not known:
        sentence = f"Nobody with the staff id {owner[:40]!r} works here; an owner is one person, not a team."
        return Refused(Reason.OWNER_UNKNOWN, sentence, "owner")
    return None


def wrong_meeting(meeting: str | None, is_open: bool | None) -> Refused | None:
    """Why the meeting cannot be the one it was agreed at, or None; `is_open` None: no such meeting."""
    if not meeting or is_open:
        return None
    if is_open is None:
        sentence = (
            f"No meeting {meeting[:40]!r} of this unit or above is known; leave `meeting` out or mend it."
        )
        return Refused(Reason.MEETING_UNKNOWN, sentence, "meeting")
    sentence = "That meeting is not in progress; start it first, or leave `meeting` out."
    return Refused(Reason.NOT_IN_PROGRESS, sentence, "meeting")


def deadline_from(text: str | None, today: dt.date) -> dt.date | Refused:
    """The day by which it will be done: a real date, not in the past."""
    if not text:
        sentence = "A commitment needs a deadline: give the day by which it will be done, as YYYY-MM-DD."
        return Refused(Reason.DEADLINE_MISSING, sentence, "deadline")
    try:
        deadline = dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        deadline = None
    if deadline is None:
        sentence = f"The deadline {text[:40]!r} is no date; give a day that exists, as YYYY-MM-DD."
        return Refused(Reason.DEADLINE_NO_DATE, sentence, "deadline")
    if deadline < today:
        sentence = f"The deadline {long_day(deadline)} has passed; give today or a later day."
        return Refused(Reason.DEADLINE_PAST, sentence, "deadline")
    if deadline > LATEST:
        return Refused(
            Reason.DEADLINE_TOO_FAR, "The deadline lies after 2100; give an earlier day.", "deadline"
        )
    return deadline
