"""Plugins are found like in Connect's scan, with and without the worker's classes."""

from collections.abc import Iterable

import pytest

from modules.archive.classpath import ClassPath
from modules.archive.jar import Jar
from modules.archive.plugins import Kind, Plugin, plugins
from modules.archive.worker import Worker, is_worker_owned, shared
from tests.unit.archive.classes import (
    ABSTRACT,
    CONFIG_PROVIDER,
    CONVERTER,
    HEADER_CONVERTER,
    JSON_CONVERTER,
    PREDICATE,
    SINK,
    SOURCE,
    TRANSFORM,
    class_file,
    connector,
    jar,
    pom,
)

PROVIDER = {"org/a/Provider": class_file("org/a/Provider", interfaces=[CONFIG_PROVIDER])}
SERVED: dict[str, bytes | str] = {f"META-INF/services/{CONFIG_PROVIDER.replace('/', '.')}": "org.a.Provider\n"}


def found(jars: Iterable[Jar], worker: Worker | None) -> set[tuple[str, Kind]]:
    return {(plugin.class_name, plugin.kind) for plugin in plugins(ClassPath(tuple(jars), 17), worker)}


@pytest.mark.parametrize("known", [True, False], ids=["with a worker", "without"])
@pytest.mark.parametrize(
    ("superclass", "interface", "kinds"),
    [
        (SOURCE, None, {Kind.SOURCE}),
        (SINK, None, {Kind.SINK}),
        (None, TRANSFORM, {Kind.TRANSFORM}),
        (None, PREDICATE, {Kind.PREDICATE}),
        (None, CONVERTER, {Kind.CONVERTER}),
        (None, HEADER_CONVERTER, {Kind.HEADER_CONVERTER}),
        (JSON_CONVERTER, None, {Kind.CONVERTER, Kind.HEADER_CONVERTER}),
        (None, "java/util/function/Function", set()),
    ],
)
def test_every_kind(
    worker: Worker, known: bool, superclass: str | None, interface: str | None, kinds: set[Kind]
) -> None:
    above = class_file(
        "org/a/Base", superclass=superclass or "java/lang/Object", interfaces=[interface] if interface else []
    )
    classes = {"org/a/Base": above, "org/b/Plugin": class_file("org/b/Plugin", superclass="org/a/Base")}
    held = found([jar("a-1.jar", {"org/a/Base": above}), jar("b-1.jar", classes)], worker if known else None)
    assert {kind for name, kind in held if name == "org.b.Plugin"} == kinds


def test_a_plugin_has_the_version_of_its_library(worker: Worker) -> None:
    held = jar("a-1.jar", connector("org/a/A"), pom("org.a", "a", "1.2"))
    assert plugins(ClassPath((held,), 17), worker) == (Plugin("org.a.A", Kind.SOURCE, "1.2", "a-1.jar"),)


@pytest.mark.parametrize(("methods", "access"), [({}, 1), (None, ABSTRACT), (None, 0)])
def test_a_class_that_cannot_be_instantiated_is_no_plugin(
    worker: Worker, methods: dict[tuple[str, str], int], access: int
) -> None:
    assert found([jar("a.jar", connector(methods=methods, access=access))], worker) == set()


@pytest.mark.parametrize(("files", "kinds"), [(SERVED, {("org.a.Provider", Kind.CONFIG_PROVIDER)}), ({}, set())])
def test_a_config_provider_needs_its_service_file(
    worker: Worker, files: dict[str, bytes | str], kinds: set[tuple[str, Kind]]
) -> None:
    assert found([jar("a.jar", PROVIDER, files)], worker) == kinds


def test_a_circular_hierarchy_is_no_plugin(worker: Worker) -> None:
    circle = {name: class_file(name, superclass=above) for name, above in (("a/A", "a/B"), ("a/B", "a/A"))}
    assert found([jar("a.jar", circle)], worker) == set()


@pytest.mark.parametrize(
    ("name", "from_worker"),
    [
        ("org/apache/kafka/connect/source/SourceConnector", True),
        ("org/apache/kafka/connect/source/ExactlyOnceSupport", True),
        ("org/apache/kafka/connect/transforms/Transformation", True),
        ("org/apache/kafka/connect/transforms/predicates/Predicate", True),
        ("org/apache/kafka/connect/transforms/ExtractField$Value", False),
        ("org/apache/kafka/connect/json/JsonConverter", False),
        ("org/apache/kafka/connect/storage/StringConverter", False),
        ("org/apache/kafka/connect/storage/Converter", True),
        ("org/apache/kafka/connect/connector/policy/ConnectorClientConfigOverridePolicy", True),
        ("org/apache/kafka/common/config/provider/ConfigProvider", True),
        ("org/apache/kafka/common/config/provider/FileConfigProvider", False),
        ("org/slf4j/Logger", True),
        ("com/github/luben/zstd/Zstd", False),
        ("io/debezium/Module", False),
    ],
)
def test_which_copy_connect_loads(name: str, from_worker: bool) -> None:
    assert shared(name) is from_worker


def test_a_class_of_the_worker_is_no_plugin_of_the_archive(worker: Worker) -> None:
    shared_name = "org/apache/kafka/connect/file/internal/Hidden"
    isolated = jar("a.jar", connector(shared_name))
    hidden = jar("b.jar", connector("org/apache/kafka/clients/Connector"))
    assert found([isolated, hidden], worker) == {(shared_name.replace("/", "."), Kind.SOURCE)}


@pytest.mark.parametrize(
    ("name", "files", "owned"),
    [
        ("kafka-clients-4.3.0.jar", {}, True),
        ("connect-api-4.3.0.jar", {}, True),
        ("connect-file-3.7.2.jar", {}, False),
        ("kafka-connect-avro-converter-7.6.0.jar", {}, False),
        ("slf4j-reload4j-1.7.36.jar", {}, True),
        ("lz4.jar", pom("at.yawk.lz4", "lz4-java", "1.10.2"), True),
        ("zstd.jar", pom("com.github.luben", "zstd-jni", "1"), True),
        ("rs.jar", pom("jakarta.ws.rs", "jakarta.ws.rs-api", "3.1.0"), True),
        ("file.jar", pom("org.apache.kafka", "connect-file", "3.7.2"), False),
        ("all.jar", {**pom("org.slf4j", "slf4j-api", "2"), **pom("org.a", "a", "1")}, False),
    ],
)
def test_jars_that_every_worker_has(name: str, files: dict[str, bytes | str], owned: bool) -> None:
    assert is_worker_owned(jar(name, files=files)) is owned
