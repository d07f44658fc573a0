"""Inputs that nobody would write on purpose: how many, from which seed, and what they are made of."""

import copy
import os
from typing import Any, Final

from hypothesis import HealthCheck, Phase, seed, settings, strategies as st

# ``make fuzz`` takes 2,000 inputs a test. FUZZ=7 takes others than FUZZ=8; without it they are the same in each run.
MANY: Final = int(os.environ.get("FUZZ_INPUTS", "2000"))
FEW: Final = int(os.environ.get("FUZZ_INPUTS", "150"))
SEEDED: Final = seed(int(os.environ.get("FUZZ", "0")))


def inputs(number: int) -> settings:
    """One that takes five seconds hangs."""
    return settings(
        max_examples=number,
        deadline=5000,
        database=None,
        derandomize="FUZZ" not in os.environ,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )


VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
    | st.sampled_from(["", "\ud800", "\x1b[2J", "\\u00zz", "{}", "[[", "1e999", "-1", "${a:b}", "0.0.0.0/0", "*"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip

Place = tuple[Any, ...]


def places(node: Any, place: Place = ()) -> list[Place]:
    """Every value of a document, the document itself first."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(found for step, part in parts for found in places(part, (*place, step)))]


def parent(content: Any, place: Place) -> Any:
    for step in place[:-1]:
        content = content[step]
    return content


@st.composite
def altered(draw: st.DrawFn, document: Any, *, values: st.SearchStrategy[Any] = VALUES) -> Any:
    """``document`` with up to three of its parts replaced, removed, or under another key."""
    document = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(places(document)))
        if not place:
            continue
        draw(st.sampled_from((_replace, _replace, _remove, _rename)))(draw, document, place, values)
    return document


def _replace(draw: st.DrawFn, document: Any, place: Place, values: st.SearchStrategy[Any]) -> None:
    parent(document, place)[place[-1]] = copy.deepcopy(draw(values))


def _remove(_: st.DrawFn, document: Any, place: Place, __: st.SearchStrategy[Any]) -> None:
    del parent(document, place)[place[-1]]


def _rename(draw: st.DrawFn, document: Any, place: Place, _: st.SearchStrategy[Any]) -> None:
    around = parent(document, place)
    if isinstance(around, dict):
        around[draw(st.text(max_size=8))] = around.pop(place[-1])


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """``content`` cut off, with bytes exchanged or removed, or with a part of it twice."""
    for _ in range(draw(st.integers(1, 3))):
        start, length = draw(st.integers(0, len(content))), draw(st.integers(0, 40))
        middle = draw(st.binary(max_size=8) | st.just(content[start : start + length] * 2) | st.none())
        content = content[:start] + (b"" if middle is None else middle + content[start + length :])
    return content
