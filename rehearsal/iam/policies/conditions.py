"""Evaluates the Condition element of a statement.

Source: IAM User Guide, "IAM JSON policy elements: Condition", "… Condition operators", "Single-valued vs.
multivalued context keys", "Conditions with multiple context keys or values".
"""

import base64
import binascii
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final, TypeVar

from rehearsal.iam.policies.errors import PolicyError
from rehearsal.iam.policies.patterns import Resolve, Style, glob, pattern

T = TypeVar("T")

# Whether a value of the request matches one value of the policy.
_Test = Callable[[str, Resolve], bool]
# A value of the policy, and whether its Version has variables.
_Compile = Callable[[str, bool], _Test]

_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_YEAR: Final = re.compile(r"\d{4}")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")


class Context:
    """The condition keys of a request, case-insensitive; ``known`` keys are supported, with wildcards."""

    def __init__(self, values: Mapping[str, str | tuple[str, ...]], known: Collection[str]) -> None:
        self._values = {key.lower(): value for key, value in values.items()}
        self._known = tuple(known)

    def get(self, key: str) -> str | tuple[str, ...] | None:
        """None where the request does not have the key; raises PolicyError for a key that is not supported."""
        if not _declared(key, self._known):
            raise PolicyError(f"unsupported condition key {key}, must be one of {', '.join(self._known) or 'none'}")
        value = self._values.get(key.lower())
        return None if value == () else value

    def variable(self, key: str) -> str | None:
        """The value of ``${key}``."""
        value = self.get(key)
        if isinstance(value, tuple):
            raise PolicyError(f"a policy variable must have one value, got {key} with {len(value)}")
        return value


@cache
def _declared(key: str, known: tuple[str, ...]) -> bool:
    return any(glob(one).matches(key, _no_value) for one in known)


def _no_value(_key: str) -> None:
    return None


@dataclass(frozen=True)
class Condition:
    """One operator and key; ``variables`` says whether the document's Version supports policy variables."""

    operator: str
    key: str
    values: tuple[str, ...]
    variables: bool

    def holds(self, context: Context) -> bool:
        """Raises PolicyError for an unsupported operator or key, and for a value of the wrong type."""
        try:
            return self._holds(_form(self.operator), context)
        except PolicyError as error:
            raise PolicyError(f"{self.operator} of {self.key}: {error}") from None

    def _holds(self, form: "_Form", context: Context) -> bool:
        actual = context.get(self.key)
        if form.base == "Null":
            return any(_boolean(value) is (not _non_empty(actual)) for value in self.values)
        compare, negated = _OPERATORS[form.base]
        tests = [compare(value, self.variables) for value in self.values]

        def matched(value: str) -> bool:
            return any(test(value, context.variable) for test in tests) is not negated

        # The set operators define the result for a missing key and for empty values, with or without IfExists.
        if form.quantity == "ForAllValues":
            return all(map(matched, _non_empty(actual)))
        if form.quantity == "ForAnyValue":
            return any(map(matched, _non_empty(actual)))
        if isinstance(actual, tuple):
            raise PolicyError(f"a multivalued key needs ForAllValues: or ForAnyValue:, got {list(actual)}")
        return form.if_exists or negated if actual is None else matched(actual)


