"""A manifest can be written and read; a damaged one is an error."""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest

from modules.archive.manifest import JarEntry, Manifest, ManifestError, PartEntry, read
from tests.unit.archive.classes import zipped

Jars = Mapping[str, bytes]
MANIFEST = Manifest(
    plugin="debezium-mysql",
    connector="org.example.Connector",
    parts=(PartEntry(name="a", version="1", coordinates="org.a:a:1", sha256="0" * 64, licence="MIT"),),
    left_out=("b",),
    worker_owned=("kafka-clients-3.7.2.jar",),
    jars=(JarEntry(name="a-1.jar", sha256=sha256(b"a jar").hexdigest(), coordinates=("org.a:a:1",)),),
    connectors=("org.example.Connector",),
    java=17,
    kafkaconnect_versions=("3.7.x",),
)


JAR = {"debezium-mysql/a-1.jar": b"a jar"}


def archive(folder: Path, content: bytes, name: str = "debezium-mysql/plugin.json", jars: Jars = JAR) -> Path:
    path = folder / "plugin.zip"
    path.write_bytes(zipped({name: content, **jars}))
    return path


def changed(**fields: object) -> bytes:
    return json.dumps({**json.loads(MANIFEST.dump()), **fields}).encode()


def test_it_is_read_as_written(tmp_path: Path) -> None:
    assert read(archive(tmp_path, MANIFEST.dump())) == MANIFEST


def test_it_is_sorted_json_with_a_newline_at_the_end() -> None:
    text = MANIFEST.dump().decode()
    assert text == json.dumps(json.loads(text), indent=2, sort_keys=True) + "\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (MANIFEST.dump(), "plugin.json"),
        (MANIFEST.dump(), "debezium-mysql/licences/plugin.json"),
        (b'{"format": 1, "name": "another tool\'s"}', "debezium-mysql/plugin.json"),
        (b"[]", "debezium-mysql/plugin.json"),
    ],
)
def test_an_archive_that_was_not_built_here_has_none(tmp_path: Path, content: bytes, name: str) -> None:
    assert read(archive(tmp_path, content, name)) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "plugin.zip: debezium-mysql/plugin.json must be JSON .*; build the plugin again"),
        (b"\xff", "debezium-mysql/plugin.json must be JSON"),
        (changed(format=2), "must have format 1, got 2; build the plugin again with this checkout"),
        (changed(java="new"), "plugin.json: java: Input should be a valid integer.*; build the plugin again"),
        (changed(host="here"), "plugin.json: host: Extra inputs are not permitted"),
    ],
)
def test_a_damaged_manifest_is_an_error(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read(archive(tmp_path, content))


def test_another_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "plugin.zip"
    with pytest.raises(FileNotFoundError):
        read(path)
    path.write_bytes(b"<html>")
    with pytest.raises(ManifestError, match=r"plugin.zip must be a ZIP or JAR"):
        read(path)


@pytest.mark.parametrize(
    ("jars", "message"),
    [
        ({"debezium-mysql/a-1.jar": b"another jar"}, r"a-1\.jar must be sha256 .*, as in plugin\.json, got sha256 "),
        ({}, r"a-1\.jar must be sha256 .*, as in plugin\.json, got no such jar; build the plugin again"),
        ({**JAR, "debezium-mysql/b.JAR": b"more"}, r"b\.JAR must be left out, as in plugin\.json, got sha256 "),
        ({**JAR, "debezium-mysql/more/a-1.jar": b"more"}, r"a-1\.jar must be "),
    ],
)
def test_other_jars_than_were_built_are_an_error(tmp_path: Path, jars: Jars, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read(archive(tmp_path, MANIFEST.dump(), jars=jars))


def test_a_manifest_that_is_nested_without_end_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"plugin\.json must be JSON \(must be nested at most 100 deep\)"):
        read(archive(tmp_path, b"[" * 100_000))
