"""Plots: axes from zero to round values, lines within them, limits, and what has no value."""

import re
from xml.etree.ElementTree import Element

import pytest

from cdc.rehearse.page.plots import Line, figure

FIELD = (42, 350, 12, 166)


def drawn(*lines: Line, end: float = 100, limits: tuple[float, ...] = ()) -> Element:
    return figure("title", lines, end=end, limits=limits, empty="nothing here")


def texts(found: Element) -> list[str]:
    return [str(one.text) for one in found.iter("text")]


def path(found: Element, number: int = 0) -> str:
    return next(one.attrib["d"] for one in found.iter("path") if one.attrib["class"] == f"line s{number}")


def test_a_line_is_drawn_from_left_to_right() -> None:
    found = drawn(Line("a", [(0, 0), (10, 8), (20, 4)]), end=20)
    assert path(found) == "M42.0 166.0L196.0 12.0L350.0 89.0"
    assert texts(found)[:5] == ["0", "2", "4", "6", "8"]
    assert {"0", "5 s", "10 s", "15 s", "20 s"} <= set(texts(found))


@pytest.mark.parametrize("top", [0.0, 0.03, 1.0, 7.7, 99.0, 123456.0])
@pytest.mark.parametrize("end", [0.0, 3.0, 161.0, 5000.0])
def test_every_point_is_within_the_field(top: float, end: float) -> None:
    found = drawn(Line("a", [(-5, 0), (end / 2, top), (end + 9, top / 3)]), end=end)
    left, right, upper, lower = FIELD
    for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path(found)):
        assert left <= float(x) <= right
        assert upper <= float(y) <= lower
    assert 2 <= sum(one.attrib["class"] == "grid" for one in found.iter("path")) <= 7


def test_a_gap_breaks_the_line_and_a_point_alone_is_a_dot() -> None:
    found = drawn(Line("a", [(0, 1), (10, 1), (60, 2)], gap=25))
    assert path(found).count("M") == 2
    assert len(list(found.iter("circle"))) == 1
    assert not list(drawn(Line("a", [(0, 1), (10, 1)])).iter("circle"))


def test_a_limit_is_a_line_unless_it_would_flatten_the_values() -> None:
    near = drawn(Line("a", [(0, 50), (10, 60)]), limits=(80,))
    assert "alarm at 80" in texts(near)
    assert [one for one in near.iter("path") if one.attrib["class"] == "limit"]
    far = drawn(Line("a", [(0, 1), (10, 2)]), limits=(300,))
    assert "alarm at 300, above this plot" in texts(far)
    assert not [one for one in far.iter("path") if one.attrib["class"] == "limit"]


def test_lines_have_a_legend_with_their_last_value() -> None:
    found = drawn(Line("a", [(0, 1.25)]), Line("b", [(0, 1234.5)]), Line("c", []), Line("d", [(0, 2)], said="2 in all"))
    assert ["".join(one.itertext()) for one in found.iter("li")] == ["a, last 1.25", "b, last 1,234", "d, 2 in all"]
    assert "no values: c" in "".join(found.itertext())


def test_more_lines_than_colours_are_counted() -> None:
    found = drawn(*(Line(str(number), [(0, number)]) for number in range(8)))
    assert len(list(found.iter("li"))) == 6
    assert "and 2 more without a place here" in "".join(found.itertext())


def test_without_values_it_says_so_instead_of_zero() -> None:
    found = drawn(Line("a", []))
    assert "nothing here" in "".join(found.itertext())
    assert not list(found.iter("svg"))
    assert list(drawn(Line("a", [(0, 0)])).iter("svg"))
