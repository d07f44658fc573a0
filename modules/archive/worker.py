"""What a Kafka Connect worker brings, and what it takes from a plugin instead."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from modules.archive.classpath import ClassPath
from modules.archive.jar import Jar
from modules.archive.libraries import Library
from modules.archive.zips import open_archive

# Kafka 3.7.2, org.apache.kafka.connect.runtime.isolation.PluginUtils: EXCLUDE as far as Java itself has no part in it,
# and INCLUDE, what of it a plugin's own copy still comes first for. Both are the same in 2.7.1, for what is here.
SHARED: Final = re.compile(r"org/apache/kafka/|org/slf4j/|javax/ws/rs/")
ISOLATED: Final = re.compile(
    r"org/apache/kafka/(?:connect/(?:"
    r"transforms/(?!Transformation|predicates/Predicate$).*"
    r"|(?:json|file|mirror|mirror-client|converters)/.*"
    r"|storage/(?:StringConverter|SimpleHeaderConverter)"
    r"|rest/basic/auth/extension/BasicAuthSecurityRestExtension"
    r"|connector/policy/(?!ConnectorClientConfig(?:OverridePolicy|Request(?:\$ClientType)?)$).*"
    r")|common/config/provider/(?!ConfigProvider$).*)"
)
# Where every worker has classes: Kafka's own, and the libraries that kafka-clients cannot do without.
PROVIDED: Final = ("org/apache/kafka/", "org/slf4j/", "com/github/luben/zstd/", "net/jpountz/", "org/xerial/snappy/")

GROUPS: Final = {
    "org.apache.kafka", "org.slf4j", "org.lz4", "at.yawk.lz4", "org.xerial.snappy", "com.github.luben",
    "jakarta.ws.rs", "javax.ws.rs",
}  # fmt: skip
# Jars of Kafka carry no coordinates.
ARTIFACTS: Final = re.compile(
    r"kafka-clients|connect-(api|runtime|json|transforms|basic-auth-extension)|slf4j-.+|lz4-java|snappy-java|zstd-jni"
    r"|(jakarta|javax)\.ws\.rs-api"
)
# Connectors that Kafka ships: whoever puts them into a plugin wants them from there.
CONNECTORS: Final = {"connect-file", "connect-mirror", "connect-mirror-client"}


def shared(name: str) -> bool:
    """True for a class (internal name) that Connect takes from the worker even where the plugin has it.

    Only what the worker lacks would come from the plugin (PluginClassLoader ends in ClassLoader.loadClass, which asks
    the parent and then itself): Kafka classes of two versions in one API, which nobody should count on.
    """
    return SHARED.match(name) is not None and ISOLATED.fullmatch(name) is None


def workers_own(jar: Jar) -> bool:
    """True where all that ``jar`` holds are libraries that every worker has."""
    return all(brought(library) for library in jar.libraries)


def brought(library: Library) -> bool:
    """True for a library that every worker has, in whatever version."""
    if library.artifact in CONNECTORS:
        return False
    return library.group in GROUPS if library.group else ARTIFACTS.fullmatch(library.artifact) is not None


@dataclass(frozen=True)
class Worker:
    """Kafka Connect as MSK Connect runs it: ``version`` is its kafkaconnect_version, ``java`` its release."""

    version: str
    java: int
    jars: tuple[Path, ...]

    @cached_property
    def classes(self) -> ClassPath:
        """Raises OSError for a jar that is not there, BadArchiveError for one that is none."""
        return ClassPath([Jar(open_archive(path)) for path in self.jars], self.java)
