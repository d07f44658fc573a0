"""Content that is made at synthesis is there at each synthesis of a process."""

import shutil
import tempfile
from pathlib import Path

import pytest

from modules.storage.assets import asset
from modules.synthesis.sdk import App, TerraformStack


def stored(folder: Path, content: bytes) -> Path:
    """The copy beside a stack in ``folder``."""
    stack = TerraformStack(app := App(outdir=str(folder)), "stack")
    found = asset(stack, "asset", content, name="content.zip")
    app.synth()
    return folder / "stacks" / "stack" / found.path


def test_it_is_there_after_its_temporary_folder_was_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"of this test"
    monkeypatch.setattr(tempfile, "tempdir", str(own := tmp_path / "own"))  # a rehearsal's, which ends with it
    own.mkdir()
    assert stored(tmp_path / "a", content).read_bytes() == content
    [made] = own.rglob("content.zip")
    assert stored(tmp_path / "b", content).read_bytes() == content
    assert list(own.rglob("content.zip")) == [made]
    shutil.rmtree(own)
    monkeypatch.undo()
    assert stored(tmp_path / "c", content).read_bytes() == content
    assert not own.exists()
