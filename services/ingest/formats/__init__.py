"""Readers of files, one file a format: bytes in, rows out, memory flat whatever the size."""

from __future__ import annotations

from collections.abc import Mapping

from services.ingest.flow import Reader
from services.ingest.formats import cld, cloudevents, organisation, steps, table, xes

READERS: Mapping[str, Reader] = {
    "cloudevents": cloudevents.rows,
    "organisation": organisation.rows,
    "steps": steps.rows,
    "table": table.rows,
    "xes": xes.rows,
}
"""The formats that are read as they come."""


def readers(persons_key: bytes) -> Mapping[str, Reader]:
    """The formats that `POST /v1/imports?format=` knows; people are named under this key."""
    return {**READERS, "cld": cld.reader(persons_key)}
