"""Teaches schemathesis to send parts of files, whose type (of an Internet draft) it does not know."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/partial-upload")
def part(context: schemathesis.SerializationContext, value: Any) -> Any:
    """The bytes as they are."""
    return value if isinstance(value, bytes) else str(value).encode()
