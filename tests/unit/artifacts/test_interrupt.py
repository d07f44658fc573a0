"""Ctrl-C while a server does not answer: the process ends at once and leaves no files."""

import signal
import subprocess
import sys

import pytest

from modules.artifacts.cache import Cache
from tests.places import ROOT
from tests.unit.artifacts.conftest import leftovers
from tests.unit.artifacts.repository import Answer, Repository, hangs

# The stall timeout is longer than the test's: only the interrupt can end it in time.
FETCH = """
import sys
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import File
from modules.artifacts.sources import sources
from modules.artifacts.transport import Policy
file = File.model_validate_json(sys.argv[2])
fetch([file], sources=sources(sys.argv[1:2]), cache=Cache(), policy=Policy(stall=300))
"""


@pytest.mark.parametrize("answer", [hangs(after=70_000), hangs(after=None)])
def test_interrupted(repository: Repository, cache: Cache, answer: Answer) -> None:
    file = repository.publish("org.example:lib:1.0", bytes(100_000))
    repository.answers(file, answer)
    command = [sys.executable, "-c", FETCH, repository.url, file.model_dump_json()]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        assert repository.reached.wait(30)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert errors.splitlines()[-1] == "KeyboardInterrupt"
    assert process.returncode == -signal.SIGINT
    assert leftovers(cache) == []
