"""docs/send-events.md: each example is run as it stands, and must print what stands below it."""

from __future__ import annotations

import http.client
import http.server
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

pytestmark = pytest.mark.real

PAGE = Path(__file__).parents[3] / "docs" / "send-events.md"
EXAMPLE = re.compile(r"^```(sh|python|http)\n(.*?)^```\n\n^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = [(kind, text, said) for kind, text, said in EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))]


def printed(kind: str, text: str, port: int, token: str) -> str:
    """What an example prints."""
    if kind == "http":
        return answered(text.replace("<token>", token), port)
    command = ["bash", "-euc", text] if kind == "sh" else [sys.executable, "-W", "error", "-c", text]
    environment = {**os.environ, "INGEST": f"http://127.0.0.1:{port}", "TOKEN": token}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def answered(request: str, port: int) -> str:
    """The status and the body with which a request as it goes over the wire is answered."""
    head, _, body = request.partition("\n\n")
    first, *lines = head.splitlines()
    method, path, _ = first.split()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body.encode(), dict(line.split(": ", 1) for line in lines))
    answer = connection.getresponse()
    told = f"HTTP/1.1 {answer.status}\n{answer.read().decode()}\n"
    connection.close()
    return told


def test_every_example_prints_what_the_page_says(ingest: Any) -> None:
    kinds = [kind for kind, _, _ in EXAMPLES]
    assert (kinds.count("sh"), kinds.count("python"), kinds.count("http")) == (3, 2, 1)
    token = ingest.token()["authorization"].removeprefix("Bearer ")
    for kind, text, said in EXAMPLES:
        assert printed(kind, text, ingest.process.port, token) == said


class Busy(http.server.BaseHTTPRequestHandler):
    """Ingest as it is while Kafka is slow: it asks to come back, and takes the events the second time."""

    bodies: ClassVar[list[bytes]] = []

    def do_POST(self) -> None:
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        busy = len(self.bodies) % 2 == 1
        body = b"{}" if busy else b'{"accepted":1,"refused":[]}'
        self.send_response(503 if busy else 202)
        if busy:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def busy() -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Busy)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server.server_port
    server.shutdown()
    serving.join()
    server.server_close()


def test_the_sender_of_the_page_comes_back_with_the_same_events_when_it_is_told_to(busy: int) -> None:
    (sender,) = [text for kind, text, _ in EXAMPLES if kind == "python" and "Retry-After" in text]
    once = sender.replace("print(send([received]), send([received]))", "print(send([received]))")
    assert printed("python", once.partition("print([one")[0], busy, "token") == "[]\n"
    first, second = Busy.bodies
    assert first == second
