"""The contents of a plugin archive: jars in any folder, or a single jar."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final, Self

from modules.archive.jar import Jar
from modules.archive.manifest import Manifest, jar_names, of as manifest_of
from modules.archive.worker import is_worker_owned
from modules.archive.zips import Archive, open_archive

TEXT: Final = re.compile(r"(LICEN[CS]E|COPYRIGHT|COPYING|NOTICE)([-._].*)?", re.IGNORECASE)


@dataclass(frozen=True)
class Contents:
    """``jars`` in Connect's order; ``worker_owned`` are those of libraries that every worker has.

    ``texts`` are licences and notices, by their path in the archive's top folder.
    """

    name: str
    jars: tuple[Jar, ...]
    worker_owned: tuple[Jar, ...] = ()
    texts: Mapping[str, bytes] = field(default_factory=dict)
    manifest: Manifest | None = None

    @classmethod
    def of(cls, archive: Archive) -> Self:
        """Raises BadArchiveError for a jar that cannot be read, and for a damaged manifest."""
        names = jar_names(archive)
        if not names:  # Connect reads a ZIP of classes like a jar
            jars = [Jar(archive)]
        else:
            jars = [Jar(Archive(archive.read(name), shown)) for name, shown in names.items()]
        return cls(
            name=archive.name,
            jars=tuple(jar for jar in jars if not is_worker_owned(jar)),
            worker_owned=tuple(jar for jar in jars if is_worker_owned(jar)),
            texts={_relative_to_top(name): archive.read(name) for name in archive.files if names and _is_text(name)},
            manifest=manifest_of(archive),
        )


def read(path: Path) -> Contents:
    """The archive at ``path``; raises OSError and BadArchiveError."""
    return Contents.of(open_archive(path))


def _is_text(name: str) -> bool:
    return TEXT.fullmatch(PurePosixPath(name).name) is not None and not name.endswith((".class", ".jar"))


def _relative_to_top(name: str) -> str:
    _, *rest = PurePosixPath(name).parts
    return "/".join(rest) or name
