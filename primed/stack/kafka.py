"""One Apache Kafka broker in KRaft mode: its settings, its first format, and the process."""

import base64
import os
import shutil
import socket
from pathlib import Path

from primed.stack.downloads import HERE, WITHOUT_JAVA, jars
from primed.stack.place import Place
from primed.stack.process import ask
from primed.stack.program import Program
from primed.trouble import Trouble

# Small and quick on one machine: the first compiler alone starts faster and is enough for a council's stream.
QUICK = ("-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


def program(place: Place) -> Program:
    """The embedded broker as a process."""
    port = place.port("kafka")
    java = shutil.which("java")
    if java is None:
        raise Trouble(
            "Java is not installed, and the embedded Kafka needs it.",
            f"Install Java 17 or newer (Debian: apt-get install openjdk-17-jre-headless). {WITHOUT_JAVA}",
        )
    options = tuple(os.environ.get("PRIMED_KAFKA_JAVA_OPTIONS", "").split()) or QUICK
    libraries = jars(place.cache)
    command = (
        java, *options, f"-Dlog4j2.configurationFile={HERE / 'log4j2.xml'}",
        "-cp", f"{libraries}/*", "kafka.Kafka", str(_settings_file(place)),
    )  # fmt: skip
    return Program(
        name="kafka",
        command=command,
        ready=lambda: listens(port),
        address=f"127.0.0.1:{port}",
        stop_seconds=20.0,
        before=lambda: prepare(place, java, libraries),
    )


def prepare(place: Place, java: str, libraries: Path) -> None:
    """Writes the settings (ports may have moved) and formats the folder once."""
    folder = place.home / "kafka"
    folder.mkdir(parents=True, exist_ok=True)
    _settings_file(place).write_text(settings(place))
    if (folder / "data" / "meta.properties").exists():
        return
    cluster = base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=").replace("-", "A")
    command = [
        java, *QUICK, "-cp", f"{libraries}/*", "kafka.tools.StorageTool", "format",
        "-t", cluster, "-c", str(_settings_file(place)), "--standalone",
    ]  # fmt: skip
    done = ask(command)
    if done.returncode != 0:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Trouble(
            f"Kafka could not format {folder}: {said[-1] if said else 'it said nothing'}",
            f"Look for a full disk or missing rights; an empty {folder} is a clean start.",
        )


def settings(place: Place, *, node: int = 1) -> str:
    """server.properties of one node that is broker and controller at once; everything has one replica."""
    controller = f"127.0.0.1:{place.port('kafka-controller')}"
    broker = f"127.0.0.1:{place.port('kafka')}"
    lines = {
        "process.roles": "broker,controller",
        "node.id": str(node),
        "controller.quorum.bootstrap.servers": controller,
        "controller.listener.names": "CONTROLLER",
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(place.home / "kafka" / "data"),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        # After a kill the controller waits for the dead broker's session before it lets the new one in.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "log.segment.bytes": str(256 * 1024 * 1024),
        "num.network.threads": "2",
        "num.io.threads": "4",
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())


def listens(port: int, host: str = "127.0.0.1") -> bool:
    """Whether something accepts connections there."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((host, port)) == 0


def _settings_file(place: Place) -> Path:
    return place.home / "kafka" / "server.properties"
