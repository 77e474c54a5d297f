"""A place: where things lie, and where they listen."""

from pathlib import Path

import pytest

from primed.stack.place import LONGEST_SOCKET_PATH, SOCKET_NAME, Place, from_environment
from primed.trouble import Trouble


def test_the_port_base_moves_everything() -> None:
    place = from_environment({"PRIMED_PORT_BASE": "9000"})
    names = ("ingest", "metrics-1", "actions", "notify", "dashboard", "kafka", "mail")
    assert [place.port(name) for name in names] == [9001, 9002, 9003, 9004, 9080, 9092, 9025]


def test_further_workers_of_metrics_lie_above_the_fixed_ports() -> None:
    place = from_environment({})
    assert [place.port(f"metrics-{n}") for n in (2, 3, 12)] == [8022, 8023, 8032]


@pytest.mark.parametrize("text", ["eight thousand", "80", "65500", "-1", "8000.0", "٨٠٠٠"])
def test_a_port_base_that_is_none_is_refused_with_what_to_give(text: str) -> None:
    with pytest.raises(Trouble) as refused:
        from_environment({"PRIMED_PORT_BASE": text})
    assert text in refused.value.what
    assert "PRIMED_PORT_BASE=8200" in refused.value.do


def test_kafka_and_postgres_given_from_outside_are_used() -> None:
    place = from_environment({"PRIMED_KAFKA_BOOTSTRAP": "k:9092", "PRIMED_POSTGRES_DSN": "postgresql://db/x"})
    assert (place.bootstrap, place.dsn) == ("k:9092", "postgresql://db/x")


def test_what_is_bound_everywhere_is_reached_on_this_machine() -> None:
    assert from_environment({"PRIMED_BIND": "0.0.0.0"}).url("ingest") == "http://127.0.0.1:8001"
    assert from_environment({"PRIMED_BIND": "::1"}).url("ingest") == "http://[::1]:8001"


@pytest.mark.parametrize("depth", [0, 1, 5, 20])
def test_the_socket_fits_into_its_address_however_deep_the_checkout_lies(depth: int) -> None:
    home = Path("/home/somebody") / Path(*["a-deep-folder-name"] * depth) / ".primed"
    sockets = Place(home=home, port_base=8000).socket_folder
    assert len(str(sockets / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
    assert sockets == home / "postgres" or sockets.parent == Path("/tmp")


def test_a_home_is_closed_to_other_users_of_the_machine(tmp_path: Path) -> None:
    place = Place(home=tmp_path / "home", port_base=8000)
    place.folders()
    assert place.home.stat().st_mode & 0o066 == 0
    assert [path.stat().st_mode & 0o777 for path in place.home.iterdir()] == [0o700] * 4


def test_two_deep_homes_do_not_share_a_socket() -> None:
    deep = Path("/home") / ("x" * 120)
    one, two = (Place(home=deep / name, port_base=8000).socket_folder for name in ("one", "two"))
    assert one != two
