"""What is shipped to run elsewhere is valid, pinned, watched, and by itself reachable from nowhere else."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
PROMETHEUS = ROOT / "deploy" / "prometheus"
BIN = Path(sys.executable).parent
SERVICES = {"ingest": 8001, "metrics": 8002, "actions": 8003, "notify": 8004, "dashboard": 8080}


def run(*command: str | Path, folder: Path = ROOT) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(COMPOSE.read_text())


def test_compose_follows_the_published_schema() -> None:
    run(BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE)


def test_the_image_follows_the_rules_of_the_trade() -> None:
    run(BIN / "hadolint", ROOT / "deploy" / "Dockerfile")


def test_compose_has_every_service_with_a_health_check_on_its_own_port(compose: dict[str, Any]) -> None:
    for name, port in SERVICES.items():
        service = compose["services"][name]
        assert service["command"] == ["python", "-m", f"services.{name}"]
        assert service["healthcheck"]["test"][-1] == f"http://127.0.0.1:{port}/readyz"
        assert importlib.util.find_spec(f"services.{name}.__main__")


def test_every_image_is_pinned_to_a_version(compose: dict[str, Any]) -> None:
    stages = re.findall(r"^FROM (\S+)", (ROOT / "deploy" / "Dockerfile").read_text(), re.MULTILINE)
    images = [service["image"] for service in compose["services"].values()]
    assert all(re.search(r":v?\d+\.\d+", image) for image in [*stages, *images])


def test_compose_runs_the_kafka_that_the_embedded_stack_runs(compose: dict[str, Any]) -> None:
    version = re.search(
        r"kafka_2.13</artifactId>\s*<version>([\d.]+)<", (ROOT / "primed/stack/pom.xml").read_text()
    )
    assert version is not None
    assert compose["services"]["kafka"]["image"] == f"apache/kafka:{version[1]}"


def test_nothing_runs_as_root_or_may_become_it(compose: dict[str, Any]) -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text()
    assert re.search(r"^USER 10001", dockerfile, re.MULTILINE)
    for name, service in compose["services"].items():
        assert service["image"].startswith("primed:") or int(service["user"].split(":")[0]) > 0, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name


def test_nothing_is_reachable_from_other_machines_unless_asked(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert all("ports" not in service for service in services.values())
    assert services["ingest"]["environment"]["PRIMED_BIND"] == "${PRIMED_BIND:-127.0.0.1}"
    listeners = services["kafka"]["environment"]["KAFKA_LISTENERS"].split(",")
    assert all("://127.0.0.1:" in listener for listener in listeners)
    assert "listen_addresses=" in services["postgres"]["command"]
    assert "--web.listen-address=127.0.0.1:8090" in services["prometheus"]["command"]


def test_prometheus_scrapes_each_of_the_services() -> None:
    jobs = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())["scrape_configs"]
    scraped = {target["labels"]["service"]: target["targets"] for target in jobs[0]["static_configs"]}
    assert scraped == {name: [f"127.0.0.1:{port}"] for name, port in SERVICES.items()}


def test_every_metric_in_an_alert_is_one_that_the_code_declares() -> None:
    source = "\n".join(
        path.read_text() for package in ("runtime", "services") for path in (ROOT / package).rglob("*.py")
    )
    declared = set(re.findall(r"""(?:gauge|counter|histogram)\(\s*"([a-z_]+)\"""", source))
    groups = yaml.safe_load((PROMETHEUS / "alerts.yml").read_text())["groups"]
    used = {
        name
        for group in groups
        for rule in group["rules"]
        for name in re.findall(r"primed_[a-z_]+", rule["expr"])
    }
    assert used
    assert {
        re.sub(r"_(total|count|bucket|sum)$", "", name.removeprefix("primed_")) for name in used
    } <= declared


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed (Debian: prometheus)")
def test_alerts_fire_when_they_should() -> None:
    run("promtool", "check", "config", "prometheus.yml", folder=PROMETHEUS)
    run("promtool", "test", "rules", "alerts_test.yml", folder=PROMETHEUS)
