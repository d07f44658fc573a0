"""Rules about the configuration of the brokers."""

from typing import Final

from cdc.plans.rules.rule import Rule

RETENTION_SHORTENED: Final = Rule(
    name="retention-shortened",
    finds="`log.retention.*` of the brokers gets shorter or smaller, also by a default or another configuration",
    example="`log.retention.hours`: `168` → `24`",
    why="brokers delete older events at once, even those that no consumer has read",
    instead="keep it, or set retention.ms on the topics whose events may be deleted",
)
OFFSETS_RETENTION_SHORTENED: Final = Rule(
    name="offsets-retention-shortened",
    finds="`offsets.retention.minutes` of the brokers gets shorter",
    example="`offsets.retention.minutes`: `10080` → `60`",
    why="brokers delete the committed offsets of applications that stop for longer: they skip events or read all again",
    instead="keep offsets.retention.minutes",
)
CONFIGURATION_EXCHANGED: Final = Rule(
    name="configuration-exchanged",
    finds="the cluster's configuration is removed, or exchanged for one whose settings the plan does not show",
    example="`configuration_info` names a configuration of another state",
    why="other settings, or MSK's defaults, may delete events earlier, and may let a replica that is not in sync lead",
    instead="keep the configuration, and change its server_properties",
)
CLEANUP_CHANGED: Final = Rule(
    name="cleanup-policy-changed",
    finds="`log.cleanup.policy` of the brokers changes",
    example="`log.cleanup.policy`: `delete` → `compact`",
    why="topics without their own cleanup.policy lose events that were kept until now",
    instead="keep log.cleanup.policy, or set cleanup.policy on single topics",
)
UNCLEAN_ELECTION: Final = Rule(
    name="unclean-election-enabled",
    finds="`unclean.leader.election.enable` becomes true, also by removing it",
    example="`unclean.leader.election.enable`: `false` → `true`",
    why="a replica that is not in sync can become leader, and acknowledged events that it does not have are lost",
    instead="keep unclean.leader.election.enable = false",
)
FEWER_REPLICAS: Final = Rule(
    name="fewer-replicas",
    finds="`min.insync.replicas` or `default.replication.factor` gets lower",
    example="`min.insync.replicas`: `2` → `1`",
    why="acknowledged events are on fewer brokers, and can be lost when one of them fails",
    instead="keep min.insync.replicas and default.replication.factor",
)
