"""Why an application's or a function's role has each of its permissions, and what happens without it."""

from functools import partial
from typing import Final

from rehearsal.iam.permissions import event_source_mappings
from rehearsal.iam.permissions.reason import PROTOCOL, SEEN, Reason

_USES: Final = "MSK developer guide, Common use cases for client authorization policy"
_DESERIALIZERS: Final = "Glue developer guide, IAM examples for deserializers"
_FUNCTIONS: Final = "Lambda developer guide, Configuring Lambda permissions for Amazon MSK event source mappings"

_consumer = partial(Reason, "consumer")

_APPLICATION: Final = (
    _consumer(
        "Cluster",
        "kafka-cluster:Connect",
        "the application signs in to every broker with it",
        "Access denied on every connection, as with a wrong secret",
        SEEN,
    ),
    _consumer(
        "Topics",
        "kafka-cluster:DescribeTopic",
        "looks up the topics' partitions, their leaders and end offsets",
        "a topic subscribed by name is denied; one subscribed by pattern is left out with no error",
        f"{_USES}; {PROTOCOL}",
    ),
    _consumer(
        "Topics",
        "kafka-cluster:ReadData",
        "change events are read",
        "the application joins its group, and its first poll is denied",
        f"{_USES}; {PROTOCOL}",
    ),
    _consumer(
        "Groups",
        "kafka-cluster:AlterGroup",
        "the application joins its group, stays in it and commits its offsets",
        "access to the group is denied, before any event",
        f"{_USES}; {PROTOCOL}",
    ),
    _consumer(
        "Groups",
        "kafka-cluster:DescribeGroup",
        "looks up the group's coordinator and committed offsets",
        "access to the group is denied, before any event",
        f"{_USES}; {PROTOCOL}",
    ),
)

_SCHEMAS: Final = (
    _consumer(
        "ReadSchemas",
        "glue:GetSchemaVersion",
        "the application reads the schema of an event by the version's number in the event",
        "no event can be decoded",
        _DESERIALIZERS,
        "only an application that decodes Avro with Glue's library asks for a schema",
    ),
)

_SIGNAL_WRITER: Final = tuple(
    _consumer(
        sid,
        f"kafka-cluster:{action}",
        needed_for,
        without,
        SEEN,
        "a rehearsal writes no signals: its applications only read",
    )
    for sid, action, needed_for, without in (
        (
            "Signals",
            "CreateTopic",
            "the signal topic is created, with one partition, before the connector starts",
            "the application cannot create it, and the connector receives no signal",
        ),
        (
            "Signals",
            "DescribeTopic",
            "a producer of signals looks up the topic's partition",
            "the producer is denied before it sends",
        ),
        ("Signals", "WriteData", "requests for ad-hoc snapshots are written", "the producer's request is denied"),
        (
            "SignalProducer",
            "WriteDataIdempotently",
            "an idempotent producer, as Kafka's own are since 3.0, asks for its id",
            "the producer is denied before its first signal; one without idempotence is not",
        ),
    )
)

_MAPPINGS: Final = tuple(
    _consumer(sid, action, needed_for, without, _FUNCTIONS, "Lambda's own pollers use it; a rehearsal has none")
    for sid, action, needed_for, without in event_source_mappings.NEEDED
)

REASONS: Final = (*_APPLICATION, *_SCHEMAS, *_SIGNAL_WRITER, *_MAPPINGS)
