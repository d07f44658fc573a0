"""The operator's policy on brokers that enforce IAM: it is enough, and one action less is named."""

import json
from collections.abc import Sequence
from typing import Any, Final

import pytest
from typer.testing import Result

from cdc.deployer.stacks import operator_policy_of
from tests.cdc.deployer.deciding import less
from tests.cdc.operate.running.pipeline import Pipeline

EVENTS: Final = ("events", "shop.customers", "--limit", "1")
STOP: Final = ("snapshot", "shop", "shop.customers", "--stop", "--yes")
SNAPSHOT: Final = ("snapshot", "shop", "shop.customers", "--where", "id = 1", "--yes")
DRIFT: Final = ("drift", "--json")


def as_operator(pipeline: Pipeline, patch: pytest.MonkeyPatch, *, without: str = "") -> None:
    documents = [less(one, without) for one in operator_policy_of(pipeline.environment).documents]
    statements: list[Any] = [one for document in documents for one in json.loads(document)["Statement"]]
    pipeline.sign_in(patch, *statements)


def skipped(done: Result) -> list[str]:
    return [one["message"] for one in json.loads(done.stdout)["results"] if one["level"] == "unknown"]


def test_it_is_enough_for_each_command(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.lab.wait_for("r", "Ada")
    as_operator(pipeline, monkeypatch)
    for command, *arguments in (EVENTS, STOP, SNAPSHOT):
        done = pipeline.cdc(command, *arguments)
        assert done.exit_code == 0, done.output
    assert skipped(pipeline.cdc(*DRIFT)) == []


@pytest.mark.parametrize(
    ("action", "command"),
    [("Connect", EVENTS), ("DescribeTopic", EVENTS), ("ReadData", EVENTS), ("WriteData", STOP)],
    ids=["connect", "describe", "read", "write"],
)
def test_an_action_less_is_named(
    action: str, command: Sequence[str], pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.lab.wait_for("r", "Ada")
    as_operator(pipeline, monkeypatch, without=f"kafka-cluster:{action}")
    done = pipeline.cdc(*command)
    assert (done.exit_code, f"kafka-cluster:{action} on" in done.stderr) == (1, True), done.output


def test_without_settings_of_topics_drift_says_so(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    pipeline.lab.wait_for("r", "Ada")
    as_operator(pipeline, monkeypatch, without="kafka-cluster:DescribeTopicDynamicConfiguration")
    assert "kafka-cluster:DescribeTopicDynamicConfiguration on" in " ".join(skipped(pipeline.cdc(*DRIFT)))
