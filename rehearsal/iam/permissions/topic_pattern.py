"""Patterns of topic names, as in IAM."""

import re
from collections.abc import Iterable


def topic_pattern(topics: Iterable[str]) -> re.Pattern[str]:
    """Matches the names of ``topics``, where * is any characters."""
    return re.compile("|".join(".*".join(map(re.escape, topic.split("*"))) for topic in topics))
