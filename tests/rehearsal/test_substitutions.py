"""What a rehearsal runs otherwise is listed, and nothing else is changed."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from modules import debezium
from modules.archive.zips import BadArchiveError
from modules.config import Environment
from modules.debezium import SECRET_PROVIDER_CLASS
from rehearsal import substitutions
from rehearsal.properties import as_lines
from rehearsal.secret_files import SecretFiles
from rehearsal.servers import ServerError
from rehearsal.substitutions import applied, connector_properties, has_provider, worker_properties
from tests.synthesized import changed, document

ENDPOINT = "http://127.0.0.1:4566"
DEPLOYED = debezium.worker_properties(region="eu-west-1", offset_topic="offsets")


def archive(folder: Path, *classes: str) -> Path:
    """A plugin that was not made here, with one jar of these classes."""
    jar = io.BytesIO()
    with zipfile.ZipFile(jar, "w") as inner:
        for name in classes:
            inner.writestr(f"{name.replace('.', '/')}.class", b"")
    with zipfile.ZipFile(path := folder / "plugin.zip", "w") as outer:
        outer.writestr("plugin/plugin.jar", jar.getvalue())
    return path


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    return archive(tmp_path, "org.example.Connector")


@pytest.fixture
def provided(tmp_path: Path) -> Path:
    return archive(tmp_path, "org.example.Connector", SECRET_PROVIDER_CLASS)


def environment(**changes: Any) -> Environment:
    return Environment(name="dev", **changed(document("dev"), **changes))


def names(path: Path, *, brokers: int | None = None, **changes: Any) -> set[str]:
    found = applied(environment(**changes), {"debezium-mysql": path}, brokers=brokers)
    assert all(one.deployed and one.here for one in found)
    return {one.name for one in found}


ALWAYS = {"database", "host names", "access to brokers", "worker's memory", "prevent_destroy", "provider's retries"}


def test_the_provider_is_looked_for_in_the_archive(plain: Path) -> None:
    assert names(plain) == {*ALWAYS, "secrets in files"}
    assert not has_provider(plain)


def test_a_provider_in_the_archive_is_used(provided: Path) -> None:
    assert names(provided) == {*ALWAYS, "secrets' endpoint"}
    assert has_provider(provided)


def test_a_damaged_archive_is_refused(tmp_path: Path) -> None:
    (path := tmp_path / "plugin.zip").write_bytes(b"not a ZIP")
    with pytest.raises(BadArchiveError):
        has_provider(path)


@pytest.mark.parametrize(("brokers", "fewer"), [(1, True), (3, False), (None, False)])
def test_fewer_brokers_are_listed(plain: Path, brokers: int | None, fewer: bool) -> None:
    assert ("brokers" in names(plain, brokers=brokers)) is fewer


@pytest.mark.parametrize(("version", "other"), [("3.9.x", False), ("3.8.x", True)])
def test_another_version_of_kafka_is_listed(plain: Path, version: str, other: bool) -> None:
    assert ("Kafka's version" in names(plain, kafka__version=version)) is other


def test_the_older_connect_is_listed(plain: Path) -> None:
    older = {"connectors__shop__kafkaconnect_version": "2.7.1", "plugins": {"debezium-mysql": {"archive": str(plain)}}}
    content = changed(document("dev"), **older)
    assert "Kafka Connect's version" in {
        one.name for one in applied(Environment.model_construct(**vars(unchecked(content))), {"debezium-mysql": plain})
    }
