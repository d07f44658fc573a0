"""CloudWatch's filter patterns for lines of fields between spaces, as its user guide has them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

# Text in brackets, or in double quotes, is one field.
_FIELD: Final = re.compile(r'\[[^\]]*\]|"[^"]*"|\S+')
_CONDITION: Final = re.compile(r'\s*([\w.$-]+)\s*(!=|<=|>=|=|<|>)\s*("[^"]*"|[^\s"]+)\s*')
_NAME: Final = re.compile(r"[\w.$-]*")
_ANY: Final = "..."


class PatternError(ValueError):
    """A filter pattern that is not understood here; the message has it."""


@dataclass(frozen=True)
class _Place:
    """A field's name, and alternatives of conditions, of which one must hold."""

    name: str
    alternatives: Sequence[Sequence[tuple[str, str]]] = ()

    def holds(self, value: str) -> bool:
        return not self.alternatives or any(all(_holds(value, *one) for one in each) for each in self.alternatives)


class FilterPattern:
    """``[a, b = ERROR || b = FATAL, ..., c]``; empty matches every line. Raises PatternError for others."""

    def __init__(self, text: str) -> None:
        places = text.strip()
        if places and not (places.startswith("[") and places.endswith("]")):
            raise PatternError(f"the filter pattern must be [field, …] or empty, got {text}")
        self._places = [_place(part.strip(), text) for part in _split(places[1:-1])] if places else [None]
        if self._places.count(None) > 1:
            raise PatternError(f"the filter pattern must have {_ANY} once, got {text}")

    def fields(self, line: str) -> Mapping[str, str] | None:
        """The fields of ``line`` by name, without brackets and quotes; None if it does not match."""
        values = [_bare(field) for field in _FIELD.findall(line)]
        places = self._expanded(len(values))
        if places is None or not all(place.holds(value) for place, value in zip(places, values, strict=True)):
            return None
        return {place.name: value for place, value in zip(places, values, strict=True) if place.name}

    def _expanded(self, count: int) -> list[_Place] | None:
        named = [place for place in self._places if place]
        if None not in self._places:
            return named if len(named) == count else None
        if len(named) > count:
            return None
        at = self._places.index(None)
        return [*named[:at], *[_Place("")] * (count - len(named)), *named[at:]]


def _split(places: str) -> list[str]:
    """At the commas that are not in quotes."""
    return re.split(r',(?=(?:[^"]*"[^"]*")*[^"]*$)', places)


def _place(part: str, pattern: str) -> _Place | None:
    """None for any number of fields."""
    if part == _ANY:
        return None
    if _NAME.fullmatch(part):
        return _Place(part)
    alternatives = []
    name = ""
    for either in part.split("||"):
        matches = [_CONDITION.fullmatch(one) for one in either.split("&&")]
        if not all(matches):
            raise PatternError(f"a field must be a name or name = value, got {part} in {pattern}")
        found = [match for match in matches if match]
        name = found[0][1]
        alternatives.append([(match[2], _bare(match[3])) for match in found])
    return _Place(name, alternatives)


def _bare(field: str) -> str:
    return field[1:-1] if len(field) > 1 and field[0] + field[-1] in ("[]", '""') else field


def _holds(value: str, operator: str, expected: str) -> bool:
    """* in what is expected stands for any characters; numbers are compared as numbers."""
    if operator in ("=", "!="):
        return fnmatchcase(value, expected.replace("[", "[[]").replace("?", "[?]")) is (operator == "=")
    try:
        left, right = float(value), float(expected)
    except ValueError:
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
