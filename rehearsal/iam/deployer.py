"""The deployer of a rehearsal: a role with the deployer's policy, which Terraform runs as."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Lock
from typing import Final

from botocore.exceptions import ClientError
from moto.core.request import Request

from modules.environment.names import partition
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Target, access_key
from rehearsal.aws.names import account
from rehearsal.iam.actions.requests import Access, Place, needed
from rehearsal.iam.roles import Roles, session
from rehearsal.processes.findings import Finding

ROLE: Final = "rehearsal-deployer"
_SESSION: Final = "terraform"
_SECONDS: Final = 43_200  # the longest that STS gives
_NEXT: Final = "it is missing in the policy of cdc deployer-policy, or the policy is of another environment file"
_REGION: Final = "us-east-1"  # IAM is global
_ASSUMED: Final = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}
_TRUST: Final = json.dumps({"Version": "2012-10-17", "Statement": [_ASSUMED]})


def sign_in(aws: AwsAccess, documents: Sequence[str]) -> Mapping[str, str]:
    """Creates the role with these policies; the environment variables of a session of it."""
    iam, sts = client(aws, "iam", _REGION), client(aws, "sts", _REGION)
    role = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_TRUST, MaxSessionDuration=_SECONDS)["Role"]["Arn"]
    for number, document in enumerate(documents, 1):
        policy = iam.create_policy(PolicyName=f"{ROLE}-{number}", PolicyDocument=document)["Policy"]["Arn"]
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=policy)
    found = sts.assume_role(RoleArn=role, RoleSessionName=_SESSION, DurationSeconds=_SECONDS)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": found["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": found["SecretAccessKey"],
        "AWS_SESSION_TOKEN": found["SessionToken"],
    }


class Deployer:
    """Decides each request of the deployer by its role's policies; ``denials`` are those that were refused."""

    def __init__(self, aws: AwsAccess, roles: Roles) -> None:
        self._aws = aws
        self._roles = roles
        self._lock = Lock()
        self._denied: dict[str, Finding] = {}
        self._asked: dict[str, Access] = {}

    @property
    def asked(self) -> list[Access]:
        """Each permission that a request needed so far, once."""
        with self._lock:
            return list(self._asked.values())

    @property
    def denials(self) -> list[Finding]:
        """Each permission that was missing so far, once."""
        with self._lock:
            return list(self._denied.values())

    def forget(self) -> None:
        """Denials so far do not count any more."""
        with self._lock:
            self._denied.clear()

    def denied(self, request: Request, target: Target) -> str | None:
        """Why the deployer may not send ``request``; None where it may, and for all that others send.

        Raises PolicyError, UnknownActionError.
        """
        sender = session(access_key(request))
        if sender is None or sender.role != ROLE:
            return None
        role = self._roles.get(ROLE)
        place = Place(partition(target.region), account(), self._role_arn)
        for access in needed(request, target, place):
            with self._lock:
                self._asked[str(access)] = access
            if not role.decide(access.action, access.resource, access.context).allowed:
                self._note(access)
                return (
                    f"User: {sender.arn} is not authorized to perform: {access.action} on resource: {access.resource}"
                )
        return None

    def _note(self, access: Access) -> None:
        cause = f"the deployer may not {access.action} on {access.resource}"
        with self._lock:
            self._denied[cause] = Finding(cause, _NEXT)

    def _role_arn(self, name: str) -> str | None:
        with suppress(ClientError):
            return str(client(self._aws, "iam", _REGION).get_role(RoleName=name)["Role"]["Arn"])
        return None
