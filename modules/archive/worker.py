"""The libraries of a Kafka Connect worker, and which classes it loads from a plugin instead."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from modules.archive.classpath import ClassPath
from modules.archive.jar import Jar
from modules.archive.libraries import Library
from modules.archive.zips import open_archive

# Kafka 3.7.2, org.apache.kafka.connect.runtime.isolation.PluginUtils: EXCLUDE without Java's own classes, and INCLUDE,
# its exceptions, for which the plugin's copy is loaded. Both are the same in 2.7.1, as far as used here.
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
# Packages of every worker: Kafka's own, and the libraries that kafka-clients requires.
PROVIDED: Final = ("org/apache/kafka/", "org/slf4j/", "com/github/luben/zstd/", "net/jpountz/", "org/xerial/snappy/")

GROUPS: Final = {
    "org.apache.kafka", "org.slf4j", "org.lz4", "at.yawk.lz4", "org.xerial.snappy", "com.github.luben",
    "jakarta.ws.rs", "javax.ws.rs",
}  # fmt: skip
# Kafka's jars have no Maven coordinates.
ARTIFACTS: Final = re.compile(
    r"kafka-clients|connect-(api|runtime|json|transforms|basic-auth-extension)|slf4j-.+|lz4-java|snappy-java|zstd-jni"
    r"|(jakarta|javax)\.ws\.rs-api"
)
# Connectors in Kafka's own distribution: in a plugin they are intended.
CONNECTORS: Final = {"connect-file", "connect-mirror", "connect-mirror-client"}


def shared(name: str) -> bool:
    """True for a class (internal name) that Connect loads from the worker even if the plugin has it.

    Only a class that the worker does not have comes from the plugin (PluginClassLoader ends in ClassLoader.loadClass,
    which asks the parent first); that mixes two versions of Kafka, and is not relied on.
    """
    return SHARED.match(name) is not None and ISOLATED.fullmatch(name) is None


def is_worker_owned(jar: Jar) -> bool:
    """True if all libraries in ``jar`` are libraries of every worker."""
    return all(is_provided(library) for library in jar.libraries)


def is_provided(library: Library) -> bool:
    """True for a library that every worker has, in any version."""
    if library.artifact in CONNECTORS:
        return False
    return library.group in GROUPS if library.group else ARTIFACTS.fullmatch(library.artifact) is not None


@dataclass(frozen=True)
class Worker:
    """A worker of MSK Connect: ``version`` is its kafkaconnect_version, ``java`` its Java release."""

    version: str
    java: int
    jars: tuple[Path, ...]

    @cached_property
    def classes(self) -> ClassPath:
        """Raises OSError for a missing jar, BadArchiveError for a file that is no jar."""
        return ClassPath([Jar(open_archive(path)) for path in self.jars], self.java)
