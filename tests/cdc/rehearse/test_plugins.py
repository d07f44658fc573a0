"""The plugin archives of a rehearsal: one without a part is never where a deploy would take it from."""

from pathlib import Path

import pytest

from cdc.console import FetchProgress
from cdc.plugin.building import REHEARSED
from cdc.rehearse.plugins import Builder, using
from modules.archive.manifest import read
from modules.artifacts.fetch import OfflineError
from modules.artifacts.lock import Lock, load
from modules.artifacts.sources import sources
from modules.environment.environment import Environment
from modules.environment.models.plugins import ArchivePlugin
from rehearsal.processes.errors import RehearsalError
from tests.synthesized import changed, document

PLUGIN = "debezium-mysql"
PROVIDER = "msk-config-providers"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def environment() -> Environment:
    return Environment(name="dev", **document("dev"))


def archive_of(config: Environment) -> Path:
    plugin = config.plugins[PLUGIN]
    assert isinstance(plugin, ArchivePlugin)
    return Path(plugin.archive)


def builder(lock: Lock, *, offline: bool = False) -> Builder:
    return Builder(lock, sources([]), offline=offline, progress=FetchProgress())


def with_provider_that_no_source_has() -> Lock:
    return without_source(load(), PROVIDER)


def without_source(lock: Lock, part: str) -> Lock:
    nowhere = {"sha256": "0" * 64, "url": "https://localhost:1/none.jar"}
    files = tuple(file.model_copy(update=nowhere) for file in lock.sets[part].files)
    return lock.model_copy(update={"sets": {**lock.sets, part: lock.sets[part].model_copy(update={"files": files})}})


def without_provider_in_its_recipe() -> Lock:
    lock = load()
    recipe = lock.plugins[PLUGIN]
    parts = tuple(part for part in recipe.parts if part != PROVIDER)
    return lock.model_copy(update={"plugins": {**lock.plugins, PLUGIN: recipe.model_copy(update={"parts": parts})}})


@pytest.mark.parametrize("offline", [False, True], ids=["online", "offline"])
def test_one_without_a_part_is_built_elsewhere(folder: Path, offline: bool) -> None:
    config, build = environment(), builder(with_provider_that_no_source_has(), offline=offline)
    archives = build.archives(config)
    assert archives == {PLUGIN: REHEARSED / f"{PLUGIN}.zip"}
    assert archives[PLUGIN].is_file()
    assert not (folder / archive_of(config)).exists()
    assert build.notes == [f"built {archives[PLUGIN]} without {PROVIDER}, which no source has"]
    assert archive_of(using(config, archives)) == archives[PLUGIN]
    assert archive_of(config) == Path(f"build/plugins/{PLUGIN}.zip")


def test_a_complete_one_is_built_where_the_environment_names_it() -> None:
    config, build = environment(), builder(without_provider_in_its_recipe())
    archives = build.archives(config)
    assert archives == {PLUGIN: archive_of(config)}
    assert converters(archives[PLUGIN]) == ()
    assert not REHEARSED.exists()
    assert using(config, archives) == config


@pytest.mark.parametrize(
    ("version", "recipe"),
    [("3.6.1.Final", "debezium-mysql"), ("2.7.4.Final", "debezium-mysql-2"), ("3.5.0.Final", None)],
)
def test_a_plugin_of_another_name_is_built_by_its_version(version: str, recipe: str | None) -> None:
    plugin = ArchivePlugin(archive="build/plugins/ours.zip", debezium_version=version)
    build = builder(load())
    if recipe is None:
        with pytest.raises(RehearsalError, match=r"plugins\.ours must be a plugin in artifacts\.lock\.toml"):
            build._recipe(plugin, "ours")
    else:
        assert build._recipe(plugin, "ours") == recipe
    assert build._recipe(plugin, "debezium-mysql-2") == "debezium-mysql-2"


def test_one_that_exists_is_used() -> None:
    config = environment()
    archive_of(config).parent.mkdir(parents=True)
    archive_of(config).write_bytes(b"mine")
    build = builder(with_provider_that_no_source_has())
    assert build.archives(config) == {PLUGIN: archive_of(config)}
    assert archive_of(config).read_bytes() == b"mine"
    assert build.notes == []


def avro(**plugin: str) -> Environment:
    """With Apicurio's registry; ``plugin`` is the connector's."""
    url = "https://registry.example.internal"
    content = changed(
        document("dev"), schema_registry={"kind": "apicurio", "url": url}, connectors__shop__format="avro"
    )
    return Environment(name="dev", **{**content, "plugins": {PLUGIN: plugin}} if plugin else content)


def converters(archive: Path) -> tuple[str, ...]:
    manifest = read(archive)
    assert manifest
    return tuple(name for name in manifest.converters if name.startswith("io.apicurio."))


@pytest.mark.parametrize("published", [False, True])
def test_one_for_a_format_has_its_converter(published: bool) -> None:
    config = avro(bucket="plugins", key="debezium.zip", version="1") if published else avro()
    build = builder(without_provider_in_its_recipe())
    [path] = build.archives(config).values()
    assert "io.apicurio.registry.utils.converter.AvroConverter" in converters(path)
    assert path == (REHEARSED / f"{PLUGIN}-apicurio-converter.zip" if published else archive_of(config))
    assert build.notes == [f"built {path} with apicurio-converter"]


def test_a_converter_that_no_source_has_is_not_left_out() -> None:
    lock = without_source(with_provider_that_no_source_has(), "apicurio-converter")
    with pytest.raises(OfflineError, match="apicurio"):
        builder(lock, offline=True).archives(avro())
    assert not REHEARSED.exists()