def _non_empty(actual: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The values of a key without empty ones, which IAM treats as null."""
    values = (actual,) if isinstance(actual, str) else actual or ()
    return tuple(value for value in values if value)


@dataclass(frozen=True)
class _Form:
    """The parts of an operator such as ForAnyValue:StringLikeIfExists."""

    quantity: str | None
    base: str
    if_exists: bool


@cache
def _form(name: str) -> _Form:
    found = re.fullmatch(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?", name)
    if not found or not (found[2] in _OPERATORS or name == "Null"):
        raise PolicyError(f"unknown operator, must be one of {', '.join(_OPERATORS)}, Null")
    return _Form(found[1], found[2], bool(found[3]))


def _text(style: Style, *, ignore_case: bool = False) -> _Compile:
    def compiled(expected: str, variables: bool) -> _Test:
        return pattern(expected, style, variables=variables, ignore_case=ignore_case).matches

    return compiled


def _arn(expected: str, variables: bool) -> _Test:
    """Compares ARNs by their six parts; a variable may span several."""
    compiled = pattern(expected, Style.ARN, variables=variables)
    if not compiled.has_variables:
        _six_parts(expected)
    return lambda value, resolve: compiled.matches(_six_parts(value), resolve)


def _six_parts(text: str) -> str:
    if text.count(":") < 5:
        raise PolicyError(f"must be an ARN with six parts, got {text!r}")
    return text


def _typed_operator(read: Callable[[str], T], holds: Callable[[T, T], bool]) -> _Compile:
    """Operators without policy variables."""

    def compiled(expected: str, _variables: bool) -> _Test:
        parsed = read(expected)
        return lambda value, _resolve: holds(read(value), parsed)

    return compiled


@cache
def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise PolicyError(f"must be a number, got {text!r}")
    return Decimal(text)


@cache
def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise PolicyError(f"must be true or false, got {text!r}")
    return text.lower() == "true"


@cache
def _date(text: str) -> datetime:
    """A date in W3C's profile of ISO 8601, where month and day are optional, or seconds since 1970."""
    try:
        if _NUMBER.fullmatch(text) and not _YEAR.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        missing = "-01-01" if _YEAR.fullmatch(text) else "-01" if _MONTH.fullmatch(text) else ""
        moment = datetime.fromisoformat(text + missing)
    except (ValueError, OverflowError, OSError):
        raise PolicyError(f"must be an ISO 8601 date or seconds since 1970, got {text!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@cache
def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise PolicyError(f"must be an IP address or a CIDR block, got {text!r}") from None


@cache
def _binary(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise PolicyError(f"must be base64, got {text!r}") from None


def _inside(address: IPv4Network | IPv6Network, network: IPv4Network | IPv6Network) -> bool:
    return address.network_address in network


# The comparison, and whether its result is negated.
_OPERATORS: Final[Mapping[str, tuple[_Compile, bool]]] = {
    "StringEquals": (_text(Style.EXACT), False),
    "StringNotEquals": (_text(Style.EXACT), True),
    "StringEqualsIgnoreCase": (_text(Style.EXACT, ignore_case=True), False),
    "StringNotEqualsIgnoreCase": (_text(Style.EXACT, ignore_case=True), True),
    "StringLike": (_text(Style.LIKE), False),
    "StringNotLike": (_text(Style.LIKE), True),
    "NumericEquals": (_typed_operator(_number, operator.eq), False),
    "NumericNotEquals": (_typed_operator(_number, operator.eq), True),
    "NumericLessThan": (_typed_operator(_number, operator.lt), False),
    "NumericLessThanEquals": (_typed_operator(_number, operator.le), False),
    "NumericGreaterThan": (_typed_operator(_number, operator.gt), False),
    "NumericGreaterThanEquals": (_typed_operator(_number, operator.ge), False),
    "DateEquals": (_typed_operator(_date, operator.eq), False),
    "DateNotEquals": (_typed_operator(_date, operator.eq), True),
    "DateLessThan": (_typed_operator(_date, operator.lt), False),
    "DateLessThanEquals": (_typed_operator(_date, operator.le), False),
    "DateGreaterThan": (_typed_operator(_date, operator.gt), False),
    "DateGreaterThanEquals": (_typed_operator(_date, operator.ge), False),
    "Bool": (_typed_operator(_boolean, operator.eq), False),
    "BinaryEquals": (_typed_operator(_binary, operator.eq), False),
    "IpAddress": (_typed_operator(_network, _inside), False),
    "NotIpAddress": (_typed_operator(_network, _inside), True),
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
}
