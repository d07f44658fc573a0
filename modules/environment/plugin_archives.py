"""What a plugin's archive holds, held against the connectors that run from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from modules.archive.manifest import Manifest, read
from modules.archive.zips import BadArchiveError
from modules.debezium.configuration import CONNECTOR_CLASS, SECRET_PROVIDER_CLASS
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import ArchivePlugin
from modules.messages.problems import Problem, either


@dataclass(frozen=True, slots=True)
class Contents:
    """Of one archive; None is what nobody has looked at.

    ``connectors`` and ``config_providers`` are class names, ``left_out`` the parts that its build went without.
    """

    connectors: frozenset[str]
    config_providers: frozenset[str]
    left_out: tuple[str, ...] = ()
    kafkaconnect_versions: tuple[str, ...] | None = None
    debezium_version: str | None = None


class Findings(NamedTuple):
    """``misfits`` no worker could start from; ``lacking`` is what only MSK Connect needs."""

    misfits: tuple[Problem, ...]
    lacking: tuple[Problem, ...]


Look = Callable[[Path], Contents | None]


def told(archive: Path) -> Contents | None:
    """What the manifest of ``archive`` says; None without one. Raises OSError and BadArchiveError."""
    manifest = read(archive)
    return None if manifest is None else _contents(manifest)


def _contents(manifest: Manifest) -> Contents:
    debezium = (
        part.version for part in manifest.parts if part.coordinates.startswith("io.debezium:debezium-connector-")
    )
    return Contents(
        connectors=frozenset(manifest.connectors),
        config_providers=frozenset(manifest.config_providers),
        left_out=manifest.left_out,
        kafkaconnect_versions=manifest.kafkaconnect_versions,
        debezium_version=next(debezium, None),
    )


def findings(environment: Environment, *, look: Look = told) -> Findings:
    """All that is wrong with the archives that ``environment`` names, as far as ``look`` sees into them."""
    contents: dict[str, Contents] = {}
    unreadable = []
    for name, plugin in environment.plugins.items():
        if not isinstance(plugin, ArchivePlugin):
            continue
        try:
            if held := look(Path(plugin.archive)):
                contents[name] = held
        except (OSError, BadArchiveError) as error:
            unreadable.append(_unreadable(name, plugin.archive, error))
    misfits = [problem for name, held in contents.items() for problem in _misfits(environment, name, held)]
    return Findings((*unreadable, *misfits), tuple(_lacking(environment, contents)))


def _unreadable(name: str, archive: str, error: Exception) -> Problem:
    output = "" if archive == f"build/plugins/{name}.zip" else f" --output {archive}"
    return Problem(
        ("plugins", name, "archive"),
        f"{_reason(archive, error)}; make it with: cdc plugin build {name}{output}",
    )


def _reason(archive: str, error: Exception) -> str:
    return f"cannot read {archive} ({error.strerror})" if isinstance(error, OSError) else str(error)


def _misfits(environment: Environment, name: str, held: Contents) -> Iterator[Problem]:
    if CONNECTOR_CLASS not in held.connectors:
        there = either(sorted(held.connectors), last="and") if held.connectors else "no connector"
        yield Problem(("plugins", name, "archive"), f"must hold {CONNECTOR_CLASS}; it holds {there}")
    version = environment.plugins[name].debezium_version
    if held.debezium_version not in {None, version}:
        path = ("plugins", name, "debezium_version")
        yield Problem(path, f"must be {held.debezium_version}, as the archive holds", version)
    for key, connector in _connectors(environment, name):
        checked = held.kafkaconnect_versions
        if checked is not None and connector.kafkaconnect_version not in checked:
            yield Problem(
                ("connectors", key, "kafkaconnect_version"),
                f"must be {either(checked)}, which the archive of {name} was checked against",
                connector.kafkaconnect_version,
            )


def _lacking(environment: Environment, contents: Mapping[str, Contents]) -> Iterator[Problem]:
    for name, held in contents.items():
        keys = [key for key, _ in _connectors(environment, name)]
        if not keys or SECRET_PROVIDER_CLASS in held.config_providers:
            continue
        without = "".join(f" --without {part}" for part in held.left_out)
        yield Problem(
            ("plugins", name, "archive"),
            f"must hold {SECRET_PROVIDER_CLASS}, which reads the database's password for"
            f" {either(keys, last='and')}{without and f'; it was built{without}'};"
            f" build it where every part can be fetched: cdc plugin build {name}",
        )


def _connectors(environment: Environment, plugin: str) -> Iterator[tuple[str, Connector]]:
    return ((key, connector) for key, connector in environment.connectors.items() if connector.plugin == plugin)
