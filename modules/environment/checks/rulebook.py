"""How the rules of ``modules.environment.checks.rules`` are written down and run.

A rule is a generator of problems. Its parameters name the sections of the file that it needs, or
``document``, all of it; one that asks for ``connector`` is run for each, and its paths start there.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from inspect import signature
from typing import Any, Final, TypeVar

from modules.messages.problems import Path, Problem

Rule = Callable[..., Iterator[Problem]]
R = TypeVar("R", bound=Rule)
M = TypeVar("M")

RULES: Final[list[Rule]] = []
ADVICE: Final[list[Rule]] = []


def rule(function: R) -> R:
    """An environment must keep it."""
    RULES.append(function)
    return function


def advice(function: R) -> R:
    """What it yields is allowed, and worth a second thought."""
    ADVICE.append(function)
    return function


def run(rules: Iterable[Rule], sections: Mapping[str, Any], *, partial: bool = False) -> Iterator[Problem]:
    """What the rules say of ``sections``.

    ``partial`` sections hold only what is whole in a file with errors: a rule without its section is
    not run, and a value that is not there, a missing attribute, ends the rule.
    """
    for function in rules:
        needs = tuple(signature(function).parameters)
        for root, known in _scopes(sections, each="connector" in needs):
            if partial and not all(need in known for need in needs):
                continue
            try:
                for problem in function(*(known[need] for need in needs)):
                    yield replace(problem, path=(*root, *problem.path))
            except AttributeError:
                if not partial:
                    raise


def _scopes(sections: Mapping[str, Any], *, each: bool) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if not each:
        yield (), sections
        return
    for name, connector in sections.get("connectors", {}).items():
        yield ("connectors", name), {**sections, "connector": connector}


def known(table: Mapping[str, M], read: Callable[[M], Any]) -> Iterator[tuple[str, Any]]:
    """Name and value of every entry; in a partial section, of those that have the value."""
    for name, entry in table.items():
        try:
            yield name, read(entry)
        except AttributeError:
            continue


def repeated(table: Mapping[str, M], read: Callable[[M], Hashable]) -> Iterator[tuple[str, str]]:
    """The name of each entry whose value an earlier one has, and the earlier one's name."""
    first: dict[Hashable, str] = {}
    for name, value in known(table, read):
        if first.setdefault(value, name) != name:
            yield name, first[value]
