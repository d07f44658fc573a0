"""IAM and KMS policy documents: what they allow, compared by meaning."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

Condition = frozenset[tuple[str, str, frozenset[str]]]

_ANY: Final = "*"
_ACCOUNT: Final = re.compile(r"arn:[\w-]+:iam::(\d{12}):root")


class PolicyError(ValueError):
    """Text that is no policy document; never shows it."""


@dataclass(frozen=True)
class Grant:
    """An action on a resource by a principal, each of them with wildcards, where ``condition`` holds."""

    action: str
    resource: str
    principal: str = ""
    condition: Condition = frozenset()

    def includes(self, other: "Grant") -> bool:
        """Whether it applies wherever ``other`` does."""
        return (
            _matches(self.action.lower(), other.action.lower())
            and _matches(self.resource, other.resource)
            and self.principal in (_ANY, other.principal)
            and _weaker(self.condition, other.condition)
        )

    def meets(self, other: "Grant") -> bool:
        """Whether both may apply to one request."""
        pairs = (
            (self.action.lower(), other.action.lower()),
            (self.resource, other.resource),
            (self.principal, other.principal),
        )
        return all(_matches(one, two) or _matches(two, one) for one, two in pairs)

    def __str__(self) -> str:
        by = f" by {self.principal}" if self.principal else ""
        return f"{self.action} on {self.resource}{by}"


@dataclass(frozen=True)
class Policy:
    """What a document allows and denies."""

    allowed: tuple[Grant, ...] = ()
    denied: tuple[Grant, ...] = ()

    def permits(self, grant: Grant) -> bool:
        """Whether it allows all of ``grant``."""
        return any(one.includes(grant) for one in self.allowed)

    def joined(self, others: "Iterable[Policy]") -> "Policy":
        all_ = (self, *others)
        return Policy(*(tuple(one for part in all_ for one in getattr(part, name)) for name in ("allowed", "denied")))


def lost(old: Policy, new: Policy) -> list[Grant]:
    """What ``old`` allows and ``new`` does not, or newly denies."""
    denied = [one for one in new.denied if one not in old.denied]
    return [one for one in old.allowed if not new.permits(one) or any(map(one.meets, denied))]


def parse(text: str) -> Policy:
    """The policy in ``text``; one that is empty allows nothing. Raises PolicyError."""
    if not text.strip():
        return Policy()
    try:
        statements = _list(json.loads(text)["Statement"])
        grants = [(one["Effect"], grant) for one in statements for grant in _grants(one)]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise PolicyError("is not a policy document") from None
    return Policy(*(tuple(grant for effect, grant in grants if effect == name) for name in ("Allow", "Deny")))


def _grants(statement: Mapping[str, Any]) -> Iterator[Grant]:
    condition = frozenset(
        (operator, key.lower(), frozenset(map(str, _list(values))))
        for operator, given in (statement.get("Condition") or {}).items()
        for key, values in given.items()
    )
    for action in _named(statement, "Action"):
        for resource in _named(statement, "Resource"):
            for principal in _principals(statement):
                yield Grant(action, resource, principal, condition)


def _named(statement: Mapping[str, Any], key: str) -> list[str]:
    """What ``Action`` or ``Resource`` lists; ``NotAction`` is one name of its own."""
    if f"Not{key}" in statement:
        return [f"all but {', '.join(sorted(_texts(statement[f'Not{key}'])))}"]
    return _texts(statement.get(key, _ANY))


def _principals(statement: Mapping[str, Any]) -> list[str]:
    for key, start in (("NotPrincipal", "all but "), ("Principal", "")):
        given = statement.get(key)
        if given is not None:
            kinds = given.values() if isinstance(given, dict) else [given]
            names = [_ACCOUNT.sub(r"\1", name) for names in kinds for name in _texts(names)]
            return [start + ", ".join(sorted(names))] if start else names
    return [""]


def _texts(value: object) -> list[str]:
    found = _list(value)
    if not all(isinstance(one, str) for one in found):
        raise TypeError
    return found


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _weaker(one: Condition, other: Condition) -> bool:
    """Whether ``one`` holds wherever ``other`` does: it asks for no more, and accepts the same values."""
    return all(
        any((operator, key) == (name, of) and accepted <= values for name, of, accepted in other)
        for operator, key, values in one
    )


def _matches(pattern: str, text: str) -> bool:
    return pattern in (_ANY, text) or bool(expression(pattern).fullmatch(text))


@cache
def expression(pattern: str) -> "re.Pattern[str]":
    """IAM's * and ?."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in pattern), re.DOTALL)
