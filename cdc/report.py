"""The report on the terminal: results by subject, each with its fix."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from cdc.findings import Level, Result

_ORDER = (Level.ERROR, Level.WARNING, Level.UNKNOWN, Level.OK)


def lines(results: Sequence[Result]) -> Iterator[str]:
    """A block for each subject, then how many there are of each level."""
    width = max((len(result.check) for result in results), default=0)
    for subject, group in groupby(results, key=lambda result: result.subject):
        yield subject
        for result in group:
            found = result.finding
            yield f"  {found.level:<8} {result.check:<{width}}  {found.message}"
            if found.fix:
                yield f"  {'':<8} {'':<{width}}  fix: {found.fix}"
        yield ""
    yield _summary(results)


def _summary(results: Sequence[Result]) -> str:
    counts = Counter(result.finding.level for result in results)
    words = {Level.ERROR: "error", Level.WARNING: "warning", Level.UNKNOWN: "unknown", Level.OK: "ok"}
    plural = {Level.ERROR: "errors", Level.WARNING: "warnings"}
    return ", ".join(
        f"{counts[level]} {words[level] if counts[level] == 1 else plural.get(level, words[level])}"
        for level in _ORDER
        if counts[level]
    )


def passed(results: Sequence[Result]) -> bool:
    """Whether something was checked, and nothing is wrong; warnings and what is unknown do not count."""
    levels = {result.finding.level for result in results}
    return Level.ERROR not in levels and bool(levels & {Level.OK, Level.WARNING})
