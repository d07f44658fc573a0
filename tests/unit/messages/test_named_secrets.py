"""A secret that is named is none: a placeholder, two of them, or an ARN."""

import pytest

from modules.messages.secrecy import literal


@pytest.mark.parametrize(
    ("value", "is_secret"),
    [
        ("${secretsmanager:cdc/registry:password}", False),
        ("${secretsmanager:cdc/registry:user}:${secretsmanager:cdc/registry:password}", False),
        ("arn:aws:secretsmanager:us-east-1:123456789012:secret:cdc/registry-AbCdEf", False),
        ("reader:${secretsmanager:cdc/registry:password}", True),
        ("${secretsmanager:cdc/registry:user}:hunter2", True),
    ],
)
def test_what_names_a_secret(value: str, is_secret: bool) -> None:
    assert (literal("value.converter.basic.auth.user.info", value) is not None) is is_secret
