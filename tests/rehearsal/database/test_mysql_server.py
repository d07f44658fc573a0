"""Which MySQL server is used, by the version of ``mysqld`` on PATH and the libraries on this machine."""

from pathlib import Path

import pytest

from rehearsal.database import mysql_server


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(mysql_server, "_SYSTEM_FOLDERS", "")
    return tmp_path


def install(folder: Path, output: str) -> Path:
    program = folder / "mysqld"
    program.write_text(f"#!/bin/sh\necho '{program}  {output}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    ("output", "version"),
    [
        ("Ver 8.0.39-0ubuntu0.24.04.2 for Linux on x86_64 ((Ubuntu))", "8.0.39"),
        ("Ver 9.7.4 for macos15 on arm64 (Homebrew)", "9.7.4"),
    ],
)
def test_a_mysql_on_path_is_used(path: Path, monkeypatch: pytest.MonkeyPatch, output: str, version: str) -> None:
    program = install(path, output)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    assert mysql_server.installed() == mysql_server.Server(program, version)
    assert mysql_server.missing() == []


@pytest.mark.parametrize(("version", "used"), [("8.0.39", True), ("8.4.3", False), ("9.7.4", False)])
def test_the_version_is_auroras_unless_another_is_chosen(
    path: Path, monkeypatch: pytest.MonkeyPatch, version: str, used: bool
) -> None:
    program = install(path, f"Ver {version} for Linux on x86_64 (MySQL Community Server - GPL)")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(mysql_server, "_LIBRARIES", {})
    assert mysql_server.pinned_set() == "mysql-8.0-linux-x86_64"
    assert (mysql_server.installed() is not None) is used
    assert mysql_server.installed(program) == mysql_server.Server(program, version)
    assert mysql_server.missing() == mysql_server.missing(program) == []


def test_a_chosen_server_must_run(path: Path) -> None:
    gone = path / "gone"
    assert mysql_server.installed(gone) is None
    [line] = mysql_server.missing(gone)
    assert line.startswith(f"{gone} must be MySQL 8.0 or later, got ")
    old = install(path, "Ver 5.7.44 for Linux on x86_64")
    with pytest.raises(mysql_server.ServerMissingError, match=r"must be MySQL 8\.0 or later, got .*5\.7\.44"):
        mysql_server.server([], old)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("Ver 10.11.6-MariaDB-0+deb12u1 for debian-linux-gnu", "must be MySQL, got MariaDB"),
        ("Ver 5.7.44 for Linux on x86_64", "must be MySQL 8.0 or later"),
        ("cannot execute", "must be MySQL 8.0 or later"),
    ],
    ids=["MariaDB", "too old", "broken"],
)
def test_another_one_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch, output: str, reason: str) -> None:
    install(path, output)
    monkeypatch.setattr("platform.machine", lambda: "riscv64")
    refused, *rest = mysql_server.missing()
    assert mysql_server.installed() is None
    assert reason in refused
    assert "none is pinned for" in rest[0]


def test_a_missing_library_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr(mysql_server, "_LIBRARIES", {"libnowhere.so.1": ("libnowhere1t64", "libnowhere1")})
    monkeypatch.setenv("XDG_CACHE_HOME", str(path))
    [line] = mysql_server.missing()
    assert line.startswith("libnowhere.so.1, a library of MySQL: ")
    assert not list(path.rglob("incoming-*"))
    with pytest.raises(mysql_server.ServerMissingError, match="libnowhere"):
        mysql_server.server([])


def test_a_confined_server_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(path, "Ver 8.0.39 for Linux on x86_64")
    monkeypatch.setattr(mysql_server, "_profile", lambda _: Path("/etc/apparmor.d/usr.sbin.mysqld"))
    assert mysql_server.installed() is None
