"""Condition elements: what a statement asks of the keys of a request.

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

from rehearsal.iam.errors import PolicyError
from rehearsal.iam.patterns import Resolve, Style, glob, pattern

T = TypeVar("T")

# Of one value of the policy, whether a value of the request matches it.
_Test = Callable[[str, Resolve], bool]
# A value of the policy, and whether its Version has variables.
_Compile = Callable[[str, bool], _Test]

_NUMBER: Final = re.compile(r"[+-]?\d+(?:\.\d+)?")
_YEAR: Final = re.compile(r"\d{4}")
_MONTH: Final = re.compile(r"\d{4}-\d{2}")


class Context:
    """The keys of a request, whatever their case, of which only those declared may be asked for."""

    def __init__(self, values: Mapping[str, str | tuple[str, ...]], known: Collection[str]) -> None:
        self._values = {key.lower(): value for key, value in values.items()}
        self._known = tuple(known)

    def get(self, key: str) -> str | tuple[str, ...] | None:
        """None where the request has no such key; an undeclared key is an error, as nobody knows its value."""
        if not _declared(key, self._known):
            raise PolicyError(f"unsupported condition key {key}, must be one of {', '.join(self._known) or 'none'}")
        value = self._values.get(key.lower())
        return None if value == () else value

    def variable(self, key: str) -> str | None:
        """What ``${key}`` stands for."""
        value = self.get(key)
        if isinstance(value, tuple):
            raise PolicyError(f"a policy variable must be a key of one value, got {key} with {len(value)}")
        return value


@cache
def _declared(key: str, known: tuple[str, ...]) -> bool:
    return any(glob(one).matches(key, _no_value) for one in known)


def _no_value(_key: str) -> None:
    return None


@dataclass(frozen=True)
class Condition:
    """One key under one operator, of a document whose Version has ``variables`` or not."""

    operator: str
    key: str
    values: tuple[str, ...]
    variables: bool

    def holds(self, context: Context) -> bool:
        """Raises PolicyError for an operator or a key that is not supported, and for a value of the wrong kind."""
        try:
            return self._holds(_form(self.operator), context)
        except PolicyError as error:
            raise PolicyError(f"{self.operator} of {self.key}: {error}") from None

    def _holds(self, form: "_Form", context: Context) -> bool:
        given = context.get(self.key)
        if form.base == "Null":
            return any(_boolean(value) is (not _filled(given)) for value in self.values)
        compare, negated = _OPERATORS[form.base]
        tests = [compare(value, self.variables) for value in self.values]

        def matched(value: str) -> bool:
            return any(test(value, context.variable) for test in tests) is not negated

        # A missing key decides for both, with or without IfExists; so do values that are empty.
        if form.quantity == "ForAllValues":
            return all(map(matched, _filled(given)))
        if form.quantity == "ForAnyValue":
            return any(map(matched, _filled(given)))
        if isinstance(given, tuple):
            raise PolicyError(f"a key of several values takes ForAllValues: or ForAnyValue:, got {list(given)}")
        return form.if_exists or negated if given is None else matched(given)


def _filled(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The values of a key but the empty ones, which IAM takes for null."""
    values = (given,) if isinstance(given, str) else given or ()
    return tuple(value for value in values if value)


@dataclass(frozen=True)
class _Form:
    """An operator taken apart, e.g. ForAnyValue:StringLikeIfExists."""

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
    def compiled(wanted: str, variables: bool) -> _Test:
        return pattern(wanted, style, variables=variables, ignore_case=ignore_case).matches

    return compiled


def _arn(wanted: str, variables: bool) -> _Test:
    """Six parts on both sides; a variable may stand for several."""
    compiled = pattern(wanted, Style.ARN, variables=variables)
    if not compiled.has_variables:
        _six_parts(wanted)
    return lambda value, resolve: compiled.matches(_six_parts(value), resolve)


def _six_parts(text: str) -> str:
    if text.count(":") < 5:
        raise PolicyError(f"must be an ARN of six parts, got {text!r}")
    return text


def _typed(read: Callable[[str], T], holds: Callable[[T, T], bool]) -> _Compile:
    """Operators that take no policy variable."""

    def compiled(wanted: str, _variables: bool) -> _Test:
        expected = read(wanted)
        return lambda value, _resolve: holds(read(value), expected)

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
    """W3C's forms of ISO 8601, of which a day and less may be left out, or seconds since 1970."""
    try:
        if _NUMBER.fullmatch(text) and not _YEAR.fullmatch(text):
            return datetime.fromtimestamp(float(text), UTC)
        missing = "-01-01" if _YEAR.fullmatch(text) else "-01" if _MONTH.fullmatch(text) else ""
        moment = datetime.fromisoformat(text + missing)
    except (ValueError, OverflowError, OSError):
        raise PolicyError(f"must be a date of ISO 8601 or seconds since 1970, got {text!r}") from None
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


# What compares, and whether its result is turned round.
_OPERATORS: Final[Mapping[str, tuple[_Compile, bool]]] = {
    "StringEquals": (_text(Style.EXACT), False),
    "StringNotEquals": (_text(Style.EXACT), True),
    "StringEqualsIgnoreCase": (_text(Style.EXACT, ignore_case=True), False),
    "StringNotEqualsIgnoreCase": (_text(Style.EXACT, ignore_case=True), True),
    "StringLike": (_text(Style.LIKE), False),
    "StringNotLike": (_text(Style.LIKE), True),
    "NumericEquals": (_typed(_number, operator.eq), False),
    "NumericNotEquals": (_typed(_number, operator.eq), True),
    "NumericLessThan": (_typed(_number, operator.lt), False),
    "NumericLessThanEquals": (_typed(_number, operator.le), False),
    "NumericGreaterThan": (_typed(_number, operator.gt), False),
    "NumericGreaterThanEquals": (_typed(_number, operator.ge), False),
    "DateEquals": (_typed(_date, operator.eq), False),
    "DateNotEquals": (_typed(_date, operator.eq), True),
    "DateLessThan": (_typed(_date, operator.lt), False),
    "DateLessThanEquals": (_typed(_date, operator.le), False),
    "DateGreaterThan": (_typed(_date, operator.gt), False),
    "DateGreaterThanEquals": (_typed(_date, operator.ge), False),
    "Bool": (_typed(_boolean, operator.eq), False),
    "BinaryEquals": (_typed(_binary, operator.eq), False),
    "IpAddress": (_typed(_network, _inside), False),
    "NotIpAddress": (_typed(_network, _inside), True),
    "ArnEquals": (_arn, False),
    "ArnLike": (_arn, False),
    "ArnNotEquals": (_arn, True),
    "ArnNotLike": (_arn, True),
}
