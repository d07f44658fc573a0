"""Words of the file's own keys that the plugin's release does not have."""

from collections.abc import Iterator
from typing import Final

from modules.debezium.checks.finding import Finding, Place
from modules.debezium.checks.subject import Subject

_KEYS: Final[dict[str, Place]] = {
    "snapshot.mode": ("snapshot", "mode"),
    "snapshot.locking.mode": ("snapshot", "locking"),
}


def check(subject: Subject) -> Iterator[Finding]:
    for property_, place in _KEYS.items():
        value = subject.effective.get(property_, "")
        found = subject.release.word(property_, value)
        if found is not None:
            old = f" ({found.successor} before)" if found.successor else ""
            message = (
                f"must be a word that {subject.name} has: {value} came with {found.since}{old};"
                " use a plugin with that release or a later one, such as 2.7.4.Final"
            )
            yield Finding(place, message, value)
