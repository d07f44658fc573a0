"""The cluster's configuration: exchanged, removed, pointed elsewhere, weaker by a default."""

from typing import Any, Final

from tests.cdc.plans.small import Case, change, plan, same
from tests.synthesized import Document

CLUSTER, CONFIGURATION = "aws_msk_cluster", "aws_msk_configuration"
SAFE: Final = "min.insync.replicas=2\nunclean.leader.election.enable=false\n"
WEAK: Final = "log.retention.hours=1\nmin.insync.replicas=1\nunclean.leader.election.enable=true\n"


def cluster(old: str | None, new: str | None, *, revisions: tuple[Any, Any] = (1, 1)) -> Document:
    """The ARN of a configuration before and after; ``?`` is one that is known only after the apply."""
    before = [{"arn": old, "revision": revisions[0]}] if old else []
    after = [{} if new == "?" else {"arn": new, "revision": revisions[1]}] if new else []
    unknown = {"configuration_info": [{"arn": True, "revision": True}]} if new == "?" else {}
    sides = ({"cluster_name": "cdc-prod", "configuration_info": info} for info in (before, after))
    return change(CLUSTER, *sides, unknown=unknown)


def configuration(arn: str, content: str, *, latest: int = 1, name: str = "old") -> Document:
    values = {"name": name, "arn": arn, "latest_revision": latest, "server_properties": content}
    return same(CONFIGURATION, values, name=name)


def created(content: str, *, name: str = "new") -> Document:
    after = {"name": name, "server_properties": content}
    return change(CONFIGURATION, None, after, unknown={"arn": True, "latest_revision": True}, name=name)


def edited(old: str, new: str) -> Document:
    sides = ({"name": "n", "arn": "a", "server_properties": content} for content in (old, new))
    return plan(change(CONFIGURATION, *sides))


OLD: Final = configuration("old", SAFE)

REFUSED: Final = {
    "a new configuration is weaker": Case(
        plan(cluster("old", "?"), OLD, created(WEAK)), "retention-shortened fewer-replicas unclean-election-enabled"
    ),
    "of two new ones the cluster gets the weaker": Case(
        plan(
            cluster("old", "?"),
            OLD,
            created(SAFE, name="other"),
            created(WEAK),
            references={f"{CLUSTER}.x": ("configuration_info", f"{CONFIGURATION}.new")},
        ),
        "retention-shortened fewer-replicas unclean-election-enabled",
    ),
    "the old one is in another state": Case(plan(cluster("old", "?"), created(SAFE)), "configuration-exchanged"),
    "the new one is in another state": Case(plan(cluster("old", "new"), OLD), "configuration-exchanged"),
    "both are in other states": Case(plan(cluster("old", "new")), "configuration-exchanged"),
    "which new one it gets is not clear": Case(
        plan(cluster("old", "?"), OLD, created(SAFE, name="other"), created(SAFE)), "configuration-exchanged"
    ),
    "another one of the plan is weaker": Case(
        plan(cluster("old", "weak"), OLD, configuration("weak", "unclean.leader.election.enable=false\n", name="weak")),
        "fewer-replicas",
    ),
    "it is removed": Case(
        plan(cluster("old", None), OLD), "configuration-exchanged fewer-replicas unclean-election-enabled"
    ),
    "it is removed and destroyed": Case(
        plan(cluster("old", None), change(CONFIGURATION, OLD["change"]["before"], None, name="old")),
        "configuration-exchanged fewer-replicas unclean-election-enabled",
    ),
    "the first one is weaker than the defaults": Case(
        plan(cluster(None, "?"), created("log.retention.hours=1\nmin.insync.replicas=2\n")), "retention-shortened"
    ),
    "an earlier revision": Case(
        plan(cluster("old", "old", revisions=(3, 1)), configuration("old", SAFE, latest=3)), "configuration-exchanged"
    ),
    "another revision of one in another state": Case(
        plan(cluster("old", "old", revisions=(3, 4))), "configuration-exchanged"
    ),
    "the new one's content is not known": Case(
        plan(
            cluster("old", "?"),
            OLD,
            change(CONFIGURATION, None, {"name": "n"}, unknown={"arn": True, "server_properties": True}),
        ),
        "unknown-until-apply",
    ),
    "offsets are kept for an hour": Case(edited("", "offsets.retention.minutes=60\n"), "offsets-retention-shortened"),
    "offsets are kept for the default": Case(
        edited("offsets.retention.minutes=43200\n", ""), "offsets-retention-shortened"
    ),
    "retention by the default": Case(edited("log.retention.hours=720\n", ""), "retention-shortened"),
    "no limit becomes the default": Case(edited("log.retention.ms=-1\n", ""), "retention-shortened"),
    "ms outweigh hours": Case(
        edited("log.retention.hours=168\n", "log.retention.hours=168\nlog.retention.ms=1000\n"), "retention-shortened"
    ),
    "with a colon and spaces, as Java reads it": Case(edited("", "log.retention.hours : 1"), "retention-shortened"),
    "with escapes and a line that continues": Case(
        edited("", "log.retention.\\u0068ours=\\\n 1\n"), "retention-shortened"
    ),
    "in capitals with a space at the end": Case(
        edited(SAFE, SAFE.replace("false", "TRUE ")), "unclean-election-enabled"
    ),
    "no replica in sync is set where none was": Case(edited("", "min.insync.replicas=0\n"), "fewer-replicas"),
}

ALLOWED: Final = {
    "a new configuration is as strong": Case(
        plan(cluster("old", "?"), OLD, created(SAFE + "num.partitions=3\n")), near="configuration-exchanged"
    ),
    "another one of the plan is as strong": Case(
        plan(cluster("old", "b"), OLD, configuration("b", SAFE, name="b")), near="configuration-exchanged"
    ),
    "the next revision, which this plan makes": Case(
        plan(
            change(
                CLUSTER,
                {"configuration_info": [{"arn": "old", "revision": 1}]},
                {"configuration_info": [{"arn": "old"}]},
                unknown={"configuration_info": [{"revision": True}]},
            )
        ),
        near="configuration-exchanged",
    ),
    "the latest revision, which an apply that failed made": Case(
        plan(cluster("old", "old", revisions=(1, 2)), configuration("old", SAFE, latest=2)),
        near="configuration-exchanged",
    ),
    "a larger cluster keeps its configuration": Case(plan(cluster("old", "old")), near="configuration-exchanged"),
    "a cluster without one stays so": Case(
        plan(change(CLUSTER, {"configuration_info": []}, {"configuration_info": [], "tags": {}})),
        near="configuration-exchanged",
    ),
    "offsets are kept longer": Case(
        edited("", "offsets.retention.minutes=43200\n"), near="offsets-retention-shortened"
    ),
    "the default, written": Case(edited("", "offsets.retention.minutes=10080\n"), near="offsets-retention-shortened"),
    "another spelling": Case(
        edited("log.cleanup.policy=compact,delete\n", "log.cleanup.policy: Delete, compact"),
        near="cleanup-policy-changed",
    ),
    "a week in other units": Case(
        edited("log.retention.hours=168\n", "log.retention.ms=604800000\n"), near="retention-shortened"
    ),
}
