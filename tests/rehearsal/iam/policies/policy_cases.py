"""Policies and requests with IAM's known decision, for more than one evaluator."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from rehearsal.iam.policies.policy import Decision, Principal, Request, decide, parse, trusts
from tests.mocked_account import ACCOUNT, CLUSTER_ARN, REGION, SECRET_ARN
from tests.policies import simulator
from tests.rehearsal.iam.policies.documents import BILLING, DECRYPT, EXECUTION, KEY, group, topic

ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/some-role"
ASKING: Final = Principal("AWS", ROLE)
TAG: Final = "aws:PrincipalTag/team"
OBJECT: Final = "arn:aws:s3:::b/orders/1"
EVENTS: Final = topic("orders.orders.customers")
KNOWN: Final = ("aws:*", "kms:*", "s3:*", "sts:*")
Statement = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """Policies, a request and the decision. With ``trust`` it is a role trust policy, and ``principal`` requests it."""

    name: str
    allowed: bool
    statements: tuple[Statement, ...]
    action: str = "kafka-cluster:ReadData"
    resource: str = EVENTS
    context: Any = None
    version: str = "2012-10-17"
    boundary: tuple[Statement, ...] = ()
    principal: Principal = ASKING
    trust: bool = False

    @property
    def allowing(self) -> set[str]:
        """The Sids of its Allow statements."""
        return {one["Sid"] for one in _document(self.statements)["Statement"] if one["Effect"] == "Allow"}

    def decision(self) -> Decision:
        request = Request(self.action, self.resource, _context(self.context), self.principal)
        policy = parse("p", _document(self.statements, self.version))
        if self.trust:
            return trusts(request, policy, KNOWN)
        boundary = parse("boundary", _document(self.boundary)) if self.boundary else None
        return decide(request, identity=[policy], boundary=boundary, known=KNOWN)

    def simulated(self) -> list[simulator.Request]:
        """The requests to the simulator, which must all be allowed; a boundary is a further identity policy there."""
        document = _document(self.statements, self.version)
        if self.trust:
            everything = _document((allow(Sid=""),)) if self.principal.kind == "AWS" else None
            return [self._simulated([everything] if everything else [], document)]
        # A key policy that delegates to IAM: without one nobody may use a key.
        root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        delegating = _document((allow(Sid="", Principal=root),)) if self.action.startswith("kms:") else None
        identities = [document, *([_document(self.boundary)] if self.boundary else [])]
        return [self._simulated([one], delegating) for one in identities]

    def _simulated(self, identity: list[Mapping[str, Any]], resource_policy: Any) -> simulator.Request:
        return simulator.Request(
            self.principal.id, self.action, self.resource, self.context or {}, identity, resource_policy
        )


def _context(given: Mapping[str, Any] | None) -> dict[str, str | tuple[str, ...]]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in (given or {}).items()}


def _document(statements: tuple[Statement, ...], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": [{"Sid": f"S{i}"} | one for i, one in enumerate(statements)]}


def allow(effect: str = "Allow", **elements: Any) -> Statement:
    action = {} if "NotAction" in elements else {"Action": "*"}
    resource = {} if {"NotResource", "Principal"} & elements.keys() else {"Resource": "*"}
    return {"Effect": effect} | action | resource | elements


def deny(**elements: Any) -> Statement:
    return allow("Deny", **elements)


def rows() -> Iterator[Row]:
    for group_of_rows in (elements, variables, operators, sets, conditions, boundaries, trust, documents):
        yield from group_of_rows()


def elements() -> Iterator[Row]:
    yield Row("everything", True, (allow(),))
    yield Row("an action whatever its case", True, (allow(Action="Kafka-Cluster:readdata"),))
    yield Row("a wildcard in an action", True, (allow(Action="kafka-cluster:*Data"),))
    yield Row("one letter of an action", True, (allow(Action="kafka-cluster:ReadDat?"),))
    yield Row("one letter too many", False, (allow(Action="kafka-cluster:ReadData?"),))
    yield Row("another action", False, (allow(Action=["kafka-cluster:WriteData", "kafka-cluster:Describe*"]),))
    yield Row("another service", False, (allow(Action="kafka:*"),))
    yield Row("all but this action", False, (allow(NotAction="kafka-cluster:ReadData"),))
    yield Row("all but other actions", True, (allow(NotAction=["kafka-cluster:Write*", "s3:*"]),))
    yield Row("a resource", True, (allow(Resource=[topic("stock"), EVENTS]),))
    yield Row("a resource in another case", False, (allow(Resource=EVENTS.replace("orders", "Orders")),))
    yield Row("a wildcard at the end", True, (allow(Resource=topic("orders.*")),))
    yield Row("a wildcard at the end of too much", False, (allow(Resource=topic("orders.payments.*")),))
    yield Row("a wildcard that spans slashes", True, (allow(Resource="arn:aws:kafka:*:*:topic/cdc-prod/*.customers"),))
    yield Row("wildcards of one letter", True, (allow(Resource=topic("orders?orders?customer?")),))
    yield Row("a wildcard for parts of an ARN", True, (allow(Resource=f"arn:aws:kafka:us-*:{ACCOUNT}:*"),))
    yield Row("a wildcard within a part stays there", False, (allow(Resource="arn:aws:kafka:us*12:topic/*"),))
    yield Row("the start of an ARN", True, (allow(Resource="arn:aws:kafka:*"),))
    yield Row("all but this resource", False, (allow(NotResource=topic("orders.*")),))
    yield Row("all but another resource", True, (allow(NotResource=topic("stock.*")),))
    yield Row("a deny", False, (allow(), deny(Action="kafka-cluster:Read*")))
    yield Row("a deny elsewhere", True, (allow(), deny(Resource=topic("stock.*"))))
    yield Row("a deny of all but this action", True, (allow(), deny(NotAction="kafka-cluster:Read*")))
    yield Row("a deny of all but another action", False, (allow(), deny(NotAction="kafka-cluster:Write*")))
    yield Row("a deny of all but this resource", True, (allow(), deny(NotResource=topic("orders.*"))))
    yield Row("two that allow", True, (allow(), allow(Action="kafka-cluster:*"), allow(Action="s3:*")))
    yield Row("the older version", True, (allow(Resource=topic("orders.*")),), version="2008-10-17")


def variables() -> Iterator[Row]:
    own = topic("${aws:PrincipalTag/team}.*")
    tagged = {TAG: "orders"}
    yield Row("a variable", True, (allow(Resource=own),), context=tagged)
    yield Row("a variable of another value", False, (allow(Resource=own),), context={TAG: "stock"})
    yield Row("a variable without value", False, (allow(Resource=own),))
    yield Row(
        "a variable that is empty", False, (allow(Resource=topic("${aws:PrincipalTag/team}*")),), context={TAG: ""}
    )
    yield Row("a variable's wildcard is text", False, (allow(Resource=own),), context={TAG: "*"})
    yield Row("a default", True, (allow(Resource=topic("${aws:PrincipalTag/team, 'orders'}.*")),))
    yield Row("no default needed", False, (allow(Resource=topic("${aws:PrincipalTag/x, 'y'}.*")),), context=tagged)
    yield Row("all but a variable", False, (allow(NotResource=own),), context=tagged)
    yield Row("all but a variable without value", False, (allow(NotResource=own),))
    yield Row("a deny of a variable without value", True, (allow(), deny(Resource=own)))
    yield Row("a deny of all but a variable without value", True, (allow(), deny(NotResource=own)))
    yield Row("a question mark as text", False, (allow(Resource=topic("orders.orders.customer${?}")),))
    condition = {"StringEquals": {"aws:PrincipalTag/owner": "${aws:PrincipalTag/team}"}}
    yield Row(
        "a variable in a condition",
        True,
        (allow(Condition=condition),),
        context=tagged | {"aws:PrincipalTag/owner": "orders"},
    )
    yield Row(
        "a variable without value there", False, (allow(Condition=condition),), context={"aws:PrincipalTag/owner": "o"}
    )


def operators() -> Iterator[Row]:
    for operator, key, wanted, matching, other in [
        ("StringEquals", TAG, "orders", "orders", "Orders"),
        ("StringNotEquals", TAG, ["a", "b"], "c", "b"),
        ("StringEqualsIgnoreCase", TAG, "orders", "ORDERS", "stock"),
        ("StringNotEqualsIgnoreCase", TAG, "orders", "stock", "ORDERS"),
        ("StringLike", TAG, ["o*s", "st?ck"], "stock", "sock"),
        ("StringNotLike", TAG, "o*s", "stock", "orders"),
        ("NumericEquals", "aws:MultiFactorAuthAge", "10", "10.0", "11"),
        ("NumericNotEquals", "aws:MultiFactorAuthAge", "10", "11", "10"),
        ("NumericLessThan", "aws:MultiFactorAuthAge", "10", "9", "10"),
        ("NumericLessThanEquals", "aws:MultiFactorAuthAge", "10", "10", "11"),
        ("NumericGreaterThan", "aws:MultiFactorAuthAge", "10", "11", "10"),
        ("NumericGreaterThanEquals", "aws:MultiFactorAuthAge", "10", "10", "9"),
        ("DateLessThan", "aws:CurrentTime", "2026-02-01T00:00:00Z", "2026-01-31T23:59:59Z", "2026-02-01T00:00:00Z"),
        ("DateGreaterThanEquals", "aws:CurrentTime", "2026-02-01", "2026-02-01T00:00:00Z", "2026-01-31T00:00:00Z"),
        ("DateNotEquals", "aws:CurrentTime", "2026-02-01T00:00:00Z", "2026-02-02T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("Bool", "aws:SecureTransport", "true", "true", "false"),
        ("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "2001:db8::/32"], "10.1.2.3", "11.1.2.3"),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "2001:db8::1", "10.1.2.3"),
        ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:role/*", ROLE, f"arn:aws:iam::{ACCOUNT}:user/ann"),
        ("ArnLike", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/some-?ole", ROLE, f"{ROLE}s"),
        ("ArnNotLike", "aws:PrincipalArn", "arn:aws:*::1*:user/*", ROLE, f"arn:aws:iam::{ACCOUNT}:user/ann"),
        ("ArnNotEquals", "aws:PrincipalArn", ROLE, f"{ROLE}s", ROLE),
        ("Null", TAG, "false", "orders", None),
    ]:
        asked = (allow(Condition={operator: {key: wanted}}),)
        yield Row(f"{operator} holds", True, asked, context={key: matching})
        if other:
            yield Row(f"{operator} does not", False, asked, context={key: other})
        if operator not in {"Null", "Bool"}:
            yield Row(f"{operator} without its key", "Not" in operator, asked)
        if operator != "Null":
            yield Row(f"{operator}IfExists", True, (allow(Condition={f"{operator}IfExists": {key: wanted}}),))


def sets() -> Iterator[Row]:
    for operator, given, expected in [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", None, True),
        ("ForAnyValue:StringLike", ["a", "c"], True),
        ("ForAnyValue:StringLike", ["c"], False),
        ("ForAnyValue:StringLike", None, False),
        ("ForAnyValue:StringEqualsIfExists", None, False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
    ]:
        context = {"aws:TagKeys": given} if given else {}
        yield Row(
            f"{operator} of {given}",
            expected,
            (allow(Condition={operator: {"aws:TagKeys": ["a", "b"]}}),),
            context=context,
        )


def conditions() -> Iterator[Row]:
    both = {"StringEquals": {TAG: "orders"}, "Bool": {"aws:SecureTransport": "true"}}
    yield Row("two conditions", True, (allow(Condition=both),), context={TAG: "orders", "aws:SecureTransport": "true"})
    yield Row("one of two conditions", False, (allow(Condition=both),), context={TAG: "orders"})
    yield Row(
        "a key in another case",
        True,
        (allow(Condition={"Null": {"AWS:principaltag/TEAM": "false"}}),),
        context={TAG: "a"},
    )
    plain = deny(Condition={"Bool": {"aws:SecureTransport": "false"}})
    yield Row("a deny whose condition holds", False, (allow(), plain), context={"aws:SecureTransport": "false"})
    yield Row("a deny whose condition does not", True, (allow(), plain), context={"aws:SecureTransport": "true"})
    old = deny(Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}})
    for version, expected in (("1.1", False), ("1.2", True)):
        context = {"s3:TlsVersion": version}
        yield Row(f"TLS {version}", expected, (allow(), old), "s3:GetObject", OBJECT, context)


def boundaries() -> Iterator[Row]:
    reading = (allow(Action="kafka-cluster:Read*"),)
    yield Row("a boundary that allows", True, (allow(),), boundary=reading)
    yield Row("a boundary that does not", False, (allow(),), "kafka-cluster:WriteData", boundary=reading)
    yield Row("a boundary alone", False, (allow(Action="s3:*"),), boundary=reading)
    yield Row("a boundary that denies", False, (allow(),), boundary=(allow(), deny(Resource=topic("orders.*"))))


def trust() -> Iterator[Row]:
    service = Principal("Service", "kafkaconnect.amazonaws.com")
    named = {"Service": [service.id, "ec2.amazonaws.com"]}
    source = f"arn:aws:kafkaconnect:{REGION}:{ACCOUNT}:connector"
    condition = {"ArnLike": {"aws:SourceArn": f"{source}/cdc-prod-orders/*"}}
    for name, who, principal, expected, elements in [
        ("a service", service, named, True, {}),
        ("another service", service, {"Service": "kafka.amazonaws.com"}, False, {}),
        ("an account's service", service, {"AWS": ACCOUNT}, False, {}),
        ("an account", ASKING, {"AWS": ACCOUNT}, True, {}),
        ("an account by its root", ASKING, {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, True, {}),
        ("another account", ASKING, {"AWS": "999999999999"}, False, {}),
        ("a role", ASKING, {"AWS": ROLE}, True, {}),
        ("everyone", ASKING, "*", True, {}),
        ("a session", Principal("AWS", f"arn:aws:sts::{ACCOUNT}:assumed-role/some-role/i-1"), {"AWS": ROLE}, True, {}),
        ("for its source", service, named, True, {"aws:SourceArn": f"{source}/cdc-prod-orders/1-2"}),
        ("for another source", service, named, False, {"aws:SourceArn": f"{source}/cdc-prod-o/1-2"}),
    ]:
        statement = allow(Principal=principal, Action="sts:AssumeRole") | ({"Condition": condition} if elements else {})
        yield Row(
            f"trust of {name}", expected, (statement,), "sts:AssumeRole", ROLE, elements, principal=who, trust=True
        )


def documents() -> Iterator[Row]:
    for name, policy, action, resource, expected in [
        ("the connector connects", EXECUTION, "kafka-cluster:Connect", CLUSTER_ARN, True),
        ("the connector writes events", EXECUTION, "kafka-cluster:WriteData", EVENTS, True),
        ("the connector reads no events", EXECUTION, "kafka-cluster:ReadData", EVENTS, False),
        ("the connector reads its secret", EXECUTION, "secretsmanager:GetSecretValue", SECRET_ARN, True),
        ("the connector decrypts it", EXECUTION, "kms:Decrypt", KEY, True),
        ("the consumer reads events", BILLING, "kafka-cluster:ReadData", EVENTS, True),
        ("the consumer has its groups", BILLING, "kafka-cluster:AlterGroup", group("billing-1"), True),
        ("the consumer has no others", BILLING, "kafka-cluster:AlterGroup", group("stock"), False),
    ]:
        context = DECRYPT if action.startswith("kms:") else None
        yield Row(name, expected, tuple(json.loads(policy)["Statement"]), action, resource, context)


def disputed() -> Iterator[Row]:
    """Cases where IAM's User Guide and the simulator differ."""
    yield Row("a wildcard that ends a part runs on", True, (allow(Resource="arn:aws:kafka:*:topic/cdc-prod/*"),))
    own, tagged = topic("${aws:PrincipalTag/team}"), {TAG: "orders"}
    yield Row(
        "an older variable is text",
        False,
        (allow(Resource=own),),
        resource=topic("orders"),
        context=tagged,
        version="2008-10-17",
    )
    other = {"StringNotEquals": {"aws:PrincipalTag/owner": "${aws:PrincipalTag/team}"}}
    yield Row("nothing is like no value", True, (allow(Condition=other),), context={"aws:PrincipalTag/owner": "o"})
    sign = {"StringEquals": {TAG: "a${*}"}}
    yield Row("an asterisk as text", True, (allow(Condition=sign),), context={TAG: "a*"})
    empty = {"ForAllValues:StringEquals": {"aws:TagKeys": "a"}}
    yield Row("an empty value is none", True, (allow(Condition=empty),), context={"aws:TagKeys": [""]})
    null = {"Null": {TAG: "true"}}
    yield Row("an empty value is null", True, (allow(Condition=null),), context={TAG: ""})
    epoch = {"DateLessThan": {"aws:CurrentTime": "1767225600"}}
    yield Row("a date in seconds", True, (allow(Condition=epoch),), context={"aws:CurrentTime": "2025-12-31T23:59:59Z"})
