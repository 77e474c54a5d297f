"""The settings as a command sees them: of the environment, or of the stack that runs in this home."""

import os
from typing import Any

from pydantic import ValidationError

from primed.stack import control, state
from primed.stack.place import Place, from_environment
from primed.trouble import Trouble
from runtime.settings import Settings


def here() -> Place:
    """The place of the environment; when its stack is up, with the ports it really has."""
    place = from_environment(os.environ)
    told = state.read(place)
    if told is None or "PRIMED_PORT_BASE" in os.environ or control.supervisor(place) is None:
        return place
    return from_environment({**os.environ, "PRIMED_PORT_BASE": str(told.port_base)})


def shared() -> Settings:
    """The settings that the services of this place have; what the environment says comes first."""
    place = here()
    known: dict[str, Any] = {"home": place.home, "port_base": place.port_base, "bind": place.bind}
    if not any(name in os.environ for name in ("PRIMED_POSTGRES_DSN", "PRIMED_POSTGRES_DSN_FILE")):
        known["postgres_dsn"] = place.dsn
    try:
        return Settings(**known)
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise Trouble(f"PRIMED_{name}: {first['msg']}.", "primed config shows every setting.") from error
    except ValueError as error:
        raise Trouble(str(error), "primed config shows every setting.") from error
