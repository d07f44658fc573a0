"""Who a broker's client is, and what it may do: by its signature, and by the policies of the role that it assumed."""

import mmap
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from struct import Struct
from threading import Lock
from typing import Final

from pydantic import BaseModel, ConfigDict

from rehearsal.aws import names
from rehearsal.iam import kafka_actions, signatures
from rehearsal.iam.decisions import Log, Use
from rehearsal.iam.kafka_actions import CONNECT, Asked
from rehearsal.iam.policy import Decision, PolicyError
from rehearsal.iam.roles import NoRoleError, Role, Roles, Session, role_name, session
from rehearsal.iam.signatures import Key, RefusedError, Replays

_COUNTER: Final = Struct(">q")

# The names of a cluster's brokers as clients know them, and its tags, by its ARN.
Hosts = Callable[[str], Collection[str]]
Tags = Callable[[str], Mapping[str, str]]


class Authentication(BaseModel):
    """What a broker of ``cluster`` (an ARN) was told by a client: ``token`` is the first message of ``mechanism``."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    mechanism: str
    token: str


class Authorization(BaseModel):
    """What ``principal``, a session's ARN, wants of ``cluster``."""

    model_config = ConfigDict(frozen=True)

    cluster: str
    principal: str
    requests: tuple[Asked, ...]


class Authority:
    """Judges by the ``roles`` of the embedded IAM; what was decided is in ``log``.

    Brokers keep decisions until the number in the file ``generation`` changes: ``changed`` does that.
    """

    def __init__(self, generation: Path, *, roles: Roles, hosts: Hosts, tags: Tags) -> None:
        self.generation = generation
        self.log = Log()
        self._roles = roles
        self._hosts = hosts
        self._tags = tags
        self._replays = Replays()
        self._lock = Lock()
        generation.write_bytes(_COUNTER.pack(0))

    def changed(self) -> None:
        """Policies, roles or tags are others now: it holds from the next request on, when this returns."""
        self._roles.changed()
        with self._lock, self.generation.open("r+b") as file, mmap.mmap(file.fileno(), _COUNTER.size) as counter:
            _COUNTER.pack_into(counter, 0, _COUNTER.unpack_from(counter)[0] + 1)

    def authenticate(self, body: bytes) -> dict[str, object]:
        """``principal`` and ``expires`` (ms since 1970), or why the client is ``refused``."""
        asked = Authentication.model_validate_json(body)
        try:
            key = signatures.verify(
                asked.mechanism,
                asked.token,
                keys=_key,
                region=names.region_of(asked.cluster),
                hosts=self._hosts(asked.cluster),
                now=datetime.now(UTC),
                seen=self._replays,
            )
        except RefusedError as error:
            return {"refused": str(error)}
        found = session(key.access_key)
        assert found, "its key was found"
        if not self.allows(found.role, CONNECT, asked.cluster):
            return {"refused": f"{found.role} may not {CONNECT} to {asked.cluster}"}
        return {"principal": found.arn, "expires": int(_expiry(found).timestamp() * 1000)}

    def authorize(self, body: bytes) -> dict[str, object]:
        """Whether each of the requests is ``allowed``."""
        asked = Authorization.model_validate_json(body)
        role = role_name(asked.principal)
        return {"allowed": [self._authorize(role, one, asked.cluster) for one in asked.requests]}

    def _authorize(self, role: str, asked: Asked, cluster: str) -> bool:
        action = kafka_actions.action(asked)
        if action is None:
            nothing = f"{asked.operation} of {asked.type} {asked.name}"
            self.log.denied(role, nothing, cluster, "MSK has no action for it", speculative=asked.speculative)
            return False
        return self.allows(role, action, kafka_actions.resource(asked, cluster), speculative=asked.speculative)

    def allows(
        self,
        role: str,
        action: str,
        resource: str,
        *,
        context: Mapping[str, str] | None = None,
        speculative: bool = False,
    ) -> bool:
        """By the policies of the role called ``role``; what cannot be evaluated is refused, and said why."""
        self.log.met(role)
        try:
            found = self._roles.get(role)
            decision = found.decide(action, resource, {**self._resource_tags(resource), **(context or {})})
        except (NoRoleError, PolicyError) as error:
            self.log.denied(role, action, resource, str(error))
            return False
        if decision.allowed:
            self.log.allowed(_uses(found, decision))
        else:
            self.log.denied(role, action, resource, decision.why, speculative=speculative)
        return decision.allowed

    def _resource_tags(self, resource: str) -> dict[str, str]:
        """A cluster's: topics and groups have none (Service Authorization Reference)."""
        if ":cluster/" not in resource:
            return {}
        return {f"aws:ResourceTag/{key}": value for key, value in self._tags(resource).items()}


def _key(access_key: str) -> Key | None:
    found = session(access_key)
    return found.key if found else None


def _expiry(found: Session) -> datetime:
    assert found.key.expires, "a session's credentials are temporary"
    return found.key.expires


def _uses(role: Role, decision: Decision) -> Sequence[Use]:
    return [
        Use(role.name, match.statement.policy, match.statement.index, match.matched_action, match.matched_resource)
        for match in decision.matching
    ]
