"""A file is replaced as a whole; a device never is, and a failed write names the file."""

import os
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from modules.user_files.reading import UserFileError
from modules.user_files.writing import replacing


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """No file may become larger than ``size`` bytes: the kernel then refuses to write."""
    before, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def write(target: Path, content: bytes = b"new") -> None:
    with replacing(target) as file:
        file.write(content)


def test_a_new_file_and_an_old_one_are_written_and_nothing_else_is_left(tmp_path: Path) -> None:
    write(tmp_path / "a" / "new")
    (tmp_path / "a" / "old").write_text("old")
    write(tmp_path / "a" / "old")
    assert {file.name: file.read_bytes() for file in (tmp_path / "a").iterdir()} == {"new": b"new", "old": b"new"}


def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "reason"), [("device", "is a device"), ("pipe", "is a pipe"), ("folder", "is a directory")]
)
def test_what_is_no_regular_file_is_refused_and_stays(tmp_path: Path, name: str, reason: str) -> None:
    # A terminal of its own: nothing can be created beside it, so a mistake here replaces no device of the machine.
    controller, terminal = os.openpty()
    (tmp_path / "device").symlink_to(os.ttyname(terminal))
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    kind = (tmp_path / name).stat().st_mode
    with pytest.raises(UserFileError) as refused:
        write(tmp_path / name)
    assert str(refused.value) == f"{tmp_path / name}: cannot be written: {reason}"
    assert (tmp_path / name).stat().st_mode == kind
    os.close(terminal)
    os.close(controller)


def test_a_failed_write_names_the_file_and_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")
    with full_disk(1000), pytest.raises(UserFileError, match="file: cannot be written: file too large"):
        write(tmp_path / "file", b"x" * 100_000)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("file", "old")]
