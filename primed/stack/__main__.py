"""The supervisor as a process: `python -m primed.stack`, started by `primed up` for one place."""

import asyncio
import os
import sys

from primed.stack import logs, process
from primed.stack.options import remembered
from primed.stack.place import from_environment
from primed.stack.supervisor import Supervisor, alone


def main() -> int:
    """0 when it was told to stop, 1 when it could not come up, 2 when another one stands here already."""
    os.umask(0o077)  # mails, names of staff and logs are nobody else's business
    place = from_environment(os.environ)
    place.folders()
    with alone(place) as mine:
        if not mine:
            return 2
        process.write_pid(place.pid_file("supervisor"), os.getpid())
        logs.tell(place, "supervisor", "started", pid=os.getpid())
        code = asyncio.run(Supervisor(place, remembered(place)).run())
        place.pid_file("supervisor").unlink(missing_ok=True)
        return code


if __name__ == "__main__":
    sys.exit(main())
