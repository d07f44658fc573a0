"""Why a connector's role has each of its permissions, and what happens without it."""

from functools import partial
from typing import Final

from rehearsal.iam.permissions.reason import PROTOCOL, SEEN, Reason

_EXECUTION: Final = "MSK developer guide, Understand service execution role"
_SIGNALS: Final = "Debezium sources, KafkaSignalChannel"
_PROVIDER: Final = "msk-config-providers sources, SecretsManagerConfigProvider"
_SERIALIZERS: Final = "Glue developer guide, IAM examples for serializers"
_CONVERTER: Final = "aws-glue-schema-registry sources, AWSSchemaRegistryClient"
_IMPORT: Final = "msk-config-providers sources, S3ImportConfigProvider"
_BUCKET_KEY: Final = "S3 user guide, Reducing the cost of SSE-KMS with Amazon S3 Bucket Keys"
_DECRYPTION: Final = "Secrets Manager user guide, Secret encryption and decryption"
_NOT_CHECKED: Final = "Kafka checks it in none of the runs; {} and live MSK may check it where Kafka does not"
_NO_SIGNALS: Final = "only a connector with a signal topic uses it"

_connector = partial(Reason, "connector")

_CLUSTER: Final = (
    _connector(
        "Cluster",
        "kafka-cluster:Connect",
        "every client of the worker signs in with it: Connect's own, and those of Debezium's schema history",
        "the worker exits after about 7 s with Access denied, as with a wrong secret",
        SEEN,
    ),
    _connector(
        "Cluster",
        "kafka-cluster:DescribeCluster",
        "AWS documents it for every connector on a cluster with IAM",
        "no difference",
        _EXECUTION,
        _NOT_CHECKED.format("AWS documents it for execution roles,"),
    ),
)

_CONNECT: Final = (
    _connector(
        "InternalTopics",
        "kafka-cluster:CreateTopic",
        "at its first start the worker creates the topics for its configuration, status and offsets, named after it",
        "the worker never gets ready: its herder thread ends, the process stays, its REST API does not answer",
        SEEN,
    ),
    _connector(
        "InternalTopics",
        "kafka-cluster:DescribeTopic",
        "at each start the worker looks up those topics and their end offsets",
        "as without CreateTopic: the herder thread ends and the process stays",
        SEEN,
    ),
    _connector(
        "InternalTopics",
        "kafka-cluster:ReadData",
        "at each start the worker reads its configuration and the committed offsets",
        "the worker never gets ready and logs over 100 MB a minute; on the offset topic only: at the next restart",
        SEEN,
    ),
    _connector(
        "InternalTopics",
        "kafka-cluster:WriteData",
        "the worker writes its configuration, the state of its tasks, and every few seconds the source offset",
        "as without ReadData; on the offset topic only: no error is logged, and a restart takes a new snapshot",
        SEEN,
    ),
    _connector(
        "InternalGroups",
        "kafka-cluster:AlterGroup",
        "the worker joins the group in which its tasks are distributed; AWS documents only the start of its name",
        "the herder thread ends, the process stays, its REST API does not answer",
        SEEN,
    ),
    _connector(
        "InternalGroups",
        "kafka-cluster:DescribeGroup",
        "before it joins that group, the worker looks up its coordinator",
        "as without AlterGroup: the herder thread ends and the process stays",
        SEEN,
    ),
)

