"""The CloudEvents 1.0 envelope that every event of Primed travels in, as structured JSON.

Source: CloudEvents specification 1.0; extensions as in `docs/events.md`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"

LONGEST_ID, LONGEST_SUBJECT = 200, 300
"""Characters."""

Text = Annotated[str, Meta(max_length=200)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


class Envelope(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One event as it stands in the log; `data` is still undecoded JSON (see `schemas.registry`)."""

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(min_length=1, max_length=LONGEST_ID, description="Unique within `source`.")]
    source: Annotated[str, Meta(min_length=1, max_length=200, description="The system that says it.")]
    type: Annotated[str, Meta(min_length=1, max_length=100, description="`primed.<noun>.<verb>.v<n>`.")]
    subject: Annotated[
        str,
        Meta(min_length=1, max_length=LONGEST_SUBJECT, description="What it is about: source + '/' + key."),
    ]
    time: Annotated[
        str,
        Meta(
            max_length=40,
            description="When it happened: RFC 3339, local time with offset; its written date is its day.",
        ),
    ]
    data: msgspec.Raw
    datacontenttype: Literal["application/json"] | UnsetType = UNSET
    dataschema: Annotated[str, Meta(max_length=300)] | UnsetType = UNSET
    tenant: Annotated[str, Meta(min_length=1, max_length=60, description="The council.")] | UnsetType = UNSET
    recordedtime: (
        Annotated[str, Meta(max_length=40, description="When the source recorded it: RFC 3339 with offset.")]
        | UnsetType
    ) = UNSET
    timeprecision: Literal["day"] | UnsetType = UNSET
    rulesversion: (
        Annotated[int, Meta(description="Version of the rules that filled `ruled`.")] | UnsetType
    ) = UNSET
    ruled: (
        Annotated[
            str, Meta(max_length=200, description="Names of fields filled by rules, sorted, with commas.")
        ]
        | UnsetType
    ) = UNSET
    sequence: (
        Annotated[str, Meta(pattern=r"^-?[0-9]{1,18}$", description="An integer, in the source's order.")]
        | UnsetType
    ) = UNSET
    causationid: Text | UnsetType = UNSET
    correlationid: Text | UnsetType = UNSET
    traceparent: Text | UnsetType = UNSET
    tracestate: Text | UnsetType = UNSET


class Event(Struct, frozen=True, kw_only=True):
    """An envelope with its data decoded and checked: `data` is the Struct that `type` names."""

    envelope: Envelope
    data: Any
