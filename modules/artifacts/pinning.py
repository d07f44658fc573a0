"""Pinning: files as they are published now, and writing them to the lock file."""

from collections.abc import Callable, Sequence
from hashlib import file_digest
from pathlib import Path

import tomlkit
from tomlkit.items import Array, InlineTable

from modules.artifacts import zip_parts
from modules.artifacts.cache import Cache
from modules.artifacts.lock import Coordinates, File, parse
from modules.artifacts.publisher import Publisher
from modules.artifacts.sources import Source
from modules.user_files.writing import replacing


def published(maven: Coordinates, *, sources: Sequence[Source], cache: Cache) -> File:
    """``maven`` as it is published now, verified against its published checksum; raises NotPublishedError."""
    with Publisher.opened(sources, cache=cache) as publisher:
        return _pinned(maven, publisher, cache)


def versions(group: str, artifact: str, *, sources: Sequence[Source], cache: Cache) -> tuple[str, ...]:
    """All published versions, oldest first; raises NotPublishedError."""
    with Publisher.opened(sources, cache=cache) as publisher:
        return publisher.versions(group, artifact)


def resolved(
    roots: Sequence[Coordinates],
    *,
    sources: Sequence[Source],
    cache: Cache,
    members: Sequence[str] = (),
    report: Callable[[Coordinates], None] = lambda _: None,
) -> tuple[File, ...]:
    """The files of a runtime class path for ``roots``; ``report`` is called for each before it is downloaded.

    With ``members``, patterns of names in ZIPs, the parts of these that have such members.
    """
    from modules.artifacts.resolve import tree  # importing jgo takes 0.15 s

    files = []
    with Publisher.opened(sources, cache=cache) as publisher:
        for maven in tree(roots, publisher):
            report(maven)
            files += _parts(maven, members, publisher, cache) if members else [_pinned(maven, publisher, cache)]
    return tuple(files)


def write(path: Path, name: str, files: Sequence[File], *, roots: Sequence[Coordinates] | None = None) -> None:
    """Writes ``files``, and ``roots`` if given, to the set ``name`` of the lock file ``path``; nothing else changes.

    Raises LockError, and then nothing is written. The file is replaced at once, never half written.
    """
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    set_ = document["sets"][name]
    if roots is not None:
        set_["roots"] = [str(root) for root in roots]
    set_["files"] = _array(files)
    text = tomlkit.dumps(document)
    parse(text, file=str(path))
    _replace(path, text)


def _pinned(maven: Coordinates, publisher: Publisher, cache: Cache) -> File:
    """The pin of ``maven``, with its file in the cache."""
    file = publisher.file(maven)
    cache.adopt(publisher.get(maven), file)
    return file


def _parts(maven: Coordinates, members: Sequence[str], publisher: Publisher, cache: Cache) -> list[File]:
    """The pins of a ZIP's parts, each with its bytes in the cache."""
    content, licence = publisher.get(maven), publisher.licence(maven)
    files = []
    for first, end in zip_parts.parts(content, members):
        path = content.with_name(f"{content.name}.{first}")
        zip_parts.cut(content, path, first=first, end=end)
        with path.open("rb") as part:
            digest = file_digest(part, "sha256").hexdigest()
        file = File(maven=maven, first=first, size=end - first, licence=licence, sha256=digest)
        cache.adopt(path, file)
        files.append(file)
    return files


def _array(files: Sequence[File]) -> Array:
    array = tomlkit.array()
    for file in files:
        array.append(_line(file))
    return array.multiline(multiline=True)


def _line(file: File) -> InlineTable:
    line = tomlkit.inline_table()
    line.update(file.model_dump(exclude_none=True))
    return line


def _replace(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())
