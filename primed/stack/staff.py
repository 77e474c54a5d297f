"""A first staff directory for a home without a simulated council, so that somebody can sign in."""

from pathlib import Path

STARTER = """\
# Who may sign in here: staff ids with name, e-mail, role and unit (blank: the whole council).
# Roles: practitioner, manager, head, director, finance, analyst, operator. A changed file is read again.
people:
  director:
    name: A director
    email: director@localhost
    role: director
    unit:
  operator:
    name: An operator
    email: operator@localhost
    role: operator
    unit:
"""


def ensure(path: Path) -> None:
    """Writes the starter unless there is a directory already."""
    if not path.exists():
        path.write_text(STARTER, encoding="utf-8")
