"""Applications that consume events, as those that an environment lists under ``consumers`` would."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition, Event as Signal, Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaConnectionError, KafkaError

from rehearsal.database.ledger import Ledger
from rehearsal.events.event import Event
from rehearsal.events.received import Arrivals, Judgement
from rehearsal.iam.subscription import subscription
from rehearsal.processes.errors import RehearsalError

Seen = TypeVar("Seen")

_POLL_MILLISECONDS: Final = 200
_LOOK_SECONDS: Final = 0.5  # how soon a new topic is found
_RECONNECT_MILLISECONDS: Final = 1000
_CLOSE_MILLISECONDS: Final = 2000
_STOP_SECONDS: Final = 5
_BATCH: Final = 2000


class ApplicationError(RehearsalError):
    """The application ended by itself, and why."""


def concrete(pattern: str) -> str:
    """A name that ``pattern``, an entry of ``groups``, allows."""
    return pattern.replace("*", "rehearsal")


@dataclass(frozen=True)
class Reader:
    """Reads ``topics`` from their beginning, but for those that match ``others``, and commits for ``group``.

    ``settings`` are further ones of a KafkaConsumer: how it signs in.
    """

    bootstrap: str
    group: str
    topics: Sequence[str]
    others: Sequence[str] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    def follows(self, topic: str) -> bool:
        return bool(subscription(self.topics).fullmatch(topic)) and not (
            self.others and subscription(self.others).fullmatch(topic)
        )


class Application:
    """Reads by several readers, each in a thread of its own, until the block is left, and puts together what arrives.

    Brokers and topics may come and go meanwhile.
    """

    def __init__(self, *readers: Reader) -> None:
        self._arrivals = Arrivals()
        self._news = Condition()
        self._stop = Signal()
        self._error: BaseException | None = None
        self._ended = ""
        self._threads = [Thread(target=self._run, args=(reader,), name=reader.group, daemon=True) for reader in readers]

    def start(self) -> Self:
        """Returns at once."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        """At once, but for what was fetched; without a broker, after some seconds."""
        self._stop.set()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(_STOP_SECONDS)

    def wait_for(self, condition: Callable[[Arrivals], bool], *, seconds: float) -> bool:
        """Whether it came true in time; judged after every batch. Raises ApplicationError."""
        with self._news:
            came = self._news.wait_for(lambda: self._error is not None or condition(self._arrivals), seconds)
            self._check()
            return came

    def look(self, view: Callable[[Arrivals], Seen]) -> Seen:
        """What ``view`` makes of all that has arrived by now. Raises ApplicationError."""
        with self._news:
            self._check()
            return view(self._arrivals)

    def judge(self, ledger: Ledger) -> Judgement:
        """What of ``ledger`` has not arrived by now, or arrived more than once. Raises ApplicationError."""
        return self.look(lambda arrivals: arrivals.judge(ledger))

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _check(self) -> None:
        if self._error:
            raise ApplicationError(f"the application {self._ended} ended: {self._error!r}") from self._error

    def _run(self, reader: Reader) -> None:
        try:
            self._consume(reader)
        except Exception as error:
            with self._news:
                self._error, self._ended = error, reader.group
                self._news.notify_all()

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
            looked = -_LOOK_SECONDS
            while not self._stop.is_set():
                try:
                    if time.monotonic() - looked >= _LOOK_SECONDS:
                        _follow(consumer, reader)
                        looked = time.monotonic()
                    self._poll(consumer)
                except KafkaError as error:
                    if not (error.retriable or isinstance(error, KafkaConnectionError)):
                        raise
        finally:
            consumer.close(timeout_ms=_CLOSE_MILLISECONDS)

    def _poll(self, consumer: KafkaConsumer) -> None:
        events = [
            Event.read(record.topic, record.partition, record.offset, record.key, record.value)
            for records in consumer.poll(timeout_ms=_POLL_MILLISECONDS).values()
            for record in records
        ]
        if events:
            with self._news:
                for event in events:
                    self._arrivals.add(event)
                self._news.notify_all()


def _follow(consumer: KafkaConsumer, reader: Reader) -> None:
    """Takes on new partitions of the topics.

    Not by ``subscribe``: a poll that ends in the midst of a rebalance loses the assignment (kafka-python 3.0.12).
    """
    topics = filter(reader.follows, consumer.topics())
    partitions = {TopicPartition(topic, n) for topic in topics for n in consumer.partitions_for_topic(topic) or ()}
    if partitions - consumer.assignment():
        consumer.assign(sorted(partitions | consumer.assignment()))
