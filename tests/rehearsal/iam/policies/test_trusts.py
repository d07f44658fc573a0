"""Role trust policies: which principals are allowed, under which conditions."""

from typing import Any, Final

import pytest

from rehearsal.iam.policies.policy import Decision, PolicyError, Principal, Request, decide, parse, trusts

ACCOUNT: Final = "123456789012"
ROLE_ARN: Final = f"arn:aws:iam::{ACCOUNT}:role/cdc-prod-orders-worker"
SERVICE: Final = Principal("Service", "kafkaconnect.amazonaws.com")
USER: Final = Principal("AWS", f"arn:aws:iam::{ACCOUNT}:user/ann")
ROLE: Final = Principal("AWS", f"arn:aws:iam::{ACCOUNT}:role/apps/billing")
SESSION: Final = Principal("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/billing/i-1")
ROOT: Final = f"arn:aws:iam::{ACCOUNT}:root"


def trusted(who: Principal | None, *statements: dict[str, Any], **context: str) -> Decision:
    policy = parse("trust", {"Version": "2012-10-17", "Statement": list(statements)})
    given = {f"aws:{key}": value for key, value in context.items()}
    return trusts(Request("sts:AssumeRole", ROLE_ARN, given, who), policy, ["aws:Source*"])


def assume(principal: Any, effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": "sts:AssumeRole", "Principal": principal, **elements}


@pytest.mark.parametrize(
    ("principal", "who", "expected"),
    [
        ("*", SERVICE, True),
        ({"AWS": "*"}, USER, True),
        ({"Service": SERVICE.id}, SERVICE, True),
        ({"Service": ["ec2.amazonaws.com", SERVICE.id]}, SERVICE, True),
        ({"Service": "ec2.amazonaws.com"}, SERVICE, False),
        ({"Federated": SERVICE.id}, SERVICE, False),
        ({"Federated": "accounts.google.com"}, Principal("Federated", "accounts.google.com"), True),
        ({"AWS": USER.id}, USER, True),
        ({"AWS": USER.id.replace("ann", "Ann")}, USER, False),
        ({"AWS": USER.id}, ROLE, False),
        ({"AWS": ACCOUNT}, USER, True),
        ({"AWS": ROOT}, USER, True),
        ({"AWS": ROOT}, SESSION, True),
        ({"AWS": ROOT}, SERVICE, False),
        ({"AWS": "999999999999"}, USER, False),
        ({"AWS": ROOT.replace(ACCOUNT, "999999999999")}, USER, False),
        # A role's sessions are it; their ARN has no path.
        ({"AWS": ROLE.id}, ROLE, True),
        ({"AWS": ROLE.id}, SESSION, True),
        ({"AWS": ROLE.id.replace("billing", "search")}, SESSION, False),
        ({"AWS": ROLE.id.replace(ACCOUNT, "999999999999")}, SESSION, False),
        ({"AWS": SESSION.id}, SESSION, True),
        ({"AWS": SESSION.id}, ROLE, False),
        ({"AWS": f"{SESSION.id}x"}, SESSION, False),
        ({"Service": "ec2.amazonaws.com", "AWS": ACCOUNT}, USER, True),
    ],
)
def test_a_principal_matches(principal: Any, who: Principal, expected: bool) -> None:
    assert trusted(who, assume(principal)).allowed is expected
    assert trusted(who, assume("*"), assume(principal, "Deny")).allowed is not expected


def test_action_and_condition_are_checked_and_a_deny_wins() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    allow = assume({"Service": SERVICE.id}, Condition=condition)
    decision = trusted(SERVICE, allow, SourceAccount=ACCOUNT)
    assert (decision.reason, decision.policy, decision.matched_action) == ("allowed", "trust", "sts:AssumeRole")
    assert (decision.matched_resource, len(decision.matching)) == ("", 1)
    assert trusted(SERVICE, allow).reason == "no statement allows it"
    assert trusted(SERVICE, allow, SourceAccount="999999999999").reason == "no statement allows it"
    assert not trusted(SERVICE, allow | {"Action": "sts:TagSession"}, SourceAccount=ACCOUNT).allowed
    denied = trusted(SERVICE, allow, assume({"Service": SERVICE.id}, "Deny"), SourceAccount=ACCOUNT)
    assert (denied.reason, len(denied.matching)) == ("explicit deny", 1)


def test_an_unsupported_key_is_an_error_where_the_principal_matches() -> None:
    condition = {"StringEquals": {"sts:ExternalId": "x"}}
    with pytest.raises(PolicyError, match="unsupported condition key sts:ExternalId"):
        trusted(SERVICE, assume({"Service": SERVICE.id}, Condition=condition))
    assert not trusted(SERVICE, assume({"AWS": ACCOUNT}, Condition=condition)).allowed


@pytest.mark.parametrize(
    ("principal", "message"),
    [
        ({}, "Principal must be * or an object of AWS, Service, Federated, got {}"),
        ("kafkaconnect.amazonaws.com", "Principal must be * or an object of AWS"),
        ({"CanonicalUser": "x"}, "Principal must be of AWS, Service, Federated, got 'CanonicalUser'"),
        ({"AWS": "ann"}, "without wildcards, got 'ann'"),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, "without wildcards, got 'arn:aws:iam::123456789012:role/*'"),
        ({"Service": "*"}, "without wildcards, got '*'"),
        ({"Service": [1]}, "without wildcards, got 1"),
    ],
)
def test_an_invalid_principal_is_an_error(principal: Any, message: str) -> None:
    with pytest.raises(PolicyError) as error:
        trusted(SERVICE, assume(principal))
    assert str(error.value).startswith("policy trust, statement 0: ")
    assert message in str(error.value)


def test_identity_and_trust_policies_are_not_interchangeable() -> None:
    with pytest.raises(PolicyError, match="must have Resource, not Principal"):
        decide(Request("a:b", "*"), identity=[parse("p", {"Statement": assume("*")})], known=())
    with pytest.raises(PolicyError, match="must have Principal, not Resource"):
        trusted(SERVICE, {"Effect": "Allow", "Action": "*", "Resource": "*"})
    with pytest.raises(PolicyError, match="must have a principal"):
        trusted(None, assume("*"))