_DEBEZIUM: Final = (
    _connector(
        "Events",
        "kafka-cluster:CreateTopic",
        "Connect creates a topic for each captured table, for schema changes and for heartbeats; brokers do not",
        "the task fails 6 to 9 s after RUNNING, while the connector stays RUNNING",
        SEEN,
    ),
    _connector(
        "Events",
        "kafka-cluster:DescribeTopic",
        "a producer looks up a topic's partitions before it sends, and Connect whether the topic exists",
        "as without CreateTopic: the task fails while the connector stays RUNNING",
        SEEN,
    ),
    _connector(
        "Events",
        "kafka-cluster:WriteData",
        "change events, schema changes and heartbeats are written",
        "as without CreateTopic: the task fails while the connector stays RUNNING",
        SEEN,
    ),
    *(
        _connector(
            "OtherTopics",
            f"kafka-cluster:{action}",
            f"events that transforms route to topics.others: {needed_for}",
            "as for the topics under the prefix: the task fails while the connector stays RUNNING",
            SEEN,
            "rows decide which of these topics are written, and another connector may have created them",
        )
        for action, needed_for in (
            ("CreateTopic", "Connect creates each topic with its first event"),
            ("DescribeTopic", "a producer looks up a topic's partitions before it sends"),
            ("WriteData", "they are written"),
        )
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:CreateTopic",
        "at its first start Debezium creates the topic for the schema history",
        "the task fails within 2 to 4 s",
        SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:DescribeTopic",
        "Debezium looks up whether the schema history topic exists, and its end offset",
        "the task hangs with no error logged",
        SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:ReadData",
        "a task that restarts reads the table definitions as of its binlog position",
        "no difference until the first restart",
        SEEN,
    ),
    _connector(
        "SchemaHistory",
        "kafka-cluster:WriteData",
        "table definitions in the snapshot, and their later changes, are written",
        "the task fails within 2 to 4 s",
        SEEN,
    ),
    _connector(
        "Signals",
        "kafka-cluster:DescribeTopic",
        "the consumer of signals looks up the topic's partition",
        "the consumer's poll is denied, so no signal is received (from Kafka's documentation; not tried)",
        f"{_SIGNALS}; {PROTOCOL}",
        _NO_SIGNALS,
    ),
    _connector(
        "Signals",
        "kafka-cluster:ReadData",
        "the consumer of signals reads the requests for ad-hoc snapshots",
        "as without DescribeTopic: the poll is denied (not tried)",
        f"{_SIGNALS}; {PROTOCOL}",
        _NO_SIGNALS,
    ),
    _connector(
        "Groups",
        "kafka-cluster:AlterGroup",
        "signals: commits the consumer's offset; schema history: Debezium up to 3.5 reads it in a consumer group",
        "Debezium up to 3.5 fails at its first restart, 3.6.1 does not; signal offsets are not committed (not tried)",
        f"{SEEN}, for the history; {_SIGNALS}",
        "Debezium 3.6.1 reads its history without the group, and signals need a topic; older plugins may be deployed",
    ),
    _connector(
        "Groups",
        "kafka-cluster:DescribeGroup",
        "the same groups: looks up their coordinator and committed offsets",
        "as without AlterGroup; and the consumer of signals does not find its start offset (not tried)",
        f"{SEEN}, for the history; {_SIGNALS}; {PROTOCOL}",
        "Debezium 3.6.1 reads its history without the group, and signals need a topic; older plugins may be deployed",
    ),
)

_SECRET: Final = (
    _connector(
        "Secret",
        "secretsmanager:GetSecretValue",
        "the worker replaces the placeholders by the database user and password",
        "access is denied and the connector does not start",
        _PROVIDER,
    ),
    _connector(
        "SecretKey",
        "kms:Decrypt",
        "Secrets Manager decrypts a secret with a customer managed key on behalf of its reader",
        "GetSecretValue is denied where the secret has a customer managed key",
        _DECRYPTION,
        "secrets with the AWS managed key do not need it, but a secret can get a customer managed key at any time",
    ),
)

_TRUST_STORE: Final = (
    _connector(
        "TrustStore",
        "s3:GetObject",
        "with source.tls.ca_bundle, the worker reads the trust store that verifies the database's certificate",
        "access is denied and the connector does not start",
        _IMPORT,
    ),
    _connector(
        "TrustStoreKey",
        "kms:Decrypt",
        "S3 decrypts the trust store on behalf of its reader, with the key of the plugin bucket",
        "GetObject is denied",
        _BUCKET_KEY,
    ),
)

_SCHEMAS: Final = (
    _connector(
        "RegisterSchemas",
        "glue:GetSchemaByDefinition",
        "before it writes with a schema, the converter asks whether the registry has it, and under which number",
        "the task fails at its first event",
        _SERIALIZERS,
    ),
    _connector(
        "RegisterSchemas",
        "glue:CreateSchema",
        "the converter registers the schema of a topic's first event",
        "the task fails at the first event of a new topic",
        _SERIALIZERS,
    ),
    _connector(
        "RegisterSchemas",
        "glue:RegisterSchemaVersion",
        "a table that changes makes a new version of its topic's schema",
        "the task fails at the first event after the change",
        _SERIALIZERS,
        "only a table that changes makes a new version",
    ),
    _connector(
        "RegisterSchemas",
        "glue:PutSchemaVersionMetadata",
        "the converter notes the topic at each version that it registers",
        "the worker logs a warning for each version, and the note is missing",
        _SERIALIZERS,
    ),
    _connector(
        "ReadSchemas",
        "glue:GetSchemaVersion",
        "the converter waits until the registry has compared a new version with those before",
        "the task fails at the first event after a table has changed",
        _CONVERTER,
        "only a table that changes makes a new version",
    ),
)

REASONS: Final = (*_CLUSTER, *_CONNECT, *_DEBEZIUM, *_SECRET, *_TRUST_STORE, *_SCHEMAS)
