"""The ways out, against real receivers here: a mail server, and webhook receivers of every temper."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_network
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from standardwebhooks.webhooks import Webhook as Verifier

from runtime.staff import Person
from services.notify.channels import webhook
from services.notify.channels.email import Email, Post, Server
from services.notify.channels.webhook import Webhook
from services.notify.domain.delivery import Delivered, Delivery, Gone, Hopeless, Postponed
from services.notify.domain.message import Message, Notice
from services.notify.domain.subscription import secret
from tests.serving import see_off, shut_the_door, taking_mail

NOW = dt.datetime.now(dt.UTC)
LOOPBACK = ip_network("127.0.0.0/8")
SECRET = secret(b"k" * 32, "s-1")
NOTICE = Notice(
    event="escalation/x-1/1", type="primed.escalation.raised.v1", escalation="x-1", unit="north", at=NOW
)
LETTER = Message(
    id="x-1-1-1",
    escalation="x-1",
    unit="north",
    person="leah",
    kind="asked",
    title="North Locality: overdue work is 23, above the limit of 20",
    at=NOW,
    since="2026-11-23T09:30:00+00:00",
    next_person="ruth",
    next_at=dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC),
)
PEOPLE = {
    "leah": Person("leah", "Leah Brook", "leah@council.example"),
    "ruth": Person("ruth", "Ruth Adeyemi", "ruth@council.example"),
}


@dataclass
class Receiver:
    """Answers each request as it is told, and keeps what it was sent."""

    answer: bytes
    hangs: bool = False
    port: int = 0
    seen: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taking: set[asyncio.Task[None]] = field(default_factory=set)

    def begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.taking.add(asyncio.create_task(self.take(reader, writer)))

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.reply(reader, writer)
        finally:
            await see_off(writer)

    async def reply(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = {
            name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)
        }
        self.seen.append((headers, await reader.readexactly(int(headers["content-length"]))))
        if self.hangs:
            await reader.read()
        writer.write(self.answer)
        await writer.drain()


@asynccontextmanager
async def receiving(
    answer: bytes, *, hangs: bool = False, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Receiver]:
    receiver = Receiver(answer, hangs)
    server = await asyncio.start_server(receiver.begin, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            yield receiver
        finally:
            await shut_the_door(server.sockets[0])
            await asyncio.gather(*receiver.taking, return_exceptions=True)


@dataclass
class Addresses:
    """Where the one subscriber listens."""

    url: str | None

    async def address(self, tenant: str, subscription: str) -> str | None:
        return self.url


def delivery(content: Message | Notice) -> Delivery:
    kind = "webhook" if isinstance(content, Notice) else "email"
    receiver = "s-1" if isinstance(content, Notice) else content.person
    return Delivery("demo", "d-1", kind, receiver, content, 0, NOW)  # type: ignore[arg-type]  # one of the channels


def hook(url: str | None, *allowed: str) -> Webhook:
    networks = [ip_network(name) for name in allowed]
    return Webhook(Addresses(url), lambda name: SECRET, networks, lambda: dt.datetime.now(dt.UTC))


NO_BODY = b"Content-Length: 0\r\nConnection: close\r\n\r\n"


async def test_a_notice_is_signed_thin_and_keeps_its_id() -> None:
    async with receiving(b"HTTP/1.1 204 No Content\r\n" + NO_BODY) as receiver:
        way = hook(f"http://127.0.0.1:{receiver.port}/hook?x=1", "127.0.0.0/8")
        assert await way.send(delivery(NOTICE)) == Delivered("The receiver answered 204.")
        assert isinstance(await way.send(delivery(NOTICE)), Delivered)
    first, again = receiver.seen
    body = Verifier(SECRET).verify(first[1], first[0])
    assert body["type"] == "primed.escalation.raised.v1"
    assert body["data"] == {"escalation": "x-1", "unit": "north", "event": "escalation/x-1/1"}
    assert first[0]["webhook-id"] == again[0]["webhook-id"] == "d-1"
    assert first[0]["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("head", "outcome"),
    [
        (b"HTTP/1.1 200 OK\r\n", Delivered("The receiver answered 200.")),
        (b"HTTP/1.1 500 Oh\r\n", Postponed("The receiver answered 500.")),
        (
            b"HTTP/1.1 429 Slow\r\nRetry-After: 120\r\n",
            Postponed("The receiver answered 429.", dt.timedelta(seconds=120)),
        ),
        (
            b"HTTP/1.1 503 Later\r\nRetry-After: 9999999\r\n",
            Postponed("The receiver answered 503.", dt.timedelta(hours=1)),
        ),
        (b"HTTP/1.1 429 Slow\r\nRetry-After: soon\r\n", Postponed("The receiver answered 429.")),
        (b"HTTP/1.1 400 No\r\n", Postponed("The receiver answered 400.")),
        (b"HTTP/1.1 410 Gone\r\n", Gone("The receiver answered 410.")),
    ],
)
async def test_what_an_answer_means(head: bytes, outcome: object) -> None:
    async with receiving(head + NO_BODY) as receiver:
        way = hook(f"http://127.0.0.1:{receiver.port}/", "127.0.0.0/8")
        assert await way.send(delivery(NOTICE)) == outcome


async def test_a_redirect_is_not_followed() -> None:
    async with receiving(b"HTTP/1.1 204 No Content\r\n" + NO_BODY) as secret_place:
        there = f"Location: http://127.0.0.1:{secret_place.port}/\r\n".encode()
        async with receiving(b"HTTP/1.1 302 Found\r\n" + there + NO_BODY) as receiver:
            way = hook(f"http://127.0.0.1:{receiver.port}/", "127.0.0.0/8")
            assert await way.send(delivery(NOTICE)) == Postponed("The receiver answered 302.")
        assert secret_place.seen == []


async def test_who_hangs_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.3)
    async with receiving(b"", hangs=True) as receiver:
        outcome = await hook(f"http://127.0.0.1:{receiver.port}/", "127.0.0.0/8").send(delivery(NOTICE))
    assert outcome == Postponed("No answer within 0.3 seconds.")


async def test_nobody_there_and_nonsense_are_tried_again() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    way = hook(f"http://127.0.0.1:{closed}/", "127.0.0.0/8")
    assert isinstance(await way.send(delivery(NOTICE)), Postponed)
    async with receiving(b"this is no HTTP\r\n\r\n") as receiver:
        way = hook(f"http://127.0.0.1:{receiver.port}/", "127.0.0.0/8")
        assert isinstance(await way.send(delivery(NOTICE)), Postponed)


async def test_nothing_goes_to_an_address_that_is_not_public_though_its_name_is_harmless(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with receiving(b"HTTP/1.1 204 No Content\r\n" + NO_BODY) as receiver:

        async def resolve(*args: object, **options: object) -> list[tuple[object, ...]]:
            place = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443)), place]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        outcome = await hook("https://harmless.example/hook").send(delivery(NOTICE))
        assert outcome == Postponed(
            "127.0.0.1 is not a public address, and PRIMED_WEBHOOK_NETWORKS does not allow it."
        )
    assert receiver.seen == []


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server shows that is called so, and what its client trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(called, called, key.public_key(), x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=1))
        .not_valid_after(NOW + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    shown, private = folder / "shown.pem", folder / "private.pem"
    shown.write_bytes(made.public_bytes(Encoding.PEM))
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(shown, private)
    return server, ssl.create_default_context(cafile=shown)


@pytest.mark.parametrize(("asked", "outcome"), [("hook.example", Delivered), ("other.example", Postponed)])
async def test_the_checked_address_must_still_prove_its_name(
    asked: str, outcome: type[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, trusted = certificate("hook.example", tmp_path)
    async with receiving(b"HTTP/1.1 204 No Content\r\n" + NO_BODY, tls=shown) as receiver:

        async def resolve(*args: object, **options: object) -> list[tuple[object, ...]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", receiver.port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        url = f"https://{asked}:{receiver.port}/hook"
        way = Webhook(Addresses(url), lambda name: SECRET, [LOOPBACK], lambda: NOW, trusted)
        assert isinstance(await way.send(delivery(NOTICE)), outcome)
    assert [headers["host"] for headers, _ in receiver.seen] == (
        [f"hook.example:{receiver.port}"] if outcome is Delivered else []
    )


async def test_an_ended_subscription_is_hopeless() -> None:
    assert await hook(None).send(delivery(NOTICE)) == Hopeless("The subscription was ended.")


@dataclass
class Mailbox:
    """A mail server that answers as it is told."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    letters: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data.startswith("250"):
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self.letters.append(message_from_bytes(content, policy=policy.default))
        return self.data


