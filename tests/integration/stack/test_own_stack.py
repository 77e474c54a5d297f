"""The two servers that everything else stands on come back from a kill with what they held."""

from collections.abc import Callable
from pathlib import Path

import pytest

from primed.stack import postgres
from primed.stack.place import Place
from tests.conftest import CACHE, Running
from tests.ports import free_port_base

pytestmark = pytest.mark.real


def test_postgres_killed_in_the_middle_keeps_what_it_acknowledged(short_home: Callable[[], Path]) -> None:
    place = Place(home=short_home(), port_base=free_port_base(), cache=CACHE)
    place.folders()
    server = Running(place, postgres.program(place))
    server.start()
    try:
        postgres.create(place, "primed")
        postgres.run(place, "create table kept (n int); insert into kept values (7)", "primed")
        server.kill()
        server.start()
        assert postgres.run(place, "select n from kept", "primed") == "7"
    finally:
        server.stop()
