"""Permissions: the workers' role, and who may use a key."""

import json
from typing import Any, Final

from tests.cdc.plans.small import Case, change, plan, same
from tests.synthesized import Document

INLINE, MANAGED, ATTACHMENT, ROLE = (
    f"aws_iam_{name}" for name in ("role_policy", "policy", "role_policy_attachment", "role")
)
KEY, KEY_POLICY, GRANT = "aws_kms_key", "aws_kms_key_policy", "aws_kms_grant"
NAME, ARN = "cdc-prod-orders-worker", "arn:aws:iam::123456789012:policy/orders"
CLUSTER, TOPICS = (f"arn:aws:kafka:us-east-1:123456789012:{kind}/A/u-1" for kind in ("cluster", "topic"))
ACCOUNT: Final = {"AWS": "arn:aws:iam::123456789012:root"}


def connector(role: str = NAME) -> Document:
    arn = f"arn:aws:iam::123456789012:role/path/{role}"
    values = {"name": "cdc-prod-orders", "service_execution_role_arn": arn, "connector_configuration": {}}
    return same("aws_mskconnect_connector", values)


STAYS: Final = connector()


def allow(actions: Any, resources: Any = "*", **more: Any) -> Document:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def document(*statements: Document) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [*statements]})


CONNECT: Final = allow("kafka-cluster:Connect", [CLUSTER])
WRITE: Final = allow(["kafka-cluster:WriteData", "kafka-cluster:DescribeTopic"], [f"{TOPICS}/orders.*"])
SECRET: Final = allow("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:123456789012:secret:a")
DENY: Final = {**allow("secretsmanager:*"), "Effect": "Deny"}


def inline(*statements: Document, role: str = NAME) -> Document:
    return {"name": NAME, "role": role, "policy": document(*statements)}


def managed(*statements: Document) -> Document:
    return {"name": "orders", "arn": ARN, "policy": document(*statements)}


def edited(new: tuple[Document, ...], *others: Document) -> Document:
    """The worker's policy, which allowed three things."""
    return plan(change(INLINE, inline(CONNECT, WRITE, SECRET), inline(*new)), *(others or (STAYS,)))


ATTACHED: Final = {"role": NAME, "policy_arn": ARN}
TRUST: Final = {**allow("sts:AssumeRole", "*", Principal={"Service": "kafkaconnect.amazonaws.com"})}
LOGS: Final = {"Service": "logs.us-east-1.amazonaws.com"}
USE: Final = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]


def via(*services: str) -> Document:
    return allow(
        USE,
        Principal=ACCOUNT,
        Condition={"StringEquals": {"kms:ViaService": [f"{one}.us-east-1.amazonaws.com" for one in services]}},
    )


ALL: Final = allow("kms:*", Principal=ACCOUNT)


def key(*statements: Document, **more: Any) -> Document:
    return {"key_id": "k", "arn": "arn:aws:kms:us-east-1:123456789012:key/k", "policy": document(*statements)} | more


def key_plan(old: tuple[Document, ...], new: tuple[Document, ...]) -> Document:
    return plan(change(KEY, key(*old), key(*new)))


GRANTED: Final = {"key_id": "k", "grantee_principal": "role/app", "operations": ["Decrypt", "Encrypt"]}