@asynccontextmanager
async def serving(mailbox: Mailbox) -> AsyncIterator[Email]:
    with taking_mail(mailbox) as port:
        yield email(f"smtp://127.0.0.1:{port}")


def email(
    url: str, person: Callable[[str], Person] = lambda name: PEOPLE.get(name, Person(name, name))
) -> Email:
    post = Post("Primed <primed@council.example>", ZoneInfo("Europe/London"), "https://primed.example/")
    return Email(Server.at(url), post, person)


async def test_a_letter_says_what_since_when_what_next_and_where_to_answer() -> None:
    async with serving(mailbox := Mailbox()) as way:
        assert await way.send(delivery(LETTER)) == Delivered("The mail server has taken it.")
    [letter] = mailbox.letters
    assert letter["To"] == "leah@council.example"
    assert letter["Subject"] == LETTER.title
    assert letter["Message-ID"] == "<d-1@primed.invalid>"
    text = letter.get_content()
    for words in (
        "Dear Leah Brook,",
        "It has been so since Monday 23 November 2026 at 09:30.",
        "If nobody answers, it goes to Ruth Adeyemi on Tuesday 24 November 2026 at 09:30.",
        "https://primed.example/escalations/x-1",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("mailbox", "outcome"),
    [
        (Mailbox(rcpt="550 No such user"), Hopeless("The mail server refused the address (550).")),
        (Mailbox(rcpt="450 Busy"), Postponed("The mail server refused the address (450).")),
        (Mailbox(data="451 Later"), Postponed("The mail server answered 451.")),
        (Mailbox(data="554 Policy"), Postponed("The mail server answered 554.")),
    ],
)
async def test_what_a_mail_server_may_answer(mailbox: Mailbox, outcome: object) -> None:
    async with serving(mailbox) as way:
        assert await way.send(delivery(LETTER)) == outcome


async def test_without_an_address_or_a_server_it_waits() -> None:
    way = email("smtp://127.0.0.1:1")
    assert isinstance(await way.send(delivery(LETTER)), Postponed)
    nobody = email("smtp://127.0.0.1:1", lambda name: Person(name, name))
    assert await nobody.send(delivery(LETTER)) == Postponed(
        "The staff directory has no e-mail address for this person."
    )


@pytest.mark.parametrize("url", ["http://mail", "smtp://", "mail.example:25"])
def test_a_wrong_mail_address_is_said_at_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="PRIMED_SMTP_URL"):
        Server.at(url)
