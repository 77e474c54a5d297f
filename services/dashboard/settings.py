"""Settings of the dashboard alone; the shared ones are in `runtime.settings`."""

from __future__ import annotations

from pydantic import Field, field_validator

from runtime.settings import Settings
from services.dashboard.domain.case_links import wrong_with


class DashboardSettings(Settings):
    """Knobs of the pages."""

    dashboard_call_timeout_s: float = Field(
        2.5, gt=0, le=30, description="Seconds after which a page goes on without a service that is slow."
    )
    dashboard_session_s: int = Field(
        8 * 3600, ge=60, le=7 * 86400, description="Seconds for which a sign-in lasts: a working day."
    )
    dashboard_case_links: dict[str, str] = Field(
        {},
        description="Where work opens in its case system, by source: "
        '{"demo/cases": "https://cases.example/{key}"}.',
    )
    dashboard_live_most: int = Field(
        500, ge=1, description="Open live connections at once; more are told to come back."
    )
    dashboard_live_each: int = Field(
        12, ge=1, description="Open live connections of one person: some windows, not a flood."
    )
    dashboard_live_life_s: float = Field(
        3600, ge=1, description="Seconds after which a live connection ends and the browser makes a new one."
    )

    @field_validator("dashboard_case_links")
    @classmethod
    def _addresses(cls, given: dict[str, str]) -> dict[str, str]:
        wrong = wrong_with(given)
        if wrong:
            raise ValueError(wrong)
        return given