REFUSED: Final = {
    "a statement is removed": Case(edited((CONNECT, WRITE)), "permissions-removed"),
    "a topic is removed": Case(
        edited((CONNECT, allow("kafka-cluster:*", f"{TOPICS}/shop.*"), SECRET)), "permissions-removed"
    ),
    "an action is removed": Case(
        edited((CONNECT, allow("kafka-cluster:DescribeTopic", f"{TOPICS}/*"), SECRET)), "permissions-removed"
    ),
    "another cluster": Case(
        plan(
            change(INLINE, inline(CONNECT), inline(allow("kafka-cluster:Connect", CLUSTER.replace("/A/", "/B/")))),
            STAYS,
        ),
        "permissions-removed role-to-other-cluster",
    ),
    "a condition is added": Case(
        edited((CONNECT, WRITE, {**SECRET, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})),
        "permissions-removed",
    ),
    "a denial is added": Case(edited((CONNECT, WRITE, SECRET, DENY)), "permissions-removed"),
    "the policy is destroyed": Case(plan(change(INLINE, inline(SECRET), None), STAYS), "permissions-removed"),
    "the role is destroyed": Case(
        plan(change(ROLE, {"name": NAME, "assume_role_policy": document(TRUST)}, None), STAYS), "permissions-removed"
    ),
    "MSK Connect may not assume the role": Case(
        plan(
            change(
                ROLE,
                {"name": NAME, "assume_role_policy": document(TRUST)},
                {"name": NAME, "assume_role_policy": document({**TRUST, "Principal": LOGS})},
            ),
            STAYS,
        ),
        "permissions-removed",
    ),
    "a managed policy": Case(
        plan(change(MANAGED, managed(CONNECT, SECRET), managed(CONNECT)), same(ATTACHMENT, ATTACHED), STAYS),
        "permissions-removed",
    ),
    "a managed policy is detached": Case(
        plan(same(MANAGED, managed(CONNECT)), change(ATTACHMENT, ATTACHED, None), STAYS), "permissions-removed"
    ),
    "a managed policy of another state is detached": Case(
        plan(change(ATTACHMENT, ATTACHED, None), STAYS), "permissions-removed"
    ),
    "what it allows is not known": Case(
        plan(change(INLINE, inline(SECRET), {"role": NAME}, unknown={"policy": True}), STAYS), "permissions-removed"
    ),
    "the connector is in another plan": Case(
        plan(change(INLINE, inline(CONNECT, WRITE), inline(CONNECT))), "permissions-removed"
    ),
    "the connector does not show its role": Case(
        plan(change(INLINE, inline(SECRET), None), same("aws_mskconnect_connector", {"name": "a"})),
        "permissions-removed",
    ),
    "the key is for fewer services": Case(key_plan((via("s3", "logs"),), (via("s3"),)), "key-policy-narrowed"),
    "a service leaves the key": Case(key_plan((ALL, allow(USE, Principal=LOGS)), (ALL,)), "key-policy-narrowed"),
    "the key is for fewer actions": Case(
        key_plan((ALL,), (allow(["kms:Decrypt", "kms:Describe*"], Principal=ACCOUNT),)), "key-policy-narrowed"
    ),
    "nobody can change the policy": Case(
        key_plan((allow("kms:PutKeyPolicy", Principal=ACCOUNT), via("s3")), (via("s3"),)), "key-policy-narrowed"
    ),
    "the key is denied to some": Case(
        key_plan((ALL,), (ALL, {**ALL, "Effect": "Deny", "Action": "kms:Decrypt"})), "key-policy-narrowed"
    ),
    "the policy is no longer written": Case(
        plan(change(KEY, key(ALL, allow(USE, Principal=LOGS)), key(policy=None))), "key-policy-narrowed"
    ),
    "a policy of its own resource": Case(
        plan(change(KEY_POLICY, key(ALL, allow(USE, Principal=LOGS)), key(ALL))), "key-policy-narrowed"
    ),
    "that resource is destroyed": Case(
        plan(change(KEY_POLICY, key(ALL, allow(USE, Principal=LOGS)), None)), "key-policy-narrowed"
    ),
    "the key's policy is not known": Case(
        plan(change(KEY, key(ALL), {"key_id": "k"}, unknown={"policy": True})), "unknown-until-apply"
    ),
    "a grant is revoked": Case(plan(change(GRANT, GRANTED, None)), "key-policy-narrowed"),
    "a grant has fewer operations": Case(
        plan(change(GRANT, GRANTED, GRANTED | {"operations": ["Encrypt"]})), "key-policy-narrowed"
    ),
}

ALLOWED: Final = {
    "the same in other words": Case(
        edited(
            (
                allow(["secretsmanager:getsecretvalue", "kafka-cluster:*"], "*"),
                {**DENY, "Action": "s3:*"},
            )
        ),
        near="permissions-removed",
    ),
    "one more statement": Case(edited((CONNECT, WRITE, SECRET, allow("kms:Decrypt"))), near="permissions-removed"),
    "a condition is removed": Case(
        plan(
            change(INLINE, inline({**SECRET, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}), inline(SECRET)),
            STAYS,
        ),
        near="permissions-removed",
    ),
    "the policy moves to a managed one": Case(
        plan(
            change(INLINE, inline(SECRET), None),
            change(MANAGED, None, {"policy": document(SECRET)}, unknown={"arn": True}),
            change(ATTACHMENT, None, {"role": NAME}, unknown={"policy_arn": True}),
            STAYS,
        ),
        near="permissions-removed",
    ),
    "a role that no connector has": Case(
        plan(change(INLINE, inline(SECRET, role="app"), None), STAYS), near="permissions-removed"
    ),
    "the role goes with its connector": Case(
        plan(
            change(INLINE, inline(SECRET), None),
            change("aws_mskconnect_connector", STAYS["change"]["before"], None),
        ),
        "connector-destroyed",
        near="permissions-removed",
    ),
    "a consumer's policy, where connectors are in another plan": Case(
        plan(change(INLINE, inline(CONNECT, allow("kafka-cluster:ReadData", f"{TOPICS}/*")), inline(CONNECT))),
        near="permissions-removed",
    ),
    "the key is for more services": Case(key_plan((via("s3"),), (via("logs", "s3"),)), near="key-policy-narrowed"),
    "a list instead of a pattern": Case(
        key_plan(
            (ALL,),
            (
                allow(["kms:CreateGrant", "kms:PutKeyPolicy"], Principal={"AWS": "123456789012"}),
                allow(USE, Principal=ACCOUNT),
            ),
        ),
        near="key-policy-narrowed",
    ),
    "administration changes": Case(
        key_plan((ALL, allow("kms:ListGrants", Principal=LOGS)), (ALL,)), near="key-policy-narrowed"
    ),
    "a grant is added": Case(plan(change(GRANT, None, GRANTED)), near="key-policy-narrowed"),
    "the order of operations": Case(
        plan(change(GRANT, GRANTED, GRANTED | {"operations": ["Encrypt", "Decrypt"]})), near="key-policy-narrowed"
    ),
}
