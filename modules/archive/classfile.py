"""Java class files, as far as needed for linking (The Java Virtual Machine Specification, chapter 4)."""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final, NamedTuple

from modules.archive.zips import BadArchiveError

MAGIC: Final = b"\xca\xfe\xba\xbe"
OLDEST_MAJOR: Final = 45
# Java N writes major version N + 44 (JVMS table 4.1-A).
JAVA_OFFSET: Final = 44
JDK: Final = b"java/"

U2: Final = struct.Struct(">H")
U2_U4: Final = struct.Struct(">HI")
U2_U2: Final = struct.Struct(">HH")
U2_U2_U2: Final = struct.Struct(">HHH")
HEAD: Final = struct.Struct(">4sHHH")

UTF8, CLASS, NAME_AND_TYPE = 1, 7, 12
TWO_SLOTS: Final = {5, 6}
# Length of a constant with its tag (JVMS 4.4.1 to 4.4.12); a Utf8 contains its own.
CONSTANT_LENGTHS: Final = {
    3: 5, 4: 5, 5: 9, 6: 9, CLASS: 3, 8: 3, 9: 5, 10: 5, 11: 5, NAME_AND_TYPE: 5, 15: 4, 16: 3, 17: 5, 18: 5, 19: 3,
    20: 3,
}  # fmt: skip

Members = Mapping[tuple[str, str], int]


class BadClassError(BadArchiveError):
    """A class file that no Java release would load."""


class Access(IntFlag):
    """Flags of classes and members (JVMS tables 4.1-B, 4.5-A, 4.6-A)."""

    PUBLIC = 0x0001
    PROTECTED = 0x0004
    INTERFACE = 0x0200
    ABSTRACT = 0x0400


class Kind(IntEnum):
    """The kind of a referenced member, by its tag in the constant pool."""

    FIELD = 9
    METHOD = 10
    INTERFACE_METHOD = 11


class Reference(NamedTuple):
    """A field or method that a class refers to; ``owner`` is the class where its resolution starts."""

    owner: str
    name: str
    descriptor: str
    kind: int


@dataclass(frozen=True, slots=True)
class ClassFile:
    """Names are internal, ``java/lang/Object``; members are (name, descriptor), with their access flags.

    ``classes`` and ``references`` do not contain ``java/``; arrays count as their element type.
    """

    name: str
    major: int
    access: int
    superclass: str | None
    interfaces: tuple[str, ...]
    fields: Members
    methods: Members
    classes: frozenset[str]
    references: frozenset[Reference]

    @property
    def java(self) -> int:
        """The oldest Java that loads it."""
        return self.major - JAVA_OFFSET

    @property
    def supers(self) -> tuple[str, ...]:
        """The superclass, then the interfaces: the order in which members are resolved."""
        return (self.superclass, *self.interfaces) if self.superclass else self.interfaces

    @property
    def concrete(self) -> bool:
        """Neither abstract nor an interface."""
        return not self.access & (Access.ABSTRACT | Access.INTERFACE)

    @property
    def instantiable(self) -> bool:
        """Public and concrete, with a public constructor without arguments."""
        constructor = self.methods.get(("<init>", "()V"), 0)
        return self.concrete and bool(self.access & constructor & Access.PUBLIC)


def parse(data: bytes, where: str) -> ClassFile:
    """The class in ``data``; raises BadClassError, which names its place ``where``."""
    if data[:4] != MAGIC:
        raise BadClassError(f"{where} must be a class file and begin with cafebabe, got {data[:4].hex() or 'nothing'}")
    try:
        _, _, major, count = HEAD.unpack_from(data)
        if major < OLDEST_MAJOR:
            raise BadClassError(f"{where} must have class file version {OLDEST_MAJOR} or later, got {major}")
        return _Reader(data, count).read(major)
    except (IndexError, KeyError, struct.error) as error:
        raise BadClassError(f"{where} is a damaged class file of {len(data)} bytes; download its jar again") from error


