"""Parses the statements of a policy document.

Source: IAM User Guide, "IAM JSON policy element reference", "Grammar of the IAM JSON policy language".
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from rehearsal.iam.policies.conditions import Condition
from rehearsal.iam.policies.errors import PolicyError
from rehearsal.iam.policies.patterns import Pattern, Resolve, Style, glob, pattern
from rehearsal.iam.policies.principals import Named, parse_principals

Effect = Literal["Allow", "Deny"]

_ELEMENTS: Final = ("Sid", "Effect", "Principal", "Action", "NotAction", "Resource", "NotResource", "Condition")
_ACTION: Final = re.compile(r"\*+|[^:\s]+:[^:\s]+")
_RESOURCE: Final = re.compile(r"\*+|arn:.+", re.DOTALL)


@dataclass(frozen=True)
class Element:
    """Action or Resource, or NotAction or NotResource where ``negated``."""

    patterns: tuple[Pattern, ...]
    negated: bool

    def matching_pattern(self, value: str, resolve: Resolve) -> str | None:
        """The first pattern that matches, as in the document; None where the element does not match.

        A negated element that matches returns "". With a variable that has no value it never matches ("… Variables and
        tags": the statement is invalid then).
        """
        if not self.negated:
            return next((one.text for one in self.patterns if one.matches(value, resolve)), None)
        regexes = [one.resolved(resolve) for one in self.patterns]
        return "" if all(regex is not None and not regex.fullmatch(value) for regex in regexes) else None


@dataclass(frozen=True)
class Statement:
    """Statements are compared by their policy's name, their index from 0, and their Sid."""

    policy: str
    index: int
    sid: str | None
    effect: Effect = field(compare=False)
    action: Element = field(compare=False)
    resource: Element | None = field(compare=False)
    principals: tuple[Named, ...] = field(compare=False)
    conditions: tuple[Condition, ...] = field(compare=False)

    @property
    def actions(self) -> tuple[str, ...]:
        """The patterns of Action or NotAction, as in the document."""
        return tuple(one.text for one in self.action.patterns)

    @property
    def resources(self) -> tuple[str, ...]:
        """The patterns of Resource or NotResource, as in the document; none in a trust policy."""
        return tuple(one.text for one in self.resource.patterns) if self.resource else ()

    def __str__(self) -> str:
        return f"policy {self.policy}, statement {self.sid or self.index}"


def parse(policy: str, document: Mapping[str, Any], *, variables: bool) -> tuple[Statement, ...]:
    """The statements of a document; Statement may be one or a list."""
    listed = document.get("Statement")
    found = listed if isinstance(listed, list) else [listed]
    if not found:
        raise PolicyError(f"policy {policy}: Statement must have at least one, got []")
    statements = tuple(_statement(policy, index, one, variables) for index, one in enumerate(found))
    sids = [one.sid for one in statements if one.sid]
    if repeated := sorted({sid for sid in sids if sids.count(sid) > 1}):
        raise PolicyError(f"policy {policy}: Sids must be unique, got {', '.join(repeated)} twice")
    return statements


def _statement(policy: str, index: int, found: object, variables: bool) -> Statement:
    sid = (found.get("Sid") or None) if isinstance(found, Mapping) else None
    try:
        return _parsed(policy, index, found, variables)
    except PolicyError as error:
        raise PolicyError(f"policy {policy}, statement {sid or index}: {error}") from None


def _parsed(policy: str, index: int, found: object, variables: bool) -> Statement:
    if not isinstance(found, Mapping):
        raise PolicyError(f"must be an object, got {found!r}")
    # NotPrincipal is not among them: "You can't use" it in identity-based and role trust policies.
    if unknown := [str(key) for key in found if key not in _ELEMENTS]:
        raise PolicyError(f"an element must be one of {', '.join(_ELEMENTS)}, got {', '.join(unknown)}")
    sid, effect = found.get("Sid", ""), found.get("Effect")
    if not isinstance(sid, str):
        raise PolicyError(f"Sid must be text, got {sid!r}")
    if effect not in ("Allow", "Deny"):
        raise PolicyError(f"Effect must be Allow or Deny, got {effect!r}")
    action = _element(found, "Action", _action)
    resource = _element(found, "Resource", lambda text: _resource(text, variables))
    if action is None:
        raise PolicyError("must have Action or NotAction")
    if (resource is None) is ("Principal" not in found):
        raise PolicyError("must have Resource or NotResource in an identity-based policy, Principal in a trust policy")
    return Statement(
        policy,
        index,
        sid or None,
        effect,
        action,
        resource,
        parse_principals(found["Principal"]) if "Principal" in found else (),
        tuple(_conditions(found.get("Condition", {}), variables)),
    )


def _element(found: Mapping[str, object], name: str, compiled: Callable[[str], Pattern]) -> Element | None:
    keys = [key for key in (name, f"Not{name}") if key in found]
    if len(keys) == 2:
        raise PolicyError(f"must have one of {name} and Not{name}, got both")
    if not keys:
        return None
    texts = found[keys[0]]
    listed = texts if isinstance(texts, list) else [texts]
    if not listed or not all(isinstance(text, str) for text in listed):
        raise PolicyError(f"{keys[0]} must be text or a list of it, got {texts!r}")
    return Element(tuple(map(compiled, listed)), negated=keys[0] != name)


def _action(text: str) -> Pattern:
    if not _ACTION.fullmatch(text):
        raise PolicyError(f"an action must be * or <service>:<name>, got {text!r}")
    return glob(text)


def _resource(text: str, variables: bool) -> Pattern:
    if not _RESOURCE.fullmatch(text):
        raise PolicyError(f"a resource must be * or an ARN, got {text!r}")
    if variables and "${" in ":".join(text.split(":")[:5]):
        raise PolicyError(f"a policy variable must be after the fifth colon of an ARN, got {text!r}")
    return pattern(text, Style.RESOURCE, variables=variables)


def _conditions(block: object, variables: bool) -> Iterator[Condition]:
    for operator, keys in _items(block, "Condition must be an object of operators"):
        for key, values in _items(keys, f"{operator} must be an object of condition keys"):
            listed = values if isinstance(values, list) else [values]
            yield Condition(operator, key, tuple(map(_scalar, listed)), variables)


def _items(found: object, rule: str) -> list[tuple[str, object]]:
    if not isinstance(found, Mapping):
        raise PolicyError(f"{rule}, got {found!r}")
    return list(found.items())


def _scalar(value: object) -> str:
    """Text, or a number or boolean without quotes."""
    if isinstance(value, str):
        return value
    if not isinstance(value, bool | int | float):
        raise PolicyError(f"a condition's value must be text, a number or a boolean, got {value!r}")
    return json.dumps(value)
