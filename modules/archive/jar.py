"""One jar, as Java reads it."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from modules.archive.classfile import ClassFile, parse
from modules.archive.libraries import Library, libraries, main_attributes
from modules.archive.zips import Archive

SERVICES: Final = "META-INF/services/"
VERSIONED: Final = re.compile(r"META-INF/versions/(\d+)/(.+)")
# In multi-release jars, classes outside META-INF/versions are for every Java.
EVERY_JAVA: Final = 0


class Jar:
    """A jar with its file name in the plugin; raises BadArchiveError or BadClassError if it is damaged."""

    def __init__(self, archive: Archive) -> None:
        self.name = archive.name
        self.data = archive.data
        self.sha256 = archive.sha256
        self._archive = archive
        self._parsed: dict[str, ClassFile] = {}
        self._entries: dict[int, dict[str, str]] = {}

    def __repr__(self) -> str:
        return f"Jar({self.name!r})"

    @cached_property
    def libraries(self) -> tuple[Library, ...]:
        """Its libraries, sorted; several if libraries were shaded into it."""
        return libraries(self._archive)

    @property
    def library(self) -> Library | None:
        """The library that the jar is named after; None if unknown."""
        if len(self.libraries) == 1:
            return self.libraries[0]
        named = (library for library in self.libraries if self.name.startswith(f"{library.artifact}-{library.version}"))
        return next(named, None)

    @cached_property
    def services(self) -> Mapping[str, tuple[str, ...]]:
        """Providers by service, as binary names (java.util.ServiceLoader)."""
        files = (name for name in self._archive.files if name.startswith(SERVICES))
        return {name.removeprefix(SERVICES): tuple(_providers(self._archive.read(name))) for name in files}

    def entries(self, java: int) -> Mapping[str, str]:
        """The entry of each class that ``java`` would load, by internal name."""
        if java not in self._entries:
            self._entries[java] = {
                name: entry
                for release in sorted(self._releases)
                if release <= java
                for name, entry in self._releases[release].items()
            }
        return self._entries[java]

    def find(self, name: str, java: int) -> ClassFile | None:
        """The class as ``java`` would load it; None if this jar has no such class."""
        entry = self.entries(java).get(name)
        if entry is None:
            return None
        if entry not in self._parsed:
            self._parsed[entry] = parse(self._archive.read(entry), f"{self.name}: {entry}")
        found = self._parsed[entry]
        # Java refuses a class whose path is not its name; some tools store classes so on purpose.
        return found if found.name == name else None

    def crc(self, name: str, java: int) -> int | None:
        """CRC-32 of a class's bytes."""
        entry = self.entries(java).get(name)
        return None if entry is None else self._archive.files[entry]

    @cached_property
    def _releases(self) -> Mapping[int, Mapping[str, str]]:
        """Entries by class name, by the Java release from which they apply (JEP 238)."""
        multi_release = main_attributes(self._archive).get("Multi-Release", "").lower() == "true"
        releases: dict[int, dict[str, str]] = {}
        for entry in self._archive.files:
            if not entry.endswith(".class") or entry.endswith("module-info.class"):
                continue
            versioned = VERSIONED.fullmatch(entry)
            if versioned and multi_release:
                releases.setdefault(int(versioned[1]), {})[versioned[2].removesuffix(".class")] = entry
            elif not entry.startswith("META-INF/"):
                releases.setdefault(EVERY_JAVA, {})[entry.removesuffix(".class")] = entry
        return releases


def _providers(text: bytes) -> Iterator[str]:
    for line in text.decode(errors="replace").splitlines():
        if provider := line.partition("#")[0].strip():
            yield provider
