"""Libraries and classes that a plugin contains more than once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from modules.archive.classfile import Access, ClassFile
from modules.archive.classpath import ClassPath
from modules.archive.jar import Jar
from modules.archive.libraries import Library
from modules.archive.worker import is_provided

AWS_SDK_2: Final = "software.amazon.awssdk"
AWS_SDK_1: Final = "com.amazonaws"


@dataclass(frozen=True, slots=True)
class Copies:
    """Classes (internal names) in two jars; Connect loads those of ``first``."""

    first: str
    second: str
    classes: tuple[str, ...]


def versions(jars: Iterable[Jar]) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The jars by version, for every library with several versions.

    Each AWS SDK counts as one library: its modules must have the same version. Libraries of the worker do not count:
    Connect loads the worker's Kafka and slf4j, and conflicting copies of the others are in ``copies``.
    """
    pairs = _libraries(jars)
    groups = _groups(library for library, _ in pairs)
    found: defaultdict[str, defaultdict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for library, jar in pairs:
        found[_product(library, groups)][library.version].add(jar)
    return {
        product: {version: tuple(sorted(of[version])) for version in sorted(of)}
        for product, of in sorted(found.items())
        if len(of) > 1
    }


def repeated(jars: Iterable[Jar]) -> Mapping[str, tuple[str, ...]]:
    """The jars by library, for every library in the same version in several jars: harmless."""
    found: defaultdict[Library, set[str]] = defaultdict(set)
    for library, jar in _libraries(jars):
        found[library].add(jar)
    return {str(library): tuple(sorted(found[library])) for library in sorted(found) if len(found[library]) > 1}


def _libraries(jars: Iterable[Jar]) -> list[tuple[Library, str]]:
    return [(library, jar.name) for jar in jars for library in jar.libraries if not is_provided(library)]


def _groups(libraries: Iterable[Library]) -> Mapping[str, str]:
    """The group by artifact, for jars without one."""
    return {library.artifact: library.group for library in libraries if library.group}


def _product(library: Library, groups: Mapping[str, str]) -> str:
    group = library.group or groups.get(library.artifact, "")
    if group == AWS_SDK_2:
        return "AWS SDK for Java 2"
    if group == AWS_SDK_1 and library.artifact.startswith("aws-java-sdk-"):
        return "AWS SDK for Java 1"
    return f"{group}:{library.artifact}" if group else library.artifact


def copies(classes: ClassPath) -> Iterator[Copies]:
    """Classes that two jars declare differently, so that the file names decide which one is loaded.

    Copies with other bytes but the same members are allowed: they come from another compiler or a shading tool.
    """
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for jar in classes.jars:
        for name in jar.entries(classes.java):
            owner = classes.owners[name]
            if owner is not jar and _differ(owner, jar, name, classes.java):
                found[owner.name, jar.name].append(name)
    for (first, second), names in found.items():
        yield Copies(first, second, tuple(sorted(names)))


def _differ(one: Jar, other: Jar, name: str, java: int) -> bool:
    if one.crc(name, java) == other.crc(name, java):
        return False
    first, second = one.find(name, java), other.find(name, java)
    return first is not None and second is not None and _surface(first) != _surface(second)


def _surface(of: ClassFile) -> tuple[object, ...]:
    """The members that other classes can link to."""
    members = ((member, flags) for part in (of.fields, of.methods) for member, flags in part.items())
    return of.supers, {member for member, flags in members if flags & (Access.PUBLIC | Access.PROTECTED)}
