"""Authenticates the clients of brokers by their signatures, and authorizes them by the policies of their roles."""

import mmap
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Final

from pydantic import BaseModel, ConfigDict

from rehearsal.aws import names
from rehearsal.aws.keys import Key
from rehearsal.iam import kafka_actions, signatures
from rehearsal.iam.kafka_actions import CONNECT, Operation
from rehearsal.iam.permissions.decision_log import DecisionLog, PermissionUse
from rehearsal.iam.policies.policy import Decision, PolicyError
from rehearsal.iam.roles import NoRoleError, Role, Roles, Session, role_name, session
from rehearsal.iam.signatures import RefusedError, Replays

_COUNTER: Final = Struct(">q")

# The names of a cluster's brokers as clients know them, and its tags, by its ARN.
Hosts = Callable[[str], Collection[str]]
Tags = Callable[[str], Mapping[str, str]]


class AuthenticationRequest(BaseModel):
    """A broker of ``cluster`` (an ARN) asks who a client is: ``token`` is its first message of ``mechanism``."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    mechanism: str
    token: str


class AuthorizationRequest(BaseModel):
    """A broker of ``cluster`` asks whether ``principal``, a session's ARN, may do ``requests``."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    principal: str
    requests: tuple[Operation, ...]


class Authorizer:
    """Decides by the ``roles`` of the embedded IAM; decisions are in ``log``.

    Brokers cache decisions until the number in the file ``generation`` changes: see ``invalidate``.
    """

    def __init__(self, generation: Path, *, roles: Roles, hosts: Hosts, tags: Tags) -> None:
        self.generation = generation
        self.log = DecisionLog()
        self._roles = roles
        self._hosts = hosts
        self._tags = tags
        self._replays = Replays()
        self._lock = Lock()
        generation.write_bytes(_COUNTER.pack(0))

    def invalidate(self) -> None:
        """Policies, roles or tags have changed: when this returns, the next request is decided by the new ones."""
        self._roles.invalidate()
        with self._lock, self.generation.open("r+b") as file, mmap.mmap(file.fileno(), _COUNTER.size) as counter:
            _COUNTER.pack_into(counter, 0, _COUNTER.unpack_from(counter)[0] + 1)

    def authenticate(self, body: bytes) -> dict[str, object]:
        """``principal`` and ``expires`` (ms since 1970), or ``refused`` with the reason."""
        request = AuthenticationRequest.model_validate_json(body)
        try:
            key = signatures.verify(
                request.mechanism,
                request.token,
                keys=_key,
                region=names.region_of(request.cluster),
                hosts=self._hosts(request.cluster),
                now=datetime.now(UTC),
                seen=self._replays,
            )
        except RefusedError as error:
            return {"refused": str(error)}
        found = session(key.access_key)
        assert found, "verify found its key"
        if not self.allows(found.role, CONNECT, request.cluster):
            return {"refused": f"{found.role} may not {CONNECT} to {request.cluster}"}
        return {"principal": found.arn, "expires": int(_expiry(found).timestamp() * 1000)}

    def authorize(self, body: bytes) -> dict[str, object]:
        """``allowed``: whether each of the requests is."""
        request = AuthorizationRequest.model_validate_json(body)
        role = role_name(request.principal)
        return {"allowed": [self._allows_operation(role, one, request.cluster) for one in request.requests]}

    def _allows_operation(self, role: str, operation: Operation, cluster: str) -> bool:
        action = kafka_actions.action(operation)
        if action is None:
            text = f"{operation.operation} of {operation.type} {operation.name}"
            self.log.denied(role, text, cluster, "MSK has no action for it", speculative=operation.speculative)
            return False
        resource = kafka_actions.resource(operation, cluster)
        return self.allows(role, action, resource, speculative=operation.speculative)

    def allows(
        self,
        role: str,
        action: str,
        resource: str,
        *,
        context: Mapping[str, str] | None = None,
        speculative: bool = False,
    ) -> bool:
        """Whether the policies of ``role`` allow it; a policy that cannot be evaluated denies it, with the reason."""
        self.log.add_role(role)
        try:
            found = self._roles.get(role)
            decision = found.decide(action, resource, {**self._resource_tags(resource), **(context or {})})
        except (NoRoleError, PolicyError) as error:
            self.log.denied(role, action, resource, str(error))
            return False
        if decision.allowed:
            self.log.allowed(_permission_uses(found, decision))
        else:
            via = (context or {}).get("kms:ViaService", "")
            self.log.denied(role, action, resource, decision.reason, speculative=speculative, via=via)
        return decision.allowed

    def _resource_tags(self, resource: str) -> dict[str, str]:
        """A cluster's tags; topics and groups have none (Service Authorization Reference)."""
        if ":cluster/" not in resource:
            return {}
        return {f"aws:ResourceTag/{key}": value for key, value in self._tags(resource).items()}


def _key(access_key: str) -> Key | None:
    found = session(access_key)
    return found.key if found else None


def _expiry(found: Session) -> datetime:
    assert found.key.expires, "a session's credentials are temporary"
    return found.key.expires


def _permission_uses(role: Role, decision: Decision) -> Sequence[PermissionUse]:
    return [
        PermissionUse(
            role.name, match.statement.policy, match.statement.index, match.matched_action, match.matched_resource
        )
        for match in decision.matching
    ]
