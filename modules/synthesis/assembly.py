"""A jsii assembly reduced to some of its submodules, kept in the user's cache."""

import gzip
import hashlib
import io
import json
import os
import posixpath
import re
import tarfile
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

FORMAT = 1  # of a reduced assembly; another number invalidates the cache
ROOT = "package/"
# jsii leaves these out of its own runtime index too: its kernel never reads them.
UNREAD = ("docs", "locationInModule", "readme")


def reduced(source: Path, *, name: str, version: str, types: Collection[str], cache: Path) -> Path:
    """The reduced assembly ``name`` of ``source``, from the folder ``cache``; a damaged entry is replaced."""
    facts = (FORMAT, name, version, _fingerprint(source), *sorted(types))
    key = hashlib.sha256(repr(facts).encode()).hexdigest()
    for entry in cache.glob(f"{key}-*.tgz"):
        if entry == _entry(cache, key, entry.read_bytes()):
            return entry
        entry.unlink()
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as unfinished:
        data = cut(source, name=name, types=types)
        file = Path(unfinished, "assembly.tgz")
        file.write_bytes(data)
        return file.replace(_entry(cache, key, data))


def cut(source: Path, *, name: str, types: Collection[str]) -> bytes:
    """A .tgz of the assembly ``name`` in ``source``, with the submodules of ``types`` and all of their code.

    The same input gives the same bytes. Raises ``ValueError`` or ``LookupError`` if the assembly has another layout, or
    if the kept submodules need others.
    """
    head = _files(source, {".jsii", ".jsii.gz", "package.json"}.__contains__)
    description = json.loads(gzip.decompress(head[".jsii.gz"]) if ".jsii.gz" in head else head[".jsii"])
    main = PurePosixPath(json.loads(head["package.json"])["main"])
    submodules = sorted(_with_references({_submodule(fqn, name) for fqn in types}, description["types"], name))
    folders = {submodule: _folder(description, f"{name}.{submodule}", main) for submodule in submodules}
    prefixes = tuple(f"{folder}/" for folder in folders.values())
    code = _files(source, lambda path: path.startswith(prefixes) and path.endswith(".js"))
    kept = _types_of(submodules, description["types"], name)
    _check_types(kept, name=name, needed=types)
    _check_code(code, folders=folders.values(), dependencies=description["dependencies"])
    index = (f'exports.{key} = require("./{folder.relative_to(main.parent)}");\n' for key, folder in folders.items())
    return _archive(
        {
            ".jsii": json.dumps(_slim(description | {"types": {}, "submodules": {}}) | {"types": kept}).encode(),
            "package.json": head["package.json"],
            str(main): "".join(index).encode(),
        }
        | {path: re.sub(rb"\n//# sourceMappingURL=.*", b"", text) for path, text in sorted(code.items())}
    )


def _fingerprint(source: Path) -> tuple[int, bytes]:
    """Size and last eight bytes: in a gzip file the checksum and length of the contents."""
    with source.open("rb") as file:
        size = file.seek(-8, os.SEEK_END) + 8
        return size, file.read()


def _entry(cache: Path, key: str, data: bytes) -> Path:
    return cache / f"{key}-{hashlib.sha256(data).hexdigest()}.tgz"


def _with_references(submodules: set[str], types: Mapping[str, Any], name: str) -> set[str]:
    """``submodules`` and, transitively, those that their types refer to."""
    while more := {_submodule(fqn, name) for fqn in _referenced(_types_of(submodules, types, name), name)} - submodules:
        submodules |= more
    return submodules


def _types_of(submodules: Collection[str], types: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {fqn: _slim(type_) for fqn, type_ in types.items() if _submodule(fqn, name) in submodules}


def _referenced(types: Mapping[str, Any], name: str) -> list[str]:
    return re.findall(rf'"({re.escape(name)}\.[^"]+)"', json.dumps(types))


def _submodule(fqn: str, name: str) -> str:
    """``vpc`` of ``@cdktf/provider-aws.vpc.Vpc``."""
    parts = fqn.removeprefix(f"{name}.").split(".")
    if len(parts) != 2:
        raise ValueError(f"every type must be in a submodule of {name}, got {fqn}")
    return parts[0]


def _files(source: Path, select: Callable[[str], bool]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(source, "r|*") as archive:
        for member in archive:
            path = member.name.removeprefix(ROOT)
            if select(path) and (file := archive.extractfile(member)):
                found[path] = file.read()
    return found


def _folder(description: Mapping[str, Any], submodule: str, main: PurePosixPath) -> PurePosixPath:
    """``lib/msk-cluster`` for the assembly's ``src/msk-cluster/index:``."""
    sources = description.get("metadata", {}).get("tscRootDir", ".")
    module = PurePosixPath(description["submodules"][submodule]["symbolId"].removesuffix(":"))
    if module.name != "index":
        raise ValueError(f"{submodule} must have an index, got {module}")
    return main.parent / module.parent.relative_to(sources)


def _slim(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _slim(item) for key, item in value.items() if key not in UNREAD}
    return [_slim(item) for item in value] if isinstance(value, list) else value


def _check_types(kept: Mapping[str, Any], *, name: str, needed: Collection[str]) -> None:
    if missing := sorted({*_referenced(kept, name), *needed} - kept.keys()):
        raise ValueError(f"the submodules in use must contain every type they refer to, also {missing[0]}")


def _check_code(
    code: Mapping[str, bytes], *, folders: Collection[PurePosixPath], dependencies: Collection[str]
) -> None:
    if missing := [folder for folder in folders if f"{folder}/index.js" not in code]:
        raise ValueError(f"every submodule must have code, got none for {missing[0]}")
    for path, text in code.items():
        for module in re.findall(r"""\brequire\(["']([^"']+)""", text.decode()):
            if module not in dependencies and not module.startswith("./") and _sibling(path, module) not in folders:
                raise ValueError(f"{path} must require only submodules in use and {sorted(dependencies)}, got {module}")


def _sibling(path: str, module: str) -> PurePosixPath | None:
    """The folder that ``path`` requires as ``../subnet/index``; None for any other form."""
    if not module.startswith("../"):
        return None
    return PurePosixPath(posixpath.normpath(PurePosixPath(path).parent / module)).parent


def _archive(files: Mapping[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for path, data in files.items():
            member = tarfile.TarInfo(ROOT + path)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return gzip.compress(plain.getvalue(), mtime=0)
