"""Properties files as MSK and MSK Connect take them: each line has a value."""

import javaproperties


def parse(text: str) -> dict[str, str]:
    """The properties by key; raises ValueError with the first line that has a key only."""
    number, properties = 1, {}
    for entry in javaproperties.parse(text):
        if isinstance(entry, javaproperties.KeyValue):
            if entry.source.strip() == entry.key:
                raise ValueError(f"line {number} must be key=value, got {entry.key!r}")
            properties[entry.key] = entry.value
        number += entry.source.count("\n")
    return properties
