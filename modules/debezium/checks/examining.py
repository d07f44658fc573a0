"""All checks on one connector: one finding for each place, the most telling."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from modules.debezium.checks import (
    classes,
    columns,
    combinations,
    converters,
    lists,
    loss,
    names,
    placeholders,
    topic_checks,
    transforms,
    values,
    words,
)
from modules.debezium.checks.finding import Finding, Place
from modules.debezium.checks.subject import Subject

_Check = Callable[[Subject], Iterator[Finding]]
# A name comes before its value, a value before what it does with others.
_CHECKS: Final[tuple[_Check, ...]] = (
    *(names.check, words.check, placeholders.check, values.check, lists.check, combinations.check),
    *(columns.check, topic_checks.check, transforms.check, classes.check, converters.check, loss.check),
)


def examine(subject: Subject) -> tuple[Finding, ...]:
    """Errors, and warnings where there is no error; without what the file accepts."""
    found = [finding for check in _CHECKS for finding in _checked(check, subject)]
    if not subject.whole:
        return tuple(_one_each(found))
    accepted = subject.connector.accept
    kept = [finding for finding in found if not (finding.acceptable and finding.key in accepted)]
    return tuple(_one_each([*kept, *_unneeded(accepted, found)]))


def _checked(check: _Check, subject: Subject) -> list[Finding]:
    found: list[Finding] = []
    try:
        for finding in check(subject):
            found.append(finding)
    except AttributeError:
        if subject.whole:
            raise
    return found


def _unneeded(accepted: Iterable[str], found: Iterable[Finding]) -> Iterator[Finding]:
    needed = {finding.key for finding in found if finding.acceptable}
    for key in accepted:
        if key not in needed:
            yield Finding(("accept", key), "must be left out: there is nothing to accept")


def _one_each(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The first of each place, errors before warnings."""
    seen: set[Place] = set()
    for finding in sorted(findings, key=lambda finding: finding.level == "warning"):
        if finding.place not in seen:
            seen.add(finding.place)
            yield finding
