"""Lists of teams and staff, CSV or Excel: what each row says, as events of the organisation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from services.ingest.domain.cells import WrongCell, day_of
from services.ingest.domain.mapping import AnyMapping
from services.ingest.domain.organisation import (
    LISTS,
    NEEDED,
    OrganisationMapping,
    Section,
    Stated,
)
from services.ingest.domain.rows import LONGEST_VALUE, Reject, Row, UnreadableFile
from services.ingest.domain.shown import ISO
from services.ingest.formats import table

Cells = Mapping[str, str]


def rows(chunks: Iterator[bytes], mapping: AnyMapping | None, as_of: str | None) -> Iterator[Row]:
    """A row for each of the list's. Raises `UnreadableFile` where it cannot be read on."""
    if not isinstance(mapping, OrganisationMapping):
        raise UnreadableFile("A list of teams or staff needs a mapping; `organisation` ships with Primed.")
    header, lines = table.opened(chunks, mapping)
    reading = _Reading(mapping, set(header), table.day_of(as_of))
    for number, cells in table.numbered(header, lines):
        if isinstance(cells, Reject):
            yield Row(number, reject=cells)
            continue
        try:
            said = [stated.draft(mapping.source) for stated in reading.stated(cells)]
            yield Row(number, drafts=tuple(said))
        except WrongCell as wrong:
            yield Row(number, reject=_reject(number, wrong))


class _Reading:
    def __init__(self, mapping: OrganisationMapping, header: set[str], today: dt.date | None) -> None:
        self._mapping, self._header, self._today = mapping, header, today
        self._forms = tuple(dict.fromkeys((*mapping.dates, ISO)))
        self._sections = [
            section
            for section, columns in mapping.sections.items()
            if all(columns[name] in header for name in NEEDED[section])
        ]
        if not self._sections:
            section, columns = next(iter(mapping.sections.items()))
            missing = next(columns[name] for name in NEEDED[section] if columns[name] not in header)
            raise UnreadableFile(
                f"Column {missing!r} is missing, which the mapping needs for {section}. Is it the right "
                "file, and is the delimiter the one that the mapping names?"
            )

    def stated(self, cells: Cells) -> Iterator[Stated]:
        """What a row says; raises `WrongCell`."""
        for section in self._sections:
            said = self._said(section, cells)
            if said[NEEDED[section][0]]:
                yield from _OF[section](self, said)

    def _said(self, section: Section, cells: Cells) -> dict[str, str]:
        """The fields of a section; raises `WrongCell` where one that is needed is blank."""
        columns = self._mapping.sections[section]
        said = {name: self._meant(name, cells.get(column, "").strip()) for name, column in columns.items()}
        if said[NEEDED[section][0]]:
            for name in NEEDED[section]:
                if not said[name]:
                    raise WrongCell(columns[name], "", f"it is blank, and {section} need it")
                if name in LISTS and said[name] not in LISTS[name]:
                    known = ", ".join(LISTS[name])
                    remedy = f"Write one of {known}, or say under `values` in the mapping what it means."
                    raise WrongCell(columns[name], said[name], "it is not in the list", remedy)
        return said

    def _meant(self, name: str, text: str) -> str:
        meant = self._mapping.values.get(name, {}).get(text, text)
        return meant.lower() if name in LISTS else meant

    def _day(self, section: Section, said: Mapping[str, str], name: str) -> dt.date | None:
        text = said.get(name, "")
        return day_of(self._mapping.sections[section][name], text, self._forms) if text else None

    def _since(self, section: Section, said: Mapping[str, str]) -> dt.date:
        day = self._day(section, said, "since") or self._today
        if day is None:
            column = self._mapping.sections[section].get("since", "since")
            remedy = "Give the day, or import with ?as_of=, the day from which the list holds."
            raise WrongCell(column, "", "nobody knows from which day on it holds", remedy)
        return day

    def units(self, said: Mapping[str, str]) -> Iterator[Stated]:
        """A unit, and its end."""
        since, closed = self._since("units", said), self._day("units", said, "closed")
        if closed is not None and closed < since:
            column = self._mapping.units["closed"]
            raise WrongCell(column, said["closed"], "it was closed before it was there")
        data = {name: said[name] for name in ("unit", "level", "name", "parent") if said.get(name)}
        yield Stated("unit.registered", said["unit"], since, data)
        if closed is not None:
            heir = {"successor": said["successor"]} if said.get("successor") else {}
            yield Stated("unit.closed", said["unit"], closed, {"unit": said["unit"], **heir})

    def workers(self, said: Mapping[str, str]) -> Iterator[Stated]:
        """A worker, and when they left."""
        since, left = self._since("workers", said), self._day("workers", said, "left")
        if left is not None and left < since:
            raise WrongCell(self._mapping.workers["left"], said["left"], "they left before they came")
        worker = said["worker"]
        yield Stated("worker.joined", worker, since, {"worker": worker, "team": said["team"]})
        if left is not None:
            yield Stated("worker.left", worker, left, {"worker": worker})

    def roles(self, said: Mapping[str, str]) -> Iterator[Stated]:
        """Who holds a role for a unit."""
        data = {name: said[name] for name in ("unit", "role", "person")}
        yield Stated("role.assigned", said["unit"], self._since("roles", said), data)


_OF = {"units": _Reading.units, "workers": _Reading.workers, "roles": _Reading.roles}


def _reject(number: int, wrong: WrongCell) -> Reject:
    return Reject(
        row=number,
        column=wrong.column,
        value=wrong.value[:LONGEST_VALUE],
        reason=f"{wrong.column}: {wrong.why}.",
        remedy=wrong.remedy or f"Correct {wrong.column} in the list and import it again.",
    )
