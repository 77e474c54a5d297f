"""The HTTP surface of ingest: parse, hand to the flow, answer."""
