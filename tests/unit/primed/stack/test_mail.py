"""The mail sink keeps what it is sent, and shows it."""

import asyncio
import smtplib
from email.message import EmailMessage
from pathlib import Path

from primed.stack import mail
from tests.patience import PATIENCE_S
from tests.serving import taking_mail


def letter(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "primed@localhost", "leah.brook@demo.example", subject
    made.set_content("Overdue work is higher than usual.\n")
    return made


async def test_a_sent_mail_becomes_a_file_newest_first(tmp_path: Path) -> None:
    with taking_mail(mail.Sink(tmp_path)) as port:
        for subject in ("first", "überfällig"):
            await asyncio.to_thread(_send, port, letter(subject))
    kept = [mail.read(path) for path in mail.kept(tmp_path)]
    assert [message["subject"] for message in kept] == ["überfällig", "first"]
    assert "higher than usual" in kept[0].get_content()


def test_other_files_in_the_folder_are_no_mails(tmp_path: Path) -> None:
    (tmp_path / ".20261123T060000.1.part").write_text("half")
    (tmp_path / "notes.eml").write_text("mine")
    assert mail.kept(tmp_path) == []


def _send(port: int, message: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S) as client:
        client.send_message(message)
