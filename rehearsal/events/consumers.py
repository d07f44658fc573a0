"""The consumers of an environment: applications that read under a role with the deployed policy."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from modules.environment.environment import Environment
from modules.environment.models.consumers import Consumer, LambdaConsumer
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.events.application import Reader, group_name
from rehearsal.iam.client import RoleTokens, consumer_settings

_INSPECTION: Final = "rehearsal"
_POLL_SECONDS: Final = 0.2


def roles(environment: Environment) -> dict[str, tuple[str, ...]]:
    """The topics of each application, by the name of its role."""
    consumers = environment.consumers.items()
    return {_role_name(environment, name, consumer): tuple(consumer.topics) for name, consumer in consumers}


def _role_name(environment: Environment, name: str, consumer: Consumer) -> str:
    """The first of its roles; else a function's own, which Terraform creates, or the one that is created here."""
    if consumer.role_names:
        return consumer.role_names[0]
    deployed = isinstance(consumer, LambdaConsumer)
    return f"cdc-{environment.name}-{name}-lambda" if deployed else f"rehearsal-{name}"


class Consumers:
    """Creates readers for the consumers of ``environment``; ``endpoints`` are the daemon's, ``aws`` is its AWS."""

    def __init__(self, environment: Environment, *, aws: AwsAccess, endpoints: Mapping[str, Any]) -> None:
        self._environment = environment
        self._aws = aws
        self._endpoints = endpoints
        self._iam = client(aws, "iam", environment.region)

    def readers(self, check: Callable[[], object]) -> list[Reader]:
        """One for each application, once its policy is deployed, and one without IAM for topics that none may read.

        Of a Lambda function one for each of its mappings, in the mapping's group.

        ``check`` raises to end the wait.
        """
        return [*self._applications(check), self._inspection]

    def _applications(self, check: Callable[[], object]) -> Iterator[Reader]:
        for name, consumer in self._environment.consumers.items():
            while not (role := self._role(name, consumer)):
                check()
                time.sleep(_POLL_SECONDS)
            if isinstance(consumer, LambdaConsumer):
                yield from (self._reader(name, role, [topic], group) for topic, group in consumer.topics.items())
            else:
                yield self._reader(name, role, consumer.topics, group_name(consumer.groups[0]))

    def _reader(self, name: str, role: str, topics: Sequence[str], group: str) -> Reader:
        tokens = RoleTokens(self._aws, region=self._environment.region, arn=role, session=name)
        [bootstrap] = self._endpoints["iam"].values()
        hosts, authority = Path(self._endpoints["hosts"]), Path(self._endpoints["certificate"])
        return Reader(
            bootstrap,
            group,
            topics,
            settings=consumer_settings(tokens, hosts=hosts, authority=authority),
        )

    @property
    def _inspection(self) -> Reader:
        read = [topic for consumer in self._environment.consumers.values() for topic in consumer.topics]
        bootstrap = ",".join(self._endpoints["brokers"].values())
        return Reader(bootstrap, _INSPECTION, ["*"], excluded=read, sent_only=True)

    def _policy(self, consumer: str) -> str | None:
        """The ARN of its deployed policy; None where it is not there yet."""
        name = f"cdc-{self._environment.name}-{consumer}-consumer"
        pages = self._iam.get_paginator("list_policies").paginate(Scope="Local")
        return next((one["Arn"] for page in pages for one in page["Policies"] if one["PolicyName"] == name), None)

    def _role(self, name: str, consumer: Consumer) -> str | None:
        """The application's role once Terraform has attached the policy, or a role that is created here."""
        policy = self._policy(name)
        if not policy:
            return None
        named = _role_name(self._environment, name, consumer)
        if consumer.role_names or isinstance(consumer, LambdaConsumer):
            return self._attached(named, policy)
        anyone = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [anyone]})
        try:
            role = self._iam.create_role(RoleName=named, AssumeRolePolicyDocument=trust)["Role"]
        except self._iam.exceptions.EntityAlreadyExistsException:  # a kept rehearsal made it
            role = self._iam.get_role(RoleName=named)["Role"]
        self._iam.attach_role_policy(RoleName=role["RoleName"], PolicyArn=policy)
        return str(role["Arn"])

    def _attached(self, role: str, policy: str) -> str | None:
        """The role's ARN if it exists, and the policy is attached to it."""
        try:
            held = self._iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        except self._iam.exceptions.NoSuchEntityException:
            return None
        if policy not in [one["PolicyArn"] for one in held]:
            return None
        return str(self._iam.get_role(RoleName=role)["Role"]["Arn"])

    def remove(self) -> None:
        """Deletes the roles that were created here: their policies could not be destroyed."""
        for name, consumer in self._environment.consumers.items():
            if consumer.role_names or isinstance(consumer, LambdaConsumer):
                continue
            if policy := self._policy(name):
                self._detach(_role_name(self._environment, name, consumer), policy)

    def _detach(self, role: str, policy: str) -> None:
        try:
            self._iam.detach_role_policy(RoleName=role, PolicyArn=policy)
            self._iam.delete_role(RoleName=role)
        except self._iam.exceptions.NoSuchEntityException:
            pass
