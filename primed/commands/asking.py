"""Calls from commands to the services of this place, with a token of the local issuer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from primed.commands.tokens import refuse_beyond_this_machine
from primed.trouble import Trouble
from runtime.auth import TokenIssuer
from runtime.settings import Settings

SUBJECT = "primed-command"
TOKEN_SECONDS = 12 * 3600  # a large import may take hours


@contextmanager
def client(settings: Settings, address: str, role: str) -> Iterator[httpx2.Client]:
    """A client for one service; what it cannot reach or what is refused is said as trouble."""
    refuse_beyond_this_machine(settings)
    token = TokenIssuer(settings.keys, audience=settings.oidc_audience).issue(
        role, None, settings.tenant, SUBJECT, TOKEN_SECONDS
    )
    headers = {"Authorization": f"Bearer {token}"}
    try:
        with httpx2.Client(base_url=address, headers=headers, timeout=60) as made:
            yield made
    except httpx2.TransportError as error:
        raise Trouble(
            f"{address} does not answer ({type(error).__name__}).",
            "Is it up? See primed status, or: primed up",
        ) from error


def answer(response: httpx2.Response) -> Any:
    """The JSON of a good answer; a problem is raised with its own words."""
    if response.is_success:
        return response.json()
    try:
        problem = response.json()
        what = f"{problem['title']}: {problem.get('detail') or 'no more was said'}"
    except (ValueError, KeyError, TypeError):
        what = f"The service answered {response.status_code}."
    raise Trouble(what, f"Asked was {response.request.method} {response.request.url.path}.")
