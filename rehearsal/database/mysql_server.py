"""Finds the MySQL server for a rehearsal: of Aurora's version, installed or pinned with the libraries it requires."""

import ctypes
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from modules.artifacts import zip_parts
from modules.cache_folder import cache_folder
from rehearsal.processes.cached_folder import cached_folder

# Aurora MySQL 3, whose releases are 8.0.mysql_aurora.3.x; an environment file does not say which its cluster has.
AURORA: Final = (8, 0)
# By platform.system and platform.machine.
_PINNED: Final = {
    ("Linux", "x86_64"): "mysql-8.0-linux-x86_64",
    ("Linux", "aarch64"): "mysql-8.0-linux-aarch64",
    ("Darwin", "arm64"): "mysql-8.0-mac-aarch64",
    ("Darwin", "x86_64"): "mysql-8.0-mac-x86_64",
}
# Libraries that the pinned server is linked to and a minimal Debian or Ubuntu does not have, with their packages.
_LIBRARIES: Final = {"libaio.so.1": ("libaio1t64", "libaio1"), "libnuma.so.1": ("libnuma1",)}
_APT_SECONDS: Final = 60
_SYSTEM_FOLDERS: Final = "/usr/sbin:/usr/local/sbin:/usr/libexec"  # packages install it there; often not on PATH


class ServerMissingError(Exception):
    """No MySQL server runs on this machine; the message has a line for each thing to install."""


@dataclass(frozen=True)
class Server:
    """A MySQL server's program; ``libraries`` are folders for LD_LIBRARY_PATH."""

    program: Path
    version: str
    base: Path | None = None
    libraries: tuple[Path, ...] = ()

    @property
    def as_aurora(self) -> bool:
        """Whether it is of the version that Aurora is compatible with."""
        return self.version.startswith(f"{'.'.join(map(str, AURORA))}.")

    @property
    def env(self) -> dict[str, str]:
        """The environment variables to run it with."""
        inherited = os.environ.get("LD_LIBRARY_PATH", "")
        search = [*map(str, self.libraries), *filter(None, [inherited])]
        return {**os.environ, "LD_LIBRARY_PATH": ":".join(search)} if search else dict(os.environ)


def installed(chosen: Path | None = None) -> Server | None:
    """The program ``chosen``, else the installed ``mysqld``, where it can replace Aurora; else None.

    One of another version than Aurora's is used only if it was chosen, or if the pinned one does not run here.
    """
    program = str(chosen) if chosen else _program()
    if not program:
        return None
    output = _version_output(program)
    if _unsuitable(program, output):
        return None
    found = Server(Path(program), _version(output))
    return found if chosen or found.as_aurora or _pinned_problems() else None


def missing(chosen: Path | None = None) -> list[str]:
    """A line for each thing to install before a server can run; may download small libraries."""
    if installed(chosen):
        return []
    program = str(chosen) if chosen else _program()
    unsuitable = [_unsuitable(program, _version_output(program))] if program else []
    problems = _pinned_problems()
    return unsuitable if chosen else [*unsuitable, *problems] if problems else []


def pinned_set() -> str | None:
    """The set of ``artifacts.lock.toml`` with a server for this machine."""
    return _PINNED.get((platform.system(), platform.machine()))


def server(parts: Sequence[Path], chosen: Path | None = None) -> Server:
    """The installed server, see ``installed``, else the pinned one, of which these are the files.

    Raises ServerMissingError.
    """
    if found := installed(chosen):
        return found
    if lines := missing(chosen):
        raise ServerMissingError("\n".join(lines))
    if not parts:
        raise ValueError("parts must be given where no MySQL is installed")
    key = " ".join(part.parent.name for part in parts)
    base = cached_folder("mysql", key, lambda folder: _unpack(parts, folder))
    cached = {path.parent for path in map(_library, _libraries()) if path and cache_folder() in path.parents}
    pinned = Server(base / "bin" / "mysqld", "", base, tuple(sorted(cached)))
    output = _version_output(str(pinned.program), pinned.env)
    if version := _version(output):
        return replace(pinned, version=version)
    raise ServerMissingError(f"the pinned MySQL does not run here: {output.strip()}; instead: {_how_to_install()}")


