"""What a policy's documents deny, by the embedded IAM."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from rehearsal.aws.names import account
from rehearsal.iam.actions.requests import Access
from rehearsal.iam.deployer import ROLE
from rehearsal.iam.policies import policy as iam
from rehearsal.iam.roles import Role

_NOBODY: Final = {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
_TRUST: Final = iam.parse("trust", json.dumps({"Version": "2012-10-17", "Statement": [_NOBODY]}))


def denied(documents: Sequence[str], wanted: Iterable[Access], *, without: str = "") -> list[str]:
    """Those of ``wanted`` that a role with these documents may not do once they have not the action ``without``."""
    identity = tuple(iam.parse(str(number), less(one, without)) for number, one in enumerate(documents))
    role = Role(f"arn:aws:iam::{account()}:role/{ROLE}", ROLE, _TRUST, identity)
    return [
        f"{one.action} on {one.resource}"
        for one in wanted
        if not role.decide(one.action, one.resource, one.context).allowed
    ]


def less(document: str, action: str) -> str:
    """The document without an action."""
    found = json.loads(document)
    for statement in found["Statement"]:
        statement["Action"] = [one for one in statement["Action"] if one != action] or ["s3:GetObjectAcl"]
    return json.dumps(found)
