"""Ports for stacks of tests, of which several look for some at the same time."""

import fcntl
import os
import socket
import tempfile
from pathlib import Path

PORTS_OF_A_PLACE = (0, 1, 2, 3, 4, 22, 23, 24, 25, 80, 92, 93)
LAST_BASES = 125


def free_port_base() -> int:
    """A base at which none of a stack's ports is taken, claimed for as long as this process lives."""
    first = os.getpid() % LAST_BASES * 100
    for step in range(0, LAST_BASES * 100, 100):
        base = 20100 + (first + step) % (LAST_BASES * 100)  # below the ports that the system gives to clients
        if all(_is_free(base + offset) for offset in PORTS_OF_A_PLACE) and _claimed(base):
            return base
    raise AssertionError("no free range of ports between 20100 and 32600")


def _claimed(base: int) -> bool:
    """Whether it is ours from now on: other test processes look for ports at the same time."""
    try:
        claim = os.open(Path(tempfile.gettempdir()) / f"primed-ports-{base}", os.O_CREAT | os.O_RDWR, 0o666)
    except OSError:  # somebody else's
        return False
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go of when the process ends
    except OSError:
        os.close(claim)
        return False
    return True


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
