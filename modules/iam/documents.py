"""IAM policy documents: their statements, and the trust in one AWS service."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Statement = dict[str, Any]


def allow(sid: str, actions: Sequence[str], resources: Sequence[str] | str, **extra: Any) -> Statement:
    """One Allow statement; ``extra`` is Principal or Condition."""
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": resources, **extra}


def document(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)


def service_trust(service: str, condition: Mapping[str, Any] | None = None) -> str:
    """The trust policy of a role that one AWS service assumes; ``condition`` limits it to this account."""
    statement = {
        "Sid": "Assume",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": service},
    }
    return document(statement | ({"Condition": condition} if condition else {}))
