"""Settings that every service shares, each with its unit and its why. Read once, in `__main__`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import Field, JsonValue
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SECRET: dict[str, JsonValue] = {"secret": True}
"""Marks a field whose value `redacted` hides and which may come from a file named by `…_FILE`."""

HIDDEN = "********"


def _address(offset: int, scheme: str = "http://") -> Any:
    return lambda data: f"{scheme}127.0.0.1:{data['port_base'] + offset}"


class Settings(BaseSettings):
    """The environment `PRIMED_…`. A service adds its own knobs in a subclass."""

    model_config = SettingsConfigDict(
        env_prefix="PRIMED_", frozen=True, extra="ignore", env_ignore_empty=True
    )

    port_base: int = Field(
        8000, ge=1024, le=65000, description="All ports follow from it: README.md says which."
    )
    bind: str = Field("127.0.0.1", description="Address that HTTP binds to; beyond loopback needs OIDC.")
    home: Path = Field(
        Path(".primed"), description="Folder for keys, logs and what the embedded stack keeps."
    )
    kafka_bootstrap: str = Field(
        default_factory=_address(92, ""), description="Kafka brokers, host:port with commas between."
    )
    kafka_timeout_s: float = Field(
        5.0, gt=0, le=60, description="Seconds to wait for Kafka's acknowledgement before answering 503."
    )
    postgres_dsn: str = Field(
        "",
        repr=False,
        json_schema_extra=SECRET,
        description="Postgres; empty is an error where it is needed.",
    )
    tenant: str = Field("demo", min_length=1, max_length=60, description="The council served by default.")
    staff_file: Path = Field(
        default_factory=lambda data: data["home"] / "staff.yaml",
        description="Names and addresses of staff, kept outside the log.",
    )
    oidc_issuer: str = Field("", description="Issuer of tokens; empty: the local issuer of this home.")
    oidc_audience: str = Field("primed", description="The `aud` that a token must carry.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    smtp_url: str = Field(
        default_factory=_address(25, "smtp://"),
        repr=False,
        json_schema_extra=SECRET,
        description="Where e-mail goes; the embedded stack runs a sink that keeps it as files.",
    )
    body_limit_bytes: int = Field(
        2_000_000, ge=1_000, description="Largest HTTP body that is taken whole; uploads are streamed."
    )
    ingest_url: str = Field(default_factory=_address(1), description="Address of ingest.")
    metrics_url: str = Field(default_factory=_address(2), description="Address of metrics.")
    actions_url: str = Field(default_factory=_address(3), description="Address of actions.")
    notify_url: str = Field(default_factory=_address(4), description="Address of notify.")

    @property
    def keys(self) -> Path:
        """Folder of the local issuer's key."""
        return self.home / "keys"

    @property
    def is_loopback(self) -> bool:
        """Whether HTTP is reachable from this machine alone."""
        return self.bind in {"127.0.0.1", "::1", "localhost"} or self.bind.startswith("127.")

    def redacted(self) -> dict[str, str]:
        """Every setting as text with secrets hidden, for `primed config` and the log."""
        return {
            name: HIDDEN if _is_secret(field) and getattr(self, name) else str(getattr(self, name))
            for name, field in sorted(type(self).model_fields.items())
        }

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then the environment, then secrets from the files that `…_FILE` names."""
        return init_settings, env_settings, _SecretFiles(settings_cls)


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `PRIMED_POSTGRES_DSN` from the file named by `PRIMED_POSTGRES_DSN_FILE`, and so on."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        variable = f"{self.config.get('env_prefix', '')}{field_name}_FILE".upper()
        named = os.environ.get(variable)
        if not named or not _is_secret(field):
            return None, field_name, False
        try:
            return Path(named).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise ValueError(f"{variable} names {named}, which cannot be read: {error.strerror}.") from error

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(field, name)[0] for name, field in self._fields()}
        return {name: value for name, value in found.items() if value is not None}

    def _fields(self) -> list[tuple[str, FieldInfo]]:
        return list(self.settings_cls.model_fields.items())


def _is_secret(field: FieldInfo) -> bool:
    extra = field.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("secret"))
