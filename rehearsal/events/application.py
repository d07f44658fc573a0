"""An application that consumes events, like those under ``consumers`` in an environment.

The client is kafka-python, as only a hosts file knows the brokers' names: librdkafka resolves by DNS alone, and
confluent-kafka (2.16) does not pass on its ``resolve_cb``.
"""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Event as Signal, Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaConnectionError, KafkaError

from rehearsal.events.deliveries import Deliveries, Event
from rehearsal.events.source_records import SourceRecordLogs
from rehearsal.iam.permissions.missing_permissions import matches_topic
from rehearsal.processes.errors import RehearsalError

T = TypeVar("T")

_POLL_MILLISECONDS: Final = 200
_TOPIC_REFRESH_SECONDS: Final = 0.5  # how often it looks for new topics
_RECONNECT_MILLISECONDS: Final = 1000
_CLOSE_MILLISECONDS: Final = 2000
_STOP_SECONDS: Final = 5
_BATCH: Final = 2000
_LOG_SECONDS: Final = 0.05  # how often the observers' logs are read


class ApplicationError(RehearsalError):
    """The application stopped with an error."""


def group_name(pattern: str) -> str:
    """A group name that matches ``pattern``, an entry of ``groups``."""
    return pattern.replace("*", "rehearsal")


@dataclass(frozen=True)
class Reader:
    """Reads ``topics`` from the beginning, without those that match ``excluded``, in consumer group ``group``.

    With ``sent_only`` only those that a connector was seen to send to. ``settings`` are further settings of
    KafkaConsumer: how it signs in.
    """

    bootstrap: str
    group: str
    topics: Sequence[str]
    excluded: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    sent_only: bool = False

    def reads(self, topic: str) -> bool:
        return matches_topic(self.topics, topic) and not matches_topic(self.excluded, topic)


class Application:
    """Runs each reader in a thread until the end of the block, and matches what they receive with ``logs``.

    Brokers may restart and topics may be created meanwhile.
    """

    def __init__(self, logs: SourceRecordLogs, *readers: Reader) -> None:
        self._deliveries = Deliveries()
        self._changed = Condition()
        self._stop = Signal()
        self._error: BaseException | None = None
        self._failed = ""
        self._received: Counter[str] = Counter()
        self._logs = logs
        self._threads = [Thread(target=self._run, args=("log of source records", self._follow), daemon=True)]
        for reader in readers:
            arguments = (f"application {reader.group}", partial(self._consume, reader))
            self._threads.append(Thread(target=self._run, args=arguments, name=reader.group, daemon=True))

    def start(self) -> Self:
        """Starts the readers; returns at once."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """Stops the readers; takes some seconds where no broker answers."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_STOP_SECONDS)

    def wait_for(self, condition: Callable[[Deliveries], bool], *, seconds: float) -> bool:
        """Whether ``condition`` became true in time; it is checked after every batch. Raises ApplicationError."""
        with self._changed:
            fulfilled = self._changed.wait_for(lambda: self._error is not None or condition(self._deliveries), seconds)
            self._check()
            return fulfilled

    def read(self, view: Callable[[Deliveries], T]) -> T:
        """``view`` of the deliveries so far. Raises ApplicationError."""
        with self._changed:
            self._check()
            return view(self._deliveries)

    def received(self, group: str) -> int:
        """The number of events that the reader in ``group`` received."""
        with self._changed:
            return self._received[group]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _check(self) -> None:
        if self._error:
            raise ApplicationError(f"the {self._failed} failed: {self._error!r}") from self._error

    def _run(self, name: str, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as error:
            with self._changed:
                self._error, self._failed = error, name
                self._changed.notify_all()

    def _follow(self) -> None:
        while not self._stop.wait(_LOG_SECONDS):
            while found := self._logs.read():
                with self._changed:
                    for line in found:
                        self._deliveries.log(line)
                    self._changed.notify_all()

    def _consume(self, reader: Reader) -> None:
        consumer = KafkaConsumer(
            bootstrap_servers=reader.bootstrap.split(","),
            group_id=reader.group,
            **reader.settings,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
            reconnect_backoff_max_ms=_RECONNECT_MILLISECONDS,
            max_poll_records=_BATCH,
        )
        try:
            refreshed = -_TOPIC_REFRESH_SECONDS
            while not self._stop.is_set():
                try:
                    if time.monotonic() - refreshed >= _TOPIC_REFRESH_SECONDS:
                        self._assign_new_partitions(consumer, reader)
                        refreshed = time.monotonic()
                    self._poll(consumer, reader)
                except KafkaError as error:
                    if not (error.retriable or isinstance(error, KafkaConnectionError)):
                        raise
        finally:
            consumer.close(timeout_ms=_CLOSE_MILLISECONDS)

    def _poll(self, consumer: KafkaConsumer, reader: Reader) -> None:
        records = [one for some in consumer.poll(timeout_ms=_POLL_MILLISECONDS).values() for one in some]
        if not records:
            return
        now = time.monotonic()
        with self._changed:
            for one in records:
                self._deliveries.receive(Event(one.topic, one.partition, one.offset, one.key, one.value, now))
            self._received[reader.group] += len(records)
            self._changed.notify_all()

    def _assign_new_partitions(self, consumer: KafkaConsumer, reader: Reader) -> None:
        """Assigns new partitions of the topics.

        Not by ``subscribe``: a poll that ends during a rebalance loses the assignment (kafka-python 3.0.12).
        """
        topics = {topic for topic in consumer.topics() if reader.reads(topic)}
        if reader.sent_only:
            topics &= self.read(lambda deliveries: set(deliveries.topics))
        partitions = {TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic) or ()}
        if partitions - consumer.assignment():
            consumer.assign(sorted(partitions | consumer.assignment()))
