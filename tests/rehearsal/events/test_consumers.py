"""Consumers read under roles with the deployed policies; other topics are read without IAM."""

import base64
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest

from modules.environment.environment import Environment
from modules.iam import client_policies
from rehearsal.events.application import Reader
from rehearsal.events.consumers import Consumers, roles
from rehearsal.iam.roles import Session, session
from tests.mocked_account import ACCOUNT
from tests.rehearsal.iam.accounts import Account, embedded
from tests.rehearsal.iam.policies.documents import ARNS
from tests.synthesized import changed, document

HOSTS: Final = Path("/somewhere/hosts")
CERTIFICATE: Final = Path("/somewhere/ca.pem")
ENDPOINTS: Final[Mapping[str, Any]] = {
    "brokers": {"cdc-prod": "127.0.0.1:1,127.0.0.1:2"},
    "iam": {"cdc-prod": "b-1.cdc-prod:9098,b-2.cdc-prod:9098"},
    "hosts": str(HOSTS),
    "certificate": str(CERTIFICATE),
}
BILLING: Final = {"topics": ["orders.orders.*"], "groups": ["billing-*"]}
SEARCH: Final = {"topics": ["orders"], "groups": ["search"]}
_NUMBERS: Final = count(1)


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with embedded(tmp_path_factory.mktemp("aws")) as aws:
        yield Account(aws.access)


class Deployed:
    """An environment with a unique name, and the policies that Terraform would create for its consumers."""

    def __init__(self, account: Account, consumers: Mapping[str, Mapping[str, Any]]) -> None:
        self.iam = account.iam
        content = changed(document("prod"), consumers=dict(consumers))
        self.environment = Environment.model_validate({"name": f"env{next(_NUMBERS)}", **content})
        self.consumers = Consumers(self.environment, aws=account.access, endpoints=ENDPOINTS)

    def deploy(self, name: str) -> str:
        """Creates the policy, attached to the consumer's roles; returns its ARN."""
        consumer = self.environment.consumers[name]
        document = client_policies.consumer(consumer, arns=ARNS)
        policy = f"cdc-{self.environment.name}-{name}-consumer"
        arn: str = self.iam.create_policy(PolicyName=policy, PolicyDocument=document)["Policy"]["Arn"]
        for role in consumer.role_names:
            self.iam.attach_role_policy(RoleName=role, PolicyArn=arn)
        return arn

    def attached(self, role: str) -> list[str]:
        held = self.iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        return [one["PolicyArn"] for one in held]

    def roles(self) -> set[str]:
        """The roles that were created for consumers."""
        pages = self.iam.get_paginator("list_roles").paginate()
        found = {role["RoleName"] for page in pages for role in page["Roles"]}
        return {f"rehearsal-{name}" for name in self.environment.consumers} & found


Deploys = Callable[..., Deployed]


@pytest.fixture
def deployed(account: Account) -> Iterator[Deploys]:
    made: list[Deployed] = []

    def of(**consumers: Mapping[str, Any]) -> Deployed:
        made.append(Deployed(account, {name.replace("_", "-"): config for name, config in consumers.items()}))
        return made[-1]

    yield of
    for one in made:
        one.consumers.remove()


def never() -> None:
    raise AssertionError("no wait expected")


def signed_in(reader: Reader) -> Session:
    """The session whose token its client would send."""
    sent = reader.settings["sasl_oauth_token_provider"].token()
    url = base64.urlsafe_b64decode(sent + "=" * (-len(sent) % 4)).decode()
    [credential] = parse_qs(urlsplit(url).query)["X-Amz-Credential"]
    found = session(credential.partition("/")[0])
    assert found
    return found


def test_an_application_without_a_role_gets_one(deployed: Deploys) -> None:
    there = deployed(billing=BILLING)
    arn = there.deploy("billing")
    reader, _ = there.consumers.readers(never)
    assert there.attached("rehearsal-billing") == [arn]
    assert signed_in(reader).arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/rehearsal-billing/billing"
    assert (reader.bootstrap, reader.group) == ("b-1.cdc-prod:9098,b-2.cdc-prod:9098", "billing-rehearsal")
    assert reader.settings["security_protocol"] == "SASL_SSL"
    assert reader.settings["ssl_cafile"] == str(CERTIFICATE)
    assert reader.settings["proxy_url"] == f"hosts://{HOSTS}"
    assert reader.reads("orders.orders.items")
    assert not reader.reads("orders.customers")


def test_an_application_waits_for_its_policy(deployed: Deploys) -> None:
    there, looks = deployed(billing=BILLING), count(1)

    def check() -> None:
        assert there.roles() == set()
        if next(looks) == 2:
            there.deploy("billing")

    reader, _ = there.consumers.readers(check)
    assert signed_in(reader).role == "rehearsal-billing"
    assert next(looks) == 3


def test_a_failed_deploy_ends_the_wait(deployed: Deploys) -> None:
    def check() -> None:
        raise InterruptedError("the deploy failed")

    with pytest.raises(InterruptedError, match="the deploy failed"):
        deployed(billing=BILLING).consumers.readers(check)


