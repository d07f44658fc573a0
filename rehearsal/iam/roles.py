"""The roles of the embedded IAM: their current policies, who may assume them, and their sessions."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any, Final

from botocore.exceptions import ClientError

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.keys import Key, assumed_role, session_key
from rehearsal.iam.policies import policy
from rehearsal.iam.policies.policy import Decision, Policy, Principal, Request

# The condition keys that have the same values here as on AWS; any other key is an error, never an Allow.
CONDITION_KEYS: Final = (
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalTag/*",
    "aws:RequestedRegion",
    "aws:ResourceTag/*",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "iam:PassedToService",
    "kms:EncryptionContext:*",
    "kms:ViaService",
)
_REGION: Final = "us-east-1"  # IAM is global
_ASSUME: Final = "sts:AssumeRole"
_SECONDS: Final = 900  # the shortest that STS gives


class NoRoleError(LookupError):
    """The role does not exist, or its trust policy does not allow it."""


@dataclass(frozen=True)
class Role:
    """A role with its policies, inline ones first, as they were when it was read."""

    arn: str
    name: str
    trust: Policy
    identity: tuple[Policy, ...]
    boundary: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    def decide(self, action: str, resource: str, context: Mapping[str, str]) -> Decision:
        """Whether the role's policies allow it; raises PolicyError for what is not supported."""
        now = datetime.now(UTC)
        own = {
            "aws:CurrentTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "aws:EpochTime": str(int(now.timestamp())),
            "aws:PrincipalAccount": self.account,
            "aws:PrincipalArn": self.arn,
            "aws:RequestedRegion": resource.split(":")[3] if resource.startswith("arn:") else "",
            "aws:SecureTransport": "true",
            **{f"aws:PrincipalTag/{key}": value for key, value in self.tags.items()},
        }
        request = Request(action, resource, own | dict(context), Principal("AWS", self.arn))
        return policy.decide(request, identity=self.identity, boundary=self.boundary, known=CONDITION_KEYS)


@dataclass(frozen=True)
class Session:
    """A role's temporary credentials; ``arn`` is the session's, the principal for brokers."""

    arn: str
    role: str
    key: Key


class Roles:
    """Reads roles through the API of the embedded AWS; caches them until ``invalidate``."""

    def __init__(self, aws: AwsAccess) -> None:
        self._aws = aws
        self._read: dict[str, Role] = {}
        self._lock = Lock()

    def invalidate(self) -> None:
        """Drops the cached roles."""
        with self._lock:
            self._read = {}

    def get(self, name: str) -> Role:
        """The role of this name; raises NoRoleError, PolicyError."""
        with self._lock:
            known = self._read
        if name not in known:
            known[name] = self._role(name)  # a dict that was replaced by invalidate is not used again
        return known[name]

    def assume(self, arn: str, *, service: str, source_arn: str, session: str) -> Session:
        """A session for an AWS service, which acts for ``source_arn``; raises NoRoleError, PolicyError."""
        role = self.get(arn.rpartition("/")[2])
        context = {"aws:SourceAccount": source_arn.split(":")[4], "aws:SourceArn": source_arn}
        request = Request(_ASSUME, "", context, Principal("Service", service))
        decision = policy.trusts(request, role.trust, CONDITION_KEYS)
        if not decision.allowed:
            raise NoRoleError(
                f"{service} may not assume {role.name} for {source_arn}: {decision.reason} in the role's trust policy"
            )
        return self.open_session(role, session)

    def open_session(self, role: Role, name: str) -> Session:
        """A session of 15 minutes, STS's shortest."""
        sts = client(self._aws, "sts", _REGION)
        credentials = sts.assume_role(RoleArn=role.arn, RoleSessionName=name, DurationSeconds=_SECONDS)["Credentials"]
        found = session(credentials["AccessKeyId"])
        assert found, "moto has the sessions that it created"
        return found

    def _role(self, name: str) -> Role:
        iam = client(self._aws, "iam", _REGION)
        try:
            found = iam.get_role(RoleName=name)["Role"]
        except ClientError as error:
            raise NoRoleError(f"no role {name}") from error
        bounding = found.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return Role(
            arn=found["Arn"],
            name=name,
            trust=policy.parse(f"{name}'s trust policy", found["AssumeRolePolicyDocument"]),
            identity=tuple(_policies(iam, name)),
            boundary=_managed(iam, bounding) if bounding else None,
            tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", ())},
        )


def session(access_key: str) -> Session | None:
    """The session of an access key from STS, None for any other key."""
    found = assumed_role(access_key)
    return Session(found.arn, role_name(found.arn), session_key(found)) if found else None


def role_name(arn: str) -> str:
    """NAME of ``arn:aws:sts::123456789012:assumed-role/NAME/session``."""
    return arn.split("/")[1]


def _policies(iam: Any, role: str) -> Iterator[Policy]:
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        yield policy.parse(name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"])
    for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        yield _managed(iam, attached["PolicyArn"])


def _managed(iam: Any, arn: str) -> Policy:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    found = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
    return policy.parse(arn.rpartition("/")[2], found["Document"])
