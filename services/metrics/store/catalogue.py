"""The catalogue of measures as a file: the council's own, or the one that ships with the service."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from services.metrics.domain.declaring import BadMeasures, catalogue
from services.metrics.domain.measures import Catalogue


def load(own: Path | None = None) -> Catalogue:
    """Read and check the catalogue; raises `BadMeasures`, also for a file that is not there."""
    ours = resources.files("services.metrics").joinpath("measures.yaml")
    shipped = catalogue(ours.read_text(encoding="utf-8"))
    if own is None:
        return shipped
    try:
        return catalogue(own.read_text(encoding="utf-8"), str(own), shipped)
    except (OSError, UnicodeDecodeError) as error:
        raise BadMeasures(f"The measures in {own} cannot be read: {error}.") from error
