"""Whether the ports of a place are free, and who holds one that is not."""

import socket
from collections.abc import Mapping

import psutil

from primed.stack.options import Options
from primed.stack.place import Place
from primed.trouble import Trouble

HTTP_SERVICES = ("ingest", "actions", "notify", "dashboard")


def wanted(place: Place, options: Options) -> Mapping[str, int]:
    """Every port that this place will listen on, by process."""
    servers = () if place.kafka_given else ("kafka", "kafka-controller")
    workers = tuple(f"metrics-{n}" for n in range(1, options.workers + 1))
    return {name: place.port(name) for name in (*servers, *workers, *HTTP_SERVICES, "mail")}


def check(place: Place, options: Options) -> None:
    """Raises with one sentence when a port is taken by another program."""
    for name, port in wanted(place, options).items():
        bind = place.bind if name.startswith("metrics-") or name in HTTP_SERVICES else "127.0.0.1"
        if not is_free(port, bind):
            other = place.port_base + 200
            raise Trouble(
                f"Port {port}, which {name} needs, is taken{_by_whom(port)}.",
                f"Stop that program, or move every port, for example by PRIMED_PORT_BASE={other}.",
            )


def is_free(port: int, bind: str = "127.0.0.1") -> bool:
    """Whether this process could listen there now."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError:
            return False
    return True


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.laddr and connection.laddr.port == port and connection.status == psutil.CONN_LISTEN:
                return f" by {psutil.Process(connection.pid).name()} (pid {connection.pid})"
    except (psutil.Error, OSError):
        return ""
    return ""
