"""Where a piece of work is found in the case system that it came from, by the source's address template."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

PLACES = ("{key}", "{subject}")


def wrong_with(templates: Mapping[str, str]) -> str | None:
    """What is wrong with templates by source, None when nothing is."""
    for source, template in templates.items():
        if not template.startswith(("https://", "http://")):
            return f"The address for {source!r} must begin with https:// or http://, not {template!r}."
        if not any(place in template for place in PLACES):
            return f"The address for {source!r} must hold {{key}} or {{subject}}, where the work's own goes."
    return None


def address(subject: str, templates: Mapping[str, str]) -> str:
    """The address of a piece of work, blank where its source has no template; the longest source counts.

    A subject is its source and its key there: `demo/cases/4417` is work 4417 of `demo/cases`.
    """
    sources = sorted((one for one in templates if subject.startswith(f"{one}/")), key=len, reverse=True)
    if not sources:
        return ""
    key = subject[len(sources[0]) + 1 :]
    template = templates[sources[0]]
    return template.replace("{key}", quote(key, safe="")).replace("{subject}", quote(subject, safe=""))
