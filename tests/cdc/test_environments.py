"""Environment names and files as arguments: one clear line for each that is none."""

import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cdc.cli import app
from modules.app import main
from tests.places import ROOT
from tests.unit.environment.environment_files import PROD, write


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "environments").mkdir()
    write(tmp_path / "environments", PROD)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(*names: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["check", *names])
    return done.exit_code, done.output


@pytest.mark.parametrize("name", ["prod", "environments/prod.yaml", "./environments/prod.yaml"])
def test_a_name_or_a_file_is_taken(name: str) -> None:
    status, output = said(name)
    assert status == 0
    assert output.endswith("prod.yaml: ok\n")


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("", "environment '': must be a name or a file that ends in .yaml; known are prod"),
        (" ", "environment ' ': must be a name or a file that ends in .yaml; known are prod"),
        ("environments/prod.yml", "environments/prod.yml: no such file; did you mean prod?"),
        ("environments/prod", "environment environments/prod: must be a name, or a file that ends in .yaml; known are"),
        ("prdo", "environment prdo: environments/prdo.yaml does not exist; did you mean prod?"),
    ],
)
def test_what_is_none_has_one_line(name: str, line: str) -> None:
    status, output = said(name)
    assert status == 1
    assert output.startswith(line)
    assert output.count("\n") == 1


MISNAMED = "environments/x.yml: must end in .yaml; rename it: mv environments/x.yml environments/x.yaml"


@pytest.mark.parametrize("names", [(), ("environments/x.yml",), ("x",)], ids=["all", "a file", "a name"])
def test_a_file_that_ends_in_yml_is_named(names: tuple[str, ...]) -> None:
    write(Path("environments"), PROD, name="x.yml")
    assert said(*names) == (1, f"{MISNAMED}\n")


@pytest.mark.parametrize("files", [[], ["environments/x.yml"]], ids=["all", "a file"])
def test_synthesis_names_it_too(files: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    write(Path("environments"), PROD, name="x.yml")
    assert main(files) == 1
    assert capsys.readouterr().err == f"{MISNAMED}\n"


def make(project: Path, *given: str) -> subprocess.CompletedProcess[str]:
    """What ``make synth`` would run."""
    for name in ("Makefile", "Pipfile.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, project)
    return subprocess.run(["make", "--dry-run", "synth", *given], cwd=project, capture_output=True, text=True)


@pytest.mark.parametrize("env", ["a b", ""])
def test_make_takes_one_environment(env: str, project: Path) -> None:
    done = make(project, f"ENV={env}")
    assert done.returncode != 0
    assert f'ENV must be the name of one environment, got "{env}"; several: FILES=' in done.stderr


@pytest.mark.parametrize(
    ("given", "files"), [("ENV=dev", "environments/dev.yaml"), ("FILES=a.yaml b.yaml", "a.yaml b.yaml")]
)
def test_make_takes_the_files_of_several(given: str, files: str, project: Path) -> None:
    assert f"main.py {files}\n" in make(project, given).stdout
