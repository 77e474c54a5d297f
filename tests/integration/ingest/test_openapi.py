"""The OpenAPI document tells the truth: whatever is sent, the answer is one that it describes, and no 500."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.real, pytest.mark.timeout(420)]

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.parametrize("role", ["feeder", "operator"])
def test_answers_are_as_described(ingest: Any, role: str) -> None:
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"http://127.0.0.1:{ingest.process.port}/openapi.json",
        "-H",
        f"Authorization: {ingest.token(role)['authorization']}",
        *("--max-examples", "8", "--seed", "7", "--phases", "coverage,fuzzing", "--checks", CHECKS),
        *("--exclude-path-regex", "/metrics|/livez|/readyz", "--request-timeout", "20", "--no-color"),
    ]
    taught = {**os.environ, "SCHEMATHESIS_HOOKS": str(Path(__file__).with_name("part_of_file.py"))}
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        timeout=400,
        cwd=ingest.process.home,
        env=taught,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-1_000:]
