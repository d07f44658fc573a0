"""Jars in the order in which a class loader searches them."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from modules.archive.classfile import ClassFile
from modules.archive.jar import EVERY_JAVA, Jar


class ClassPath:
    """The classes that one Java release finds in ``jars``; of equal names the first."""

    def __init__(self, jars: Sequence[Jar], java: int) -> None:
        self.jars = jars
        self.java = java

    @cached_property
    def owners(self) -> Mapping[str, Jar]:
        """The jar from which each class is loaded, by internal name."""
        owners: dict[str, Jar] = {}
        for jar in self.jars:
            for name in jar.entries(self.java):
                owners.setdefault(name, jar)
        return owners

    def find(self, name: str) -> ClassFile | None:
        """The class; None if no jar has it."""
        jar = self.owners.get(name)
        return jar.find(name, self.java) if jar else None

    def __iter__(self) -> Iterator[tuple[Jar, ClassFile]]:
        """Every class that can be loaded, with its jar."""
        for name, jar in self.owners.items():
            if found := jar.find(name, self.java):
                yield jar, found


def required_java(jars: Sequence[Jar]) -> int:
    """The oldest Java that loads every class of ``jars``, except those for newer releases of multi-release jars."""
    return max((found.java for _, found in ClassPath(jars, EVERY_JAVA)), default=0)
