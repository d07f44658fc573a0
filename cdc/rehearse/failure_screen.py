"""A failed rehearsal on one screen: what failed, why, where, what to do, and where to look further."""

import textwrap
from collections.abc import Iterator
from typing import Final

from cdc.console import err
from cdc.display import clock
from rehearsal.outcome import Outcome
from rehearsal.processes.findings import Finding

_LABEL: Final = 8  # columns
_SHOWN: Final = 3  # findings
_EVIDENCE: Final = 4  # lines of a finding
_COLUMNS: Final = 100
# The places of a finding in words, in this order; a role and a property are in its cause and its line.
_PLACES: Final = ("connector", "transform", "table", "topic")


def show(outcome: Outcome) -> None:
    """Prints why ``outcome`` failed, to stderr."""
    for line in lines(outcome, width=min(err.width, _COLUMNS)):
        err.print(line, markup=False, soft_wrap=True)


def lines(outcome: Outcome, *, width: int) -> Iterator[str]:
    failure, step = outcome.failure, outcome.failed_step
    assert failure, "show only what failed"
    when = f"{step.name}, after {clock(step.at + step.seconds)}: " if step else ""
    yield ""
    yield from _wrapped(f"failed: {when}{failure.what}", "", width, indented=False)
    for found in failure.findings[:_SHOWN]:
        yield ""
        yield from _finding(found, width, repeated=found.cause == failure.what)
    if len(failure.findings) > _SHOWN:
        yield f"and {len(failure.findings) - _SHOWN} more"
    yield ""


def _finding(found: Finding, width: int, *, repeated: bool) -> Iterator[str]:
    if not repeated:
        yield from _wrapped(found.cause, "cause", width)
    for number, text in enumerate(_where(found)):
        yield from _wrapped(text, "" if number else "where", width)
    if found.next_step:
        yield from _wrapped(found.next_step, "next", width)
    evidence = found.evidence.strip("\n").splitlines()
    for number, line in enumerate(evidence[:_EVIDENCE]):
        yield _labelled(
            "" if number else "seen", textwrap.shorten(line.strip(), max(20, width - _LABEL), placeholder=" …")
        )


def _where(found: Finding) -> Iterator[str]:
    if places := ", ".join(f"{kind} {found.where[kind]}" for kind in _PLACES if found.where.get(kind)):
        yield places
    if line := found.where.get("line"):
        yield line


def _wrapped(text: str, label: str, width: int, *, indented: bool = True) -> Iterator[str]:
    """Never broken within a name or a path, which is to be copied."""
    room = width - _LABEL * indented
    broken = textwrap.wrap(text, max(20, room), break_long_words=False, break_on_hyphens=False)
    for number, line in enumerate(broken):
        yield _labelled("" if number else label, line) if indented else line


def _labelled(label: str, line: str) -> str:
    return f"{label:{_LABEL}}{line}"
