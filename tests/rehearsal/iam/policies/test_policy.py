"""Statements and documents: what they match, which one decides, and which are invalid."""

import json
from typing import Any, Final

import pytest

from rehearsal.iam.policies.policy import Decision, Policy, PolicyError, Request, decide, parse

TOPICS: Final = "arn:aws:kafka:us-east-1:123456789012:topic/cdc/3aa4bd1a-3"
TOPIC: Final = f"{TOPICS}/orders.customers"
READ: Final = "kafka-cluster:ReadData"
KNOWN: Final = ("aws:PrincipalTag/*", "aws:username")


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def statement(effect: str = "Allow", **elements: Any) -> dict[str, Any]:
    """A statement, for every action and resource unless ``elements`` has others."""
    action = {} if "NotAction" in elements else {"Action": "*"}
    resource = {} if "NotResource" in elements else {"Resource": "*"}
    return {"Effect": effect} | action | resource | elements


def policy(*statements: dict[str, Any], name: str = "role", version: str = "2012-10-17") -> Policy:
    return parse(name, document(*statements, version=version))


def asked(
    *statements: dict[str, Any], action: str = READ, resource: str = TOPIC, version: str = "2012-10-17", **context: str
) -> Decision:
    """``context`` are tags of the principal."""
    tags = {f"aws:PrincipalTag/{key}": value for key, value in context.items()}
    return decide(Request(action, resource, tags), identity=[policy(*statements, version=version)], known=KNOWN)


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        (READ, READ, True),
        ("KAFKA-cluster:readdata", READ, True),
        ("*", READ, True),
        ("kafka-cluster:*", READ, True),
        ("kafka-cluster:*Data", READ, True),
        ("kafka-cluster:?eadData", READ, True),
        ("kafka-cluster:?ReadData", READ, False),
        ("kafka-cluster:Read", READ, False),
        ("kafka:*", READ, False),
        # Dots and brackets are text.
        ("kafka.cluster:ReadData", READ, False),
        ("kafka-cluster:[R]eadData", READ, False),
    ],
)
def test_an_action_matches_whatever_its_case(pattern: str, action: str, matches: bool) -> None:
    assert asked(statement(Action=pattern), action=action).allowed is matches
    assert asked(statement(NotAction=pattern), action=action).allowed is not matches


