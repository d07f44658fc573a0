"""Records which IAM actions the real provider needs for each type of resource: ``cdc/deployer/calls.json``.

    python -m benchmarks.deployer_calls      takes five minutes

Environments with every type of resource are applied, changed and destroyed in the embedded AWS. The provider's own log
names the resource of each call.
"""

import json
import sys
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import yaml

from benchmarks.provider_log import Call, calls
from cdc import terraform as cli
from cdc.deployer.calls import FILE, OPERATIONS
from rehearsal.deploy import overrides
from rehearsal.iam.actions.operations import actions
from tests.account import Account, account
from tests.synthesized import Document, Stack, changed, synthesize
from tests.terraform.variants import BUNDLE, CUSTOM_PLUGIN, EXISTING_KAFKA, EXISTING_NETWORK, FUNCTION, PROD, with_stock

ROOT_USER: Final[Mapping[str, str]] = MappingProxyType({})
PARTS: Final = ("state", "platform", "connect")
_PHASES: Final = {"create": "create", "update": "update", "destroy": "delete"}
_CHANGING: Final = "ApplyResourceChange"
# Every resource has tags (the provider's default ones), and each key its own policy.
_INPUT: Final = {"Tags": ["every"], "Policy": "own"}
_DELETED: Final = "DeleteObject"
_TAGS: Final = {"owner": "data-platform", "team": "one"}
_BOUNDARY: Final = "arn:aws:iam::123456789012:policy/boundary"
# Attributes that a later version of the stacks may change: text, or what is merged into the resource.
_EDITS: Final[Mapping[str, Mapping[str, Any]]] = {
    "aws_cloudwatch_event_rule": {"description": "changed"},
    "aws_cloudwatch_event_target": {"input": "{}"},
    "aws_iam_policy": {"policy": None},
    "aws_iam_role": {
        "description": "changed",
        "max_session_duration": 7200,
        "assume_role_policy": None,
        "permissions_boundary": _BOUNDARY,
    },
    "aws_iam_role_policy": {"policy": None},
    "aws_kms_key": {"description": "changed", "policy": None, "deletion_window_in_days": 8},
    "aws_lambda_function": {"description": "changed", "timeout": 59, "source_code_hash": "changed"},
    "aws_lambda_function_event_invoke_config": {"maximum_retry_attempts": 1},
    "aws_s3_bucket_policy": {"policy": None},
    "aws_sns_topic": {"display_name": "changed"},
    "aws_sns_topic_policy": {"policy": None},
    "aws_vpc_security_group_egress_rule": {"description": "changed"},
    "aws_vpc_security_group_ingress_rule": {"description": "changed"},
}


def everything(archive: Path) -> tuple[Document, Document]:
    """Every type of resource that the stacks create, and the same environment with much changed."""
    base = with_stock(PROD, plugin="uploaded", source__tls={"ca_bundle": str(BUNDLE)}, format="avro")
    base["plugins"]["uploaded"] = {"archive": str(archive)}
    base["schema_registry"] = {"kind": "glue", "name": "cdc"}
    base["connectors"]["stock"]["source"].pop("cluster")
    base["connectors"]["stock"]["source"]["instance"] = "stock-prod"
    base["consumers"]["receipts"] = FUNCTION
    base = changed(base, alarms={"email": "oncall@example.com"})
    base = changed(base, tags=_TAGS, kafka__version="3.8.x", kafka__scram_secrets=["AmazonMSK_a", "AmazonMSK_b"])
    after = changed(
        base,
        tags={"owner": "other"},
        alarms__lag_seconds=600,
        connectors__orders__capacity={"mcu": 1, "workers": 1},
        connectors__orders__log_retention_days=7,
        connectors__orders__properties={"decimal.handling.mode": "double"},
        consumers__receipts__batch_size=500,
        consumers__billing__topics=["orders.orders.*", "orders.customers"],
        kafka__autoscale_to_gib=2000,
        kafka__brokers=6,
        kafka__instance_type="kafka.m7g.xlarge",
        kafka__log_retention_days=7,
        kafka__monitoring="PER_TOPIC_PER_BROKER",
        kafka__scram_secrets=["AmazonMSK_a"],
        kafka__server_properties={"log.retention.hours": "48"},
        kafka__version="3.9.x",
        network__log_retention_days=7,
        schema_registry__compatibility="FULL",
    )
    return base, after


def existing() -> tuple[Document, Document]:
    """Network, cluster, plugin and schema registry exist already."""
    base = changed(
        PROD,
        state={"kind": "local"},
        network=EXISTING_NETWORK,
        kafka=EXISTING_KAFKA,
        plugins={"debezium-mysql": {"arn": CUSTOM_PLUGIN, "revision": 2}},
        connectors__orders__format="avro",
        schema_registry={"kind": "glue", "name": "cdc", "create": False},
    )
    return base, changed(base, tags={"owner": "other"})


