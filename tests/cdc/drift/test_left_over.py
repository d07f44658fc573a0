"""Topics that connectors left behind: which are found, what may be deleted, and what is no one's business here."""

from typing import Any, Final

import pytest

from cdc.drift.left_over import judge
from cdc.kafka.listing import Listed, Topic
from modules.environment.environment import Environment
from tests.cdc.drift.listing import ARN, ID, NAME, OFFSETS, account, environment, topics

OLD: Final = "11111111-4e5f-4a6b-8c7d-9e0f1a2b3c4d-4"
EXISTING: Final = {
    "kafka": {
        "kind": "existing",
        "cluster_arn": "arn:aws:kafka:us-east-1:123456789012:cluster/shared/0b1a2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d-2",
        "security_group_id": "sg-0abc1234def567890",
    }
}


def found(*names: str, content: Environment | None = None, **of_account: Any) -> list[tuple[str, str, str]]:
    """Level, message and fix of each finding, where ``names`` are there beside the topics of the connector."""
    given = account(*of_account.pop("connectors", ()), **of_account)
    listed = Listed({**topics(), **{name: Topic(1) for name in names}})
    return [
        (one.finding.level, one.finding.message, one.finding.fix)
        for one in judge(content or environment(), given, listed)
    ]


def internal(kind: str, name: str = "cdc-prod-old", identity: str = OLD) -> str:
    return f"__amazon_msk_connect_{kind}_{name}_{identity}"


def test_nothing_is_left() -> None:
    assert found() == [("ok", "none of connectors that are gone", "")]


def test_nothing_is_said_of_topics_that_may_not_be_described() -> None:
    assert [*judge(environment(), account(), Listed({}, frozenset({OFFSETS})))] == []


def test_topics_of_workers_may_be_deleted() -> None:
    [(level, message, fix)] = found(internal("configs"), internal("status"))
    assert level == "warning"
    assert message.startswith("left by workers of cdc-prod-old, which is gone or was replaced: ")
    assert [internal(kind) in message for kind in ("configs", "status")] == [True, True]
    assert fix.startswith("safe to delete")


def test_topics_of_workers_of_a_connector_that_was_replaced() -> None:
    """The connector of that name runs, with another ARN."""
    [(_, message, fix)] = found(internal("status", NAME))
    assert (f"of {NAME}, " in message, message.endswith(internal("status", NAME)), "safe" in fix) == (True, True, True)
    assert internal("status", NAME, ID) not in message


def test_offsets_that_workers_kept_themselves_are_not_safe_to_delete() -> None:
    [(level, message, fix)] = found(internal("offsets"))
    assert (level, message.startswith(internal("offsets")), "safe" in fix) == ("warning", True, False)


def test_offsets_and_a_schema_history_without_a_connector() -> None:
    (first, offsets, why), (second, history, _) = found("cdc-prod-old-offsets", "schema-history.old")
    assert (first, offsets) == (
        "warning",
        "cdc-prod-old-offsets has the committed offsets of cdc-prod-old, which is gone",
    )
    assert (second, history) == ("warning", "schema-history.old is the schema history of no connector")
    assert ("resumes from it" in why, "safe" in why) == (True, False)


def test_a_connector_that_the_file_does_not_have_but_that_runs() -> None:
    runs: dict[str, Any] = {
        "connectors": (NAME, "cdc-prod-old"),
        "arns": (ARN, f"arn:aws:kafkaconnect:us-east-1:123456789012:connector/cdc-prod-old/{OLD}"),
        "histories": ("schema-history.orders", "schema-history.elder"),
    }
    names = (internal("configs"), internal("status"), "cdc-prod-old-offsets", "schema-history.elder")
    assert found(*names, **runs)[0][0] == "ok"


@pytest.mark.parametrize(
    "name",
    [
        internal("status", "cdc-dev-old"),
        internal("status", "reports"),
        "__amazon_msk_connect_status_cdc-prod-old",
        "__amazon_msk_canary",
        "cdc-dev-old-offsets",
        "reports-offsets",
        "cdc-prod-old-offsets.v2",
        "my-schema-history.old",
    ],
)
def test_topics_of_others_do_not_count(name: str) -> None:
    assert found(name)[0][0] == "ok"


def test_schema_histories_on_a_cluster_of_this_environment() -> None:
    """Each counts, whatever its prefix."""
    [(level, message, _)] = found("schema-history.elder")
    assert (level, message) == ("warning", "schema-history.elder is the schema history of no connector")


def test_schema_histories_on_a_cluster_of_others() -> None:
    """Only those of the environment's connectors: with another prefix than its key, a connector is not recognised."""
    shared = environment(**EXISTING)
    assert found("schema-history.old", content=shared)[0][0] == "ok"
    both = found("cdc-prod-old-offsets", "schema-history.old", "schema-history.elder", content=shared)
    assert [message.split()[0] for _, message, _ in both] == ["cdc-prod-old-offsets", "schema-history.old"]


def test_what_an_adopted_connector_resumes_from_is_not_left_over() -> None:
    adopted = environment(
        connectors__orders__adopt={
            "name": "cdc-prod-before",
            "offset_topic": internal("offsets", "cdc-prod-before"),
            "schema_history_topic": "schema-history.before",
        }
    )
    names = (internal("offsets", "cdc-prod-before"), "schema-history.before")
    gone = [message.split()[0] for _, message, _ in found(*names, content=adopted, connectors=("cdc-prod-before",))]
    assert not set(names) & set(gone)


def test_a_topic_of_events_is_not_taken_for_offsets() -> None:
    routed = environment(connectors__orders__topics__others=["cdc-prod-sales*"])
    assert found("cdc-prod-sales-offsets", content=routed)[0][0] == "ok"
