"""The staff directory: names, addresses and roles of people, kept in a file outside the log."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from runtime.telemetry import log


@dataclass(frozen=True, slots=True)
class Person:
    """One member of staff; `name` is the id when the directory does not know them."""

    id: str
    name: str
    email: str | None = None
    role: str | None = None
    unit: str | None = None


class StaffFileWrong(Exception):
    """The staff file cannot be read as a directory; the message says which entry and what it needs."""


class Directory:
    """People by staff id; the file is read again whenever it has changed, and the last good one stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._people: dict[str, Person] = {}

    def person(self, staff: str) -> Person:
        """The person with this id; an unknown id is shown as itself."""
        return self.people().get(staff) or Person(id=staff, name=staff)

    def people(self) -> dict[str, Person]:
        """Everybody in the directory, by id. Raises `StaffFileWrong` when the file never was readable."""
        stamp = self._stamp()
        if stamp is not None and stamp != self._seen:
            try:
                self._people = _read(self._path)
            except StaffFileWrong as error:
                if self._seen is None:
                    raise
                log().warning("staff-file-wrong", why=str(error))
            self._seen = stamp
        return self._people

    def _stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_size


def _read(path: Path) -> dict[str, Person]:
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StaffFileWrong(f"{path} is not valid YAML; mend it or delete it.") from error
    people = found.get("people") if isinstance(found, dict) else None
    if not isinstance(people, dict):
        raise StaffFileWrong(f"{path} must hold 'people:' with staff ids below it.")
    return {str(staff): _person(path, str(staff), entry) for staff, entry in people.items()}


def _person(path: Path, staff: str, entry: Any) -> Person:
    if not isinstance(entry, dict):
        raise StaffFileWrong(f"{path}: {staff} must have name, email, role and unit below it.")
    text = {key: str(value) for key, value in entry.items() if value is not None}
    return Person(staff, text.get("name", staff), text.get("email"), text.get("role"), text.get("unit"))