def growing() -> tuple[Document, Document]:
    """A cluster without autoscaling, whose volumes and settings change, and whose roles lose their boundary."""
    base = changed(PROD, state={"kind": "local"}, network=EXISTING_NETWORK, kafka__autoscale_to_gib=None)
    properties = {"log.retention.hours": "48"}
    after = changed(
        base, kafka__volume_gib=200, kafka__scram_secrets=["AmazonMSK_a"], kafka__server_properties=properties
    )
    return changed(base, permissions_boundary=_BOUNDARY), after


class Recording:
    """One environment in ``folder``, in an account; ``calls`` are those of all phases.

    ``login`` has the variables of who deploys, where that is not the account's root.
    """

    def __init__(
        self,
        folder: Path,
        there: Account,
        base: Document,
        *,
        name: str = "prod",
        edited: bool = False,
        login: Mapping[str, str] = ROOT_USER,
    ) -> None:
        self._name = name
        self._edited = edited
        self._login = login
        self._folder = folder
        self._there = there
        self._base = base
        self.calls: list[tuple[str, Call]] = []

    def run(self, phase: str, content: Document) -> None:
        stacks = synthesize(self._folder / phase, content, name=self._name)
        parts = [part for part in PARTS if part in stacks]
        for part in reversed(parts) if phase == "destroy" else parts:
            self._run(phase, part, stacks[part])
            print(f"{phase} {part}: {len(self.calls)} calls", file=sys.stderr, flush=True)

    def _run(self, phase: str, part: str, stack: Stack) -> None:
        folder = stack.file.parent
        if self._edited and phase != "create":
            _edit(stack)
        (folder / "recording_override.tf.json").write_text(json.dumps(self._overrides(phase, part, stack)))
        if phase == "destroy" and part == "state":
            self._empty(stack)
        log = self._folder / f"{phase}-{part}.log"
        variables = self._there.variables(cli.environment(folder), region=self._base["region"])
        variables |= {**self._login, "TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(log)}
        cli.run(folder, "init", variables=variables)
        cli.run(folder, "destroy" if phase == "destroy" else "apply", "-auto-approve", variables=variables)
        self.calls += [(phase, call) for call in calls(log.read_text(errors="replace"))]

    def _overrides(self, phase: str, part: str, stack: Stack) -> Document:
        layers = [overrides.limited_retries(stack.json)]
        if part == "state":
            layers.append(overrides.local_backend(str(self._folder / f"{part}.tfstate")))
        if phase == "destroy":
            layers.append(overrides.destroyable(stack.json))
        return overrides.merge(*layers)

    def _empty(self, stack: Stack) -> None:
        """The states of the other stacks are in the bucket, and the lock table is protected."""
        bucket, table = (
            stack.one(type_)[key] for type_, key in (("aws_s3_bucket", "bucket"), ("aws_dynamodb_table", "name"))
        )
        s3 = self._there.client("s3")
        found = s3.list_object_versions(Bucket=bucket)
        for one in [*found.get("Versions", ()), *found.get("DeleteMarkers", ())]:
            s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])
        self._there.client("dynamodb").update_table(TableName=table, DeletionProtectionEnabled=False)


def _edit(stack: Stack) -> None:
    """Changes what an environment file cannot."""
    for type_, edits in _EDITS.items():
        for body in stack.json["resource"].get(type_, {}).values():
            for key, value in edits.items():
                body[key] = _longer(body[key]) if value is None else value
    stack.file.write_text(json.dumps(stack.json))


def _longer(policy: str) -> str:
    """The policy with its first statement once more."""
    document = json.loads(policy)
    document["Statement"].append({**document["Statement"][0], "Sid": "Again"})
    return json.dumps(document)


def recorded(folder: Path, archive: Path) -> Iterator[tuple[str, Call]]:
    for name, (base, after) in {
        "everything": everything(archive),
        "existing": existing(),
        "growing": growing(),
    }.items():
        (place := folder / name).mkdir()
        (file := place / "prod.yaml").write_text(yaml.safe_dump(base if name != "growing" else after))
        with account(file) as there:
            recording = Recording(place, there, base, edited=name == "everything")
            recording.run("create", base)
            recording.run("update", after)
            recording.run("destroy", after)
        yield from recording.calls


def table(found: Iterator[tuple[str, Call]]) -> dict[str, dict[str, list[str]]]:
    """The record: actions by type and operation, sorted."""
    result: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for phase, call in found:
        if call.of:
            operation = _PHASES[phase] if call.rpc == _CHANGING else "read"
            result[call.of][operation].update(actions(call.service, call.operation, _INPUT))
            if call.operation == _DELETED:  # a version, or a marker
                result[call.of][operation].update(actions(call.service, call.operation, {"VersionId": "one"}))
    return {
        type_: {operation: sorted(of[operation]) for operation in OPERATIONS if of.get(operation)}
        for type_, of in sorted(result.items())
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(archive := Path(folder) / "debezium.zip", "w") as bundle:
            bundle.writestr("debezium/connector.jar", b"not a connector")
        content = table(recorded(Path(folder), archive))
    FILE.write_text(json.dumps(content, indent=1) + "\n")
    print(FILE)


if __name__ == "__main__":
    main()
