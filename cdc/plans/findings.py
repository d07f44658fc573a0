"""Rules that a plan must not break: each says what is lost, why, and what to do instead."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Rule:
    """``why`` it loses data, and what to do ``instead``."""

    name: str
    why: str
    instead: str


@dataclass(frozen=True)
class Finding:
    """A rule that a plan breaks; ``what`` the plan does at ``address``."""

    rule: Rule
    stack: str
    address: str
    what: str

    def __str__(self) -> str:
        rule = self.rule
        return f"{rule.name}: {self.stack}: {self.address}: {self.what}: {rule.why}; {rule.instead}"

    @property
    def document(self) -> dict[str, str]:
        """As ``--json`` prints it."""
        return {
            "rule": self.rule.name,
            "stack": self.stack,
            "address": self.address,
            "what": self.what,
            "why": self.rule.why,
            "instead": self.rule.instead,
        }


_STOP_MANAGING: Final = "to stop managing it with Terraform, use a removed block with destroy = false"

CLUSTER_DESTROYED: Final = Rule(
    "cluster-destroyed",
    "all events, committed offsets and schema histories are lost with the cluster",
    f"undo the change that forces a new cluster; {_STOP_MANAGING}",
)
KEY_DESTROYED: Final = Rule(
    "key-destroyed",
    "everything encrypted with it becomes unreadable: broker volumes, logs, plugins, Terraform state",
    f"keep the key; {_STOP_MANAGING}",
)
KEY_DISABLED: Final = Rule(
    "key-disabled",
    "brokers and buckets encrypted with it become unavailable, and the binlog positions of stopped connectors are"
    " purged when the binlog retention has passed",
    "keep is_enabled = true",
)
STATE_ALIAS_DESTROYED: Final = Rule(
    "state-alias-destroyed",
    "every backend refers to the key of the state by this alias, so no state can be written, not even by this apply",
    "keep the alias while any stack keeps its state in this bucket",
)
BUCKET_DESTROYED: Final = Rule(
    "bucket-destroyed",
    "the state files or plugins in it are lost, with all their versions",
    f"keep the bucket and its name; {_STOP_MANAGING}",
)
VERSIONING_ENDED: Final = Rule(
    "versioning-ended",
    "a state file or plugin that is overwritten can no longer be recovered",
    "keep versioning Enabled",
)
VERSIONS_EXPIRE_SOONER: Final = Rule(
    "versions-expire-sooner",
    "S3 deletes the older versions, and they cannot be recovered",
    "keep noncurrent_days, or copy the old versions first",
)
LOCK_TABLE_DESTROYED: Final = Rule(
    "lock-table-destroyed",
    "without locks two applies at the same time can overwrite each other's state, and the state digests are lost",
    f"keep the table; {_STOP_MANAGING}",
)
CONNECTOR_RENAMED: Final = Rule(
    "connector-renamed",
    "this is a rename: committed offsets belong to the connector's name, so the new connector takes a new snapshot or"
    " misses the changes made in between",
    "keep the connector's key in the environment file",
)
CONNECTOR_DESTROYED: Final = Rule(
    "connector-destroyed",
    "when the binlog retention has passed, the binlog position of its committed offset is purged, and it can only start"
    " again with a new snapshot",
    "keep it while any application needs its events; then allow this with an override",
)
OFFSETS_CHANGED: Final = Rule(
    "offset-topic-changed",
    "the connector loses its committed offset, the binlog position: it takes a new snapshot, or misses events",
    "keep offset.storage.topic",
)
HISTORY_CHANGED: Final = Rule(
    "schema-history-changed",
    "the new topic has no schema history for the committed binlog position, and the task fails",
    "keep schema.history.internal.kafka.topic",
)
PREFIX_CHANGED: Final = Rule(
    "topic-prefix-changed",
    "events go to other topics, consumers of the old ones receive no more, and the committed offset is lost, because it"
    " is stored under the prefix",
    "keep topics.prefix; for another prefix add a connector with its own key and server_id",
)
SIGNAL_GROUP_CHANGED: Final = Rule(
    "signal-group-changed",
    "the group's committed offset says which signals are done: another group reads the topic from its start, and takes"
    " every snapshot again that was ever requested there",
    "keep adopt.signal_group as it is",
)
SOURCE_CHANGED: Final = Rule(
    "source-changed",
    "its committed offset is a binlog position of the old database: in the new one it skips events, or its task fails",
    "add a connector for the new database, and remove this one when it has read all changes",
)
SERVER_ID_REUSED: Final = Rule(
    "server-id-reused",
    "the database closes the connection of one connector when the other connects, and for a while both run",
    "give each connector a server_id that was never used",
)
STREAMING_ENDED: Final = Rule(
    "streaming-ended",
    "it stops after its snapshot, and its binlog position is purged when the binlog retention has passed",
    "keep snapshot.mode; initial_only is for connectors that never stream",
)
EVENTS_SKIPPED: Final = Rule(
    "events-skipped",
    "an event that cannot be processed is dropped, and the task does not fail",
    "keep it, so that the task fails there and the cause can be fixed",
)
VALUES_EMPTIED: Final = Rule(
    "values-emptied",
    "a value that cannot be converted becomes null, and the worker only logs it",
    "keep fail, so that the task fails there and the cause can be fixed",
)
RETENTION_SHORTENED: Final = Rule(
    "retention-shortened",
    "brokers delete older events at once, even those that no consumer has read",
    "keep it, or set retention.ms on the topics whose events may be deleted",
)
CLEANUP_CHANGED: Final = Rule(
    "cleanup-policy-changed",
    "topics without their own cleanup.policy lose events that were kept until now",
    "keep log.cleanup.policy, or set cleanup.policy on single topics",
)
UNCLEAN_ELECTION: Final = Rule(
    "unclean-election-enabled",
    "a replica that is not in sync can become leader, and acknowledged events that it does not have are lost",
    "keep unclean.leader.election.enable = false",
)
FEWER_REPLICAS: Final = Rule(
    "fewer-replicas",
    "acknowledged events are on fewer brokers, and can be lost when one of them fails",
    "keep min.insync.replicas and default.replication.factor",
)
UNKNOWN_UNTIL_APPLY: Final = Rule(
    "unknown-until-apply",
    "whether this loses data is known only after the apply",
    "apply what the value depends on first, then plan again",
)

RULES: Final = {rule.name: rule for rule in list(globals().values()) if isinstance(rule, Rule)}
