"""The shapes of all attributes that rules read: a plan with another one cannot be judged, so it is an error."""

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Final

from cdc.plans.reading import policies
from modules.properties_file import parse

Shape = Callable[[Any, str], Any]

_NUMBER: Final = re.compile(r"-?\d{1,18}(\.\d+)?")


class ShapeError(ValueError):
    """An attribute that is not what the provider writes; never shows the value, which may be a secret."""


def _wrong(place: str, wanted: str, value: object) -> ShapeError:
    return ShapeError(f"{place} must be {wanted}, got {_KINDS.get(type(value), 'another type')}")


_KINDS: Final = {str: "text", int: "a number", float: "a number", bool: "a boolean", list: "a list", dict: "a mapping"}


def text(value: Any, place: str) -> str:
    """Text, or the text of a number or boolean as Terraform writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:.15g}" if isinstance(value, float) else str(value)
    if not isinstance(value, str):
        raise _wrong(place, "text", value)
    return value


def properties(value: Any, place: str) -> str:
    """Text in the syntax of Java's properties files."""
    content = text(value, place)
    try:
        parse(content)
    except ValueError:
        raise ShapeError(f"{place} is not a properties file: it has an invalid escape") from None
    return content


def policy(value: Any, place: str) -> str:
    """The text of a policy document."""
    content = text(value, place)
    try:
        policies.parse(content)
    except policies.PolicyError as error:
        raise ShapeError(f"{place} {error}") from None
    return content


def number(value: Any, place: str) -> float:
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise _wrong(place, "a number", value)
    return value


def flag(value: Any, place: str) -> bool:
    given = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if not isinstance(given, bool):
        raise _wrong(place, "true or false", value)
    return given


def texts(value: Any, place: str) -> list[str | None]:
    return [None if item is None else text(item, f"{place}[{n}]") for n, item in enumerate(_list(value, place))]


def mapping(value: Any, place: str) -> dict[str, str | None]:
    """A mapping of text."""
    if not isinstance(value, dict):
        raise _wrong(place, "a mapping", value)
    return {key: None if item is None else text(item, f"{place}.{key}") for key, item in value.items()}


def blocks(**shapes: Shape) -> Shape:
    """A list of blocks with these attributes."""

    def read(value: Any, place: str) -> list[dict[str, Any]]:
        return [_block(item, shapes, f"{place}[{n}]") for n, item in enumerate(_list(value, place))]

    return read


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise _wrong(place, "a list", value)
    return value


def _block(value: Any, shapes: Mapping[str, Shape], place: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(place, "a mapping", value)
    return shaped(value, shapes, place)


def shaped(values: Mapping[str, Any], shapes: Mapping[str, Shape], place: str) -> dict[str, Any]:
    """``values`` in these shapes; other attributes and null stay as they are. Raises ShapeError."""
    read = {
        name: shape(values[name], f"{place}.{name}") for name, shape in shapes.items() if values.get(name) is not None
    }
    return {**values, **read}