@pytest.mark.parametrize("early", [True, False])
def test_an_application_reads_under_its_own_role(deployed: Deploys, account: Account, early: bool) -> None:
    role = account.role()
    there, looks = deployed(billing={**BILLING, "role_names": [role]}), count(1)
    arn = there.deploy("billing")
    if not early:
        account.iam.detach_role_policy(RoleName=role, PolicyArn=arn)

    def check() -> None:
        if next(looks) == 2:
            account.iam.attach_role_policy(RoleName=role, PolicyArn=arn)

    reader, _ = there.consumers.readers(check)
    assert signed_in(reader).arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/billing"
    assert next(looks) == (1 if early else 3), "until Terraform attached the policy"
    assert there.roles() == set()


def test_each_application_has_its_own_policy(deployed: Deploys) -> None:
    """Also where a name ends like another's, here or in another environment."""
    elsewhere, there = deployed(billing=SEARCH), deployed(eu_billing=SEARCH, billing=BILLING)
    arns = [one.deploy(name) for one, name in ((elsewhere, "billing"), (there, "eu-billing"), (there, "billing"))]
    first, second, _ = there.consumers.readers(never)
    assert [signed_in(reader).role for reader in (first, second)] == ["rehearsal-eu-billing", "rehearsal-billing"]
    assert [there.attached(f"rehearsal-{name}") for name in ("eu-billing", "billing")] == [[arns[1]], [arns[2]]]
    assert (first.group, second.group) == ("search", "billing-rehearsal")


MAPPED: Final = {"kind": "lambda", "topics": {"orders.orders.items": "items", "orders.orders.customers": "customers"}}


def test_a_function_reads_each_topic_in_its_mappings_group(deployed: Deploys, account: Account) -> None:
    role = account.role()
    there = deployed(receipts={**MAPPED, "role_names": [role]})
    there.deploy("receipts")
    items, customers, inspection = there.consumers.readers(never)
    assert (items.group, list(items.topics)) == ("items", ["orders.orders.items"])
    assert (customers.group, list(customers.topics)) == ("customers", ["orders.orders.customers"])
    assert {signed_in(reader).role for reader in (items, customers)} == {role}
    assert not inspection.reads("orders.orders.items")
    assert roles(there.environment) == {role: ("orders.orders.items", "orders.orders.customers")}


def test_a_functions_role_comes_from_terraform(deployed: Deploys) -> None:
    there, looks = deployed(receipts=MAPPED), count(1)
    arn, role = there.deploy("receipts"), f"cdc-{there.environment.name}-receipts-lambda"

    def check() -> None:
        if next(looks) == 2:
            there.iam.create_role(RoleName=role, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
            there.iam.attach_role_policy(RoleName=role, PolicyArn=arn)

    reader, *_ = there.consumers.readers(check)
    assert signed_in(reader).role == role
    there.consumers.remove()
    assert there.attached(role) == [arn], "Terraform destroys it"


def test_topics_without_a_consumer_are_read_without_iam(deployed: Deploys) -> None:
    there = deployed(billing=BILLING)
    there.deploy("billing")
    reader, inspection = there.consumers.readers(never)
    assert (inspection.bootstrap, inspection.settings) == ("127.0.0.1:1,127.0.0.1:2", {})
    assert inspection.group != reader.group
    assert (reader.sent_only, inspection.sent_only) == (False, True)
    for topic, read_by in {
        "orders": [inspection],
        "orders.customers": [inspection],
        "outbox.event.order": [inspection],
        "orders.orders.items": [reader],
        "orders.orders.customers": [reader],
    }.items():
        assert [one for one in (reader, inspection) if one.reads(topic)] == read_by


def test_without_consumers_all_topics_are_read_without_iam(deployed: Deploys) -> None:
    [inspection] = deployed().consumers.readers(never)
    assert inspection.reads("orders")
    assert inspection.reads("orders.orders.items")
    assert inspection.sent_only


def test_the_topics_of_each_role(deployed: Deploys) -> None:
    there = deployed(billing={**BILLING, "role_names": ["billing-app", "another"]}, search=SEARCH)
    assert roles(there.environment) == {"billing-app": ("orders.orders.*",), "rehearsal-search": ("orders",)}
    assert roles(deployed().environment) == {}


def test_created_roles_are_removed(deployed: Deploys) -> None:
    there = deployed(billing=BILLING, search=SEARCH)
    arns = [there.deploy(name) for name in ("billing", "search")]
    there.consumers.readers(never)
    assert there.roles() == {"rehearsal-billing", "rehearsal-search"}
    there.consumers.remove()
    assert there.roles() == set()
    for arn in arns:
        assert there.iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 0
        there.iam.delete_policy(PolicyArn=arn)
    there.consumers.remove()


def test_existing_roles_stay(deployed: Deploys, account: Account) -> None:
    role = account.role()
    there = deployed(billing={**BILLING, "role_names": [role]}, search=SEARCH)
    arn = there.deploy("billing")
    there.deploy("search")
    there.consumers.remove()  # before any role was created
    there.consumers.readers(never)
    there.consumers.remove()
    assert there.attached(role) == [arn]
    assert there.roles() == set()
