"""Class files, jars and workers built from bytes, so that they can be damaged in any way without a compiler."""

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from modules.archive.classfile import Access, Kind, Members, Reference
from modules.archive.jar import Jar
from modules.archive.worker import Worker
from modules.archive.zips import Archive

PUBLIC = int(Access.PUBLIC)
ABSTRACT = PUBLIC | Access.ABSTRACT
INTERFACE = ABSTRACT | Access.INTERFACE
CONSTRUCTOR = {("<init>", "()V"): PUBLIC}
OBJECT = "java/lang/Object"

CONNECT = "org/apache/kafka/connect"
SOURCE = f"{CONNECT}/source/SourceConnector"
SINK = f"{CONNECT}/sink/SinkConnector"
TRANSFORM = f"{CONNECT}/transforms/Transformation"
PREDICATE = f"{CONNECT}/transforms/predicates/Predicate"
CONVERTER = f"{CONNECT}/storage/Converter"
HEADER_CONVERTER = f"{CONNECT}/storage/HeaderConverter"
CONFIG_PROVIDER = "org/apache/kafka/common/config/provider/ConfigProvider"
JSON_CONVERTER = f"{CONNECT}/json/JsonConverter"
ADMIN = "org/apache/kafka/clients/admin/Admin"
ERRORS = "org/apache/kafka/common/protocol/Errors"


class Pool:
    """A constant pool without duplicates."""

    def __init__(self) -> None:
        self._indexes: dict[bytes, int] = {}

    def add(self, tag: int, body: bytes) -> int:
        return self._indexes.setdefault(bytes([tag]) + body, len(self._indexes) + 1)

    def text(self, value: str) -> int:
        encoded = value.encode()
        return self.add(1, struct.pack(">H", len(encoded)) + encoded)

    def class_(self, name: str) -> int:
        return self.add(7, struct.pack(">H", self.text(name)))

    def reference(self, to: Reference) -> int:
        member = self.add(12, struct.pack(">HH", self.text(to.name), self.text(to.descriptor)))
        return self.add(to.kind, struct.pack(">HH", self.class_(to.owner), member))

    def dump(self) -> bytes:
        return struct.pack(">H", len(self._indexes) + 1) + b"".join(self._indexes)


def class_file(
    name: str,
    *,
    superclass: str | None = OBJECT,
    interfaces: Iterable[str] = (),
    access: int = PUBLIC,
    fields: Members | None = None,
    methods: Members | None = None,
    java: int = 17,
    classes: Iterable[str] = (),
    references: Iterable[Reference] = (),
    tail: bytes = b"",
) -> bytes:
    """A class with a constructor without arguments, unless ``methods`` is given; ``tail`` is an attribute."""
    pool = Pool()
    for named in classes:
        pool.class_(named)
    for reference in references:
        pool.reference(reference)
    above = [pool.class_(interface) for interface in interfaces]
    head = struct.pack(">HHH", access, pool.class_(name), pool.class_(superclass) if superclass else 0)
    body = head + struct.pack(f">H{len(above)}H", len(above), *above)
    body += _members(pool, fields or {}) + _members(pool, CONSTRUCTOR if methods is None else methods)
    attribute = struct.pack(">HHI", 1, pool.text("SourceDebugExtension"), len(tail)) + tail
    return struct.pack(">IHH", 0xCAFEBABE, 0, java + 44) + pool.dump() + body + attribute


def _members(pool: Pool, members: Members) -> bytes:
    written = (
        struct.pack(">HHHH", access, pool.text(name), pool.text(descriptor), 0)
        for (name, descriptor), access in members.items()
    )
    return struct.pack(">H", len(members)) + b"".join(written)


def method(owner: str, name: str, descriptor: str = "()V") -> Reference:
    return Reference(owner, name, descriptor, Kind.METHOD)


def interface_method(owner: str, name: str, descriptor: str = "()V") -> Reference:
    return Reference(owner, name, descriptor, Kind.INTERFACE_METHOD)


def field(owner: str, name: str, descriptor: str = "I") -> Reference:
    return Reference(owner, name, descriptor, Kind.FIELD)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def jar_bytes(
    classes: Mapping[str, bytes] | Iterable[str] = (), files: Mapping[str, bytes | str] | None = None
) -> bytes:
    """A jar of ``classes``, by name; names alone are empty classes."""
    held = classes if isinstance(classes, Mapping) else {name: class_file(name) for name in classes}
    return zipped({**{f"{name}.class": data for name, data in held.items()}, **(files or {})})


def jar(
    name: str, classes: Mapping[str, bytes] | Iterable[str] = (), files: Mapping[str, bytes | str] | None = None
) -> Jar:
    return Jar(Archive(jar_bytes(classes, files), name))


def pom(group: str, artifact: str, version: str, licence: str = "") -> dict[str, bytes | str]:
    """The files that Maven writes into a jar."""
    folder = f"META-INF/maven/{group}/{artifact}"
    licences = f"<licenses><license><name>{licence}</name></license></licenses>" if licence else ""
    return {
        f"{folder}/pom.properties": f"#Generated\nartifactId={artifact}\ngroupId={group}\nversion={version}\n",
        f"{folder}/pom.xml": f'<project xmlns="http://maven.apache.org/POM/4.0.0">{licences}</project>',
    }


def connector(name: str = "org/example/Connector", **more: object) -> dict[str, bytes]:
    return {name: class_file(name, superclass=SOURCE, **more)}  # type: ignore[arg-type]


def api(*, admin_methods: Members | None = None) -> dict[str, bytes]:
    """The classes of a worker that plugins extend and call."""
    abstract = {
        f"{CONNECT}/connector/Connector": class_file(f"{CONNECT}/connector/Connector", access=ABSTRACT),
        SOURCE: class_file(SOURCE, superclass=f"{CONNECT}/connector/Connector", access=ABSTRACT),
        SINK: class_file(SINK, superclass=f"{CONNECT}/connector/Connector", access=ABSTRACT),
        JSON_CONVERTER: class_file(JSON_CONVERTER, interfaces=[CONVERTER, HEADER_CONVERTER]),
        ERRORS: class_file(ERRORS, superclass="java/lang/Enum", fields={("NONE", f"L{ERRORS};"): PUBLIC}, methods={}),
        ADMIN: class_file(ADMIN, access=INTERFACE, methods=admin_methods or {("close", "()V"): PUBLIC}),
    }
    interfaces = (TRANSFORM, PREDICATE, CONVERTER, HEADER_CONVERTER, CONFIG_PROVIDER)
    return abstract | {name: class_file(name, access=INTERFACE, methods={}) for name in interfaces}


def make_worker(
    folder: Path, *, version: str = "3.7.x", java: int = 17, more: Mapping[str, bytes] | None = None
) -> Worker:
    path = folder / f"connect-{version}.jar"
    path.write_bytes(jar_bytes(api() | dict(more or {})))
    return Worker(version, java, (path,))
