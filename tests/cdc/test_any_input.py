"""Whatever a file holds: an error that names it, the documented exit status, no traceback, and no secret printed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from hypothesis import given, strategies as st
from typer.testing import CliRunner, Result

from cdc.cli import app
from modules.archive.inspection import inspect
from modules.archive.manifest import read
from modules.archive.zips import BadArchiveError
from modules.artifacts.lock import LockError, parse
from tests.fuzzing import FEW, SEEDED, VALUES, altered, damaged, inputs
from tests.places import ROOT
from tests.synthesized import document
from tests.unit.archive.classes import connector, jar_bytes, zipped
from tests.unit.archive.test_manifest import MANIFEST

INPUTS: Final = inputs(FEW)
SECRET: Final = "ghp_" + "q7Wn2Zk9Xv" * 3 + "4Ft8Lb"
WITH_SECRETS: Final = VALUES | st.sampled_from([SECRET, f"jdbc:mysql://h/?password={SECRET}", {"password": SECRET}])
EXAMPLES: Final = {name: document(name) for name in ("dev", "prod", "rehearsal")}
BESIDE: Final = sorted(file for file in (ROOT / "tests/cdc/imports/inputs").iterdir() if file.is_file())
JSON: Final = {file: json.loads(file.read_text()) for file in BESIDE if file.suffix == ".json"}
LOCK: Final = (ROOT / "artifacts.lock.toml").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("inputs")


def called(*arguments: str, allowed: tuple[int, ...]) -> Result:
    """The command's result; it raised nothing, and printed no secret."""
    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in allowed, done.output
    assert SECRET not in done.output
    assert "Traceback" not in done.output
    return done


def refusal(read: Callable[[Any], object], given: object, *, otherwise: str) -> str:
    """The documented error of reading what is given."""
    try:
        read(given)
    except (BadArchiveError, LockError) as error:
        return str(error)
    return otherwise


def checked(file: Path) -> None:
    done = called("check", str(file), allowed=(0, 1))
    if done.exit_code:
        assert file.name in done.output


@SEEDED
@INPUTS
@given(st.sampled_from(sorted(EXAMPLES)).flatmap(lambda name: altered(EXAMPLES[name], values=WITH_SECRETS)))
def test_an_environment_of_any_shape(folder: Path, content: Any) -> None:
    text = yaml.safe_dump(content, allow_unicode=True)
    (file := folder / "shape.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    checked(file)


@SEEDED
@INPUTS
@given(damaged((ROOT / "environments/prod.yaml").read_bytes()) | st.binary(max_size=60))
def test_an_environment_of_any_text(folder: Path, content: bytes) -> None:
    (file := folder / "text.yaml").write_bytes(content)
    checked(file)


@SEEDED
@INPUTS
@given(st.sampled_from(sorted(JSON)).flatmap(lambda file: altered(JSON[file], values=WITH_SECRETS)))
def test_an_import_of_any_shape(folder: Path, content: Any) -> None:
    (file := folder / "shape.json").write_text(json.dumps(content))
    called("import", str(file), allowed=(0, 1, 3))


@SEEDED
@INPUTS
@given(st.data())
def test_an_import_of_any_text(folder: Path, data: st.DataObject) -> None:
    example = data.draw(st.sampled_from(BESIDE))
    (file := folder / f"text{''.join(example.suffixes)}").write_bytes(data.draw(damaged(example.read_bytes())))
    called("import", str(file), allowed=(0, 1, 3))


@SEEDED
@INPUTS
@given(altered(json.loads(MANIFEST.dump())))
def test_a_manifest_of_any_shape(folder: Path, content: Any) -> None:
    archive = zipped({"debezium-mysql/plugin.json": json.dumps(content), "debezium-mysql/a-1.jar": b"a jar"})
    (file := folder / "manifest.zip").write_bytes(archive)
    assert file.name in refusal(read, file, otherwise=file.name)


ARCHIVE: Final = zipped(
    {"debezium-mysql/a-1.jar": jar_bytes(connector()), "debezium-mysql/plugin.json": MANIFEST.dump()}
)


@SEEDED
@INPUTS
@given(damaged(ARCHIVE) | st.binary(max_size=60))
def test_an_archive_of_any_bytes(folder: Path, content: bytes) -> None:
    (file := folder / "archive.zip").write_bytes(content)
    assert file.name in refusal(inspect, file, otherwise=file.name)


@SEEDED
@INPUTS
@given(damaged(LOCK))
def test_a_lock_file_of_any_text(content: bytes) -> None:
    file = "artifacts.lock.toml"
    assert file in refusal(
        lambda text: parse(text, file=file), content.decode("utf-8", errors="replace"), otherwise=file
    )
