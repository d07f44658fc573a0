"""The hooks of docs/atlantis.md in real git repositories: a base branch that moves, conflicts, documentation only."""

import os
from pathlib import Path

import pytest

from tests.delivery.atlantis_server import BASE, HEAD, Clone, Done, Repository, git, server_side

[HOOKED, _] = server_side()
PLAN = "cdktf.out/stacks/prod-platform/prod-platform-default.tfplan"
FILE = "environments/prod.yaml"
ONLY_DOCUMENTATION = "only documentation has changed: there is nothing to plan"
# Numbered, so that changes at both ends merge.
LINES = [f"line{number}: {number}\n" for number in range(20)]


class Host:
    """The repository on the VCS host: main, and a pull request that has changed ``files``."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        folder.mkdir()
        git("init", "--quiet", "--initial-branch", BASE, folder=folder)
        self.repository = Repository(folder)
        self._write({".gitignore": "cdktf.out/\n", FILE: "".join(LINES), "README.md": "This.\n", "docs/a.md": "A.\n"})
        self.repository.commit("the beginning")
        self.repository.git("checkout", "--quiet", "-b", HEAD)
        self._write(files)
        self.repository.commit("a change")

    def move(self, **changes: str) -> None:
        """main gets another commit; files by name, with __ for / and _ for . before the suffix."""
        self.repository.git("checkout", "--quiet", BASE)
        self._write({name.replace("__", "/").replace("_", "."): text for name, text in changes.items()})
        self.repository.commit("main has moved")
        self.repository.git("checkout", "--quiet", HEAD)

    def _write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (path := self.repository.folder / name).parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


class Server:
    """A server's clone of the pull request, with a plan and the JSON of its commit."""

    def __init__(self, host: Host, folder: Path) -> None:
        self.host = host
        self.clone = Clone(host.repository, folder, dict(os.environ))
        self.plan = folder / PLAN
        self.plan.parent.mkdir(parents=True)
        self.plan.write_text("a plan of this commit")
        self.synthesized = folder / "cdktf.out/synthesized"
        self.synthesized.write_text("a tree")

    def merge(self) -> Done:
        """Runs the first hook."""
        return self._run(0)

    def synthesize(self) -> Done:
        """Runs the second hook, which fails here as soon as it needs the project."""
        return self._run(1)

    def _run(self, number: int) -> Done:
        [repository] = HOOKED["repos"]
        one = {**HOOKED, "repos": [{**repository, "pre_workflow_hooks": [repository["pre_workflow_hooks"][number]]}]}
        return self.clone.hook(one)

    @property
    def text(self) -> str:
        return (self.clone.folder / FILE).read_text()


def server(tmp_path: Path, files: dict[str, str]) -> Server:
    return Server(Host(tmp_path / "origin", files), tmp_path / "clone")


def changed(number: int, text: str = "changed") -> str:
    return "".join(f"{text}\n" if at == number else line for at, line in enumerate(LINES))


def test_nothing_is_merged_while_main_stays(tmp_path: Path) -> None:
    pull = server(tmp_path, {FILE: changed(0)})
    before = pull.clone.revision()
    done = pull.merge()
    assert (done.returncode, done.stdout) == (0, "")
    assert pull.clone.revision() == before
    assert pull.plan.is_file()
    assert not pull.synthesized.exists()


def test_a_base_branch_that_moved_is_merged(tmp_path: Path) -> None:
    pull = server(tmp_path, {FILE: changed(0)})
    pull.host.move(environments__prod_yaml=changed(19, "main's"))
    done = pull.merge()
    assert done.returncode == 0, done.stdout
    assert pull.text == "changed\n" + "".join(LINES[1:19]) + "main's\n"
    assert not pull.plan.exists()
    assert_as_atlantis_merges(pull)
    again = pull.clone.revision()
    assert pull.merge().returncode == 0
    assert pull.clone.revision() == again


def assert_as_atlantis_merges(pull: Server) -> None:
    """It takes the clone as current if HEAD^2 is the pull request's commit, and if git reports no divergence."""
    assert pull.clone.revision("HEAD^2") == pull.clone.pull
    assert pull.clone.revision("HEAD^1") == pull.host.repository.revision(BASE)
    assert pull.clone.git("log", "-1", "--format=%s").strip() == "atlantis-merge"
    assert pull.clone.git("rev-parse", "--abbrev-ref", "HEAD").strip() == BASE
    pull.clone.git("fetch")
    assert "have diverged" not in pull.clone.git("status", "--untracked-files=no")
    assert pull.clone.git("status", "--porcelain") == ""


def test_a_conflict_fails_and_leaves_the_clone_as_it_was(tmp_path: Path) -> None:
    pull = server(tmp_path, {FILE: changed(0)})
    before = pull.clone.revision()
    pull.host.move(environments__prod_yaml=changed(0, "main's"))
    for _ in range(2):  # it is found again
        done = pull.merge()
        assert done.returncode == 1
        assert f"CONFLICT (content): Merge conflict in {FILE}" in done.stdout
        assert done.stdout.splitlines()[-1].startswith("main has moved, and conflicts with this pull request: merge it")
        assert pull.clone.revision() == before
        assert pull.text == changed(0)
        assert pull.clone.git("status", "--porcelain") == ""
        assert not pull.plan.exists()
        assert not pull.synthesized.exists()


def test_a_host_that_does_not_answer_fails(tmp_path: Path) -> None:
    pull = server(tmp_path, {FILE: changed(0)})
    pull.host.repository.folder.rename(tmp_path / "away")
    assert pull.merge().returncode != 0
    assert pull.plan.is_file()
    assert not pull.synthesized.exists()


@pytest.mark.parametrize(
    "files",
    [
        {"README.md": "That.\n"},
        {"docs/a.md": "B.\n", "docs/picture.svg": "<svg/>\n"},
        {"environments/README.md": "Words.\n"},
    ],
)
def test_documentation_needs_no_synthesis(tmp_path: Path, files: dict[str, str]) -> None:
    pull = server(tmp_path, files)
    pull.host.move(environments__prod_yaml=changed(0))  # not the pull request's
    assert pull.merge().returncode == 0
    done = pull.synthesize()
    assert (done.returncode, done.stdout) == (0, f"{ONLY_DOCUMENTATION}\n")


@pytest.mark.parametrize(
    "files",
    [
        {FILE: changed(0)},
        {"README.md": "That.\n", "modules/kafka.py": "pass\n"},
        {"modules/docs/a.py": "pass\n"},
        {"mydocs/a.yaml": "a: 1\n"},
        {"a.md.py": "pass\n"},
        {},
    ],
)
def test_other_changes_and_none_are_synthesized(tmp_path: Path, files: dict[str, str]) -> None:
    pull = server(tmp_path, files)
    assert pull.merge().returncode == 0
    done = pull.synthesize()
    assert done.returncode != 0
    assert ONLY_DOCUMENTATION not in done.stdout
    assert "make: *** No rule to make target 'install'" in done.stdout


def test_a_file_that_moves_to_the_documentation_is_a_change(tmp_path: Path) -> None:
    pull = server(tmp_path, {"docs/prod.yaml": "".join(LINES)})
    host = pull.host.repository
    host.git("rm", "--quiet", FILE)
    host.commit("moved")
    pull = Server(pull.host, tmp_path / "another")
    assert ONLY_DOCUMENTATION not in pull.synthesize().stdout


def test_applies_run_no_hook() -> None:
    [repository] = HOOKED["repos"]
    assert [hook["commands"] for hook in repository["pre_workflow_hooks"]] == ["plan", "plan"]
