"""What a test needs from the machine: where it is missing the test is skipped and says so; in CI it fails."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def missing(what: str) -> NoReturn:
    """Leave the running test."""
    if IN_CI:
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")
