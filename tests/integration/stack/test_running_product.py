"""The whole product from the outside: it shows what runs, and what is killed comes back without a hand."""

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from tests.patience import PATIENCE_S

if TYPE_CHECKING:
    from tests.conftest import Product

pytestmark = pytest.mark.real

PROCESSES = {"kafka", "postgres", "ingest", "metrics-1", "actions", "notify", "dashboard", "mail"}


def status(product: "Product") -> dict[str, dict[str, Any]]:
    rows = json.loads(product.primed("status", "--json", check=False))["processes"]
    return {row["process"]: row for row in rows}


def until(check: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def all_ready(product: "Product") -> bool:
    rows = status(product)
    return bool(rows) and all(row["ready"] for row in rows.values())


def answers(url: str, token: str | None = None) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def test_status_names_every_process_with_pid_address_and_readiness(running_product: "Product") -> None:
    rows = status(running_product)
    assert set(rows) == PROCESSES
    for name, row in rows.items():
        assert row["ready"], name
        assert row["pid"] == running_product.pid(name)
        assert row["address"]
    assert isinstance(rows["metrics-1"]["lag"], int)


def test_a_printed_token_opens_what_is_closed_without_it(running_product: "Product") -> None:
    url = running_product.url("ingest") + "/v1/imports"
    assert answers(url) == 401
    assert answers(url, running_product.token("operator")) == 200
    assert answers(url, running_product.token("manager", unit="north")) == 403


def test_a_page_is_served_to_somebody_who_can_sign_in(running_product: "Product") -> None:
    with urllib.request.urlopen(running_product.page + "/sign-in", timeout=PATIENCE_S) as page:
        assert "A director" in page.read().decode()


@pytest.mark.parametrize("name", ["ingest", "metrics-1", "kafka", "postgres"])
def test_a_killed_process_comes_back_and_the_log_says_so(running_product: "Product", name: str) -> None:
    before = running_product.pid(name)
    os.kill(before, signal.SIGKILL)
    until(lambda: status(running_product)[name]["pid"] not in (before, None))
    until(lambda: all_ready(running_product))
    log = running_product.place.log_file(name).read_text()
    assert "was ended by SIGKILL; starting again in" in log


def test_restart_gives_a_process_a_new_life(running_product: "Product") -> None:
    before = running_product.pid("notify")
    assert "notify is ready again" in running_product.primed("restart", "notify")
    assert running_product.pid("notify") != before


def test_an_unknown_process_is_refused_with_those_there_are(running_product: "Product") -> None:
    with pytest.raises(AssertionError, match="There is no process 'metric'"):
        running_product.primed("restart", "metric")


def test_a_killed_supervisor_is_recovered_from_without_doubles(running_product: "Product") -> None:
    before = {name: running_product.pid(name) for name in PROCESSES}
    os.kill(running_product.pid("supervisor"), signal.SIGKILL)
    until(lambda: "Nobody watches" in running_product.primed("status", check=False))
    running_product.primed("up", "--detach")
    assert all_ready(running_product)
    until(lambda: not any(lives(pid) for pid in before.values()))


def test_up_when_it_is_up_says_so_and_changes_nothing(running_product: "Product") -> None:
    before = status(running_product)
    said = running_product.primed("up", "--detach")
    assert "up already" in said
    assert running_product.page in said
    assert {n: r["pid"] for n, r in status(running_product).items()} == {
        n: r["pid"] for n, r in before.items()
    }


def test_a_mail_it_sends_can_be_read(running_product: "Product") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = (
        "primed@localhost",
        "m@demo.example",
        "Overdue is high",
    )
    message.set_content("Somebody should look.")
    with smtplib.SMTP("127.0.0.1", running_product.place.port("mail"), timeout=PATIENCE_S) as client:
        client.send_message(message)
    assert "Overdue is high" in running_product.primed("mail")
    assert "Somebody should look." in running_product.primed("mail", "1")


def test_topics_are_as_declared(running_product: "Product") -> None:
    assert json.loads(running_product.primed("topics", "--check", "--json"))["differences"] == []


def test_secrets_are_hidden_in_what_config_shows(running_product: "Product") -> None:
    rows = {row["variable"]: row["value"] for row in json.loads(running_product.primed("config", "--json"))}
    assert rows["PRIMED_POSTGRES_DSN"] == "********"
    assert rows["PRIMED_PORT_BASE"] == str(running_product.place.port_base)


def test_ctrl_c_of_a_foreground_start_stops_everything(new_place: Callable[[], "Product"]) -> None:
    product = new_place()
    command = [sys.executable, "-m", "primed.cli", "up", "--empty"]
    started = subprocess.Popen(command, env=product.environment, stdout=subprocess.PIPE, text=True)
    until(lambda: product.place.pid_file("dashboard").exists(), 90)
    pids = [int(path.read_text()) for path in (product.home / "run").glob("*.pid")]
    started.send_signal(signal.SIGINT)
    said, _ = started.communicate(timeout=PATIENCE_S)
    assert started.returncode == 0
    assert "Stopped." in said
    assert not any(lives(pid) for pid in pids)
    assert product.primed("down").strip() == "Nothing was running."


def test_a_taken_port_is_named_and_nothing_is_left_running(new_place: Callable[[], "Product"]) -> None:
    product = new_place()
    with socket.create_server(("127.0.0.1", product.place.port("actions"))):
        command = [sys.executable, "-m", "primed.cli", "up", "--detach", "--empty"]
        done = subprocess.run(command, check=False, env=product.environment, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"Port {product.place.port('actions')}, which actions needs, is taken" in done.stderr
    assert "PRIMED_PORT_BASE=" in done.stderr
    assert product.primed("down").strip() == "Nothing was running."
