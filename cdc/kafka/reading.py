"""Reads topics without a consumer group: it assigns partitions itself and commits no offset."""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition
from kafka.errors import (
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from cdc.kafka.brokers import Brokers, BrokersError

_POLL_MILLISECONDS: Final = 500
_LONGEST_MILLISECONDS: Final = 30_000
_CLOSE_MILLISECONDS: Final = 2000
_BOOTSTRAP_MILLISECONDS: Final = 10_000
_LOG: Final = logging.getLogger("kafka")
_LOG.addHandler(logging.NullHandler())  # without one, Python prints warnings to stderr


class Reader:
    """Reads partitions of ``brokers``; every method raises BrokersError. ``whole``: ``assign`` left nothing out."""

    whole = True

    def __init__(self, brokers: Brokers, consumer: KafkaConsumer, admin: KafkaAdminClient) -> None:
        self._brokers = brokers
        self._consumer = consumer
        self._admin = admin

    def topics(self) -> set[str]:
        """All that the caller may describe."""
        with explained(self._brokers, "DescribeTopic", ""):
            return {one["name"] for one in self._admin.describe_topics() if not one["error_code"]}

    def assign(self, topics: Collection[str], *, last: int | None) -> None:
        """Places itself at the beginning of each partition of ``topics``, or ``last`` messages before its end."""
        with explained(self._brokers, "DescribeTopic", *topics):
            places = [TopicPartition(topic, n) for topic in sorted(topics) for n in self._partitions(topic)]
            self._consumer.assign(places)
            self._first = self._consumer.beginning_offsets(places, timeout_ms=_LONGEST_MILLISECONDS)
            self._ends = self._consumer.end_offsets(places, timeout_ms=_LONGEST_MILLISECONDS)
            starts = {
                place: first if last is None else max(first, self._ends[place] - last)
                for place, first in self._first.items()
            }
            self.whole = starts == self._first
            for place, start in starts.items():
                self._consumer.seek(place, start)

    def assign_new(self, topics: Collection[str]) -> None:
        """Adds those of ``topics`` that have come since, from their beginning."""
        known = {place.topic for place in self._consumer.assignment()}
        missing = [topic for topic in topics if topic not in known]
        if missing and (found := self.topics() & set(missing)):
            with explained(self._brokers, "DescribeTopic", *found):
                places = [TopicPartition(topic, n) for topic in sorted(found) for n in self._partitions(topic)]
                self._consumer.assign([*self._consumer.assignment(), *places])
                self._consumer.seek_to_beginning(*places)

    def present(self) -> Iterator[Sequence[Any]]:
        """Batches of the messages that were there at ``assign``."""
        behind = {place for place, end in self._ends.items() if self._position(place) < end}
        while behind:
            yield [one for one in self._poll() if one.offset < self._ends[TopicPartition(one.topic, one.partition)]]
            behind = {place for place in behind if self._position(place) < self._ends[place]}

    def following(self) -> Iterator[Sequence[Any]]:
        """Batches of messages without end; an empty one where nothing came for half a second."""
        while True:
            yield self._poll()

    def _poll(self) -> list[Any]:
        if not self._consumer.assignment():  # which the consumer takes for a mistake
            time.sleep(_POLL_MILLISECONDS / 1000)
            return []
        with explained(self._brokers, "ReadData", *(place.topic for place in self._consumer.assignment())):
            polled = self._consumer.poll(timeout_ms=_POLL_MILLISECONDS)
            return [one for some in polled.values() for one in some]

    def _position(self, place: TopicPartition) -> int:
        return int(self._consumer.position(place, timeout_ms=_LONGEST_MILLISECONDS))

    def _partitions(self, topic: str) -> list[int]:
        found = partitions(self._brokers, self._admin, topic)
        if not found:
            raise BrokersError(
                f"there is no topic {topic}: a connector creates it with the first event; cdc status shows its state"
            )
        return found


def partitions(brokers: Brokers, admin: KafkaAdminClient, topic: str) -> list[int]:
    """The partitions of a topic; none where it does not exist. Raises BrokersError."""
    with explained(brokers, "DescribeTopic", topic):
        [found] = admin.describe_topics([topic])
    if found["error_code"] == TopicAuthorizationFailedError.errno:
        raise brokers.denied("DescribeTopic", topic)
    if found["error_code"] == UnknownTopicOrPartitionError.errno:
        return []
    return sorted(one["partition_index"] for one in found["partitions"])


@contextmanager
def reading(brokers: Brokers) -> Iterator[Reader]:
    """A reader, closed at the end of the block. Raises BrokersError."""
    with administration(brokers) as admin:
        consumer = KafkaConsumer(
            **brokers.settings,
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
        try:
            yield Reader(brokers, consumer, admin)
        finally:
            consumer.close(autocommit=False, timeout_ms=_CLOSE_MILLISECONDS)


@contextmanager
def administration(brokers: Brokers) -> Iterator[KafkaAdminClient]:
    """A client that describes topics, closed at the end of the block. Raises BrokersError."""
    brokers.check()
    admin = _signed_in(brokers)
    try:
        yield admin
    finally:
        admin.close()


# A broker closes the connection just after its refusal: kafka-python may see no more than that.
_REFUSALS: Final = (SaslAuthenticationFailedError.__name__, "socket disconnected")


class _SignIn(logging.Handler):
    """Whether a broker refused to sign the caller in: kafka-python tries again until its time is over, and logs it."""

    def __init__(self) -> None:
        super().__init__()
        self.refused = False

    def emit(self, record: logging.LogRecord) -> None:
        self.refused = self.refused or any(refusal in record.getMessage() for refusal in _REFUSALS)


def _signed_in(brokers: Brokers) -> KafkaAdminClient:
    _LOG.addHandler(sign_in := _SignIn())
    try:
        return KafkaAdminClient(**brokers.settings, bootstrap_timeout_ms=_BOOTSTRAP_MILLISECONDS)
    except KafkaError as error:
        raise brokers.refused() if sign_in.refused else brokers.silent(error) from error
    finally:
        _LOG.removeHandler(sign_in)


@contextmanager
def explained(brokers: Brokers, action: str, *topics: str) -> Iterator[None]:
    """Raises Kafka's errors in the block as BrokersError; ``action`` is the permission that it needs on ``topics``."""
    try:
        yield
    except TopicAuthorizationFailedError as error:
        named = sorted(*error.args) if error.args and isinstance(error.args[0], set) else topics
        raise brokers.denied(action, next(iter(named), "*")) from error
    except SaslAuthenticationFailedError as error:  # its credentials have expired meanwhile
        raise brokers.refused() from error
    except (KafkaError, KafkaConnectionError) as error:
        raise brokers.silent(error) from error