@pytest.mark.parametrize(
    ("pattern", "resource", "matches"),
    [
        (TOPIC, TOPIC, True),
        (TOPIC.upper().replace("ARN", "arn"), TOPIC, False),
        ("*", TOPIC, True),
        (f"{TOPICS}/*", TOPIC, True),
        (f"{TOPICS}/*", f"{TOPICS}/", True),
        (f"{TOPICS}/*", TOPICS, False),
        (f"{TOPICS}/orders.*", TOPIC, True),
        (f"{TOPICS}/orders.*", f"{TOPICS}/orders", False),
        (f"{TOPICS}/orders?customers", TOPIC, True),
        (f"{TOPICS}/orders?", TOPIC, False),
        ("arn:aws:kafka:*:*:topic/cdc/*/orders.customers", TOPIC, True),
        ("arn:aws:kafka:us-*-1:123456789012:topic/*/orders.customers", TOPIC, True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1///test///object.jpg", True),
        ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/1-test/object.jpg", False),
        # Past the fifth colon a wildcard stands for colons, too.
        ("arn:aws:logs:*:*:log-group:a*:x", "arn:aws:logs:us-east-1:1:log-group:a:log-stream:x", True),
        # Before it, where it ends its part.
        ("arn:aws:kafka:*:topic/cdc/*", TOPIC, True),
        ("arn:aws:kafka:*", TOPIC, True),
        ("arn:aws:kafka:us*1:123456789012:topic/*", TOPIC, True),
        ("arn:aws:kafka:us*012:topic/*", TOPIC, False),
        ("arn:aws:kafka:us-east-1?123456789012:topic/*", TOPIC, False),
    ],
)
def test_a_resource_matches_in_its_case(pattern: str, resource: str, matches: bool) -> None:
    assert asked(statement(Resource=pattern), resource=resource).allowed is matches
    assert asked(statement(NotResource=pattern), resource=resource).allowed is not matches


@pytest.mark.parametrize(
    ("pattern", "tags", "resource", "matches"),
    [
        ("${aws:PrincipalTag/team}", {"team": "orders"}, "orders", True),
        ("${AWS:principaltag/TEAM}", {"team": "orders"}, "orders", True),
        ("${aws:PrincipalTag/team}", {"team": "orders"}, "stock", False),
        ("a-${aws:PrincipalTag/team}-*", {"team": "orders"}, "a-orders-1", True),
        ("${aws:PrincipalTag/team}", {}, "orders", False),
        ("${aws:PrincipalTag/team}", {}, "", False),
        ("orders${aws:PrincipalTag/team}", {"team": ""}, "orders", False),
        ("${aws:PrincipalTag/team, 'all'}", {}, "all", True),
        ("${aws:PrincipalTag/team, 'all'}", {"team": "orders"}, "all", False),
        ("${aws:PrincipalTag/team, 'all'}", {"team": ""}, "all", True),
        # What a variable stands for is text.
        ("${aws:PrincipalTag/team}", {"team": "*"}, "orders", False),
        ("${aws:PrincipalTag/team}", {"team": "*"}, "*", True),
        ("${aws:PrincipalTag/team, '*'}", {}, "orders", False),
        ("${*}", {}, "orders", False),
        ("${*}", {}, "*", True),
        ("${?}", {}, "o", False),
        ("${?}", {}, "?", True),
        ("${$}{aws:username}", {}, "${aws:username}", True),
    ],
)
def test_a_variable_takes_its_value(pattern: str, tags: dict[str, str], resource: str, matches: bool) -> None:
    decision = asked(statement(Resource=f"{TOPICS}/{pattern}"), resource=f"{TOPICS}/{resource}", **tags)
    assert decision.allowed is matches


def test_a_variable_without_value_matches_neither_resource_nor_notresource() -> None:
    pattern = f"{TOPICS}/${{aws:PrincipalTag/team}}"
    assert asked(statement(NotResource=pattern), team="stock").allowed
    assert not asked(statement(NotResource=pattern)).allowed
    assert not asked(statement(NotResource=pattern), team="orders.customers").allowed
    assert asked(statement(), statement("Deny", Resource=pattern)).allowed
    assert asked(statement(), statement("Deny", NotResource=pattern)).allowed
    assert not asked(statement(), statement("Deny", NotResource=pattern), team="stock").allowed


def test_the_older_version_has_no_variables() -> None:
    pattern = f"{TOPICS}/${{aws:PrincipalTag/team}}"
    assert asked(statement(Resource=pattern), resource=f"{TOPICS}/orders", team="orders").allowed
    tags = {"aws:PrincipalTag/team": "orders"}
    for version in ({"Version": "2008-10-17"}, {}):
        old = parse("old", version | {"Statement": statement(Resource=[pattern, "arn:aws:iam::${aws:x}:role/a"])})
        assert not decide(Request(READ, f"{TOPICS}/orders", tags), identity=[old], known=KNOWN).allowed
        assert decide(Request(READ, pattern, tags), identity=[old], known=KNOWN).allowed


def test_an_unsupported_variable_is_an_error_where_it_decides() -> None:
    allow = statement(Sid="Own", Action=READ, Resource=f"{TOPICS}/${{aws:userid}}.*")
    with pytest.raises(
        PolicyError, match=r"^policy role, statement Own: unsupported condition key aws:userid, must be"
    ):
        asked(allow)
    assert not asked(allow, action="kafka-cluster:WriteData").allowed
    assert not asked(allow, resource=f"{TOPICS}/stock").allowed
    with pytest.raises(PolicyError, match="must have one value, got aws:PrincipalTag/team with 2"):
        decide(
            Request(READ, TOPIC, {"aws:PrincipalTag/team": ("a", "b")}),
            identity=[policy(statement(Resource=f"{TOPICS}/${{aws:PrincipalTag/team}}*"))],
            known=KNOWN,
        )


def test_without_an_allow_everything_is_denied() -> None:
    nothing = decide(Request(READ, TOPIC), identity=[], known=())
    assert (nothing.allowed, nothing.reason, nothing.statement, nothing.policy) == (
        False,
        "no statement allows it",
        None,
        "",
    )
    assert not asked(statement(Action="kafka-cluster:WriteData")).allowed


def test_a_deny_wins_in_any_policy() -> None:
    allowing, denying = policy(statement(Sid="All"), name="a"), policy(statement("Deny", Sid="Never"), name="b")
    for identity in ([allowing, denying], [denying, allowing]):
        decision = decide(Request(READ, TOPIC), identity=identity, known=())
        assert (decision.allowed, decision.reason, decision.policy) == (False, "explicit deny", "b")
        assert decision.statement
        assert decision.statement.sid == "Never"
        assert [match.statement.sid for match in decision.matching] == ["All"]
    elsewhere = policy(statement("Deny", Action="kafka-cluster:WriteData"), name="b")
    assert decide(Request(READ, TOPIC), identity=[allowing, elsewhere], known=()).allowed


def test_with_a_boundary_both_must_allow() -> None:
    everything, reading = policy(statement()), policy(statement(Sid="Reading", Action=READ), name="boundary")
    writing = Request("kafka-cluster:WriteData", TOPIC)
    assert decide(Request(READ, TOPIC), identity=[everything], boundary=reading, known=()).allowed
    refused = decide(writing, identity=[everything], boundary=reading, known=())
    assert (refused.reason, refused.policy) == ("the permissions boundary does not allow it", "boundary")
    assert (refused.statement, len(refused.matching)) == (None, 1)
    unasked = decide(writing, identity=[], boundary=everything, known=())
    assert unasked.reason == "no statement allows it"
    denying = policy(statement(), statement("Deny", Action="*:Write*"), name="boundary")
    assert decide(writing, identity=[everything], boundary=denying, known=()).reason == "explicit deny"
    assert decide(Request(READ, TOPIC), identity=[everything], boundary=denying, known=()).allowed


def test_the_patterns_that_matched_are_reported() -> None:
    first = statement(
        Sid="Topics", Action=["kafka-cluster:Describe*", READ], Resource=[f"{TOPICS}/stock", f"{TOPICS}/*"]
    )
    decision = asked(first, statement(NotAction="s3:*"), statement(Action="s3:*"))
    assert (decision.policy, decision.matched_action, decision.matched_resource) == ("role", READ, f"{TOPICS}/*")
    assert [(one.statement.index, one.matched_action, one.matched_resource) for one in decision.matching] == [
        (0, READ, f"{TOPICS}/*"),
        (1, "", "*"),
    ]
    assert decision.statement
    assert decision.statement.actions == ("kafka-cluster:Describe*", READ)
    assert decision.statement.resources == (f"{TOPICS}/stock", f"{TOPICS}/*")


def test_statements_of_the_same_document_are_equal() -> None:
    one, again = policy(statement(Sid="S"), statement()), policy(statement(Sid="S"), statement())
    assert one.statements == again.statements
    assert len({*one.statements, *again.statements}) == 2
    assert one.statements == policy(statement("Deny", Sid="S", Action="s3:*"), statement()).statements
    assert one.statements != policy(statement(Sid="T"), statement()).statements
    assert one.statements != policy(statement(Sid="S"), statement(), name="other").statements


def test_a_document_is_text_or_a_mapping_with_one_statement_or_a_list() -> None:
    single = {"Version": "2012-10-17", "Id": "x", "Statement": statement(Sid="S")}
    for found in (single, json.dumps(single), document(statement(Sid="S"))):
        assert [one.sid for one in parse("p", found).statements] == ["S"]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        ("{", "policy p: must be JSON, "),
        ("[]", "policy p: must be an object, got []"),
        ('{"Statement": [], "Statement": []}', "policy p: the keys of an object must be unique, got Statement twice"),
        (document(statement(), version="2012-10-18"), "policy p: Version must be one of 2008-10-17, 2012-10-17, got"),
        (document(statement()) | {"Version": ["2012-10-17"]}, "policy p: Version must be one of"),
        (document() | {"Statements": []}, "policy p: an element must be one of Version, Id, Statement, got Statements"),
        (document(), "policy p: Statement must have at least one, got []"),
        ({"Version": "2012-10-17"}, "policy p, statement 0: must be an object, got None"),
        (document(statement(Sid="S"), statement(Sid="S")), "policy p: Sids must be unique, got S twice"),
        (document(statement("allow", Sid="S")), "policy p, statement S: Effect must be Allow or Deny, got 'allow'"),
        (document(statement(), statement("")), "policy p, statement 1: Effect must be Allow or Deny, got ''"),
        (document(statement(Sid=1)), "Sid must be text, got 1"),
        (document(statement(Actions="*")), "an element must be one of Sid, Effect"),
        (document(statement(NotPrincipal="*")), "NotPrincipal"),
        (
            document(statement(Principal="*")),
            "must have Resource or NotResource in an identity-based policy, Principal",
        ),
        (document({"Effect": "Allow", "Action": "*"}), "must have Resource or NotResource in an identity-based policy"),
        (document({"Effect": "Allow", "Resource": "*"}), "must have Action or NotAction"),
        (document(statement() | {"NotAction": "*"}), "must have one of Action and NotAction, got both"),
        (document(statement(Action=[])), "Action must be text or a list of it, got []"),
        (document(statement(NotResource=[1])), "NotResource must be text or a list of it, got [1]"),
        (document(statement(Action="ReadData")), "an action must be * or <service>:<name>, got 'ReadData'"),
        (document(statement(Resource="orders")), "a resource must be * or an ARN, got 'orders'"),
        (document(statement(Resource="arn:aws:s3:::${a")), "a policy variable must be ${key}"),
        (document(statement(Resource="arn:aws:s3:::${a, b}")), "a policy variable must be ${key}"),
        (document(statement(Resource="arn:aws:s3:::${a b}")), "a policy variable must be ${key}"),
        (document(statement(Resource="arn:aws:iam::${aws:x}:role/a")), "must be after the fifth colon of an ARN"),
        (document(statement(Condition=[])), "Condition must be an object of operators, got []"),
        (document(statement(Condition={"Bool": "x"})), "Bool must be an object of condition keys, got 'x'"),
        (
            document(statement(Condition={"Bool": {"k": None}})),
            "a condition's value must be text, a number or a boolean",
        ),
    ],
)
def test_an_invalid_document_is_an_error(found: Any, message: str) -> None:
    with pytest.raises(PolicyError) as error:
        parse("p", found)
    assert message in str(error.value)
