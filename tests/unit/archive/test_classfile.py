"""Class files are read as in the JVM specification; damaged ones are errors."""

import struct

import pytest

from modules.archive.classfile import BadClassError, parse
from tests.unit.archive.classes import (  # fmt: skip
    ABSTRACT,
    CONSTRUCTOR,
    INTERFACE,
    PUBLIC,
    SOURCE,
    class_file,
    field,
    interface_method,
    method,
)

NAME = "org/example/Thing"
SOUND = class_file(NAME, tail=b"0123456789")


def test_a_class_with_its_references() -> None:
    references = {method("org/a/A", "run"), interface_method("org/a/B", "run"), field("org/a/C", "size")}
    found = parse(
        class_file(
            NAME,
            superclass=SOURCE,
            interfaces=["org/a/B", "java/io/Closeable"],
            fields={("count", "I"): PUBLIC},
            java=11,
            classes=["org/a/D", "[[Lorg/a/E;", "[I"],
            references=[*references, method("java/lang/String", "length", "()I"), method("[Lorg/a/E;", "clone")],
        ),
        "a.jar",
    )
    assert (found.name, found.java, found.superclass) == (NAME, 11, SOURCE)
    assert found.supers == (SOURCE, "org/a/B", "java/io/Closeable")
    assert (found.fields, found.methods) == ({("count", "I"): PUBLIC}, CONSTRUCTOR)
    assert found.references == references
    assert found.classes == {NAME, SOURCE, "org/a/A", "org/a/B", "org/a/C", "org/a/D", "org/a/E"}


def test_long_constants_take_two_slots() -> None:
    data = bytearray(class_file(NAME))
    last = b"SourceDebugExtension"
    end = data.index(last) + len(last)
    data[end:end] = b"\x05" + bytes(8)
    struct.pack_into(">H", data, 8, struct.unpack_from(">H", data, 8)[0] + 2)
    assert parse(bytes(data), "a.jar").name == NAME


@pytest.mark.parametrize(
    ("data", "instantiable"),
    [
        (class_file(NAME), True),
        (class_file(NAME, access=ABSTRACT), False),
        (class_file(NAME, access=INTERFACE, methods={}), False),
        (class_file(NAME, access=0), False),
        (class_file(NAME, methods={("<init>", "()V"): 0}), False),
        (class_file(NAME, methods={("<init>", "(Lorg/example/Outer;)V"): PUBLIC}), False),
    ],
    ids=["public", "abstract", "interface", "not public", "closed constructor", "inner class"],
)
def test_which_classes_are_instantiable(data: bytes, instantiable: bool) -> None:
    assert parse(data, "a.jar").instantiable is instantiable


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "a.jar: Thing.class must be a class file and begin with cafebabe, got nothing"),
        (b"PK\x03\x04", "must be a class file and begin with cafebabe, got 504b0304"),
        (SOUND[:6] + b"\x00\x2c" + SOUND[8:], "must have class file version 45 or later, got 44"),
        (SOUND[:60], "a.jar: Thing.class is a damaged class file of 60 bytes"),
        (SOUND[:-1], "is a damaged class file"),
        (SOUND + b"\x00", "is a damaged class file"),
        (SOUND[:10] + b"\x02" + SOUND[11:], "is a damaged class file"),
    ],
    ids=["empty", "another format", "too old", "cut in its pool", "cut at its end", "too long", "unknown constant"],
)
def test_a_damaged_class_is_an_error(data: bytes, message: str) -> None:
    with pytest.raises(BadClassError, match=message):
        parse(data, "a.jar: Thing.class")


@pytest.mark.parametrize("cut", range(10, len(SOUND)))
def test_a_truncated_class_is_an_error(cut: int) -> None:
    with pytest.raises(BadClassError):
        parse(SOUND[:cut], "a.jar")
