"""Values of spatial columns, in the format in which MySQL stores them."""

from collections.abc import Callable, Mapping, Sequence
from struct import pack
from typing import Final

_Point = tuple[float, float]
# WKB's numbers of the types.
_POINT, _LINE, _POLYGON, _POINTS, _LINES, _POLYGONS, _COLLECTION = range(1, 8)


def geometry(type_: str, srid: int, number: int) -> bytes:
    """A value of a spatial type: the SRID, then WKB (MySQL manual, "Internal Geometry Storage Format").

    Stored coordinates are longitude before latitude whatever the order of the spatial reference system's axes; ours are
    in the range of both. Raises KeyError for a type that is not spatial.
    """
    return pack("<I", srid) + _MADE[type_](number % 1000 / 100)


def _header(kind: int) -> bytes:
    return pack("<BI", 1, kind)


def _pairs(points: Sequence[_Point]) -> bytes:
    return pack("<I", len(points)) + b"".join(pack("<dd", *point) for point in points)


def _corners(shift: float) -> list[_Point]:
    return [(shift, 47.0), (shift + 1, 47.0), (shift + 1, 48.0), (shift, 48.0), (shift, 47.0)]


def _point(shift: float) -> bytes:
    return _header(_POINT) + pack("<dd", 8.5 + shift, 47.25)


def _line(shift: float) -> bytes:
    return _header(_LINE) + _pairs([(8.5 + shift, 47.25), (9.5 + shift, 48.25)])


def _polygon(shift: float) -> bytes:
    return _header(_POLYGON) + pack("<I", 1) + _pairs(_corners(shift))


def _several(kind: int, *parts: bytes) -> bytes:
    return _header(kind) + pack("<I", len(parts)) + b"".join(parts)


_MADE: Final[Mapping[str, Callable[[float], bytes]]] = {
    "point": _point,
    "geometry": _point,
    "linestring": _line,
    "polygon": _polygon,
    "multipoint": lambda shift: _several(_POINTS, _point(shift), _point(shift + 1)),
    "multilinestring": lambda shift: _several(_LINES, _line(shift), _line(shift + 2)),
    "multipolygon": lambda shift: _several(_POLYGONS, _polygon(shift), _polygon(shift + 2)),
    "geomcollection": lambda shift: _several(_COLLECTION, _point(shift), _line(shift)),
    "geometrycollection": lambda shift: _several(_COLLECTION, _point(shift), _line(shift)),
}
TYPES: Final = frozenset(_MADE)
