"""Requirements of tests: without them a test is skipped with a message; in CI it fails."""

import os
from typing import NoReturn

import pytest

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}


def missing(what: str) -> NoReturn:
    """Skip or fail the running test."""
    if IN_CI:
        pytest.fail(f"needs {what}")
    pytest.skip(f"needs {what}")
