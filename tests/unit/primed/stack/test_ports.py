"""A port that somebody else holds is named, with what to do."""

import socket
from pathlib import Path

import pytest

from primed.stack import ports
from primed.stack.options import Options
from primed.stack.place import Place
from primed.trouble import Trouble


def test_a_taken_port_is_named_with_who_needs_it_and_a_way_out() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        place = Place(home=Path("/nowhere"), port_base=holder.getsockname()[1] - 80)
        with pytest.raises(Trouble) as refused:
            ports.check(place, Options())
    assert f"Port {place.port('dashboard')}, which dashboard needs, is taken" in refused.value.what
    assert f"PRIMED_PORT_BASE={place.port_base + 200}" in refused.value.do
