"""The libraries in a jar, from Maven's files in it, else from its manifest and file name."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree

from modules.archive import licences
from modules.archive.zips import Archive

MANIFEST: Final = "META-INF/MANIFEST.MF"
POM_PROPERTIES: Final = re.compile(r"META-INF/maven/([^/]+)/([^/]+)/pom\.properties")
LICENCE_TEXT: Final = re.compile(r"(META-INF/)?(LICEN[CS]E|COPYING)[^/]*", re.IGNORECASE)
# `kafka_2.13-3.9.2`, `zstd-jni-1.5.6-10`, `guava-33.0.0-jre`, `aws-msk-iam-auth-2.3.9-all`.
FILE_NAME: Final = re.compile(
    r"(?P<artifact>.+?)-(?P<version>\d\w*(?:\.\w+)*(?:-\d+)?(?:-(?:jre|android|SNAPSHOT|(?:alpha|beta|rc|M)[\w.]*))?)"
    r"(?:-[A-Za-z].*)?"
)


@dataclass(frozen=True, order=True, slots=True)
class Library:
    """A library by its Maven coordinates; group and version are empty if unknown."""

    group: str
    artifact: str
    version: str
    licences: tuple[str, ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        return ":".join(filter(None, (self.group, self.artifact, self.version)))


def libraries(archive: Archive) -> tuple[Library, ...]:
    """The libraries in ``archive``, at least one; several if libraries were shaded into it."""
    manifest = main_attributes(archive)
    found = sorted(set(_declared(archive)))
    if not found:
        return (_guessed(archive, manifest),)
    if len(found) > 1 or found[0].licences:
        return tuple(found)
    (only,) = found
    return (Library(only.group, only.artifact, only.version, _licences(archive, manifest)),)


def main_attributes(archive: Archive) -> Mapping[str, str]:
    """The main section of the manifest, with continued lines joined (JAR File Specification)."""
    if MANIFEST not in archive.files:
        return {}
    text = archive.read(MANIFEST).decode(errors="replace")
    lines = re.sub(r"\r\n?", "\n", text).replace("\n ", "").partition("\n\n")[0].splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def _declared(archive: Archive) -> Iterator[Library]:
    for name in archive.files:
        if match := POM_PROPERTIES.fullmatch(name):
            lines = archive.read(name).decode(errors="replace").splitlines()
            properties = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines)}
            yield Library(
                properties.get("groupId", match[1]),
                properties.get("artifactId", match[2]),
                properties.get("version", ""),
                _pom_licences(archive, str(PurePosixPath(name).with_name("pom.xml"))),
            )


def _pom_licences(archive: Archive, pom: str) -> tuple[str, ...]:
    """The licences in the POM; its parent is not in the jar."""
    if pom not in archive.files:
        return ()
    text = archive.read(pom)
    if b"<!DOCTYPE" in text:  # no POM has one, and entities can exhaust the memory
        return ()
    try:
        found = ElementTree.fromstring(text).findall("./{*}licenses/{*}license")
    except ElementTree.ParseError:
        return ()
    names = (item.findtext("{*}name") or item.findtext("{*}url") or "" for item in found)
    return tuple(sorted({licences.named(name) for name in names if name.strip()}))


def _guessed(archive: Archive, manifest: Mapping[str, str]) -> Library:
    """From the file name, which is Maven's; the manifest's vendor id is usually the group."""
    stem = archive.name.rpartition("/")[2].removesuffix(".jar")
    version = manifest.get("Implementation-Version", "")
    if version and f"-{version}" in stem:
        artifact = stem.partition(f"-{version}")[0]
    elif match := FILE_NAME.fullmatch(stem):
        artifact, version = match["artifact"], match["version"]
    else:
        artifact, version = stem, version or manifest.get("Bundle-Version", "")
    symbolic = manifest.get("Bundle-SymbolicName", "").partition(";")[0]
    group = manifest.get("Implementation-Vendor-Id") or (
        symbolic.removesuffix(f".{artifact}") if symbolic.endswith(f".{artifact}") else ""
    )
    return Library(group, artifact, version, _licences(archive, manifest))


def _licences(archive: Archive, manifest: Mapping[str, str]) -> tuple[str, ...]:
    """The licences of the whole jar."""
    bundle = re.findall(r'\s*("[^"]*"|[^,;]+)(?:;(?:"[^"]*"|[^,"])*)?(?:,|$)', manifest.get("Bundle-License", ""))
    if bundle:
        return tuple(sorted({licences.named(name.strip('"')) for name in bundle}))
    texts = (archive.read(name).decode(errors="replace") for name in archive.files if LICENCE_TEXT.fullmatch(name))
    return tuple(sorted({spdx for text in texts if (spdx := licences.recognised(text))}))
