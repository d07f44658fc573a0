"""Principal elements of role trust policies.

Source: IAM User Guide, "AWS JSON policy elements: Principal".
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from rehearsal.iam.policies.errors import PolicyError

Kind = Literal["AWS", "Service", "Federated"]
Named = tuple[str, str]

_KINDS: Final = get_args(Kind)
_EVERYONE: Final = ("AWS", "*")
_AWS: Final = re.compile(r"\d{12}|arn:[^:*?]+:(?:iam|sts)::\d{12}:[^*?]+|[A-Z0-9]{16,128}")
_ACCOUNT: Final = re.compile(r"arn:([^:]+):(?:iam|sts)::(\d{12}):")
_ROLE: Final = re.compile(r"(arn:[^:]+:)iam(::\d{12}:)role/(?:.*/)?([^/]+)")
_SESSION: Final = re.compile(r"(arn:[^:]+:)sts(::\d{12}:)assumed-role/([^/]+)/.+")


@dataclass(frozen=True)
class Principal:
    """Who makes a request: the ARN of a user, role or session, or the name of a service or identity provider."""

    kind: Kind
    id: str

    def matches(self, kind: str, name: str) -> bool:
        """Whether an entry names it: ``*`` is everyone, an account all its principals, a role also its sessions."""
        if (kind, name) == _EVERYONE:
            return True
        if kind != self.kind:
            return False
        role = _role(self.id)
        return name == self.id or name in self._account or (role is not None and role == _role(name, sessions=False))

    @property
    def _account(self) -> tuple[str, ...]:
        """The account's id and its root ARN, which are equivalent."""
        found = _ACCOUNT.match(self.id) if self.kind == "AWS" else None
        return (found[2], f"arn:{found[1]}:iam::{found[2]}:root") if found else ()


def _role(arn: str, *, sessions: bool = True) -> tuple[str, ...] | None:
    """Partition, account and name of a role, with ``sessions`` also of a session's role, whose ARN has no path."""
    found = _ROLE.fullmatch(arn) or (_SESSION.fullmatch(arn) if sessions else None)
    return found.groups() if found else None


def parse_principals(element: object) -> tuple[Named, ...]:
    """Kind and name of each entry of a Principal element; wildcards are invalid, but ``*`` for everyone."""
    if element == "*":
        return (_EVERYONE,)
    if not isinstance(element, Mapping) or not element:
        raise PolicyError(f"Principal must be * or an object of {', '.join(_KINDS)}, got {element!r}")
    return tuple((_kind(kind), name) for kind, names in element.items() for name in _names(kind, names))


def _kind(kind: object) -> str:
    if kind not in _KINDS:
        raise PolicyError(f"Principal must be of {', '.join(_KINDS)}, got {kind!r}")
    return str(kind)


def _names(kind: str, names: object) -> Iterator[str]:
    for name in names if isinstance(names, list) else [names]:
        if not isinstance(name, str) or not _valid(kind, name):
            raise PolicyError(f"Principal must name {kind} by account, ARN or name without wildcards, got {name!r}")
        yield name


def _valid(kind: str, name: str) -> bool:
    if kind == "AWS":
        return name == "*" or _AWS.fullmatch(name) is not None
    return bool(name) and not set(name) & set("*?")
