"""Condition operators, each with a matching and another value."""

from typing import Any, Final

import pytest

from rehearsal.iam.policies.policy import PolicyError, Request, decide, parse

KEY: Final = "aws:PrincipalTag/a"
TAGS: Final = "aws:TagKeys"
ARN: Final = "arn:aws:kafkaconnect:us-east-1:123456789012:connector/cdc-prod-orders/1-2"
Context = dict[str, str | tuple[str, ...]]


def holds(condition: dict[str, Any], context: Context, *, version: str = "2012-10-17", action: str = "s3:Get") -> bool:
    statement = {"Sid": "S", "Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}
    policy = parse("p", {"Version": version, "Statement": statement})
    return decide(Request(action, "*", context), identity=[policy], known=["aws:*", "kms:EncryptionContext:*"]).allowed


@pytest.mark.parametrize(
    ("operator", "wanted", "matching", "other"),
    [
        ("StringEquals", "orders", "orders", "Orders"),
        ("StringEquals", ["orders", "stock"], "stock", "payments"),
        ("StringEquals", "a*", "a*", "ab"),
        ("StringEquals", "a${*}", "a*", "a${*}"),
        ("StringEquals", True, "true", "True"),
        ("StringNotEquals", "orders", "Orders", "orders"),
        ("StringNotEquals", ["orders", "stock"], "payments", "stock"),
        ("StringEqualsIgnoreCase", "orders", "ORDERS", "order"),
        ("StringNotEqualsIgnoreCase", "orders", "order", "ORDERS"),
        ("StringLike", "or*s", "orders/a:s", "orders/a:"),
        ("StringLike", "or*s", "ors", "ORs"),
        ("StringLike", "o?", "ox", "o"),
        ("StringLike", "a${*}", "a*", "ab"),
        ("StringNotLike", "or*s", "stock", "orders"),
        ("NumericEquals", "10", "10.0", "11"),
        ("NumericEquals", 1.5, "1.5", "1.6"),
        ("NumericNotEquals", "10", "11", "10.0"),
        ("NumericLessThan", "10", "9", "10"),
        ("NumericLessThanEquals", "10", "10", "10.1"),
        ("NumericGreaterThan", "-10", "-9.5", "-10"),
        ("NumericGreaterThanEquals", "10", "10", "9"),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:01Z"),
        ("DateEquals", "1767225600", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
        ("DateNotEquals", "2026", "2026-01-02", "2026-01-01T00:00:00Z"),
        ("DateLessThan", "2026-02", "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z"),
        ("DateLessThanEquals", "2026-02-01", "2026-02-01T00:00:00Z", "2026-02-01T00:00:01Z"),
        ("DateGreaterThan", "2026-02-01", "1798761600", "2026-02-01"),
        ("DateGreaterThanEquals", "2026-02-01", "2026-02-01", "2026-01-31"),
        ("Bool", "true", "true", "false"),
        ("Bool", False, "False", "true"),
        ("BinaryEquals", "QUI=", "QUI=", "QUM="),
        ("IpAddress", "10.0.0.0/8", "10.1.2.3", "11.1.2.3"),
        ("IpAddress", ["10.1.2.3", "2001:db8::/32"], "10.1.2.3", "10.1.2.4"),
        ("IpAddress", "10.1.2.3/8", "10.9.9.9", "11.1.2.3"),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", "10.1.2.3"),
        ("NotIpAddress", "10.0.0.0/8", "11.1.2.3", "10.1.2.3"),
        (
            "ArnEquals",
            "arn:aws:kafkaconnect:*:123456789012:connector/cdc-prod-orders/*",
            ARN,
            ARN.replace("orders", "o"),
        ),
        ("ArnLike", "arn:aws:kafkaconnect:us-*:??????789012:connector/*", ARN, ARN.replace("789012", "789013")),
        ("ArnLike", "arn:aws:*:us-east-1:123456789012:c*", ARN, ARN.replace("connector", "role")),
        ("ArnLike", "arn:aws:*:us-east-1:*:*", ARN, "arn:aws:a:b:us-east-1:c:d"),
        # Each part is compared for itself, where StringLike lets the wildcard run on.
        ("StringLike", "arn:aws:kafkaconnect:*:connector/*", ARN, "arn:aws:kafkaconnect"),
        ("ArnNotLike", "arn:aws:*:*:12345678901:connector/*", ARN, ARN.replace("9012", "901")),
        ("ArnNotLike", "arn:aws:kafka*:1*:*:connector/*", ARN, ARN.replace("us-east-1", "1")),
        ("ArnNotEquals", ARN, f"{ARN}x", ARN),
    ],
)
def test_an_operator_compares(operator: str, wanted: Any, matching: str, other: str) -> None:
    condition = {operator: {KEY: wanted}}
    assert holds(condition, {KEY: matching})
    assert not holds(condition, {KEY: other})
    # Without the key negated operators hold, and with IfExists all.
    assert holds(condition, {}) is ("Not" in operator)
    if_exists = {f"{operator}IfExists": {KEY: wanted}}
    assert holds(if_exists, {})
    assert holds(if_exists, {KEY: matching})
    assert not holds(if_exists, {KEY: other})


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAllValues:StringEquals", (), True),
        ("ForAllValues:StringEquals", None, True),
        # "or if the key values resolve to a null data set, such as an empty string"
        ("ForAllValues:StringEquals", "", True),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("c", "a"), False),
        ("ForAnyValue:StringEquals", ("a", "c"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAnyValue:StringEquals", (), False),
        ("ForAnyValue:StringEquals", None, False),
        ("ForAnyValue:StringEquals", "a", True),
        ("ForAnyValue:StringNotEquals", ("a", "c"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
        ("ForAnyValue:StringNotEquals", None, False),
        ("ForAnyValue:StringLikeIfExists", ("a", "c"), True),
        ("ForAnyValue:StringLikeIfExists", None, False),
        ("ForAllValues:StringLikeIfExists", None, True),
        ("ForAllValues:StringLikeIfExists", ("c",), False),
    ],
)
def test_sets_are_compared_value_by_value(operator: str, given: str | tuple[str, ...] | None, expected: bool) -> None:
    context: Context = {} if given is None else {TAGS: given}
    assert holds({operator: {TAGS: ["a", "b"]}}, context) is expected


@pytest.mark.parametrize(
    ("given", "absent"), [(None, True), ("", True), ((), True), (("",), True), ("a", False), (("a", "b"), False)]
)
def test_null_finds_keys_without_value(given: str | tuple[str, ...] | None, absent: bool) -> None:
    context: Context = {} if given is None else {TAGS: given}
    assert holds({"Null": {TAGS: "true"}}, context) is absent
    assert holds({"Null": {TAGS: False}}, context) is not absent


def test_a_multivalued_key_needs_a_set_operator() -> None:
    with pytest.raises(PolicyError, match=r"StringEquals of aws:TagKeys: a multivalued key needs ForAllValues:"):
        holds({"StringEquals": {TAGS: "a"}}, {TAGS: ("a", "b")})


def test_a_key_without_values_is_missing() -> None:
    assert not holds({"StringEquals": {TAGS: "a"}}, {TAGS: ()})
    assert holds({"StringEqualsIfExists": {TAGS: "a"}}, {TAGS: ()})
    assert holds({"StringEquals": {KEY: ""}}, {KEY: ""})


def test_every_operator_and_key_must_hold_and_keys_are_case_insensitive() -> None:
    condition = {"StringEquals": {"AWS:principaltag/A": "1", "aws:PrincipalTag/b": "2"}, "Bool": {"aws:x": "true"}}
    context: Context = {KEY: "1", "aws:principalTag/B": "2", "AWS:X": "true"}
    assert holds(condition, context)
    for key in context:
        assert not holds(condition, {one: value for one, value in context.items() if one != key})


@pytest.mark.parametrize(
    ("operator", "value", "context", "expected"),
    [
        ("StringEquals", "${aws:username}", {KEY: "ann", "aws:username": "ann"}, True),
        ("StringEquals", "${aws:username}", {KEY: "ann", "aws:username": "bob"}, False),
        ("StringLike", "${aws:username}-*", {KEY: "*-1", "aws:username": "*"}, True),
        ("StringLike", "${aws:username}-*", {KEY: "ann-1", "aws:username": "*"}, False),
        ("ArnLike", "arn:aws:iam::${aws:account}:role/*", {KEY: "arn:aws:iam::1:role/r", "aws:account": "1"}, True),
        ("ArnLike", "${aws:stem}/a?c", {KEY: "arn:aws:iam::1:role/a:c", "aws:stem": "arn:aws:iam::1:role"}, True),
        ("StringEquals", "${aws:username, 'ann'}", {KEY: "ann"}, True),
        ("StringEquals", "${aws:username}", {KEY: "ann"}, False),
        # "Inverted condition operators … do match against a null value"
        ("StringNotEquals", "${aws:username}", {KEY: "ann"}, True),
        ("StringNotEquals", "${aws:username}", {KEY: "ann", "aws:username": "ann"}, False),
    ],
)
def test_a_value_may_be_a_variable(operator: str, value: str, context: Context, expected: bool) -> None:
    assert holds({operator: {KEY: value}}, context) is expected
    assert not holds({"StringEquals": {KEY: value}}, context, version="2008-10-17")


def test_the_older_version_compares_with_the_text_of_a_variable() -> None:
    assert holds({"StringEquals": {KEY: "${aws:username}"}}, {KEY: "${aws:username}"}, version="2008-10-17")
    assert not holds({"StringEquals": {KEY: "${aws:username}"}}, {KEY: "${aws:username}"})


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            {"StringMatches": {KEY: "a"}},
            "StringMatches of aws:PrincipalTag/a: unknown operator, must be one of StringE",
        ),
        ({"NullIfExists": {KEY: "true"}}, "NullIfExists of aws:PrincipalTag/a: unknown operator"),
        ({"ForSomeValues:StringEquals": {KEY: "a"}}, "unknown operator"),
        ({"StringEquals": {"s3:prefix": "a"}}, "unsupported condition key s3:prefix, must be one of aws:*, kms:Encr"),
        ({"Null": {"s3:prefix": "true"}}, "unsupported condition key s3:prefix"),
        ({"StringEquals": {KEY: "${s3:prefix}"}}, "unsupported condition key s3:prefix"),
        ({"StringEquals": {KEY: "${aws:username"}}, "a policy variable must be ${key}"),
        ({"StringEquals": {KEY: "other"}, "Bool": {"s3:x": "true"}}, "unsupported condition key s3:x"),
        ({"NumericEquals": {KEY: "ten"}}, "must be a number, got 'ten'"),
        ({"NumericEquals": {KEY: "${aws:username}"}}, "must be a number, got '${aws:username}'"),
        ({"DateEquals": {KEY: "today"}}, "must be an ISO 8601 date or seconds since 1970, got 'today'"),
        ({"Bool": {KEY: "yes"}}, "must be true or false, got 'yes'"),
        ({"Null": {KEY: "yes"}}, "must be true or false, got 'yes'"),
        ({"IpAddress": {KEY: "10.0.0"}}, "must be an IP address or a CIDR block, got '10.0.0'"),
        ({"BinaryEquals": {KEY: "a"}}, "must be base64, got 'a'"),
        ({"BinaryEquals": {KEY: "Q*UI="}}, "must be base64, got 'Q*UI='"),
        ({"NumericEquals": {KEY: "1"}}, "must be a number, got 'given'"),
        ({"ArnNotLike": {KEY: "arn:aws:*:role/x"}}, "must be an ARN with six parts, got 'arn:aws:*:role/x'"),
        ({"ArnNotLike": {KEY: ARN}}, "must be an ARN with six parts, got 'given'"),
    ],
)
def test_unsupported_conditions_are_an_error_where_they_would_decide(condition: dict[str, Any], message: str) -> None:
    with pytest.raises(PolicyError) as error:
        holds(condition, {KEY: "given"})
    assert str(error.value).startswith("policy p, statement S: ")
    assert message in str(error.value)
    assert not holds(condition, {KEY: "given"}, action="sqs:SendMessage")
