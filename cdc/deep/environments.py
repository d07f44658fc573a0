"""Validation of an environment's connectors by their plugins; findings as problems of the environment file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from cdc.deep.validation import Case, Finding, pinned, validate
from modules.archive.zips import BadArchiveError
from modules.artifacts.cache import Cache
from modules.artifacts.fetch import fetch
from modules.artifacts.lock import File, Lock
from modules.artifacts.progress import Progress
from modules.artifacts.sources import Source
from modules.debezium.configuration import connection_properties, connector_properties
from modules.debezium.definitions import Release, release, resolved
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import ArchivePlugin, PublishedPlugin
from modules.environment.plugin_archives import recorded
from modules.messages import secrecy
from modules.messages.problems import Problem
from modules.user_files.reading import opened

# Instead of values that are unknown until apply: nothing connects to them.
_HOSTNAME: Final = "database.invalid"
_PORT: Final = "3306"
_BOOTSTRAP: Final = "broker.invalid:9098"
_PUBLISHED: Final = Path("build/plugins")
_DIGEST: Final = 64


@dataclass(frozen=True)
class Machine:
    """Where jars come from: pins, sources, and whether the network may be used."""

    lock: Lock
    sources: Sequence[Source]
    offline: bool = False
    progress: Progress | None = None


class Validated(NamedTuple):
    """For one environment: ``errors`` in its file, and plugins ``skipped`` because their ZIP is not on this machine."""

    errors: tuple[Problem, ...]
    skipped: tuple[Problem, ...]


class _Subject(NamedTuple):
    """A connector of the environment at ``place``."""

    place: int
    name: str
    case: Case


def validated(
    environments: Sequence[Environment], machine: Machine, archives: Mapping[str, Path] = MappingProxyType({})
) -> tuple[Validated, ...]:
    """Validates every connector with its own plugin, in one JVM for each version of Kafka Connect.

    ``archives`` are ZIPs by plugin, for those that their environment does not name. Raises what ``validate`` and
    fetching raise.
    """
    subjects: dict[str, list[_Subject]] = {}
    skipped: list[list[Problem]] = [[] for _ in environments]
    for place, environment in enumerate(environments):
        known = {name: archives.get(name) or local_archive(environment, name) for name in environment.plugins}
        published = {name for name, plugin in environment.plugins.items() if not isinstance(plugin, ArchivePlugin)}
        skipped[place] += [_skipped(name) for name, path in known.items() if path is None and name in published]
        for name, connector in environment.connectors.items():
            if path := known[connector.plugin]:
                case = Case(path, effective(environment, name))
                subjects.setdefault(connector.kafkaconnect_version, []).append(_Subject(place, name, case))
    refused: list[list[Problem]] = [[] for _ in environments]
    for worker, several in sorted(subjects.items()):
        for subject, findings in zip(several, _findings(several, machine, worker), strict=True):
            environment = environments[subject.place]
            refused[subject.place] += [_problem(environment, subject.name, each) for each in _first(findings)]
    return tuple(Validated(tuple(one), tuple(other)) for one, other in zip(refused, skipped, strict=True))


def prepare(environments: Sequence[Environment], machine: Machine) -> None:
    """Fetches what ``validated`` needs, which then fetches nothing."""
    workers = {one.kafkaconnect_version for environment in environments for one in environment.connectors.values()}
    _fetched(machine, *sorted(workers))


def _fetched(machine: Machine, *workers: str) -> Mapping[File, Path]:
    return fetch(
        pinned(machine.lock, *workers),
        sources=machine.sources,
        cache=Cache(),
        offline=machine.offline,
        progress=machine.progress,
    )


def _findings(subjects: Sequence[_Subject], machine: Machine, worker: str) -> list[tuple[Finding, ...]]:
    paths = _fetched(machine, worker)
    return validate([subject.case for subject in subjects], machine.lock, paths, worker=worker)


def effective(environment: Environment, name: str) -> dict[str, str]:
    """The configuration that Kafka Connect would read, with placeholders for what is unknown until apply.

    Classes have their full names: short ones are found by a worker's scan of its plugins, which takes seconds.
    """
    connector = environment.connectors[name]
    properties = {
        "name": name,
        **connector_properties(connector, registry=environment.registry),
        **connection_properties(connector, hostname=_HOSTNAME, port=_PORT, bootstrap=_BOOTSTRAP),
    }
    known = release(environment.plugins[connector.plugin].debezium_version, connector.kafkaconnect_version)
    return {key: _full(known, key, value) for key, value in properties.items()}


def _full(known: Release, key: str, value: str) -> str:
    kinds = (("transforms.", known.transforms), ("predicates.", known.predicates))
    for prefix, classes in kinds:
        if key.startswith(prefix) and key.endswith(".type"):
            return resolved(value, classes) or value
    return (resolved(value, known.converters) or value) if key.endswith(".converter") else value


def local_archive(environment: Environment, name: str) -> Path | None:
    """The plugin's ZIP: the one that its environment names, or for a published one an equal ZIP in build/plugins."""
    plugin = environment.plugins[name]
    if isinstance(plugin, ArchivePlugin):
        archive = Path(plugin.archive)
        return archive if archive.is_file() else None
    path = _PUBLISHED / f"{name}.zip"
    try:
        contents = recorded(path)
    except (OSError, BadArchiveError):
        return None
    digest = Path(plugin.key).stem if isinstance(plugin, PublishedPlugin) else ""
    if len(digest) == _DIGEST:  # an object named after its hash
        with opened(path) as content:
            return path if file_digest(content, "sha256").hexdigest() == digest else None
    return path if contents and contents.debezium_version == plugin.debezium_version else None


def _skipped(name: str) -> Problem:
    return Problem(
        ("plugins", name), f"was not validated: its ZIP is not on this machine; pass it with --plugin {name}=ZIP"
    )


def _first(findings: Sequence[Finding]) -> list[Finding]:
    """One finding for each property: Kafka Connect and the class behind an alias often report the same."""
    return list({finding.property: finding for finding in reversed(findings)}.values())[::-1]


def _problem(environment: Environment, name: str, finding: Finding) -> Problem:
    connector = environment.connectors[name]
    own = finding.property in connector.properties
    path = ("connectors", name, "properties", finding.property) if own else ("connectors", name)
    what = "" if own else f"{finding.property}: "
    message = " ".join(finding.message.split())
    if secrecy.names_secret(finding.property):
        message = "its value"
    problem = Problem(path, f"{what}{finding.by} {_version(environment, connector, finding)}refuses it: {message}")
    if not own:
        return problem
    return replace(problem, value=secrecy.shown_value(finding.property, connector.properties[finding.property]))


def _version(environment: Environment, connector: Connector, finding: Finding) -> str:
    versions = {
        "Debezium": environment.plugins[connector.plugin].debezium_version,
        "Kafka Connect": connector.kafkaconnect_version,
    }
    return f"{versions[finding.by]} " if finding.by in versions else ""
