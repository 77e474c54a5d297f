"""Which processes make up the product, in the order in which they start."""

import os
import sys

from primed.stack import kafka, postgres
from primed.stack.answering import responds
from primed.stack.options import Options
from primed.stack.place import Place
from primed.stack.ports import HTTP_SERVICES
from primed.stack.program import Program


def servers(place: Place) -> list[Program]:
    """The embedded Kafka and Postgres, each only when no other one was named."""
    made = [] if place.kafka_given else [kafka.program(place)]
    return made if place.postgres_given else [*made, postgres.program(place)]


def product(place: Place, options: Options) -> list[Program]:
    """The services, the mail sink and, if asked for, the simulated council."""
    workers = [_service(place, f"metrics-{n}", "metrics", str(n)) for n in range(1, options.workers + 1)]
    services = [_service(place, name, name) for name in HTTP_SERVICES]
    simulated = [_simulated(place)] if options.simulate else []
    return [*workers, *services, _mail(place), *simulated]


def environment(place: Place) -> dict[str, str]:
    """What every child is told of the place, over what the user set."""
    told = {
        "PRIMED_HOME": str(place.home),
        "PRIMED_PORT_BASE": str(place.port_base),
        "PRIMED_BIND": place.bind,
        "PRIMED_KAFKA_BOOTSTRAP": place.bootstrap,
        "PYTHONUNBUFFERED": "1",
    }
    if not place.postgres_given or "PRIMED_POSTGRES_DSN_FILE" not in os.environ:
        told["PRIMED_POSTGRES_DSN"] = place.dsn
    for name in ("ingest", "metrics-1", "actions", "notify"):
        variable = f"PRIMED_{name.removesuffix('-1').upper()}_URL"
        told[variable] = os.environ.get(variable) or place.url(name)
    if place.bind.startswith("127."):  # webhooks can be tried with a receiver on this machine
        told["PRIMED_WEBHOOK_NETWORKS"] = os.environ.get("PRIMED_WEBHOOK_NETWORKS") or '["127.0.0.0/8"]'
    return told


def _service(place: Place, process: str, package: str, worker: str | None = None) -> Program:
    return Program(
        name=process,
        command=(sys.executable, "-m", f"services.{package}", *(("--worker", worker) if worker else ())),
        ready=responds(f"{place.url(process)}/readyz"),
        environment=environment(place),
        address=place.url(process),
    )


def _mail(place: Place) -> Program:
    port = place.port("mail")
    return Program(
        name="mail",
        command=(sys.executable, "-m", "primed.stack.mail", str(port), str(place.mail)),
        ready=lambda: kafka.listens(port),
        environment=environment(place),
        address=f"smtp://127.0.0.1:{port}",
    )


def _simulated(place: Place) -> Program:
    return Program(
        name="simulate",
        command=(sys.executable, "-m", "primed.cli", "simulate"),
        ready=lambda: True,
        environment=environment(place),
        may_end=True,
    )
