"""Commands write and read regular files only, and write them whole."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from shutil import copy

import pytest

from modules.artifacts.partial import Partial
from modules.artifacts.sources import Local
from modules.artifacts.transport import Policy, Transport, UnavailableError
from tests.disks import fill, small_disk
from tests.places import ROOT


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Of the production example, whose state is in S3 and whose plugin is published."""
    (tmp_path / "environments").mkdir()
    copy(ROOT / "environments/prod.yaml", tmp_path / "environments")
    return tmp_path


def cdc(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "cdc.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        timeout=120,
        check=False,
    )
    return done.returncode, done.stderr


def a_pipe(path: Path) -> str:
    os.mkfifo(path)
    return "is a pipe"


def a_folder(path: Path) -> str:
    path.mkdir()
    return "is a directory"


KINDS = pytest.mark.parametrize("special", [a_pipe, a_folder], ids=["pipe", "folder"])


@KINDS
def test_exported_stacks(project: Path, special: Callable[[Path], str]) -> None:
    (project / "stacks/prod-platform").mkdir(parents=True)
    reason = special(project / "stacks/prod-platform/cdk.tf.json")
    status, errors = cdc(project, "export", "prod")
    assert status == 1
    assert errors == f"stacks/prod-platform/cdk.tf.json: cannot be written: {reason}\n"


@KINDS
def test_atlantis(project: Path, special: Callable[[Path], str]) -> None:
    reason = special(project / "atlantis.yaml")
    for arguments in (["atlantis", "prod"], ["atlantis"]):
        assert cdc(project, *arguments) == (1, f"atlantis.yaml: {reason}\n")


def test_a_broken_first_line_of_atlantis_yaml(project: Path) -> None:
    (project / "atlantis.yaml").write_bytes(b'# Made by: cdc atlantis "prod\xff\n')
    assert cdc(project, "atlantis") == (0, "")
    assert (project / "atlantis.yaml").read_text().startswith("# Made by: cdc atlantis\n")


def test_a_full_disk_leaves_no_part_of_a_stack(project: Path) -> None:
    with small_disk(project / "small", megabytes=1) as small:
        filler = fill(small)
        os.truncate(filler, filler.stat().st_size - 12_288)
        status, errors = cdc(project, "export", "prod", "--to", "small/stacks")
        assert status == 1
        assert "cdk.tf.json: cannot be written: no space left on device" in errors
        assert [path for path in small.rglob("*") if path.is_file()] == [filler]


@KINDS
def test_sources(tmp_path: Path, special: Callable[[Path], str]) -> None:
    reason = special(tmp_path / "lib-1.0.jar")
    partial = Partial(tmp_path / "received")
    with Transport(Policy()) as transport, partial, pytest.raises(UnavailableError, match=reason):
        transport.receive(Local(tmp_path / "lib-1.0.jar"), partial)
