"""Why an upload may not be kept."""

from __future__ import annotations


class TooLarge(Exception):
    """The upload is larger than one may be."""


class SpoolFull(Exception):
    """The folder of uploads holds as much as it may; those that wait must be read first."""
