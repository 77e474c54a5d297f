"""`primed contracts`: write the published JSON Schemas and AsyncAPI, unless that breaks a reader."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from schemas import export
from schemas.registry import TYPES

SCHEMAS = Path(export.__file__).parent


def documents() -> dict[str, export.Document]:
    """Every exported document by its path below `schemas/`."""
    topics = yaml.safe_load((SCHEMAS / "topics.yaml").read_text("utf-8"))["topics"]
    return {
        **{f"published/{name}.json": export.event_schema(name) for name in sorted(TYPES)},
        "asyncapi.json": export.asyncapi(topics, version("primed")),
    }


def breaking(folder: Path = SCHEMAS) -> list[str]:
    """What the present code would break for readers of the documents in `folder`, in words."""
    fresh = documents()
    found: list[str] = []
    for path in sorted((folder / "published").glob("*.json")):
        name = path.stem
        new = fresh.get(f"published/{path.name}")
        words = (
            [f"{name} is gone"] if new is None else export.breaks(json.loads(path.read_text("utf-8")), new)
        )
        found += [f"{name}: {word}" for word in words]
    return found


def write(folder: Path = SCHEMAS) -> int:
    """Write all documents; answers how many. Raises `ValueError` when a change would break a reader."""
    if broken := breaking(folder):
        raise ValueError(
            "This would break readers; make a new version of the type instead: " + "; ".join(broken)
        )
    fresh = documents()
    for name, document in fresh.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text_of(document), "utf-8")
    return len(fresh)


def text_of(document: Any) -> str:
    """A document as it stands in the file."""
    return json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
