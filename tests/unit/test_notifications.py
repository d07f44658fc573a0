"""``alarms.email``: a topic that alarms may publish to, encrypted with a key that they may use, and a subscription."""

import json
from typing import Any

import pytest

from tests.synthesized import Stack, changed, document
from tests.unit.conftest import Synthesize

PROD = document("prod")
ADDRESS = "on-call+cdc@example.com"
TOPIC = "${aws_sns_topic.notifications_topic_"


@pytest.fixture
def stacks(synth: Synthesize) -> dict[str, Stack]:
    return synth(changed(PROD, alarms={"email": ADDRESS}))


def statement(policy: str, sid: str) -> dict[str, Any]:
    found: dict[str, Any]
    [found] = [one for one in json.loads(policy)["Statement"] if one["Sid"] == sid]
    return found


def test_the_address_is_subscribed_to_an_encrypted_topic(stacks: dict[str, Stack]) -> None:
    topic = stacks["connect"].one("aws_sns_topic", "notifications/topic")
    assert topic["name"] == "cdc-prod-alarms"
    assert "aws_kms_keykey_" in topic["kms_master_key_id"]
    subscription = stacks["connect"].one("aws_sns_topic_subscription", "notifications/email")
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", ADDRESS)
    assert subscription["topic_arn"].startswith(TOPIC)


def test_alarms_of_this_environment_may_publish_and_use_the_key(stacks: dict[str, Stack]) -> None:
    topic = stacks["connect"].one("aws_sns_topic_policy")["policy"]
    key = stacks["platform"].one("aws_kms_key", "key/key")["policy"]
    for found in (statement(topic, "Alarms"), statement(key, "Alarms")):
        assert found["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert found["Condition"]["ArnLike"]["aws:SourceArn"].endswith(":alarm:cdc-prod-*")
        assert found["Condition"]["StringEquals"] == {
            "aws:SourceAccount": "${data.aws_caller_identity.account.account_id}"
        }
    assert statement(key, "Alarms")["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    via = statement(key, "Use")["Condition"]["StringEquals"]["kms:ViaService"]
    assert via == [f"{service}.us-east-1.amazonaws.com" for service in ("kafka", "s3", "sns")]


def test_every_alarm_has_a_name_that_the_policy_allows(stacks: dict[str, Stack]) -> None:
    alarms = [
        alarm
        for type_ in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
        for alarm in stacks["connect"].all(type_).values()
    ]
    notifying = [one for one in alarms if one.get("ok_actions")]
    assert len(notifying) == 3 * 5 + 2 + 1 + 1
    for alarm in notifying:
        assert alarm["alarm_name"].startswith("cdc-prod-")
        assert alarm["ok_actions"][0].startswith(TOPIC)


def test_the_function_publishes_there_too(stacks: dict[str, Stack]) -> None:
    variables = stacks["connect"].one("aws_lambda_function")["environment"]["variables"]
    assert variables["TOPIC_ARN"].startswith(TOPIC)
    policy = stacks["connect"].one("aws_iam_role_policy", "self-healing/permissions")["policy"]
    assert statement(policy, "Publish")["Resource"][0].startswith(TOPIC)


def test_without_an_address_nothing_is_created(prod: dict[str, Stack]) -> None:
    assert prod["connect"].all("aws_sns_topic") == {}
    assert "cloudwatch" not in prod["platform"].one("aws_kms_key", "key/key")["policy"]
