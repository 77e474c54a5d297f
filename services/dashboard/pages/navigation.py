"""Where the head of a page leads, for each role in the order of what it asks most."""

from __future__ import annotations

from collections.abc import Mapping

from runtime.auth import Principal
from services.dashboard.domain.tree import Tree

Place = tuple[str, str, str]
"""Key, address, words."""

BY_ROLE: Mapping[str, tuple[str, ...]] = {
    "practitioner": ("work", "team", "meetings", "commitments", "exceptions", "catalogue"),
    "manager": ("overview", "team", "reports", "meetings", "commitments", "exceptions", "catalogue"),
    "head": ("overview", "team", "reports", "meetings", "commitments", "exceptions", "catalogue"),
    "director": ("overview", "team", "reports", "meetings", "commitments", "exceptions", "catalogue"),
    "finance": ("spend", "overview", "team", "reports", "exceptions", "catalogue"),
    "analyst": ("overview", "team", "reports", "exceptions", "feeds", "imports", "quality", "catalogue"),
    "operator": ("feeds", "imports", "quality", "overview", "team", "exceptions", "catalogue"),
    "feeder": ("imports", "quality"),
}
"""A practitioner begins with their own work, finance with money, an analyst looks after the feeds too."""


def places(who: Principal, tree: Tree, unit: str, waiting: int | None) -> list[Place]:
    """The places of this reader while they look at a unit; `waiting` exceptions are counted beside theirs."""
    units = tree.units
    team = next((one for one in (unit, tree.home) if one in units and units[one].level == "team"), None)
    above = [one.id for one in tree.path(unit)] + [unit]
    wide = next((one for one in reversed(above) if one in units and units[one].level != "team"), None)
    known = {
        "overview": (f"/units/{wide}", "Overview") if wide else None,
        "team": (f"/units/{team}", "Team") if team else None,
        "work": ("/my-work", "My work"),
        "spend": (f"/units/{unit}/reports/spend", "Spend"),
        "reports": (f"/units/{unit}/reports", "Reports"),
        "meetings": ("/meetings", "Meetings"),
        "commitments": ("/commitments", "Commitments"),
        "exceptions": ("/exceptions", f"Exceptions ({waiting})" if waiting else "Exceptions"),
        "feeds": ("/feeds", "Feeds"),
        "imports": ("/imports", "Imports"),
        "quality": ("/quality", "Quality"),
        "catalogue": ("/catalogue", "Catalogue"),
    }
    wanted = ((key, known[key]) for key in BY_ROLE.get(who.role, ()))
    return [(key, *found) for key, found in wanted if found]
