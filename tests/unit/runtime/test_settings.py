"""Settings: defaults that follow from one another, secrets from files, nothing secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from runtime.settings import Settings


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"PRIMED_{name.upper()}", raising=False)
        monkeypatch.delenv(f"PRIMED_{name.upper()}_FILE", raising=False)


def test_addresses_follow_from_the_port_base(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMED_PORT_BASE", "9100")
    monkeypatch.setenv("PRIMED_HOME", "/somewhere")
    settings = Settings()
    assert settings.kafka_bootstrap == "127.0.0.1:9192"
    assert settings.metrics_url == "http://127.0.0.1:9102"
    assert settings.smtp_url == "smtp://127.0.0.1:9125"
    assert settings.staff_file == Path("/somewhere/staff.yaml")
    assert settings.keys == Path("/somewhere/keys")


def test_a_setting_of_its_own_beats_what_would_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMED_KAFKA_BOOTSTRAP", "a:1,b:2")
    monkeypatch.setenv("PRIMED_POSTGRES_DSN", "")
    assert Settings().kafka_bootstrap == "a:1,b:2"
    assert Settings().postgres_dsn == ""


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dsn").write_text("postgresql://primed:hush@db/primed\n")
    monkeypatch.setenv("PRIMED_POSTGRES_DSN_FILE", str(tmp_path / "dsn"))
    assert Settings().postgres_dsn == "postgresql://primed:hush@db/primed"


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIMED_POSTGRES_DSN_FILE", "/not/there")
    with pytest.raises(Exception, match="PRIMED_POSTGRES_DSN_FILE names /not/there"):
        Settings()


def test_no_secret_is_shown() -> None:
    settings = Settings(postgres_dsn="postgresql://primed:hush@db/primed", smtp_url="smtp://me:hush@mail")
    assert settings.redacted()["postgres_dsn"] == "********"
    assert "hush" not in repr(settings) + str(settings) + str(settings.redacted())


@pytest.mark.parametrize("port", ["80", "70000", "x"])
def test_a_port_base_that_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PRIMED_PORT_BASE", port)
    with pytest.raises(ValidationError, match="port_base"):
        Settings()


@pytest.mark.parametrize(
    ("bind", "alone"),
    [("127.0.0.1", True), ("::1", True), ("127.1.2.3", True), ("0.0.0.0", False), ("10.0.0.1", False)],
)
def test_loopback_is_known(bind: str, alone: bool) -> None:
    assert Settings(bind=bind).is_loopback is alone


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
