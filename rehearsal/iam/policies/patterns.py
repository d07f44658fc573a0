"""Patterns of a policy, with wildcards and policy variables, compiled once.

Source: IAM User Guide, "IAM JSON policy elements: Resource" (wildcards), "IAM policy elements: Variables and
tags", "IAM JSON policy elements: Condition operators" (ARNs).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property, lru_cache
from itertools import zip_longest
from typing import Final

from rehearsal.iam.policies.errors import PolicyError

# The value of a condition key, None for no value.
Resolve = Callable[[str], str | None]

_WILDCARD: Final = r"(?P<wildcard>[*?])"
_VARIABLE: Final = r"\$\{(?:(?P<sign>[*?$])|(?P<key>[^\s,'{}$*?]+)(?:, '(?P<default>[^']*)')?)\}"
_SEGMENTS: Final = 5


class Style(Enum):
    """What a wildcard matches."""

    EXACT = "itself"
    LIKE = "any characters"
    # ArnLike compares the six parts of an ARN one by one; in the sixth a wildcard matches colons, too.
    ARN = "any characters within one part of the ARN"
    # A * that ends a part of the ARN "can expand to match beyond the colon boundaries".
    RESOURCE = "as ARN, but a * that ends a part matches beyond it"


class Wildcard(Enum):
    """``*`` matches any number of characters, ``?`` one."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True)
class Variable:
    """``${key}`` or ``${key, 'default'}``."""

    key: str
    default: str | None


Part = str | Wildcard | Variable


@dataclass(frozen=True)
class Pattern:
    """A pattern; ``text`` as in the policy. The value of a variable is literal text."""

    text: str
    style: Style
    ignore_case: bool
    parts: tuple[Part, ...]

    @cached_property
    def has_variables(self) -> bool:
        return any(isinstance(part, Variable) for part in self.parts)

    @cached_property
    def _widest(self) -> re.Pattern[str]:
        """The pattern with every variable as a wildcard: what cannot match it cannot match at all."""
        return self._compiled(self.parts)

    def resolved(self, resolve: Resolve) -> re.Pattern[str] | None:
        """The regular expression; None where a variable has neither value nor default: it then matches nothing."""
        if not self.has_variables:
            return self._widest
        parts = [_value(part, resolve) if isinstance(part, Variable) else part for part in self.parts]
        known = tuple(part for part in parts if part is not None)
        return self._compiled(known) if len(known) == len(parts) else None

    def matches(self, value: str, resolve: Resolve) -> bool:
        """Resolves variables only where their values decide."""
        if not self._widest.fullmatch(value):
            return False
        regex = self.resolved(resolve)
        return regex is not None and regex.fullmatch(value) is not None

    def _compiled(self, parts: tuple[Part, ...]) -> re.Pattern[str]:
        return _regex(_source(parts, self.style), self.ignore_case)


@cache
def pattern(text: str, style: Style, *, variables: bool = True, ignore_case: bool = False) -> Pattern:
    """``variables`` is false for documents of Version 2008-10-17, where ``${...}`` is text."""
    return Pattern(text, style, ignore_case, _parts(text, variables=variables))


@cache
def glob(text: str) -> Pattern:
    """Wildcards without variables, case-insensitive: for actions and condition keys."""
    return pattern(text, Style.LIKE, variables=False, ignore_case=True)


def _parts(text: str, *, variables: bool) -> tuple[Part, ...]:
    parts: list[Part] = []
    at = 0
    for found in re.finditer(f"{_VARIABLE}|{_WILDCARD}" if variables else _WILDCARD, text):
        parts += [text[at : found.start()], _part(found)]
        at = found.end()
    parts.append(text[at:])
    if variables and any(isinstance(part, str) and "${" in part for part in parts):
        raise PolicyError(
            f"a policy variable must be ${{key}}, ${{key, 'default'}}, ${{*}}, ${{?}} or ${{$}}, got {text!r}"
        )
    return tuple(part for part in parts if part != "")


def _part(found: re.Match[str]) -> Part:
    groups = found.groupdict()
    if wildcard := groups["wildcard"]:
        return Wildcard(wildcard)
    sign: str | None = groups["sign"]
    return sign or Variable(groups["key"], groups["default"])


def _value(variable: Variable, resolve: Resolve) -> str | None:
    """An empty value, as a tag can have, counts as no value."""
    return resolve(variable.key) or variable.default


def _source(parts: tuple[Part, ...], style: Style) -> str:
    written, colons = "", 0
    for part, following in zip_longest(parts, parts[1:]):
        within = style in {Style.ARN, Style.RESOURCE} and colons < _SEGMENTS
        match part:
            case Variable():
                written += ".*"
                colons = _SEGMENTS
            case Wildcard() if style is Style.EXACT:
                written += re.escape(part.value)
            case Wildcard.ONE:
                written += "[^:]" if within else "."
            case Wildcard.MANY:
                beyond = style is Style.RESOURCE and _ends_segment(following)
                written += "[^:]*" if within and not beyond else ".*"
            case str():
                written += re.escape(part)
                colons += part.count(":")
    return written


def _ends_segment(following: Part | None) -> bool:
    return following is None or (isinstance(following, str) and following.startswith(":"))


@lru_cache(maxsize=4096)
def _regex(source: str, ignore_case: bool) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL | (re.IGNORECASE if ignore_case else 0))
