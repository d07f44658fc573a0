"""What a kept rehearsal cannot give to a changed environment."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from modules.environment.environment import Environment
from modules.environment.loading import located
from modules.environment.models.kafka import ProvisionedKafka
from modules.environment.models.schema_registry import UrlRegistry
from modules.environment.models.sources import source_kind
from modules.messages.problems import Problem
from rehearsal.connect.registries import by_url
from rehearsal.processes.errors import RefusedError
from rehearsal.processes.findings import Finding

# Sections and keys that decide what a rehearsal starts with.
_FIXED: Final = ("region", "account_id", "state")
_OF_KAFKA: Final = ("kind", "kafka_version", "coordination")
_NEXT: Final = "stop the kept rehearsal, and start a new one"


def check(before: Environment, after: Environment, file: Path, endpoints: Mapping[str, Any]) -> None:
    """Raises RefusedError with a finding for each change that would need another rehearsal.

    ``endpoints`` are those of the kept rehearsal, ``file`` has the environment ``after``.
    """
    problems = located(_problems(before, after, endpoints), file)
    if problems:
        findings = [Finding(str(problem.message), _NEXT, where={"line": _place(problem)}) for problem in problems]
        raise RefusedError("the kept rehearsal does not have what the change needs", *findings)


def _place(problem: Problem) -> str:
    return str(problem).removesuffix(f": {problem.message}")


def _problems(before: Environment, after: Environment, endpoints: Mapping[str, Any]) -> Iterator[Problem]:
    for key in _FIXED:
        if getattr(before, key) != getattr(after, key):
            yield Problem((key,), f"{key} of a running rehearsal cannot change")
    for key in _OF_KAFKA:
        old, new = getattr(before.kafka, key, None), getattr(after.kafka, key, None)
        if old != new:
            yield Problem(("kafka", key), f"kafka.{key} of running brokers cannot change, is {old}, got {new}")
    old, new = before.kafka, after.kafka
    if isinstance(old, ProvisionedKafka) and isinstance(new, ProvisionedKafka) and new.brokers > old.brokers:
        yield Problem(("kafka", "brokers"), f"{old.brokers} brokers were deployed, and running ones get no more")
    yield from _registry(before, after, endpoints)
    running = endpoints["mysql"]
    for key, connector in after.connectors.items():
        if (database := connector.source.database) not in running:
            message = f"the database {database} does not run here, only {', '.join(running)}"
            yield Problem(("connectors", key, "source", source_kind(connector.source)), message)


def _registry(before: Environment, after: Environment, endpoints: Mapping[str, Any]) -> Iterator[Problem]:
    """Without one here, a connector would write to the real one."""
    if by_url(after) and "registry" not in endpoints:
        yield Problem(("schema_registry",), "no schema registry by URL runs here, as no connector needed one")
    elif isinstance(after.schema_registry, UrlRegistry) and before.schema_registry != after.schema_registry:
        yield Problem(("schema_registry",), "schema_registry of a running rehearsal cannot change to another by URL")
