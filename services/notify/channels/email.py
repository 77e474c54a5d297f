"""E-mail by SMTP: plain text, one message a person, the same Message-ID on a repeat."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import aiosmtplib

from services.notify.domain.delivery import Delivered, Delivery, Hopeless, Outcome, Postponed
from services.notify.domain.message import Message, letter, subject_line

TIMEOUT_S = 15.0


class Addressed(Protocol):
    """A person as the staff directory knows them."""

    @property
    def name(self) -> str: ...
    @property
    def email(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Server:
    """Where e-mail goes. `smtps` is encrypted from the start; `smtp` becomes so when the server offers it."""

    host: str
    port: int
    is_encrypted: bool
    user: str | None
    password: str | None

    @classmethod
    def at(cls, url: str) -> Server:
        """Read `smtp://user:password@host:port` or `smtps://…`. Raises `ValueError`."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("PRIMED_SMTP_URL must be smtp://host:port or smtps://host:port.")
        encrypted = parts.scheme == "smtps"
        user, password = parts.username, parts.password
        return cls(
            parts.hostname,
            parts.port or (465 if encrypted else 25),
            encrypted,
            unquote(user) if user else None,
            unquote(password) if password else None,
        )


@dataclass(frozen=True, slots=True)
class Post:
    """How letters look: the sender, the council's time, and where its dashboard is."""

    sender: str
    zone: ZoneInfo
    dashboard: str


class Email:
    """Sends letters to the addresses of the staff directory."""

    def __init__(self, server: Server, post: Post, person: Callable[[str], Addressed]) -> None:
        self._server = server
        self._post = post
        self._person = person

    async def send(self, delivery: Delivery) -> Outcome:
        """Send one letter. What goes wrong is told without the address."""
        if not isinstance(delivery.content, Message):
            return Hopeless("Only messages to people go by e-mail.")
        address = self._person(delivery.receiver).email
        if not address:
            return Postponed("The staff directory has no e-mail address for this person.")
        try:
            mail = self._letter(delivery, delivery.content, address)
        except ValueError:
            return Hopeless("The address in the staff directory cannot be written on a letter.")
        return await self._try(mail)

    async def _try(self, mail: EmailMessage) -> Outcome:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._hand_over(mail)
        except aiosmtplib.SMTPRecipientsRefused as refused:
            code = max((one.code for one in refused.recipients), default=0)
            said = f"The mail server refused the address ({code})."
            return Hopeless(said) if code >= 500 else Postponed(said)
        except aiosmtplib.SMTPResponseException as answer:
            return Postponed(f"The mail server answered {answer.code}.")
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Postponed(f"The mail server cannot be reached ({type(error).__name__}).")
        return Delivered("The mail server has taken it.")

    async def _hand_over(self, mail: EmailMessage) -> None:
        server = self._server
        await aiosmtplib.send(
            mail,
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.is_encrypted,
            tls_context=ssl.create_default_context() if server.is_encrypted else None,
            timeout=TIMEOUT_S,
        )

    def _letter(self, delivery: Delivery, message: Message, address: str) -> EmailMessage:
        link = f"{self._post.dashboard.rstrip('/')}/escalations/{message.escalation}"
        mail = EmailMessage()
        mail["From"] = self._post.sender
        mail["To"] = address
        mail["Subject"] = subject_line(message)
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{delivery.id}@primed.invalid>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(letter(message, lambda person: self._person(person).name, self._post.zone, link))
        return mail
