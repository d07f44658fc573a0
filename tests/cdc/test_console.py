"""A command ends with one line that begins with the file, whoever refused it."""

from pathlib import Path

import pytest
import typer

from cdc.console import fail
from modules.user_files.reading import read


def said(error: object, capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(typer.Exit):
        fail(error)
    return capsys.readouterr().err


def test_an_error_of_the_system_begins_with_its_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing.json"
    with pytest.raises(FileNotFoundError) as raised:
        missing.read_text()
    assert said(raised.value, capsys) == f"{missing}: no such file or directory\n"


def test_an_error_with_a_text_of_its_own_is_shown_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="is a directory") as raised:
        read(tmp_path, most=1)
    assert said(raised.value, capsys) == f"{raised.value}\n"
    assert said(OSError("the disk is gone"), capsys) == "the disk is gone\n"
