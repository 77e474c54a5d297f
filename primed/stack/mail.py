"""A local mail server that delivers nothing: each message becomes a file that one can look at."""

import asyncio
import os
import re
import signal
import sys
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 2_000  # the oldest files go first
LARGEST_BYTES = 10_000_000


class Sink:
    """Writes what it is handed, whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keeps one message under the moment at which it came."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
        part = self._folder / f".{stamp}.part"
        part.write_bytes(content)
        os.replace(part, self._folder / f"{stamp}Z.eml")
        for old in kept(self._folder)[KEPT:]:
            old.unlink(missing_ok=True)
        return "250 Kept as a file"


def kept(folder: Path) -> list[Path]:
    """The messages in a folder, newest first."""
    return sorted((path for path in folder.glob("*.eml") if re.match(r"\d{8}T", path.name)), reverse=True)


def read(path: Path) -> EmailMessage:
    """One kept message, decoded."""
    return message_from_bytes(path.read_bytes(), policy=policy.default)


async def serve(port: int, folder: Path) -> None:
    """Takes mail on this machine until told to stop."""
    controller = Controller(Sink(folder), hostname="127.0.0.1", port=port, data_size_limit=LARGEST_BYTES)
    controller.start()
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await told.wait()
    controller.stop()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
