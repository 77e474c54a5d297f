"""The two servers that everything else stands on come back from a kill with what they held."""

from typing import TYPE_CHECKING

import pytest

from primed.stack import postgres

if TYPE_CHECKING:
    from tests.conftest import Stack

pytestmark = [pytest.mark.real, pytest.mark.timeout(60)]


def test_postgres_killed_in_the_middle_keeps_what_it_acknowledged(stack: "Stack") -> None:
    dsn = stack.new_database(template=None)
    name = dsn.split("/")[3].split("?")[0]
    postgres.run(stack.place, "create table kept (n int); insert into kept values (7)", name)
    stack.postgres.kill()
    stack.postgres.start()
    assert postgres.run(stack.place, "select n from kept", name) == "7"
