"""Only regular files of bounded size are read; everything else is refused before it is opened."""

import io
import os
import socket
import sys
import time
from pathlib import Path

import pytest

from modules.user_files.reading import UserFileError, read, read_stdin

SECONDS = 1


@pytest.fixture
def special(tmp_path: Path) -> Path:
    """A folder with a file of each kind."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("content")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "dangling").symlink_to("gone")
    (tmp_path / "device").symlink_to("/dev/zero")
    (tmp_path / "circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    return tmp_path


def test_a_file_and_a_link_to_one_are_read(special: Path) -> None:
    assert read(special / "file", most=7) == read(special / "link", most=7) == b"content"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("pipe", "is a pipe"),
        ("folder", "is a directory"),
        ("device", "is a device"),
        ("socket", "is a socket"),
        ("dangling", "links to gone, which does not exist"),
    ],
)
def test_another_kind_of_file_is_refused_at_once(special: Path, name: str, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(UserFileError) as refused:
        read(special / name, most=100)
    assert str(refused.value) == f"{special / name}: {reason}"
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("name", ["gone", "circle", "file/below", "x" * 300, "a\0b"])
def test_what_is_not_there_is_an_os_error(special: Path, name: str) -> None:
    with pytest.raises(OSError, match=r"\[Errno|is no name"):
        read(special / name, most=100)


def test_a_file_may_be_as_large_as_allowed_and_no_larger(special: Path) -> None:
    with pytest.raises(UserFileError, match="file: is larger than 6 bytes"):
        read(special / "file", most=6)


def test_stdin_is_bounded_and_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"content")))
    assert read_stdin(most=7) == b"content"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"content")))
    with pytest.raises(UserFileError, match="stdin: is larger than 6 bytes"):
        read_stdin(most=6)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UserFileError, match="stdin: is closed"):
        read_stdin(most=7)
