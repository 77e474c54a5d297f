"""The catalogue of measures as a file: the council's own, or the one that ships with the service."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from services.metrics.domain.measures import BadMeasures, Catalogue, catalogue


def load(own: Path | None = None) -> Catalogue:
    """Read and check the catalogue; raises `BadMeasures`, also for a file that is not there."""
    if own is None:
        shipped = resources.files("services.metrics").joinpath("measures.yaml")
        return catalogue(shipped.read_text(encoding="utf-8"))
    try:
        return catalogue(own.read_text(encoding="utf-8"), str(own))
    except (OSError, UnicodeDecodeError) as error:
        raise BadMeasures(f"The measures in {own} cannot be read: {error}.") from error
