"""Checks of plugin archives against the connectors that use them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from modules.archive.manifest import Manifest, read
from modules.archive.zips import BadArchiveError
from modules.debezium import formats, lag
from modules.debezium.checks.classes import in_archive
from modules.debezium.configuration import (
    CONNECTOR_CLASS,
    IMPORT_PROVIDER_CLASS,
    SECRET_PROVIDER_CLASS,
    imports_trust_store,
)
from modules.environment.checks.property_rules import subject
from modules.environment.environment import Environment
from modules.environment.models.connectors import Connector
from modules.environment.models.plugins import ArchivePlugin
from modules.messages.problems import Problem, either


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents of one archive; None where it is unknown.

    ``connectors`` and ``config_providers`` are class names, ``left_out`` the parts that it was built without,
    ``classes`` those that a connector's properties may name: of transforms, predicates and converters.
    """

    connectors: frozenset[str]
    config_providers: frozenset[str]
    left_out: tuple[str, ...] = ()
    kafkaconnect_versions: tuple[str, ...] | None = None
    debezium_version: str | None = None
    classes: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def has_lag(self) -> bool:
        return lag.CLASS in self.classes.get("transforms", ())


class Findings(NamedTuple):
    """``errors`` break any worker, ``on_msk_connect`` only those of MSK Connect: a rehearsal runs without.

    ``advice`` is what the environment runs without.
    """

    errors: tuple[Problem, ...]
    on_msk_connect: tuple[Problem, ...]
    advice: tuple[Problem, ...] = ()


Look = Callable[[Path], Contents | None]


def recorded(archive: Path) -> Contents | None:
    """The contents recorded in the manifest of ``archive``; None without one. Raises OSError and BadArchiveError."""
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
        classes={
            "transforms": frozenset(manifest.transforms),
            "predicates": frozenset(manifest.predicates),
            "converters": frozenset((*manifest.converters, *manifest.header_converters)),
        },
    )


def findings(environment: Environment, *, look: Look = recorded) -> Findings:
    """Problems of the archives that ``environment`` names; ``look`` reads an archive."""
    contents: dict[str, Contents] = {}
    unreadable = []
    for name, plugin in environment.plugins.items():
        if not isinstance(plugin, ArchivePlugin):
            continue
        try:
            if found := look(Path(plugin.archive)):
                contents[name] = found
        except (OSError, BadArchiveError) as error:
            unreadable.append(_unreadable(environment, name, plugin.archive, error))
    errors = [problem for name, found in contents.items() for problem in _errors(environment, name, found)]
    broken = {problem.path[1] for problem in unreadable}
    advice = [one for one in _without_lag(environment, contents) if one.path[1] not in broken]
    return Findings((*unreadable, *errors), tuple(_without_provider(environment, contents)), tuple(advice))


def converter_parts(environment: Environment, plugin: str) -> tuple[str, ...]:
    """The optional part of a plugin with the converter of its connectors' format, where this project has one."""
    written = {connector.format for _, connector in _connectors(environment, plugin)}
    registry = environment.registry
    return (formats.PARTS[registry.kind],) if registry and "avro" in written else ()


def measures_lag(environment: Environment, name: str) -> bool:
    """Whether workers log the lag: plugin ``name`` has our transform, as its archive's manifest or the file says."""
    plugin = environment.plugins[name]
    if not environment.alarms.lag:
        return False
    if not isinstance(plugin, ArchivePlugin):
        return plugin.lag
    try:
        found = recorded(Path(plugin.archive))
    except (OSError, BadArchiveError):
        return False
    return found is not None and found.has_lag


def _without_lag(environment: Environment, contents: Mapping[str, Contents]) -> Iterator[Problem]:
    for name, plugin in environment.plugins.items() if environment.alarms.lag else ():
        if not any(_connectors(environment, name)):
            continue
        if not isinstance(plugin, ArchivePlugin):
            if not plugin.lag:
                yield Problem(
                    ("plugins", name),
                    f"the lag of its connectors is not measured: set lag to true if `cdc plugin build` made it with"
                    f" {lag.CLASS}, or alarms.lag to false",
                )
        elif name not in contents or not contents[name].has_lag:
            yield Problem(
                ("plugins", name, "archive"),
                f"the lag of its connectors is not measured, the archive has no {lag.CLASS}: build it with"
                f" `cdc plugin build`, or set alarms.lag to false",
            )


