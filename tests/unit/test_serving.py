"""Servers of tests leave nothing open, whenever somebody comes in; each would be blamed on a later test."""

from __future__ import annotations

import asyncio
import gc
import socket
import warnings
from collections.abc import Iterator

import pytest

from tests.serving import TURNS, see_off, shut_the_door, taking_mail


@pytest.fixture
def nothing_open() -> Iterator[None]:
    """Fails when a socket or a connection was left to the garbage collector."""
    gc.collect()
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield
        gc.collect()
    assert [str(one.message) for one in said if one.category is ResourceWarning] == []


@pytest.mark.parametrize("turns", range(TURNS))
def test_who_comes_in_as_the_door_shuts_is_seen_off(nothing_open: None, turns: int) -> None:
    inside: list[asyncio.StreamWriter] = []

    async def serve() -> None:
        server = await asyncio.start_server(lambda _, writer: inside.append(writer), "127.0.0.1", 0)
        async with server:
            with socket.create_connection(server.sockets[0].getsockname()):
                for _ in range(turns):
                    await asyncio.sleep(0)
                await shut_the_door(server.sockets[0])
                for writer in inside:
                    await see_off(writer)

    asyncio.run(serve())
    assert inside or turns < TURNS - 1, "nobody came in at all"


def test_a_talk_under_way_ends_with_the_mail_server(nothing_open: None) -> None:
    with taking_mail(object()) as port:
        client = socket.create_connection(("127.0.0.1", port))
        client.settimeout(5)
        assert client.recv(100).startswith(b"220 ")
    with client:
        assert client.recv(100) == b""
