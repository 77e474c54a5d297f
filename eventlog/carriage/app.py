"""The little of Faust that remains: an app of one agent, without tables, producer, leader or web server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.transport.drivers import aiokafka as driver
from yarl import URL

from eventlog.carriage.fetching import Consumer, Host


class Boot(BootStrategy):
    """Starts only what carries."""

    enable_kafka_producer = False

    def kafka_consumer(self) -> Iterable[Any]:
        """The consumer, without leader election and replies."""
        return [self.app.consumer]


class Transport(driver.Transport):
    """Faust's way to Kafka with our loop in it."""

    Consumer = Consumer


class Untouched(faust.Schema[Any, Any]):
    """Bytes stay bytes: decoding is the service's own."""

    def loads_key(self, app: Any, message: Any, *, loads: Any = None, serializer: Any = None) -> Any:
        """The key as it came."""
        return message.key

    def loads_value(self, app: Any, message: Any, *, loads: Any = None, serializer: Any = None) -> Any:
        """The value as it came: here, a whole delivery."""
        return message.value


class App(faust.App):
    """One carriage's app; `host` hears when it breaks."""

    BootStrategy = Boot
    host: Host

    def _create_directories(self) -> None:
        """Nothing is kept in files."""

    def _crash(self, reason: BaseException) -> None:
        """Any crash below, in whichever thread, ends up here: tell the host."""
        self.host.fail(reason)
        super()._crash(reason)


def make(host: Host, *, name: str, group: str, bootstrap: str, max_records: int) -> App:
    """The app of a carriage; agents may be declared on it afterwards, never before its transport is set."""
    app = App(
        group,
        broker=[URL(f"kafka://{address}") for address in bootstrap.split(",")],
        broker_client_id=f"primed-{name}",
        broker_max_poll_records=max_records,
        broker_request_timeout=40.0,
        broker_session_timeout=10.0,
        store="memory://",
        datadir=tempfile.gettempdir(),
        stream_wait_empty=False,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        reply_create_topic=False,
    )
    app.host = host
    app.transport = Transport(app.conf.broker_consumer, app)
    return app
