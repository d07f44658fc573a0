"""References of a plugin that its worker does not have are found; unknown ones are accepted."""

from pathlib import Path

import pytest

from modules.archive.classfile import Reference
from modules.archive.classpath import ClassPath
from modules.archive.linking import unresolved
from modules.archive.worker import Worker
from tests.unit.archive.classes import (
    ADMIN,
    CONNECT,
    ERRORS,
    JSON_CONVERTER,
    PUBLIC,
    SOURCE,
    TRANSFORM,
    class_file,
    field,
    interface_method,
    jar,
    make_worker,
    method,
)

USER = "org/a/User"
NONE = f"L{ERRORS};"


def missing(worker: Worker, data: bytes, *more: str, left_out: frozenset[str] = frozenset()) -> list[str]:
    """The missing targets of a class ``data``, in a jar with ``more`` empty classes."""
    held = jar("a.jar", {USER: data, **{name: class_file(name) for name in more}})
    return [found.target for found in unresolved(ClassPath((held,), 17), worker, left_out=left_out)]


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        (interface_method(ADMIN, "close"), None),
        (interface_method(ADMIN, "hashCode", "()I"), None),
        (interface_method(ADMIN, "describe", "(Ljava/util/Map;I[J)V"), f"{ADMIN}.describe(Map, int, long[])"),
        (interface_method(ADMIN, "close", "(J)V"), f"{ADMIN}.close(long)"),
        (method(ADMIN, "close"), f"{ADMIN}.close()"),
        (field(ERRORS, "NONE", NONE), None),
        (field(ERRORS, "NEWER", NONE), f"{ERRORS}.NEWER"),
        (method(ERRORS, "name", "()Ljava/lang/String;"), None),
        (method(SOURCE, "getClass", "()Ljava/lang/Class;"), None),
        (method(SOURCE, "config"), f"{SOURCE}.config()"),
        (method(f"{CONNECT}/errors/NoSuchThing", "<init>"), f"{CONNECT}/errors/NoSuchThing"),
        (method("org/slf4j/Logger", "atInfo"), "org/slf4j/Logger"),
        (method("com/github/luben/zstd/Zstd", "decompress"), "com/github/luben/zstd/Zstd"),
        (method(f"[L{SOURCE};", "clone", "()Ljava/lang/Object;"), None),
        (method("java/lang/invoke/MethodHandle", "invoke", "(I)V"), None),
        (method("com/optional/Library", "call"), None),
        (interface_method("org/apache/kafka/tools/api/RecordReader", "close"), None),
        (interface_method("org/apache/kafka/toolsmith/A", "close"), "org/apache/kafka/toolsmith/A"),
    ],
    ids=lambda value: f"{value.owner}.{value.name}" if isinstance(value, Reference) else "",
)
def test_a_reference(worker: Worker, reference: Reference, target: str | None) -> None:
    targets = missing(worker, class_file(USER, references=[reference]))
    assert targets == ([target.replace("/", ".")] if target else [])


def test_a_class_that_is_only_named_must_exist_too(worker: Worker) -> None:
    assert missing(worker, class_file(USER, classes=[f"[L{CONNECT}/Newer;", SOURCE])) == [
        "org.apache.kafka.connect.Newer"
    ]


def test_a_member_is_resolved_in_all_supers(tmp_path: Path) -> None:
    base = class_file("org/apache/kafka/Base", methods={("run", "()V"): PUBLIC})
    top = class_file("org/apache/kafka/Top", superclass="org/apache/kafka/Base")
    worker = make_worker(tmp_path, more={"org/apache/kafka/Base": base, "org/apache/kafka/Top": top})
    calls = [method("org/apache/kafka/Top", "run"), method("org/apache/kafka/Top", "stop")]
    assert missing(worker, class_file(USER, references=calls)) == ["org.apache.kafka.Top.stop()"]


def test_a_member_that_the_plugins_own_class_inherits(worker: Worker) -> None:
    own = class_file(USER, superclass=SOURCE, references=[method(USER, "<init>"), method(USER, "newer")])
    assert missing(worker, own) == ["org.a.User.newer()"]


def test_members_that_java_may_have_are_accepted(tmp_path: Path) -> None:
    stream = class_file("org/apache/kafka/Stream", superclass="java/io/FilterInputStream")
    worker = make_worker(tmp_path, more={"org/apache/kafka/Stream": stream})
    calls = [method("org/apache/kafka/Stream", "read", "()I"), field("org/apache/kafka/Stream", "in", "Ljava/io/I;")]
    assert missing(worker, class_file(USER, references=calls)) == []


def test_a_kafka_class_in_the_plugin_is_ignored_where_connect_loads_the_workers(worker: Worker) -> None:
    newer = f"{CONNECT}/source/ExactlyOnceSupport"
    assert missing(worker, class_file(USER, classes=[newer]), newer) == [newer.replace("/", ".")]


def test_an_isolated_kafka_class_in_the_plugin_is_used(worker: Worker) -> None:
    own = f"{CONNECT}/transforms/ExtractField"
    assert missing(worker, class_file(USER, classes=[own])) == [own.replace("/", ".")]
    assert missing(worker, class_file(USER, classes=[own, TRANSFORM, JSON_CONVERTER]), own) == []


def test_references_of_the_plugins_kafka_classes_are_ignored(worker: Worker) -> None:
    shaded = class_file("org/apache/kafka/clients/Shaded", classes=["org/apache/kafka/Newer"])
    held = jar("a.jar", {"org/apache/kafka/clients/Shaded": shaded})
    assert unresolved(ClassPath((held,), 17), worker) == ()


def test_a_class_left_out_of_the_plugin_must_be_in_the_worker(worker: Worker) -> None:
    user = class_file(USER, references=[method("jakarta/ws/rs/core/Response", "ok")])
    assert missing(worker, user) == []
    assert missing(worker, user, left_out=frozenset({"jakarta/ws/rs/core/Response"})) == ["jakarta.ws.rs.core.Response"]
