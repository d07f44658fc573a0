"""Addresses that never change, resources that are never destroyed, and reproducible output."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ENVIRONMENTS
from tests.synthesized import Stack, changed, document
from tests.unit.conftest import Synthesize

# A changed address replaces the resource: for these, that is data loss.
PROD = {
    "state": {
        "aws_dynamodb_table.store_locks_05296B81",
        "aws_kms_key.store_key_0B00FB5B",
        "aws_s3_bucket.store_bucket_87DB1DA6",
    },
    "platform": {"aws_kms_key.key_F64E54E4", "aws_msk_cluster.kafka_cluster_4FCB1297"},
    "connect": set(),
}
STATEFUL = ("aws_dynamodb_table", "aws_kms_key", "aws_msk_cluster", "aws_s3_bucket")


def addresses(stack: Stack) -> set[str]:
    resources = stack.json["resource"]
    return {f"{type_}.{name}" for type_ in STATEFUL for name in resources.get(type_, {})}


def test_addresses_of_stateful_resources_are_a_contract(prod: dict[str, Stack], dev: dict[str, Stack]) -> None:
    assert {part: addresses(stack) for part, stack in prod.items()} == PROD
    assert addresses(dev["connect"]) == {"aws_s3_bucket.plugin-bucket_375BC90B"}


def test_stateful_resources_cannot_be_destroyed(prod: dict[str, Stack], dev: dict[str, Stack]) -> None:
    kept = [
        body for stack in (*prod.values(), dev["connect"]) for type_, _, body in stack.resources() if type_ in STATEFUL
    ]
    assert len(kept) == 6
    assert all(body["lifecycle"]["prevent_destroy"] is True for body in kept)


def test_tags_are_set_by_the_provider_only(prod: dict[str, Stack]) -> None:
    for stack in prod.values():
        for _, path, body in stack.resources():
            assert set(body.get("tags", {})) <= {"Name"}, path


@pytest.mark.parametrize(
    ("region", "partition"),
    [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov"), ("eusc-de-east-1", "aws-eusc")],
)
def test_arns_have_the_partition_of_the_region(synth: Synthesize, region: str, partition: str) -> None:
    content = changed(
        document("prod"),
        region=region,
        network__availability_zones=[f"{region}{zone}" for zone in "abc"],
        alarms={"sns_topic_arn": f"arn:{partition}:sns:{region}:123456789012:oncall"},
    )
    for stack in synth(content).values():
        text = stack.file.read_text()
        assert "arn:aws:" not in text
        assert f"arn:{partition}:" in text


@pytest.mark.parametrize(
    ("region", "domain"),
    [("us-east-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn"), ("eusc-de-east-1", "amazonaws.eu")],
)
def test_the_domain_of_a_partition_is_in_the_principal_of_logs_only(
    synth: Synthesize, region: str, domain: str
) -> None:
    zones = [f"{region}{zone}" for zone in "abc"]
    stacks = synth(changed(document("prod"), region=region, network__availability_zones=zones, alarms=None))
    keys = [body for stack in stacks.values() for type_, _, body in stack.resources() if type_ == "aws_kms_key"]
    statements = [one for key in keys for one in json.loads(key["policy"])["Statement"]]
    assert {one["Principal"]["Service"] for one in statements if one["Sid"] == "Logs"} == {f"logs.{region}.{domain}"}
    through = [one["Condition"]["StringEquals"]["kms:ViaService"] for one in statements if one["Sid"] == "Use"]
    assert through
    assert all(name.endswith(f".{region}.amazonaws.com") for names in through for name in names)


SYNTH = """
import sys, yaml
from pathlib import Path
from modules.app import build
from modules.environment.environment import Environment
file, outdir = map(Path, sys.argv[1:])
content = yaml.safe_load(file.read_text())
build([Environment.model_validate({"name": "prod", **content})], outdir).synth()
"""


def test_the_same_file_gives_the_same_bytes_on_every_machine(tmp_path: Path) -> None:
    outputs = []
    for name, extra in (
        ("one", {"TZ": "Asia/Tokyo", "AWS_REGION": "eu-west-1"}),
        ("other/deeper", {"LC_ALL": "C", "USER": "x"}),
    ):
        directory = tmp_path / name
        directory.mkdir(parents=True)
        environment = os.environ | extra | {"PYTHONPATH": str(ENVIRONMENTS.parent), "PYTHONHASHSEED": str(len(name))}
        command = [sys.executable, "-c", SYNTH, str(ENVIRONMENTS / "prod.yaml"), "out"]
        subprocess.run(command, cwd=directory, env=environment, check=True)
        files = sorted(path for path in (directory / "out").rglob("*") if path.is_file())
        outputs.append({str(path.relative_to(directory)): path.read_bytes() for path in files})
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) == 5
