"""Why an upload, or the next part of one, may not be kept."""

from __future__ import annotations


class TooLarge(Exception):
    """The upload is larger than one may be."""


class SpoolFull(Exception):
    """The folder of uploads holds as much as it may; those that wait must be read first."""


class WrongOffset(Exception):
    """The part does not begin where the upload ends, which is at `offset`."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"The upload stands at byte {offset:,}.")
        self.offset = offset


class Overtaken(Exception):
    """The upload is being sent by another request by now, or nobody wants it any more."""
