"""What a process says about itself: JSON lines for the log, metrics declared once with their why."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

PREFIX = "primed_"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NOISY = {
    "faust": "ERROR",
    "mode": "ERROR",
    "aiokafka": "WARNING",
    "kafka": "WARNING",
    "kafka.net": "ERROR",
    "uvicorn": "WARNING",
    "httpx2": "WARNING",
}
"""Libraries that would log each start and retry, or addresses that hold secrets; our own lines say it."""


def configure(service: str, level: str = "INFO") -> None:
    """Log JSON lines to standard error, one an event, each with the service's name; libraries' lines too."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _where_it_broke,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in NOISY.items():
        logging.getLogger(name).setLevel(quiet)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(service=service)


def _where_it_broke(
    logger: object, method: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """An exception becomes its name and place: its message and its frames may hold what no log may say."""
    told = line.pop("exc_info", None)
    error = told if isinstance(told, BaseException) else sys.exc_info()[1] if told is True else None
    error = told[1] if isinstance(told, tuple) else error
    if error is not None:
        line.update(place_of(error))
    return line


def place_of(error: BaseException) -> dict[str, Any]:
    """What the log may say of an exception: its name and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    at = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
    return {"error": type(error).__qualname__, "at": at}


def log() -> structlog.stdlib.BoundLogger:
    """The logger: `log().info("what-happened", unit=…, count=…)`; ids and counts, never a case's content."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger()
    return logger


def counter(name: str, why: str, labels: Sequence[str] = ()) -> Counter:
    """Declare a count of things that happened; call once, at the top of the module that counts."""
    return Counter(PREFIX + name, why, labels)


def gauge(name: str, why: str, labels: Sequence[str] = ()) -> Gauge:
    """Declare a value that goes up and down."""
    return Gauge(PREFIX + name, why, labels)


def histogram(
    name: str, why: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS
) -> Histogram:
    """Declare a distribution, by default of seconds."""
    return Histogram(PREFIX + name, why, labels, buckets=buckets)
