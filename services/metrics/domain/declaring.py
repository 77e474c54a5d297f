"""A catalogue of measures from YAML: every mistake at once, each with its place and what is possible."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, get_args, get_origin

import msgspec
import yaml

from services.metrics.domain.formula import BadFormula, read
from services.metrics.domain.measures import Catalogue, Declared, Measure, Rebase, problem

TOP = ("extends", "measures", "rebase")
DAY = "must be a day, such as 2026-03-01, not {}"
_PATH = re.compile(r" - at `.*`$")


class BadMeasures(ValueError):
    """The catalogue cannot be used; the message names each mistake with its place."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A mapping of the file: its value, its node, and how mistakes call it."""

    value: dict[str, Any]
    node: yaml.MappingNode
    name: str

    def place(self, field: str | None = None) -> yaml.Mark:
        """Where the field's value begins, or the entry if it has no such field."""
        found = [value for key, value in self.node.value if key.value == field]
        mark: yaml.Mark = found[0].start_mark if found else self.node.start_mark
        return mark


class _Mistakes:
    """What is wrong with a file, gathered until all is read."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._found: list[tuple[int, int, str]] = []

    def add(self, mark: yaml.Mark, what: str) -> None:
        self._found.append((mark.line + 1, mark.column + 1, what))

    def field(self, entry: _Entry, field: str, what: str) -> None:
        self.add(entry.place(field), f"{entry.name}, field {field}: {what}")

    def stop_if_any(self) -> None:
        if not self._found:
            return
        said = [
            f"{self._origin}:{line}:{column}: {_ended(what)}" for line, column, what in sorted(self._found)
        ]
        many = f"{self._origin} has {len(said)} mistakes:\n" if len(said) > 1 else ""
        raise BadMeasures(many + "\n".join(said))


def catalogue(text: str, origin: str = "measures.yaml", shipped: Catalogue | None = None) -> Catalogue:
    """Read and check a catalogue; raises `BadMeasures` with everything that is wrong.

    A file that says `extends: shipped` adds to those that ship; one of the same id takes the place of theirs.
    """
    mistakes = _Mistakes(origin)
    top = _top(text, origin, mistakes)
    declared = dict(_inherited(top, shipped, mistakes))
    own: set[str] = set()
    for entry in _entries(top, "measures", "measure", mistakes):
        one = _declare(entry, mistakes)
        if one and one.measure.id in own:
            mistakes.field(entry, "id", "is declared twice")
        elif one:
            own.add(one.measure.id)
            declared[one.measure.id] = one
    for entry in _entries(top, "rebase", "rebase", mistakes):
        _rebase(entry, declared, mistakes)
    mistakes.stop_if_any()
    if not declared:
        raise BadMeasures(f"{origin} declares nothing: a list under `measures` is needed.")
    return Catalogue(declared)


def _top(text: str, origin: str, mistakes: _Mistakes) -> _Entry:
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    except (yaml.YAMLError, ValueError) as error:
        raise BadMeasures(f"{origin} is no YAML: {error}") from error
    if node is None:
        raise BadMeasures(f"{origin} declares nothing: a list under `measures` is needed.")
    if not isinstance(node, yaml.MappingNode) or not isinstance(value, dict):
        raise BadMeasures(f"{origin} is no YAML with a list under `measures`.")
    top = _Entry(value, node, "the file")
    _known_keys(top, TOP, mistakes)
    return top


def _inherited(top: _Entry, shipped: Catalogue | None, mistakes: _Mistakes) -> Iterator[tuple[str, Declared]]:
    said = top.value.get("extends")
    if said is None:
        return
    if said != "shipped" or shipped is None:
        mistakes.field(top, "extends", f"can only be `shipped`, not {said!r}")
        return
    for one in shipped:
        yield one.measure.id, one


def _entries(top: _Entry, list_: str, name: str, mistakes: _Mistakes) -> Iterator[_Entry]:
    values = top.value.get(list_)
    nodes = [node for key, node in top.node.value if key.value == list_]
    if values is None:
        return
    if not isinstance(values, list):
        mistakes.field(top, list_, "must be a list")
        return
    for place, (value, node) in enumerate(zip(values, nodes[0].value, strict=True), start=1):
        if not isinstance(node, yaml.MappingNode):
            mistakes.add(node.start_mark, f"{name} number {place} must say its fields, as in `id: overdue`")
            continue
        own = value.get("id") if name == "measure" else value.get("measure")
        own_name = name if name == "measure" else "rebase of"
        called = f"{own_name} {own}" if isinstance(own, str) else f"{name} number {place}"
        yield _Entry(value, node, called)


def _declare(entry: _Entry, mistakes: _Mistakes) -> Declared | None:
    fields = _checked(entry, Measure, mistakes)
    text = fields.get("formula")
    formula = None
    if isinstance(text, str):
        try:
            formula = read(text)
        except BadFormula as error:
            mistakes.field(entry, "formula", str(error))
    if formula is None or len(fields) < len(entry.value) or _lacks(Measure, fields):
        return None
    measure = Measure(**fields)
    if found := problem(measure, formula):
        mistakes.field(entry, *found)
        return None
    return Declared(measure, formula)


def _rebase(entry: _Entry, declared: dict[str, Declared], mistakes: _Mistakes) -> None:
    """Put a rebase that stands by itself to its measure."""
    fields = _checked(entry, Rebase, mistakes)
    if "measure" not in entry.value:
        mistakes.field(entry, "measure", "is missing")
    if len(fields) < len(entry.value) or _lacks(Rebase, fields) or "measure" not in fields:
        return
    found = declared.get(fields["measure"])
    if found is None:
        mistakes.field(entry, "measure", f"there is no such measure{_meant(fields['measure'], declared)}")
        return
    rebase = Rebase(**{"since" if name == "from" else name: value for name, value in fields.items()})
    if not rebase.reason.strip():
        mistakes.field(entry, "reason", "is blank: say what changed, for those who read the chart")
        return
    more = msgspec.structs.replace(found.measure, rebase=(*found.measure.rebase, rebase))
    declared[found.measure.id] = Declared(more, found.formula)


def _checked(entry: _Entry, shape: type[msgspec.Struct], mistakes: _Mistakes) -> dict[str, Any]:
    """The fields that are right, each by itself; the others are mistakes."""
    fields = {one.encode_name: one for one in msgspec.structs.fields(shape)}
    _known_keys(entry, tuple(fields), mistakes)
    right: dict[str, Any] = {}
    for name, value in entry.value.items():
        if name not in fields:
            continue
        try:
            right[name] = msgspec.convert(value, fields[name].type)
        except msgspec.ValidationError as error:
            what = f"{_PATH.sub('', str(error))}{_possible(fields[name].type)}"
            mistakes.field(entry, name, DAY.format(value) if "date" in what else what)
    for name, one in fields.items():
        if one.required and name not in entry.value:
            mistakes.add(entry.place(), f"{entry.name}: {name} is missing")
    return right


def _lacks(shape: type[msgspec.Struct], fields: dict[str, Any]) -> bool:
    return any(one.required and one.encode_name not in fields for one in msgspec.structs.fields(shape))


def _known_keys(entry: _Entry, known: tuple[str, ...], mistakes: _Mistakes) -> None:
    seen: set[str] = set()
    for key, _ in entry.node.value:
        if key.value not in known:
            what = f"there is no field {key.value!r}{_meant(key.value, known)}; there are {', '.join(known)}"
            mistakes.add(key.start_mark, f"{entry.name}: {what}")
        elif key.value in seen:
            mistakes.add(key.start_mark, f"{entry.name}, field {key.value}: is given twice")
        seen.add(key.value)


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "?")) else f"{sentence}."


def _meant(said: str, possible: Any) -> str:
    close = get_close_matches(str(said), list(possible), 1)
    return f"; did you mean {close[0]}?" if close else ""


def _possible(kind: Any) -> str:
    """The values that a field may have, where they are few."""
    if get_origin(kind) is Literal:
        return f"; there are {', '.join(map(str, get_args(kind)))}"
    return next((said for part in get_args(kind) if (said := _possible(part))), "")
