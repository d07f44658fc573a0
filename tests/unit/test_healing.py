"""The function that restarts failed tasks: its resources, its ZIP, and the switch."""

import base64
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from modules.self_healing import archive, causes
from tests.places import ROOT
from tests.synthesized import Stack, changed, document, with_another
from tests.unit.conftest import Synthesize

ENDS = "ERROR Task threw an uncaught and unrecoverable exception. Task is being killed"
OFF = changed(document("prod"), alarms__self_healing=False)


def test_it_is_off_by_one_word(synth: Synthesize) -> None:
    stack = synth(OFF)["connect"]
    assert not [path for _, path, _ in stack.resources() if "self-healing" in path]
    alarm = stack.one("aws_cloudwatch_metric_alarm", "alarms/connectors/orders/ErroredTaskCount")
    assert "alarm_actions" not in alarm, "the connector's composite alarm notifies"


def test_the_zip_beside_the_stack_is_what_terraform_compares(connect: Stack) -> None:
    function = connect.one("aws_lambda_function")
    content = (connect.file.parent / function["filename"]).read_bytes()
    assert content == archive.archive()
    assert function["source_code_hash"] == base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert not Path(function["filename"]).is_absolute()


def test_the_zip_has_the_files_of_this_project(tmp_path: Path) -> None:
    """Alone, in a folder of its own, the handler is found: it imports nothing that is not in the ZIP."""
    with zipfile.ZipFile(io.BytesIO(archive.archive())) as opened:
        opened.extractall(tmp_path)
        names = opened.namelist()
        assert {one.date_time for one in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for name in names[1:]:
        assert (tmp_path / name).read_bytes() == (ROOT / name).read_bytes()
    module, _, function = archive.HANDLER.replace("/", ".").rpartition(".")
    found = f"import {module} as m; print(m.__file__, m.{function}.__name__)"
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {found}"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert printed.stdout.split() == [str(tmp_path / "modules/self_healing/function.py"), "handle"]


def test_each_connector_is_named_everywhere(synth: Synthesize) -> None:
    stack = synth(with_another(document("prod"), "stock"))["connect"]
    names = ["cdc-prod-orders", "cdc-prod-stock"]
    assert stack.one("aws_lambda_function")["environment"]["variables"]["CONNECTORS"] == ",".join(names)
    policy = stack.one("aws_iam_role_policy", "self-healing/permissions")["policy"]
    statements = {one["Sid"]: one for one in json.loads(policy)["Statement"]}
    assert [arn.split("connector/")[1] for arn in statements["Restart"]["Resource"]] == [f"{n}/*" for n in names]
    allowed = stack.all("aws_lambda_permission")
    rule = allowed.pop("self-healing/secrets/permission")
    assert sorted(allowed) == ["self-healing/alarm-orders", "self-healing/alarm-stock"]
    assert all(one["principal"] == "lambda.alarms.cloudwatch.amazonaws.com" for one in allowed.values())
    assert rule["principal"] == "events.amazonaws.com"
    assert rule["source_arn"] == f"${{{stack.address('aws_cloudwatch_event_rule', 'self-healing/secrets/rule')}.arn}}"
    for key in ("orders", "stock"):
        alarm = stack.address("aws_cloudwatch_metric_alarm", f"alarms/connectors/{key}/ErroredTaskCount")
        assert allowed[f"self-healing/alarm-{key}"]["source_arn"] == f"${{{alarm}.arn}}"


def test_secrets_of_connectors_start_it(synth: Synthesize) -> None:
    content = with_another(document("prod"), "stock", source__secret="cdc/stock")
    rule = synth(content)["connect"].one("aws_cloudwatch_event_rule")
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.secretsmanager"],
        "detail-type": ["Secret Label Updated"],
        "detail": {"name": ["cdc/orders", "cdc/stock"], "labelUpdated": ["AWSCURRENT"]},
    }


def test_without_a_topic_it_publishes_nowhere(synth: Synthesize) -> None:
    stack = synth(changed(document("prod"), alarms=None))["connect"]
    assert "TOPIC_ARN" not in stack.one("aws_lambda_function")["environment"]["variables"]
    assert "sns:Publish" not in stack.one("aws_iam_role_policy", "self-healing/permissions")["policy"]


@pytest.mark.parametrize(
    ("line", "final"),
    [
        ("DebeziumException: … but this is no longer available on the server. Reconfigure", True),
        ("Cannot replicate because the master purged required binary logs. Error code: 1236; SQLSTATE: HY000.", True),
        ("The db history topic or its content is fully or partially missing.", True),
        ("TopicAuthorizationException: Not authorized to access topics: [orders.orders.customers]", True),
        ("SELECT command denied to user 'cdc'@'10.0.0.1' for table 'customers'", True),
        ("DDL statement couldn't be parsed. Please open a GitHub issue with the statement 'CREATE'", True),
        ("Encountered change event for table shop.links whose schema isn't known to this connector.", True),
        ("internal schema size 3, but row size 5 , restart connector with schema recovery mode.", True),
        ("DebeziumException: Failed to properly convert data value for 'shop.t.n' of type INT", True),
        ("RecordTooLargeException: The message is 6291563 bytes when serialized", True),
        ("SQLException: Table definition has changed, please retry transaction", False),
        ("Failed to read next byte from position 648", False),
        ("Communications link failure", False),
        ("Access denied for user 'cdc'@'10.0.0.1' (using password: YES)", False),
        ("Too many connections", False),
    ],
)
def test_causes_that_a_restart_cannot_repair(line: str, final: bool) -> None:
    assert bool(causes.final_cause([(1, ENDS), (1, f"Caused by: {line}")])) is final
    assert bool(causes.final_cause([(1, f"{ENDS}: {line}")])) is final


def test_only_the_last_failure_counts() -> None:
    denied = "WARN TopicAuthorizationException: Not authorized to access topics"
    assert not causes.final_cause([(1, denied)])
    assert not causes.final_cause([(1, denied), (2, ENDS), (3, "Failed to read next byte")])
    assert not causes.final_cause([(1, ENDS), (2, denied), (5, "Failed to read next byte"), (4, ENDS)])
    assert causes.final_cause([(3, denied), (2, ENDS)])


def test_cloudwatch_searches_for_every_phrase_at_once() -> None:
    pattern = causes.filter_pattern()
    phrases = [*causes.ENDS, *(final.phrase for final in causes.FINAL)]
    assert [phrase for phrase in phrases if f'?"{phrase}"' not in pattern] == []
    assert len(pattern) <= 1024  # CloudWatch's limit
    assert not [final.phrase for final in causes.FINAL if '"' in final.phrase]