def _unreadable(environment: Environment, name: str, archive: str, error: Exception) -> Problem:
    parts = "".join(f" --with {part}" for part in converter_parts(environment, name))
    output = "" if archive == f"build/plugins/{name}.zip" else f" --output {archive}"
    return Problem(
        ("plugins", name, "archive"),
        f"{_reason(archive, error)}; build it with: cdc plugin build {name}{parts}{output}",
    )


def _reason(archive: str, error: Exception) -> str:
    return f"cannot read {archive} ({error.strerror})" if isinstance(error, OSError) else str(error)


def _errors(environment: Environment, name: str, found: Contents) -> Iterator[Problem]:
    if CONNECTOR_CLASS not in found.connectors:
        connectors = either(sorted(found.connectors), last="and") if found.connectors else "no connector"
        yield Problem(("plugins", name, "archive"), f"must contain {CONNECTOR_CLASS}; it contains {connectors}")
    version = environment.plugins[name].debezium_version
    if found.debezium_version not in {None, version}:
        path = ("plugins", name, "debezium_version")
        yield Problem(path, f"must be {found.debezium_version}, the version in the archive", version)
    for key, connector in _connectors(environment, name):
        checked = found.kafkaconnect_versions
        if checked is not None and connector.kafkaconnect_version not in checked:
            yield Problem(
                ("connectors", key, "kafkaconnect_version"),
                f"must be {either(checked)}, which the archive of {name} was checked against",
                connector.kafkaconnect_version,
            )
        as_it_runs = subject(connector, environment.plugins[name], registry=environment.registry)
        for finding in in_archive(as_it_runs, found.classes):
            yield Problem(("connectors", key, *finding.place), finding.message, finding.value)
        yield from _without_converter(environment, key, found)


def _without_converter(environment: Environment, key: str, found: Contents) -> Iterator[Problem]:
    """Where the archive lacks the class that writes the connector's format."""
    connector, registry = environment.connectors[key], environment.registry
    class_ = formats.converter(connector.format, registry)
    if registry and class_ and class_ not in found.classes.get("converters", (class_,)):
        part = formats.PARTS[registry.kind]
        remedy = (
            f"; build it with: cdc plugin build {connector.plugin} --with {part}" if connector.format == "avro" else ""
        )
        if remedy and part in formats.ELSEWHERE:
            remedy += " and the --source that docs/plugins.md names for it"
        wanted = f"must come with a plugin that contains {class_}{remedy}"
        yield Problem(("connectors", key, "format"), wanted, connector.format)


def _without_provider(environment: Environment, contents: Mapping[str, Contents]) -> Iterator[Problem]:
    for name, found in contents.items():
        keys = [key for key, _ in _connectors(environment, name)]
        trusting = [key for key, one in _connectors(environment, name) if imports_trust_store(one)]
        if trusting and SECRET_PROVIDER_CLASS in found.config_providers:
            yield from _without_import(name, trusting, found)
        if not keys or SECRET_PROVIDER_CLASS in found.config_providers:
            continue
        without = "".join(f" --without {part}" for part in found.left_out)
        yield Problem(
            ("plugins", name, "archive"),
            f"must contain {SECRET_PROVIDER_CLASS}, which reads the database's password for"
            f" {either(keys, last='and')}{without and f'; it was built{without}'};"
            f" build it where every part can be downloaded: cdc plugin build {name}",
        )


def _without_import(name: str, keys: list[str], found: Contents) -> Iterator[Problem]:
    if IMPORT_PROVIDER_CLASS not in found.config_providers:
        yield Problem(
            ("plugins", name, "archive"),
            f"must contain {IMPORT_PROVIDER_CLASS}, which reads source.tls.ca_bundle for {either(keys, last='and')}",
        )


def _connectors(environment: Environment, plugin: str) -> Iterator[tuple[str, Connector]]:
    return ((key, connector) for key, connector in environment.connectors.items() if connector.plugin == plugin)
