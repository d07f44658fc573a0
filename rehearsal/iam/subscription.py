"""The topics that a consumer's patterns name."""

import re
from collections.abc import Iterable


def subscription(topics: Iterable[str]) -> re.Pattern[str]:
    """What matches the names of ``topics``, in which * stands for any characters, as in IAM."""
    return re.compile("|".join(".*".join(map(re.escape, topic.split("*"))) for topic in topics))
