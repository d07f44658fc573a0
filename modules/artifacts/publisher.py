"""Artifacts as they are published now, to be pinned."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cmp_to_key
from pathlib import Path
from typing import Final, Self
from xml.etree import ElementTree

from modules.archive import licences
from modules.artifacts.cache import Cache
from modules.artifacts.lock import Coordinates, File
from modules.artifacts.partial import Partial
from modules.artifacts.sources import Place, Remote, Source, protected
from modules.artifacts.transport import AbsentError, Policy, Transport, UnavailableError

# Strongest first; a Maven repository has them next to each file.
CHECKSUMS: Final = ("sha512", "sha256", "sha1")


class NotPublishedError(Exception):
    """No source has the artifact with its published checksum."""


class Publisher:
    """Artifacts of these sources, each verified with its published checksum.

    ``folder`` has the downloaded files, in the layout of a Maven repository.
    """

    def __init__(self, sources: Sequence[Source], transport: Transport, folder: Path) -> None:
        self._sources = sources
        self._transport = transport
        self.folder = folder

    @classmethod
    @contextmanager
    def opened(cls, sources: Sequence[Source], *, cache: Cache, policy: Policy | None = None) -> Iterator[Self]:
        """With a temporary folder."""
        with cache.workspace() as folder, Transport(policy or Policy()) as transport:
            yield cls(sources, transport, folder)

    def file(self, maven: Coordinates) -> File:
        """The pin of ``maven``; raises NotPublishedError."""
        content = self.get(maven)
        return File(
            maven=maven,
            size=content.stat().st_size,
            licence=self.licence(maven),
            sha256=hashlib.sha256(content.read_bytes()).hexdigest(),
        )

    def get(self, maven: Coordinates) -> Path:
        """The file, downloaded once; raises NotPublishedError."""
        path = self.folder / maven.path
        if path.is_file():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        failures = []
        for source in self._sources:
            place = source.place(maven)
            try:
                return self._verified(place, path)
            except UnavailableError as error:
                path.unlink(missing_ok=True)
                failures.append(f"{maven} from {place}: {error}")
        raise NotPublishedError("\n".join(failures))

    def versions(self, group: str, artifact: str) -> tuple[str, ...]:
        """All versions in the first source that has the library, oldest first; raises NotPublishedError."""
        from jgo.maven import compare_versions

        failures = []
        for source in self._sources:
            place = source.metadata(group, artifact)
            try:
                listed = ElementTree.fromstring(self._content(place)).iterfind("versioning/versions/version")
            except (UnavailableError, ElementTree.ParseError) as error:
                failures.append(f"{group}:{artifact} from {place}: {error}")
            else:
                return tuple(sorted((version.text or "" for version in listed), key=cmp_to_key(compare_versions)))
        raise NotPublishedError("\n".join(failures))

    def licence(self, maven: Coordinates) -> str:
        """The licence in the POM or its nearest parent; several are alternatives (Maven's POM Reference)."""
        from jgo.maven import POM

        current = maven
        while True:
            pom = POM(self.get(Coordinates(current.group, current.artifact, current.version, "pom")))
            if found := pom.elements("licenses/license"):
                return " OR ".join(dict.fromkeys(map(_spdx, found)))
            parent = [pom.value(f"parent/{key}") or "" for key in ("groupId", "artifactId", "version")]
            if not all(parent):
                return "unknown"
            current = Coordinates(*parent)

    def _verified(self, place: Place, path: Path) -> Path:
        if isinstance(place, Remote) and not protected(place.url):
            raise UnavailableError("must be https, because its checksum has the same source")
        with Partial(path) as partial:
            self._transport.receive(place, partial)
        for kind in CHECKSUMS:
            try:
                published = self._content(place.sibling(f".{kind}")).decode("ascii", "replace").split()[:1]
            except AbsentError:
                continue
            actual = hashlib.new(kind, path.read_bytes()).hexdigest()
            if published != [actual]:
                raise UnavailableError(f"{kind} must be {''.join(published)}, as published, got {actual}")
            return path
        raise UnavailableError(f"no checksum is published (.{', .'.join(CHECKSUMS)})")

    def _content(self, place: Place) -> bytes:
        path = self.folder / "checksum"
        with Partial(path) as partial:
            self._transport.receive(place, partial)
        return path.read_bytes()


def _spdx(licence: ElementTree.Element) -> str:
    """The SPDX identifier by name or URL, else the name."""
    name = " ".join((licence.findtext("name") or "").split())
    url = (licence.findtext("url") or "").strip()
    by_name, by_url = licences.named(name), licences.named(url)
    return by_name if by_name != name or by_url == url else by_url
