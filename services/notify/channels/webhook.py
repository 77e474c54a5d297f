"""Signed webhooks by the Standard Webhooks specification, sent to checked addresses only."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import Callable, Sequence
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import Protocol

import httpx2
import msgspec
from standardwebhooks.webhooks import Webhook as Signer

from services.notify.domain.address import Network, address_fault, url_fault
from services.notify.domain.delivery import Delivered, Delivery, Gone, Hopeless, Outcome, Postponed
from services.notify.domain.message import Notice

TIMEOUT_S = 10.0
LONGEST_WAIT = dt.timedelta(hours=1)
"""Most that a receiver's Retry-After can put off one attempt."""


class Addresses(Protocol):
    """Where subscribers listen."""

    async def address(self, tenant: str, subscription: str) -> str | None: ...


class NotAllowed(Exception):
    """Nothing may be sent there; the message says why."""


class Webhook:
    """Posts notices. Connects to the very address that was checked, follows no redirect, uses no proxy."""

    def __init__(
        self,
        addresses: Addresses,
        secret_of: Callable[[str], str],
        allowed: Sequence[Network],
        clock: Callable[[], dt.datetime],
        trust: ssl.SSLContext | None = None,
    ) -> None:
        self._addresses = addresses
        self._secret_of = secret_of
        self._allowed = allowed
        self._clock = clock
        self._trust = trust or ssl.create_default_context()

    async def send(self, delivery: Delivery) -> Outcome:
        """Post one notice, signed at this moment, under the delivery's id."""
        url = await self._addresses.address(delivery.tenant, delivery.receiver)
        if url is None:
            return Hopeless("The subscription was ended.")
        if not isinstance(delivery.content, Notice):
            return Hopeless("Only notices go to subscribers.")
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._post(url, delivery, payload(delivery.content))
        except NotAllowed as refusal:
            return Postponed(str(refusal))
        except (TimeoutError, httpx2.TimeoutException):
            return Postponed(f"No answer within {TIMEOUT_S:g} seconds.")
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, UnicodeError) as error:
            return Postponed(f"The receiver cannot be reached ({type(error).__name__}).")

    async def _post(self, url: str, delivery: Delivery, body: bytes) -> Outcome:
        target = httpx2.URL(url)
        checked = await self._checked(url, target)
        headers = self._signed(delivery, body) | {"Host": target.netloc.decode("ascii")}
        async with httpx2.AsyncClient(
            verify=self._trust, follow_redirects=False, trust_env=False, timeout=TIMEOUT_S
        ) as client:
            request = client.build_request(
                "POST",
                target.copy_with(host=checked),
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.host},
            )
            answer = await client.send(request, stream=True)
            await answer.aclose()
        return self._outcome(answer)

    async def _checked(self, url: str, target: httpx2.URL) -> str:
        """The address to connect to; each address of the name must be allowed, so that none slips through."""
        if fault := url_fault(url, self._allowed):
            raise NotAllowed(fault)
        port = target.port or (443 if target.scheme == "https" else 80)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(target.host, port, type=socket.SOCK_STREAM)
        addresses = [str(place[0]).partition("%")[0] for *_, place in found]
        for address in addresses:
            if fault := address_fault(ip_address(address), self._allowed):
                raise NotAllowed(fault)
        return addresses[0]

    def _signed(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        now = self._clock().astimezone(dt.UTC)
        signer = Signer(self._secret_of(delivery.receiver))
        return {
            "Content-Type": "application/json",
            "User-Agent": "Primed",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signer.sign(delivery.id, now, body.decode()),
        }

    def _outcome(self, answer: httpx2.Response) -> Outcome:
        said = f"The receiver answered {answer.status_code}."
        if answer.is_success:
            return Delivered(said)
        if answer.status_code == 410:
            return Gone(said)
        return Postponed(said, self._asked_to_wait(answer.headers.get("retry-after", "")))

    def _asked_to_wait(self, text: str) -> dt.timedelta | None:
        try:
            if text.isascii() and text.isdigit() and len(text) < 8:
                wait = dt.timedelta(seconds=int(text))
            else:
                wait = parsedate_to_datetime(text) - self._clock()
        except (ValueError, TypeError):
            return None
        return min(max(wait, dt.timedelta(0)), LONGEST_WAIT)


def payload(notice: Notice) -> bytes:
    """The body: what happened and to what, by ids only; the rest is read with a token."""
    data = {"escalation": notice.escalation, "unit": notice.unit, "event": notice.event}
    return msgspec.json.encode({"type": notice.type, "timestamp": notice.at, "data": data})
