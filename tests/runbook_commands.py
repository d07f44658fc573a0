"""The commands of the runbooks, which tests run them as they are written, and why some are not run so."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.places import DOCS, ROOT

PAGES: Final = sorted((DOCS / "runbooks").glob("*.md"))
_COMMAND: Final = re.compile(
    r"(?:^(?P<shell>\$) (?:\.venv/bin/)?|^(?P<sql>mysql>) |`)"
    r"(?P<text>(?:aws|cdc|cdktf|terraform|kafka-configs\.sh|[A-Z]{4,}) [^`\n]+)",
    re.MULTILINE,
)
_ONLY_AWS: Final = "AWS alone has it"
_DESTROYS: Final = "destroys what the other tests use"
# By the start of a command: the tests that run it as the pages have it. All others run on a pipeline:
# tests/cdc/operate/running/test_runbooks.py.
RUN_BY: Final = {"cdc check ": "tests/unit/test_runbooks.py", "cdc verify ": "tests/cdc/verify/test_verify.py"}
# By the start of a command: why it is not run as the pages have it, or the tests that run it in another way.
ELSEWHERE: Final = {
    "cdktf deploy": "tests/delivery/test_cdktf.py",
    "terraform ": "tests/delivery/test_cdktf.py",
    "cdc plugin ": "tests/cdc/plugin/test_commands.py",
    "cdc preflight": "tests/cdc/preflight/test_command.py",
    "cdc rehearse": "tests/rehearsal/test_command.py",
    "cdc state ": "tests/delivery/test_recovery.py",
    "aws kafka delete-cluster": _DESTROYS,
    "aws kafka get-compatible-kafka-versions": _ONLY_AWS,
    "aws kafka update-connectivity": _ONLY_AWS,
    "aws kms schedule-key-deletion": _DESTROYS,
    "aws rds describe-events": "there is no RDS that fails over",
    "CALL mysql.rds_": "a procedure of RDS",
    "kafka-configs.sh": "a program of Kafka's distribution, which is not among the pinned jars",
}
# Pages with no other commands.
NOWHERE: Final = {"restore-state": "its states are in S3: tests/delivery/test_recovery.py restores them"}


def commands(page: Path) -> Iterator[str]:
    """As they are written: those to be typed, SQL too, and those that a sentence mentions with a place to fill in."""
    for found in _COMMAND.finditer(page.read_text()):
        if found["shell"] or found["sql"] or "<" in found["text"]:
            yield found["text"]


def why_not(command: str) -> str | None:
    """Why the command is not run as it is written; None for one that is."""
    return next((why for start, why in ELSEWHERE.items() if command.startswith(start)), None)


def starting(start: str) -> list[str]:
    """Of all pages, each once."""
    return sorted({command for page in PAGES for command in commands(page) if command.startswith(start)})


def run_there() -> list[str]:
    """Those that are run on the pipeline."""
    return [command for command in starting("") if not why_not(command) and not command.startswith((*RUN_BY,))]


def missing_tests() -> list[str]:
    """Tests that are named and do not exist."""
    named = (word for why in (*RUN_BY.values(), *ELSEWHERE.values(), *NOWHERE.values()) for word in why.split())
    return [word for word in named if word.startswith("tests/") and not (ROOT / word).exists()]
