"""Artifacts as their publishers have them now: what is pinned next."""

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

# The strongest first; a Maven repository puts them beside each file.
CHECKSUMS: Final = ("sha512", "sha256", "sha1")


class NotPublishedError(Exception):
    """No source has an artifact with the checksum that its publisher gave."""


class Publisher:
    """Artifacts of these sources, each held against the checksum that its publisher put beside it.

    ``folder`` is laid out like a Maven repository and holds what was fetched.
    """

    def __init__(self, sources: Sequence[Source], transport: Transport, folder: Path) -> None:
        self._sources = sources
        self._transport = transport
        self.folder = folder

    @classmethod
    @contextmanager
    def opened(cls, sources: Sequence[Source], *, cache: Cache, policy: Policy | None = None) -> Iterator[Self]:
        """With a folder that goes at the end."""
        with cache.workspace() as folder, Transport(policy or Policy()) as transport:
            yield cls(sources, transport, folder)

    def file(self, maven: Coordinates) -> File:
        """``maven`` as a lock pins it; raises NotPublishedError."""
        content = self.get(maven)
        return File(
            maven=maven,
            size=content.stat().st_size,
            licence=self.licence(maven),
            sha256=hashlib.sha256(content.read_bytes()).hexdigest(),
        )

    def get(self, maven: Coordinates) -> Path:
        """The file, fetched once; raises NotPublishedError."""
        path = self.folder / maven.path
        if path.is_file():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        refusals = []
        for source in self._sources:
            place = source.place(maven)
            try:
                return self._verified(place, path)
            except UnavailableError as error:
                path.unlink(missing_ok=True)
                refusals.append(f"{maven} from {place}: {error}")
        raise NotPublishedError("\n".join(refusals))

    def versions(self, group: str, artifact: str) -> tuple[str, ...]:
        """All that the first source which knows the library lists, oldest first; raises NotPublishedError."""
        from jgo.maven import compare_versions

        refusals = []
        for source in self._sources:
            place = source.metadata(group, artifact)
            try:
                listed = ElementTree.fromstring(self._content(place)).iterfind("versioning/versions/version")
            except (UnavailableError, ElementTree.ParseError) as error:
                refusals.append(f"{group}:{artifact} from {place}: {error}")
            else:
                return tuple(sorted((version.text or "" for version in listed), key=cmp_to_key(compare_versions)))
        raise NotPublishedError("\n".join(refusals))

    def licence(self, maven: Coordinates) -> str:
        """What the POM or its nearest parent says; of several a user may choose (Maven's POM Reference)."""
        from jgo.maven import POM

        held = maven
        while True:
            pom = POM(self.get(Coordinates(held.group, held.artifact, held.version, "pom")))
            if found := pom.elements("licenses/license"):
                return " OR ".join(dict.fromkeys(map(_spdx, found)))
            parent = [pom.value(f"parent/{key}") or "" for key in ("groupId", "artifactId", "version")]
            if not all(parent):
                return "unknown"
            held = Coordinates(*parent)

    def _verified(self, place: Place, path: Path) -> Path:
        if isinstance(place, Remote) and not protected(place.url):
            raise UnavailableError("must be https: its checksum comes from there too")
        with Partial(path) as partial:
            self._transport.receive(place, partial)
        for kind in CHECKSUMS:
            try:
                published = self._content(place.beside(f".{kind}")).decode("ascii", "replace").split()[:1]
            except AbsentError:
                continue
            actual = hashlib.new(kind, path.read_bytes()).hexdigest()
            if published != [actual]:
                raise UnavailableError(f"{kind} must be {''.join(published)}, as published beside it, got {actual}")
            return path
        raise UnavailableError(f"no checksum beside it (.{', .'.join(CHECKSUMS)})")

    def _content(self, place: Place) -> bytes:
        path = self.folder / "beside"
        with Partial(path) as partial:
            self._transport.receive(place, partial)
        return path.read_bytes()


def _spdx(licence: ElementTree.Element) -> str:
    """By its name, else by its address, else the name as written."""
    name = " ".join((licence.findtext("name") or "").split())
    url = (licence.findtext("url") or "").strip()
    by_name, by_url = licences.named(name), licences.named(url)
    return by_name if by_name != name or by_url == url else by_url
