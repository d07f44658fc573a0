"""Properties files as MSK and MSK Connect accept them: each key has a value."""

import javaproperties


def parse(text: str) -> dict[str, str]:
    """The properties by key; raises ValueError for the first line without a value."""
    number, properties = 1, {}
    for entry in javaproperties.parse(text):
        if isinstance(entry, javaproperties.KeyValue):
            if entry.source.strip() == entry.key:
                raise ValueError(f"line {number} must be key=value, got {entry.key!r}")
            properties[entry.key] = entry.value
        number += entry.source.count("\n")
    return properties
