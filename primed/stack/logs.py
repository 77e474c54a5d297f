"""The logs of a home: one line of JSON from the supervisor, and a bound on every file."""

import json
import os
import re
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path

from primed.stack.place import Place

OURS = '{"supervisor": '  # how each line of the supervisor begins, also inside the logs of others
ERROR = re.compile(r'"level": "(error|critical)"|^\w*(Error|Exception)\b|FATAL|ERROR')
LARGEST_BYTES = 32 * 1024 * 1024  # then the file becomes <name>.log.1 and begins anew: two of these at most


def tell(place: Place, process: str, said: str, **more: object) -> None:
    """Says one line in the supervisor's log, and in the log of the process that it is about."""
    stamp = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = json.dumps({"supervisor": said, "process": process, **more, "timestamp": stamp}) + "\n"
    sys.stdout.write(line)
    sys.stdout.flush()
    if process != "supervisor":
        with place.log_file(process).open("a") as log:
            log.write(line)


def bound(folder: Path, largest: int = LARGEST_BYTES) -> list[str]:
    """Cuts files that grew too large, keeping one older part; writers append, so they go on undisturbed."""
    cut = []
    for path in folder.glob("*.log"):
        if path.stat().st_size > largest:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)
            cut.append(path.name)
    return cut


def last_words(path: Path, lines: int = 2) -> str:
    """The last errors that a process itself told, else its last lines: why it did not start."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 16_384))
            said = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return "none"
    own = [line.strip() for line in said if line.strip() and not line.startswith(OURS)]
    errors = [line for line in own if ERROR.search(line)]
    return " / ".join((errors or own)[-lines:]) or "none"
