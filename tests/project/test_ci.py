"""CI, pre-commit and Renovate run what the Makefile runs, and a mistake in their files is refused."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.places import ROOT

GITHUB: Final = ".github/workflows/ci.yml"
GITLAB: Final = ".gitlab-ci.yml"
RENOVATE: Final = "renovate.json"
TOOLS: Final = ("ruff", "mypy", "zizmor", "check-jsonschema")


def checks() -> list[str]:
    """The commands of ``make check``."""
    done = subprocess.run(["make", "--dry-run", "check"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if line.startswith(tuple(f".venv/bin/{tool}" for tool in TOOLS))]


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_pre_commit_runs_the_checks() -> None:
    [repository] = yaml.safe_load(text(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"  # nothing is fetched
    assert [hook["entry"] for hook in repository["hooks"]] == checks()


@pytest.mark.parametrize("name", [GITHUB, GITLAB])
def test_ci_runs_commands_of_the_makefile(name: str) -> None:
    called = re.findall(r"^ +(?:- run|script): make (\w+)$", text(name), flags=re.MULTILINE)
    assert called == ["check", "quick", "test"]
    for target in called:
        assert re.search(rf"^{target}:", text("Makefile"), flags=re.MULTILINE), f"make {target}"


def test_ci_runs_every_python_that_the_project_names() -> None:
    classifiers = tomllib.loads(text("pyproject.toml"))["project"]["classifiers"]
    named = [line.rpartition(" ")[2] for line in classifiers if "Python ::" in line]
    assert yaml.safe_load(text(GITHUB))["jobs"]["quick"]["strategy"]["matrix"]["python"] == named
    assert yaml.safe_load(text(GITLAB))["quick"]["parallel"]["matrix"] == [{"PYTHON": named}]


def test_both_take_the_same_terraform() -> None:
    image = yaml.safe_load(text(GITLAB))["terraform"]["image"]["name"]
    assert image == f"hashicorp/terraform:{yaml.safe_load(text(GITHUB))['env']['TERRAFORM_VERSION']}"


def test_no_file_of_ours_is_ignored_by_git() -> None:
    """CI would not have it: what is ignored are folders that the Makefile and tools make, and their caches."""
    command = ["git", "ls-files", "--others", "--ignored", "--exclude-standard", "--directory"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [name for name in listed if not name.endswith("/") and not name.endswith(".pyc")] == []


@pytest.mark.parametrize(
    ("name", "old", "new", "refusal"),
    [
        (GITHUB, r"checkout@\w+", "checkout@v7", "unpinned-uses"),
        (GITHUB, "run: make check", "run: echo ${{ github.head_ref }}", "template-injection"),
        (GITHUB, "runs-on:", "run-on:", "'runs-on' is a required property"),
        (GITLAB, "expire_in:", "expires:", "'expires' was unexpected"),
        (RENOVATE, '"recursive"', '"recursively"', "'recursively' is not one of"),
    ],
)
def test_a_mistake_is_refused(tmp_path: Path, name: str, old: str, new: str, refusal: str) -> None:
    """By the command of ``make check`` that reads the file; the files as they are pass there."""
    broken, count = re.subn(old, new, text(name), count=1)
    assert count == 1
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_text(broken)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    place = name.split("/")[0]
    refusals = [_refusal(line, tmp_path) for line in checks() if f" {place}" in line]
    assert any(refusal in output for output in refusals), refusals


def _refusal(line: str, folder: Path) -> str:
    """What a command prints that fails; nothing of one that succeeds."""
    done = subprocess.run(line.split(), cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr if done.returncode else ""
