"""What a plan must not do, by rule: each with its reason and with what to do instead."""

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
    """A rule that a plan breaks at an address; ``what`` it does there."""

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


_GIVE_UP: Final = "to give it up, take it out of the state with a removed block (destroy = false)"

CLUSTER_DESTROYED: Final = Rule(
    "cluster-destroyed",
    "every event, offset and schema history is in it",
    f"undo the change that needs another cluster; {_GIVE_UP}",
)
KEY_DESTROYED: Final = Rule(
    "key-destroyed",
    "nothing that it encrypted can be read any more: volumes, logs, plugins, state",
    f"keep the key; {_GIVE_UP}",
)
KEY_DISABLED: Final = Rule(
    "key-disabled",
    "brokers and buckets that are encrypted with it stop, and stopped connectors lose their place",
    "leave is_enabled true",
)
STATE_ALIAS_DESTROYED: Final = Rule(
    "state-alias-destroyed",
    "every backend names the state's key by it, so no state can be written, not even that of this apply",
    "keep the alias as long as a stack keeps its state there",
)
BUCKET_DESTROYED: Final = Rule(
    "bucket-destroyed",
    "with it go the states or the plugins in it, and all their versions",
    f"keep the bucket and its name; {_GIVE_UP}",
)
VERSIONING_ENDED: Final = Rule(
    "versioning-ended",
    "from then on an overwritten state or plugin is gone",
    "leave versioning Enabled",
)
VERSIONS_EXPIRE_SOONER: Final = Rule(
    "versions-expire-sooner",
    "S3 removes the older versions, and there is no way back to them",
    "keep the days, or copy the old versions first",
)
LOCK_TABLE_DESTROYED: Final = Rule(
    "lock-table-destroyed",
    "two applies at once can overwrite each other's state, and its digests are gone",
    f"keep the table; {_GIVE_UP}",
)
CONNECTOR_RENAMED: Final = Rule(
    "connector-renamed",
    "this is a rename: offsets belong to a name, so the new one starts with a snapshot or misses what came between",
    "keep the connector's key in the environment file",
)
CONNECTOR_DESTROYED: Final = Rule(
    "connector-destroyed",
    "once the binary log's retention has passed, its place there is lost and it can only start anew",
    "keep it until no one needs its events; then let this pass with an override",
)
OFFSETS_CHANGED: Final = Rule(
    "offset-topic-changed",
    "the connector forgets its place in the binary log: a new snapshot, or a gap",
    "keep offset.storage.topic as it is",
)
HISTORY_CHANGED: Final = Rule(
    "schema-history-changed",
    "the connector cannot read its tables' structure at its place in the binary log, and stops",
    "keep schema.history.internal.kafka.topic as it is",
)
PREFIX_CHANGED: Final = Rule(
    "topic-prefix-changed",
    "events go to other topics, their consumers hear no more of them, and the place in the binary log is lost",
    "keep topics.prefix; for another one add a connector with its own key and server_id",
)
SOURCE_CHANGED: Final = Rule(
    "source-changed",
    "its offsets name a place in the binary log of the other database, so events are skipped or it stops",
    "add a connector for the new database, and remove this one when it has read all",
)
SERVER_ID_REUSED: Final = Rule(
    "server-id-reused",
    "a database ends the connection of the one when the other comes, and they run at the same time for a while",
    "give each connector a server_id that none has had",
)
STREAMING_ENDED: Final = Rule(
    "streaming-ended",
    "it ends after its snapshot, and its place is lost once the binary log's retention has passed",
    "leave snapshot.mode; initial_only is for connectors that never stream",
)
EVENTS_SKIPPED: Final = Rule(
    "events-skipped",
    "an event that cannot be processed is left out, and no one is told",
    "leave it, so that the connector stops there and can be mended",
)
RETENTION_SHORTENED: Final = Rule(
    "retention-shortened",
    "brokers delete older events at once, read or not",
    "keep it, or set retention.ms on the topics that may lose them",
)
CLEANUP_CHANGED: Final = Rule(
    "cleanup-policy-changed",
    "topics without a policy of their own lose events that were kept until now",
    "keep log.cleanup.policy, or set cleanup.policy on single topics",
)
UNCLEAN_ELECTION: Final = Rule(
    "unclean-election-enabled",
    "a replica that lags behind may lead, and what it lacks is lost though it was acknowledged",
    "leave unclean.leader.election.enable false",
)
FEWER_REPLICAS: Final = Rule(
    "fewer-replicas",
    "what is acknowledged is on fewer brokers, and can be lost with one of them",
    "keep min.insync.replicas and default.replication.factor",
)
CANNOT_BE_JUDGED: Final = Rule(
    "cannot-be-judged",
    "whether that loses data is known after the apply only",
    "apply first what it depends on, then plan again",
)

RULES: Final = {rule.name: rule for rule in list(globals().values()) if isinstance(rule, Rule)}
