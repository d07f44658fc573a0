"""Whether CloudWatch Logs can take the policy for the delivery of the brokers' and workers' logs.

Source: CloudWatch Logs user guide, "Enabling logging from AWS services" (the policy's name, and /aws/vendedlogs/) and
"CloudWatch Logs quotas" (10 resource policies of a region, each of 5,120 characters).
"""

from collections.abc import Iterator, Mapping
from typing import Final

from cdc.aws import Aws
from cdc.findings import Finding, error, ok
from modules.environment.environment import Environment

DELIVERY: Final = "AWSLogDeliveryWrite20150319"
MOST_POLICIES: Final = 10
MOST_CHARACTERS: Final = 5120
_VENDED: Final = "log-group:/aws/vendedlogs/*"
# The statement's resource for the log groups of these stacks, with the region's and the account's names.
_ADDED: Final = 120


def read(aws: Aws, _: Environment) -> Mapping[str, str]:
    """The documents of the region's resource policies, by name."""
    found = aws.pages("logs", "describe_resource_policies", "resourcePolicies")
    return {one["policyName"]: one["policyDocument"] for one in found}


def judge(_: Environment, policies: Mapping[str, str]) -> Iterator[Finding]:
    """AWS creates the policy with the first delivery, and adds to it; without room for that, no log is delivered."""
    document = policies.get(DELIVERY)
    size, there = len(document or ""), len(policies)
    if document is None and there >= MOST_POLICIES:
        yield error(
            f"CloudWatch Logs must have room for the resource policy {DELIVERY}, has {there} of {MOST_POLICIES}",
            "delete one that no service needs: aws logs describe-resource-policies lists them",
        )
    elif document is not None and _VENDED not in document and size + _ADDED > MOST_CHARACTERS:
        yield error(
            f"the resource policy {DELIVERY} must have room for {_VENDED}, has {size} of {MOST_CHARACTERS} characters",
            "replace its log groups by a pattern that covers them, or delete those that are gone",
        )
    elif document is None:
        yield ok(f"{there} of {MOST_POLICIES} resource policies, the first delivery of logs adds one")
    else:
        yield ok(f"the resource policy for deliveries of logs has {size} of {MOST_CHARACTERS} characters")
