"""Whether the ports of a place are free, and who holds one that is not."""

import socket
from collections.abc import Iterable

import psutil

from primed.stack.program import Program
from primed.trouble import Trouble


def check(programs: Iterable[Program], bind: str, port_base: int) -> None:
    """Raises with one sentence when a port is taken by another program."""
    for program in programs:
        if program.port is not None and not is_free(program.port, bind):
            raise Trouble(
                f"Port {program.port}, which {program.name} needs, is taken{_by_whom(program.port)}.",
                f"Stop that program, or move every port, for example by PRIMED_PORT_BASE={port_base + 200}.",
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
