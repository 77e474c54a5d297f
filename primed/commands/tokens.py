"""`primed token`: a token of the local issuer, for programs and for trying things out."""

import re
from datetime import timedelta
from typing import Annotated

import typer

from primed.commands.settings import shared
from primed.commands.speaking import say
from primed.trouble import Trouble
from runtime.auth import ROLES, TokenIssuer
from runtime.settings import Settings

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LONGEST = timedelta(days=366)

Role = Annotated[str, typer.Option(help=f"One of: {', '.join(ROLES)}.")]
Unit = Annotated[str | None, typer.Option(help="The unit they may see, with all below it; else everything.")]
Tenant = Annotated[str | None, typer.Option(help="The council; PRIMED_TENANT if not given.")]
Subject = Annotated[str, typer.Option(help="Who it stands for: a staff id, or the name of a program.")]
For = Annotated[str, typer.Option("--for", help="How long it is valid: 90s, 30m, 1h, 7d.")]


def token(
    role: Role, unit: Unit = None, tenant: Tenant = None, subject: Subject = "primed-cli", lasting: For = "1h"
) -> None:
    """Print a bearer token. It is taken on this machine only; real sign-in comes from PRIMED_OIDC_ISSUER."""
    settings = shared()
    refuse_beyond_this_machine(settings)
    if role not in ROLES:
        raise Trouble(f"There is no role '{role}'.", f"Give one of: {', '.join(ROLES)}.")
    issuer = TokenIssuer(settings.keys, audience=settings.oidc_audience)
    say(issuer.issue(role, unit, tenant or settings.tenant, subject, seconds(lasting)))


def refuse_beyond_this_machine(settings: Settings) -> None:
    """Services take local tokens on loopback only; a token that nobody will take is not printed."""
    if settings.oidc_issuer:
        raise Trouble(f"Tokens come from {settings.oidc_issuer} here.", "Ask that issuer for one.")
    if not settings.is_loopback:
        raise Trouble(
            f"PRIMED_BIND is {settings.bind}, which others can reach, so local tokens are not taken.",
            "Set PRIMED_OIDC_ISSUER and take a token from there, or unset PRIMED_BIND.",
        )


def seconds(text: str) -> int:
    """'90s', '30m', '1h', '7d' as seconds; more than a year is refused."""
    found = re.fullmatch(r"([1-9]\d{0,8})([smhd])", text.strip().lower())
    if not found:
        raise Trouble(f"'{text}' is no length of time.", "Give for example 90s, 30m, 1h or 7d.")
    amount = int(found[1]) * UNITS[found[2]]
    if amount > LONGEST.total_seconds():
        raise Trouble(f"A token for {text} would be valid too long.", "Give at most 366d.")
    return amount
