"""Numbers, days and counts in the words that a reader uses."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from services.dashboard.domain.answers import Number

LONDON = ZoneInfo("Europe/London")
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MINUS = "−"


def number(value: Number | None, decimals: int | None = None) -> str:
    """A number with thousands separators and a true minus sign; a dash when there is none."""
    if value is None:
        return "–"
    if decimals is None:
        decimals = 0 if float(value).is_integer() else 1
    text = f"{abs(value):,.{decimals}f}"
    return MINUS + text if value < 0 and text.strip("0.,") else text


def shown(value: Number | None, unit_of_measure: str) -> str:
    """A measure's value with its unit: `31%`, `12 days`, `£1,234 a week`, `1,234`."""
    if value is None:
        return "–"
    if unit_of_measure == "percent":
        return f"{number(value, 0 if abs(value) >= 10 else None)}%"
    if unit_of_measure == "days":
        return f"{number(value)} {'day' if value == 1 else 'days'}"
    if unit_of_measure.startswith("pounds"):
        return money(value) + unit_of_measure.removeprefix("pounds").replace("_", " ")
    return number(value)


def limit(value: Number | None, unit_of_measure: str) -> str:
    """A limit of a series, finer than its values: `46.7`, `66.8%`, `£1,234`."""
    if value is None:
        return "–"
    if unit_of_measure.startswith("pounds"):
        return money(value)
    return number(value, 1) + ("%" if unit_of_measure == "percent" else "")


def money(value: Number) -> str:
    """Pounds, with pence only where there are few of them: `£1,234`, `−£12.50`."""
    text = f"£{abs(value):,.{0 if abs(value) >= 1000 or float(value).is_integer() else 2}f}"
    return MINUS + text if value < 0 else text


def pounds(value: Number) -> str:
    """Whole pounds, for amounts that stand in a column: `£1,234`, `−£68`; pence only under a pound."""
    if 0 < abs(value) < 1:
        return money(value)
    text = f"£{abs(value):,.0f}"
    return MINUS + text if value < 0 else text


def signed(value: Number) -> str:
    """Whole pounds by which something rose or fell: `+£1,234`, `−£68`."""
    return f"+{pounds(value)}" if value > 0 else pounds(value)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 review`, `1,200 reviews`."""
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


def be(count: int) -> str:
    """`is` for one, `are` for any other count."""
    return "is" if count == 1 else "are"


def capital(text: str) -> str:
    """The text with a capital first letter, the rest as it stands."""
    return text[:1].upper() + text[1:]


def coded(code: str | None) -> str:
    """A code of a case system in words: `short-term-support` → `Short term support`."""
    return capital((code or "").replace("_", " ").replace("-", " ").strip())


def date_of(text: str | None) -> dt.date | None:
    """The written date at the front of a date or time; None when there is none."""
    try:
        return dt.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def day(date: dt.date | str | None, today: dt.date) -> str:
    """`12 Sep`, with the year only when it is not this year's."""
    found = date_of(date) if isinstance(date, str) else date
    if found is None:
        return "no date"
    text = f"{found.day} {MONTHS[found.month - 1][:3]}"
    return text if found.year == today.year else f"{text} {found.year}"


def near_day(date: dt.date | str | None, today: dt.date) -> str:
    """`today`, `tomorrow`, `yesterday`, `Thu 20 Nov` within a fortnight, else the day."""
    found = date_of(date) if isinstance(date, str) else date
    if found is None:
        return "no date"
    distance = (found - today).days
    if distance in (-1, 0, 1):
        return {-1: "yesterday", 0: "today", 1: "tomorrow"}[distance]
    if 1 < distance < 14:
        return f"{DAYS[found.weekday()][:3]} {day(found, today)}"
    return day(found, today)


def instant(text: str | None) -> dt.datetime | None:
    """A moment in London's time; None when the text is no time with an offset."""
    try:
        moment = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment.astimezone(LONDON) if moment.tzinfo else None


def moment(text: str | None, now: dt.datetime) -> str:
    """`today 09:14`, `tomorrow 12:00`, `12 Sep 17:02`."""
    found = instant(text)
    if found is None:
        return "an unknown time"
    return f"{near_day(found.date(), now.astimezone(LONDON).date())} {found:%H:%M}"


def since_when(text: str | None, now: dt.datetime) -> str:
    """`today`, `yesterday`, `2 days ago`."""
    found = instant(text)
    if found is None:
        return "some time ago"
    days = (now.astimezone(LONDON).date() - found.date()).days
    return {0: "today", 1: "yesterday"}.get(days, f"{plural(days, 'day')} ago")


def month(period: str | None, today: dt.date) -> str:
    """`October`, or `October 2025` when it is not this year's; weeks as `week 45`."""
    if not period:
        return "no date"
    if "W" in period:
        return f"week {int(period[6:])}" + ("" if int(period[:4]) == today.year else f" of {period[:4]}")
    year, index = int(period[:4]), int(period[5:7])
    return MONTHS[index - 1] if year == today.year else f"{MONTHS[index - 1]} {year}"


def short_month(period: str, with_year: bool = False) -> str:
    """`Oct`, or `Oct 25` with the year; weeks as `W45`."""
    if "W" in period:
        return period[5:] + (f" {period[2:4]}" if with_year else "")
    name = MONTHS[int(period[5:7]) - 1][:3]
    return f"{name} {period[2:4]}" if with_year else name


def month_of(date: dt.date) -> str:
    """The month of a day as `2026-11`."""
    return f"{date.year:04d}-{date.month:02d}"


def months_after(period: str, count: int) -> str:
    """The month so many months later, or before when negative."""
    index = int(period[:4]) * 12 + int(period[5:7]) - 1 + count
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def role(code: str) -> str:
    """A role as people call it."""
    return {
        "manager": "team manager",
        "head": "head of service",
        "director": "director",
        "practitioner": "practitioner",
        "finance": "finance",
        "analyst": "performance analyst",
        "operator": "operator",
    }.get(code, code)
