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
TABS = "indent with spaces, never with tabs"
LINES = "look at the indent and the quotes of this line and of the lines right above it"
_TOLD = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\[(\d+)\]|\.(\w+)")
_EXPECTED = re.compile(r"Expected `(?P<wanted>[^`]+)`, got `[^`]+`")
WORDS = {
    "str": "a text (in quotes where it looks like a number or a yes)",
    "int": "a whole number",
    "int | float": "a number",
    "date": "a day, such as 2026-03-01",
    "array": "a list",
    "object": "fields with values, such as `as_usual: [...]`",
}
"""What a field takes, by the name that the reader of values gives it."""


class BadMeasures(ValueError):
    """The catalogue cannot be used; the message names each mistake with its place."""


class _Loader(yaml.SafeLoader):
    """YAML as it is written: what looks like a day stays a text, so that a wrong one has its place."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, how) for tag, how in many if tag != "tag:yaml.org,2002:timestamp"]
    for first, many in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class _Entry:
    """A mapping of the file: its value, its node, and how mistakes call it."""

    value: dict[str, Any]
    node: yaml.MappingNode
    name: str

    def under(self, field: str | None) -> yaml.Node:
        """The field's value, or the entry if it has no such field."""
        return next((value for key, value in self.node.value if key.value == field), self.node)

    def place(self, field: str | None = None) -> yaml.Mark:
        """Where the field's value begins, or the entry if it has no such field."""
        mark: yaml.Mark = self.under(field).start_mark
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
        if (own_id := str(entry.value.get("id"))) in own:
            mistakes.field(entry, "id", "is declared twice")
        elif one:
            declared[own_id] = one
        own.add(own_id)
    for entry in _entries(top, "rebase", "rebase", mistakes):
        _rebase(entry, declared, mistakes)
    mistakes.stop_if_any()
    if not declared:
        raise BadMeasures(f"{origin} declares nothing: a list under `measures` is needed.")
    return Catalogue(declared)


def _top(text: str, origin: str, mistakes: _Mistakes) -> _Entry:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        value = loader.construct_document(node) if node else None
    except yaml.reader.ReaderError as error:
        raise BadMeasures(_unreadable(text, origin, error)) from error
    except yaml.MarkedYAMLError as error:
        raise BadMeasures(_no_yaml(origin, error)) from error
    except ValueError as error:
        raise BadMeasures(f"{origin} is no YAML: {error}.") from error
    if node is None:
        raise BadMeasures(f"{origin} declares nothing: a list under `measures` is needed.")
    if not isinstance(node, yaml.MappingNode) or not isinstance(value, dict):
        raise BadMeasures(f"{origin} is no YAML with a list under `measures`.")
    top = _Entry(value, node, "the file")
    _known_keys(top, TOP, mistakes)
    return top


def _unreadable(text: str, origin: str, error: yaml.reader.ReaderError) -> str:
    before = text[: error.position]
    line, column = before.count("\n") + 1, error.position - before.rfind("\n")
    what = f"is no YAML: a character that no text holds (number {error.character}); take it out"
    return f"{origin}:{line}:{column}: {what}."


def _no_yaml(origin: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    place = f"{origin}:{mark.line + 1}:{mark.column + 1}" if mark else origin
    said = str(error.problem)
    tab = "\\t" in said
    return f"{place}: is no YAML: {'a tab' if tab else said}; {TABS if tab else LINES}."


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
            place, found = _inside(entry.under(name), value, str(error))
            what = f"{_in_words(str(error), found)}{_possible(fields[name].type)}"
            mistakes.add(place, f"{entry.name}, field {name}: {what}")
    for name, one in fields.items():
        if one.required and name not in entry.value:
            mistakes.add(entry.place(), f"{entry.name}: {name} is missing")
    return right


def _inside(node: yaml.Node, value: Any, error: str) -> tuple[yaml.Mark, Any]:
    """Where in a field's value the mistake is, as far as its reader tells, and what stands there."""
    told = _TOLD.match(error)
    for number, name in _STEP.findall((told and told["path"]) or ""):
        if number and isinstance(node, yaml.SequenceNode):
            node, value = node.value[int(number)], value[int(number)]
        elif isinstance(node, yaml.MappingNode) and name in value:
            node, value = next((one, value[name]) for key, one in node.value if key.value == name)
    return node.start_mark, value


def _in_words(error: str, value: Any) -> str:
    """What the reader of values says, for those who write the file."""
    told = _TOLD.match(error)
    what = told["what"] if told else error
    if "date" in what:
        return DAY.format(value)
    if found := _EXPECTED.search(what):
        wanted = found["wanted"].removesuffix(" | null")
        return f"must be {WORDS.get(wanted, wanted)}, not {value!r}"
    return what


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