def _pinned_problems() -> list[str]:
    """Why the pinned server does not run here."""
    if pinned_set() is None:
        here = f"{platform.system()} {platform.machine()}"
        return [f"MySQL 8.0 or later as mysqld on PATH (none is pinned for {here}): {_how_to_install()}"]
    return [f"{name}, a library of MySQL: {_how_to_link(name)}" for name in _libraries() if not _library(name)]


def _program() -> str | None:
    return shutil.which("mysqld") or shutil.which("mysqld", path=_SYSTEM_FOLDERS)


def _unsuitable(program: str, output: str) -> str:
    """Why ``program``, with this version output, cannot replace Aurora; empty where it can."""
    if "MariaDB" in output:
        return f"{program} must be MySQL, got MariaDB, which Debezium's MySQL connector refuses"
    version = _version(output)
    if not version or tuple(map(int, version.split(".")[:2])) < AURORA:
        return f"{program} must be MySQL 8.0 or later, got {output.strip()!r}"
    if profile := _profile(program):
        return (
            f"{program} must be allowed to write to any folder, but AppArmor confines it; disable the profile:"
            f" sudo ln -s {profile} /etc/apparmor.d/disable/ && sudo apparmor_parser -R {profile}"
        )
    return ""


def _profile(program: str) -> Path | None:
    """The active AppArmor profile of Ubuntu's package, which has the program's path as its name."""
    name = str(Path(program).resolve()).strip("/").replace("/", ".")
    profile = Path("/etc/apparmor.d", name)
    return profile if profile.exists() and not Path(profile.parent, "disable", name).exists() else None


def _version_output(program: str, env: Mapping[str, str] | None = None) -> str:
    """The output of ``--version``, or the error where the program does not run."""
    command = [program, "--no-defaults", "--version"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    except OSError as error:
        return str(error)
    return done.stdout or done.stderr


def _version(output: str) -> str:
    match = re.search(r"\bVer (\d+\.\d+\.\d+)", output)
    return match[1] if match else ""


def _unpack(parts: Sequence[Path], folder: Path) -> None:
    for part in parts:
        zip_parts.unpack(part, folder)
    (folder / "bin" / "mysqld").chmod(0o755)


def _libraries() -> Iterator[str]:
    yield from _LIBRARIES if platform.system() == "Linux" else ()


@cache
def _library(name: str) -> Path | None:
    """The path of ``name``: where the loader finds it, else in the user's cache, extracted from its package."""
    if path := _loaded(name):
        return path
    if other := _loaded(f"{name}t64"):  # Debian 13 and Ubuntu 24.04 renamed libaio.so.1; on x86-64 nothing else changed
        return cached_folder("libraries", f"{name} {other}", lambda folder: (folder / name).symlink_to(other)) / name
    try:
        return cached_folder("libraries", name, lambda folder: _download(name, folder)) / name
    except (OSError, subprocess.SubprocessError):
        return None


def _loaded(name: str) -> Path | None:
    """The file that the loader finds for ``name``, by loading it."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return None
    stem = name.partition(".so")[0]
    paths = (line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines())
    return next((Path(path) for path in paths if Path(path).name.startswith(f"{stem}.so")), None)


def _download(name: str, folder: Path) -> None:
    """Extracts ``name`` from its package into ``folder``, without installing it; apt verifies the download."""
    for package in _LIBRARIES[name]:
        with TemporaryDirectory() as incoming:
            fetched = _run_quietly("apt-get", "download", package, folder=Path(incoming))
            for file in Path(incoming).glob("*.deb") if fetched else ():
                _run_quietly("dpkg-deb", "-x", str(file), str(folder), folder=folder)
        for path in folder.rglob(f"{name}*"):
            if path.is_file():
                (folder / name).symlink_to(path.relative_to(folder))
                return
    raise FileNotFoundError(name)


def _run_quietly(*command: str, folder: Path) -> bool:
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
