"""Another Debezium release: pinned and verified, its differences listed; or nothing changes."""

import hashlib
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from cdc.plugin import debezium_update
from modules.artifacts.lock import Coordinates, load, parse
from modules.artifacts.publisher import NotPublishedError
from modules.artifacts.sources import Source, sources

OLD, NEW = "3.6.1.Final", "3.6.2.Final"
PLUGIN = "debezium-mysql"
ARCHIVE = "io.debezium:debezium-connector-mysql:{}:zip:plugin"
POM = "<project><licenses><license><name>Apache License, Version 2.0</name></license></licenses></project>"
METADATA = "<metadata><versioning><versions>{}</versions></versioning></metadata>"


def archive(jars: Iterable[str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as bundle:
        for jar in jars:
            bundle.writestr(f"debezium-connector-mysql/{jar}", jar)
    return content.getvalue()


def publish(repository: Path, maven: str, content: bytes) -> None:
    path = repository / Coordinates.parse(maven).path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.with_name(f"{path.name}.sha256").write_text(hashlib.sha256(content).hexdigest())


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A Maven repository in a directory, with two releases that differ in one jar."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    repository = tmp_path / "repository"
    for version, jars in ((OLD, ("driver-1.jar", "same.jar")), (NEW, ("driver-2.jar", "same.jar"))):
        publish(repository, ARCHIVE.format(version), archive(jars))
        publish(repository, f"io.debezium:debezium-connector-mysql:{version}:pom", POM.encode())
    versions = "".join(f"<version>{version}</version>" for version in (OLD, NEW))
    (repository / "io/debezium/debezium-connector-mysql/maven-metadata.xml").write_text(METADATA.format(versions))
    return repository


@pytest.fixture
def found(repository: Path) -> tuple[Source, ...]:
    return sources([str(repository)])


@pytest.fixture
def lock(repository: Path, tmp_path: Path) -> Path:
    """A lock file that pins the older release."""
    path = repository / Coordinates.parse(ARCHIVE.format(OLD)).path
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    file = tmp_path / "artifacts.lock.toml"
    file.write_text(f"""# kept
[plugins.{PLUGIN}]
connector = "C"
parts = ["debezium"]
[sets.debezium]
why = "the connector"
roots = ["{ARCHIVE.format(OLD)}"]
files = [
    {{maven = "{ARCHIVE.format(OLD)}", licence = "Apache-2.0", sha256 = "{digest}"}},
]
""")
    return file


@pytest.mark.parametrize("version", ["3.6.2", NEW])
def test_version_hash_and_size_change_together(
    repository: Path, found: tuple[Source, ...], lock: Path, version: str
) -> None:
    updated = debezium_update.debezium(load(lock), PLUGIN, version, sources=found, path=lock)
    assert (updated.removed, updated.added) == (("driver-1.jar",), ("driver-2.jar",))
    content = (repository / Coordinates.parse(ARCHIVE.format(NEW)).path).read_bytes()
    (file,) = load(lock).sets["debezium"].files
    assert file == updated.new
    assert (str(file.maven), file.size) == (ARCHIVE.format(NEW), len(content))
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert lock.read_text().startswith("# kept\n")


def test_an_unknown_release_names_the_newest_ones(found: tuple[Source, ...], lock: Path) -> None:
    before = lock.read_text()
    with pytest.raises(debezium_update.UpdateError, match=rf"3\.9\.9\.Final:zip:plugin is .*; .*{NEW} and {OLD}"):
        debezium_update.debezium(load(lock), PLUGIN, "3.9.9", sources=found, path=lock)
    assert lock.read_text() == before


def test_a_file_with_another_checksum_than_published_is_not_pinned(
    repository: Path, found: tuple[Source, ...], lock: Path
) -> None:
    before = lock.read_text()
    (repository / Coordinates.parse(ARCHIVE.format(NEW)).path).write_bytes(archive(["other.jar"]))
    with pytest.raises(NotPublishedError):
        debezium_update.debezium(load(lock), PLUGIN, NEW, sources=found, path=lock)
    assert lock.read_text() == before


def test_a_plugin_without_debezium_cannot_be_updated(found: tuple[Source, ...], lock: Path) -> None:
    other = parse(lock.read_text().replace("io.debezium:", "org.example:"), file="other")
    with pytest.raises(debezium_update.UpdateError, match=r"must have a part of group io\.debezium"):
        debezium_update.debezium(other, PLUGIN, NEW, sources=found, path=lock)
