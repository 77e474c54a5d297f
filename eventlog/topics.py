"""Topics as declared in `schemas/topics.yaml`: created where missing, compared where they exist."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml
from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

from eventlog.kafka import opened
from eventlog.records import LogUnavailable


@dataclass(frozen=True, slots=True)
class Topic:
    """One declared topic; `record`: an acknowledged record must survive a power cut."""

    name: str
    why: str
    partitions: int
    record: bool
    config: Mapping[str, str]


def declared() -> tuple[Topic, ...]:
    """Every topic of Primed."""
    said = yaml.safe_load(resources.files("schemas").joinpath("topics.yaml").read_text(encoding="utf-8"))
    defaults = said["defaults"]
    return tuple(
        Topic(
            name=name,
            why=topic["why"],
            partitions=topic.get("partitions", defaults["partitions"]),
            record=topic.get("record", False),
            config={**defaults["config"], **topic.get("config", {})},
        )
        for name, topic in said["topics"].items()
    )


async def ensure(
    bootstrap: str,
    *,
    topics: Sequence[Topic] | None = None,
    single_broker: bool | None = None,
    create: bool = True,
    timeout_s: float = 30.0,
) -> list[str]:
    """Create missing topics; answers with one sentence for each way in which an existing one differs.

    On a single broker an acknowledgement of a `record` topic means flushed to disk (`flush.messages=1`); on
    several it means three replicas of which two are in sync; None asks the cluster which it is. With
    `create=False` nothing changes and a missing topic is a difference. Raises `LogUnavailable` when Kafka is
    away.
    """
    wanted = declared() if topics is None else topics
    return await asyncio.to_thread(_ensure, bootstrap, wanted, single_broker, create, timeout_s)


def _ensure(
    bootstrap: str, topics: Sequence[Topic], single_broker: bool | None, create: bool, timeout_s: float
) -> list[str]:
    milliseconds = int(timeout_s * 1000)
    try:
        admin = opened(
            KafkaAdminClient,
            bootstrap_servers=bootstrap.split(","),
            client_id="primed-topics",
            request_timeout_ms=milliseconds,
            bootstrap_timeout_ms=milliseconds,
        )
    except (errors.KafkaError, OSError) as error:
        raise LogUnavailable(f"Kafka at {bootstrap} does not answer: {type(error).__name__}.") from error
    try:
        single = len(admin.describe_cluster()["brokers"]) == 1 if single_broker is None else single_broker
        if create:
            _create(admin, topics, single)
        existing = set(admin.list_topics())
        missing = [f"{topic.name} does not exist." for topic in topics if topic.name not in existing]
        found = [topic for topic in topics if topic.name in existing]
        return missing + (_differences(admin, found, single) if found else [])
    except errors.KafkaError as error:
        raise LogUnavailable(
            f"Kafka at {bootstrap} did not finish: {type(error).__name__}: {error}."
        ) from error
    finally:
        admin.close()


def _create(admin: Any, topics: Sequence[Topic], single_broker: bool) -> None:
    existing = set(admin.list_topics())
    missing = [topic for topic in topics if topic.name not in existing]
    for topic in missing:
        fresh = NewTopic(
            topic.name,
            topic.partitions,
            1 if single_broker else 3,
            topic_configs=wanted_config(topic, single_broker),
        )
        try:
            admin.create_topics([fresh])
        except errors.TopicAlreadyExistsError:
            continue  # another process was quicker; what it made is compared below
    admin.wait_for_topics([topic.name for topic in missing])


def wanted_config(topic: Topic, single_broker: bool) -> dict[str, str]:
    """The topic's settings on one broker or on several."""
    extra: dict[str, str] = {}
    if single_broker and topic.record:
        extra = {"flush.messages": "1"}
    if not single_broker:
        extra = {"min.insync.replicas": "2"}
    return {**topic.config, **extra}


def _differences(admin: Any, topics: Sequence[Topic], single_broker: bool) -> list[str]:
    partitions = {
        found["name"]: len(found["partitions"]) for found in admin.describe_topics([t.name for t in topics])
    }
    configs = _configs(admin, topics)
    told = []
    for topic in topics:
        if partitions.get(topic.name) != topic.partitions:
            told.append(
                f"{topic.name} has {partitions.get(topic.name)} partitions, declared are {topic.partitions}: "
                "keys would move, so make a new topic and copy it."
            )
        told += [
            f"{topic.name} has {key}={configs[topic.name].get(key)}, declared is {value}."
            for key, value in wanted_config(topic, single_broker).items()
            if configs[topic.name].get(key) != value
        ]
    return told


def _configs(admin: Any, topics: Sequence[Topic]) -> dict[str, dict[str, str]]:
    asked = [ConfigResource(ConfigResourceType.TOPIC, topic.name) for topic in topics]
    answer = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: {key: found["value"] for key, found in config.items()} for name, config in answer.items()}
