"""The contracts as documents: JSON Schema 2020-12 for every event type, AsyncAPI 3.1 for the topics.

Pure: `primed contracts` writes what this answers, and refuses when a change would break a reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from schemas.envelope import CONTENT_TYPE, Envelope
from schemas.registry import NEEDS_ONE_OF, TOPIC_TYPES, TYPES

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Document = dict[str, Any]


def event_schema(name: str) -> Document:
    """JSON Schema 2020-12 of one event type: the whole event, envelope and data.

    Raises `KeyError` for a type that is not registered.
    """
    (envelope, data), parts = msgspec.json.schema_components(
        (Envelope, TYPES[name]), ref_template="#/$defs/{name}"
    )
    del envelope, data
    properties = dict(parts["Envelope"]["properties"])
    properties["type"] = {**properties["type"], "const": name}
    properties["data"] = {"$ref": f"#/$defs/{TYPES[name].__name__}"}
    if name in NEEDS_ONE_OF:
        properties["data"]["anyOf"] = [{"required": [field]} for field in NEEDS_ONE_OF[name]]
    return {
        "$schema": DIALECT,
        "$id": f"urn:primed:schema:{name}",
        "title": name,
        "description": (TYPES[name].__doc__ or "").strip(),
        "type": "object",
        "properties": properties,
        "required": parts["Envelope"]["required"],
        "additionalProperties": False,
        "$defs": {part: shape for part, shape in parts.items() if part != "Envelope"},
    }


def asyncapi(topics: Mapping[str, Mapping[str, Any]], version: str) -> Document:
    """AsyncAPI 3.1 of every topic; `topics` is the `topics` part of `topics.yaml`, as read."""
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Primed events",
            "version": version,
            "description": "What the services say on Kafka; every value is a CloudEvent in structured JSON.",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {
            topic: {
                "address": topic,
                "description": said["why"],
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in TOPIC_TYPES[topic]},
            }
            for topic, said in topics.items()
            if topic in TOPIC_TYPES
        },
        "components": {
            "messages": {
                name: {"name": name, "payload": {"$ref": f"published/{name}.json"}} for name in sorted(TYPES)
            }
        },
    }


def breaks(old: Document, new: Document) -> list[str]:
    """What in `new` would break a reader or a sender of `old`, in words; empty when it only adds."""
    return list(_breaks(old, new, old.get("$defs", {}), new.get("$defs", {}), "event"))


def _breaks(old: Document, new: Document, before: Document, after: Document, place: str) -> Iterator[str]:
    old, new = _resolved(old, before), _resolved(new, after)
    yield from (f"{place} now requires {name}" for name in _added(old, new, "required"))
    for name, shape in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"{place}.{name} is gone"
        else:
            yield from _breaks(shape, new["properties"][name], before, after, f"{place}.{name}")
    lost = _added(new, old, "enum") if "enum" in new else []
    if lost:
        yield f"{place} no longer allows {lost}"
    if _types(old) - _types(new):
        yield f"{place} no longer allows {sorted(_types(old) - _types(new))}"


def _added(old: Document, new: Document, key: str) -> list[str]:
    return sorted(set(new.get(key, ())) - set(old.get(key, ())))


def _resolved(shape: Document, parts: Document) -> Document:
    reference = shape.get("$ref")
    return parts[reference.rsplit("/", 1)[1]] if reference else shape


def _types(shape: Document) -> set[str]:
    kinds = shape.get("anyOf", [shape])
    return {kind["type"] for kind in kinds if isinstance(kind.get("type"), str)}