class _Reader:
    """Reads one class file; raises IndexError, KeyError or struct.error for a malformed one."""

    def __init__(self, data: bytes, count: int) -> None:
        self._data = data
        self._offsets = [0] * count
        self._class_constants: list[int] = []
        self._references: list[int] = []
        self._position = self._index_constants(HEAD.size, count)

    def read(self, major: int) -> ClassFile:
        access, this, superclass = self._take(U2_U2_U2)
        interfaces = tuple(self._class(self._take(U2)[0]) for _ in range(self._take(U2)[0]))
        fields, methods = self._members(), self._members()
        self._skip_attributes()
        if self._position != len(self._data):
            raise IndexError
        return ClassFile(
            name=self._class(this),
            major=major,
            access=access,
            superclass=self._class(superclass) if superclass else None,
            interfaces=interfaces,
            fields=fields,
            methods=methods,
            classes=frozenset(self._referenced_classes()),
            references=frozenset(self._referenced_members()),
        )

    def _index_constants(self, position: int, count: int) -> int:
        data, offsets, index = self._data, self._offsets, 1
        while index < count:
            tag = data[position]
            offsets[index] = position
            index += 1
            if tag == UTF8:
                position += 3 + (data[position + 1] << 8 | data[position + 2])
                continue
            if tag == CLASS:
                self._class_constants.append(offsets[index - 1])
            elif Kind.FIELD <= tag <= Kind.INTERFACE_METHOD:
                self._references.append(offsets[index - 1])
            elif tag in TWO_SLOTS:
                index += 1
            position += CONSTANT_LENGTHS[tag]
        return position

    def _take(self, layout: struct.Struct) -> tuple[int, ...]:
        values = layout.unpack_from(self._data, self._position)
        self._position += layout.size
        return values

    def _bytes(self, index: int) -> bytes:
        data, offset = self._data, self._offsets[index]
        if data[offset] != UTF8:
            raise IndexError
        return data[offset + 3 : offset + 3 + (data[offset + 1] << 8 | data[offset + 2])]

    def _text(self, index: int) -> str:
        # Java's own UTF-8 differs for NUL and beyond the BMP (JVMS 4.4.7), which does not matter for these names.
        return self._bytes(index).decode(errors="replace")

    def _class(self, index: int) -> str:
        offset = self._offsets[index]
        if self._data[offset] != CLASS:
            raise IndexError
        return self._text(U2.unpack_from(self._data, offset + 1)[0])

    def _members(self) -> dict[tuple[str, str], int]:
        members = {}
        for _ in range(self._take(U2)[0]):
            access, name, descriptor = self._take(U2_U2_U2)
            members[self._text(name), self._text(descriptor)] = access
            self._skip_attributes()
        return members

    def _skip_attributes(self) -> None:
        for _ in range(self._take(U2)[0]):
            _, length = self._take(U2_U4)
            self._position += length

    def _referenced_classes(self) -> Iterator[str]:
        for offset in self._class_constants:
            name = self._bytes(U2.unpack_from(self._data, offset + 1)[0])
            if name.startswith(b"["):
                name = name.lstrip(b"[").removeprefix(b"L").removesuffix(b";")
            if b"/" in name and not name.startswith(JDK):
                yield name.decode(errors="replace")

    def _referenced_members(self) -> Iterator[Reference]:
        data, offsets = self._data, self._offsets
        for offset in self._references:
            owner_index, member_index = U2_U2.unpack_from(data, offset + 1)
            owner = self._bytes(U2.unpack_from(data, offsets[owner_index] + 1)[0])
            if owner.startswith((JDK, b"[")):
                continue
            member = offsets[member_index]
            if data[member] != NAME_AND_TYPE:
                raise IndexError
            name, descriptor = U2_U2.unpack_from(data, member + 1)
            yield Reference(owner.decode(errors="replace"), self._text(name), self._text(descriptor), data[offset])
