"""Runs the snippets of docs/atlantis.md as an Atlantis server does: a clone, hooks, workflow steps."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.places import ROOT

PAGE: Final = ROOT / "docs" / "atlantis.md"
BASE: Final = "main"
HEAD: Final = "more-partitions"
_IDENTITY: Final = ("-c", "user.name=atlantis", "-c", "user.email=atlantis@example.com")
_NOT_COMMITTED: Final = (
    ("diff", "--name-only", "-z", "--no-renames", "HEAD"),
    ("ls-files", "-z", "--others", "--exclude-standard"),
)
# https://www.runatlantis.io/docs/pre-workflow-hooks and .../custom-workflows
_PULL: Final = {
    "BASE_BRANCH_NAME": BASE,
    "BASE_REPO_NAME": "msk-cdc",
    "BASE_REPO_OWNER": "acme",
    "COMMENT_ARGS": "",
    "HEAD_BRANCH_NAME": HEAD,
    "HEAD_REPO_NAME": "msk-cdc",
    "HEAD_REPO_OWNER": "acme",
    "PULL_AUTHOR": "somebody",
    "PULL_NUM": "7",
    "PULL_URL": "https://example.com/acme/msk-cdc/pull/7",
    "USER_NAME": "atlantis",
}

Done = subprocess.CompletedProcess[str]


def snippets(language: str) -> list[str]:
    """The page's code blocks in that language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), flags=re.M | re.S)


def server_side() -> list[dict[str, Any]]:
    """Both ``repos.yaml``: with a hook, and for committed JSON."""
    return [yaml.safe_load(text) for text in snippets("yaml") if text.startswith("# repos.yaml")]


class Repository:
    """A git repository at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *arguments: str) -> str:
        return git(*arguments, folder=self.folder)

    def commit(self, message: str) -> str:
        """Commits all files; returns the commit."""
        self.git("add", "--all")
        self.git(*_IDENTITY, "commit", "--quiet", "--allow-empty", "--message", message)
        return self.revision()

    def revision(self, name: str = "HEAD") -> str:
        return self.git("rev-parse", name).strip()


def this_project(folder: Path) -> Repository:
    """What the VCS host has: this project, with uncommitted files, on main; and a pull request's branch."""
    git("clone", "--quiet", str(ROOT), str(folder), folder=ROOT)
    origin = Repository(folder)
    origin.git("checkout", "--quiet", "-B", BASE)
    for listing in _NOT_COMMITTED:
        for name in filter(None, git(*listing, folder=ROOT).split("\0")):
            _copy(name, folder)
    origin.commit("uncommitted files")
    origin.git("checkout", "--quiet", "-b", HEAD)
    (folder / "environments/prod.yaml").open("a").write("# a change that changes nothing\n")
    origin.commit("a change")
    return origin


class Checkout(Repository):
    """A pull request's commit ``pull``, checked out on a server with the environment ``variables``."""

    def __init__(self, folder: Path, variables: Mapping[str, str], pull: str) -> None:
        super().__init__(folder)
        self.pull = pull
        self._variables = {name: value for name, value in variables.items() if name not in _OF_THIS_RUN}

    def stage(self, config: dict[str, Any], name: str, project: Mapping[str, Any]) -> Done:
        """Runs the steps of a workflow's stage, up to the first that fails; returns what Atlantis's comment has.

        Hidden output is shown where its step fails.
        """
        folder = self.folder / project["dir"]
        own = {
            "ATLANTIS_TERRAFORM_VERSION": "1.11.4",
            "DIR": str(folder),
            "HEAD_COMMIT": self.pull,
            "PLANFILE": str(self.planfile(project)),
            "PROJECT_NAME": project["name"],
            "REPO_REL_DIR": project["dir"],
            "SHOWFILE": str(folder / f"{project['name']}-default.json"),
            "WORKSPACE": project["workspace"],
        }
        output = ""
        for step in config["workflows"][project["workflow"]][name]["steps"]:
            if "env" in step:
                own[step["env"]["name"]] = self.run(step["env"]["command"], folder, own).stdout.removesuffix("\n")
                continue
            command = step["run"] if isinstance(step["run"], str) else step["run"]["command"]
            done = self.run(command, folder, own)
            hidden = not isinstance(step["run"], str) and step["run"].get("output") == "hide"
            output += "" if hidden and not done.returncode else done.stdout
            if done.returncode:
                return Done(command, done.returncode, output, "")
        return Done([], 0, output, "")

    def planfile(self, project: Mapping[str, Any]) -> Path:
        return Path(self.folder, project["dir"], f"{project['name']}-default.tfplan")

    def run(self, command: str, folder: Path, own: Mapping[str, str] | None = None) -> Done:
        """Runs ``sh -c``, Atlantis's default."""
        return subprocess.run(
            ["sh", "-c", command],
            cwd=folder,
            env={**self._variables, **_PULL, **(own or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def projects(self) -> dict[str, Any]:
        found = yaml.safe_load((self.folder / "atlantis.yaml").read_text())["projects"]
        return {project["name"]: project for project in found}


class Clone(Checkout):
    """A pull request's clone, as the merge strategy makes it.

    Source: runatlantis/atlantis, server/events/working_dir.go.
    """

    def __init__(self, origin: Repository, folder: Path, variables: Mapping[str, str]) -> None:
        super().__init__(folder, variables, origin.revision(HEAD))
        url = str(origin.folder)
        git("clone", "--quiet", "--branch", BASE, "--single-branch", url, str(folder), folder=origin.folder)
        self.git("remote", "add", "head", url)
        self.git("fetch", "--quiet", "head", f"+refs/heads/{HEAD}:")
        self.git(*_IDENTITY, "merge", "-q", "--no-ff", "-m", "atlantis-merge", "FETCH_HEAD")
        self._base = self.revision()

    def reset(self) -> None:
        """Back to the clone, except for ignored files; Atlantis does the same for a new commit."""
        self.git("reset", "--quiet", "--hard", self._base)
        self.git("clean", "-fdq")

    def hook(self, config: dict[str, Any], *, command: str = "plan") -> Done:
        """Runs the hooks for ``command``, up to the first that fails."""
        done = Done([], 0, "", "")
        for hook in config["repos"][0]["pre_workflow_hooks"]:
            if command in hook.get("commands", command):
                own = {"DIR": str(self.folder), "COMMAND_NAME": command, "PROJECT_NAME": "", "HEAD_COMMIT": self.pull}
                done = self.run(hook["run"], self.folder, own | {"OUTPUT_STATUS_FILE": str(self.folder / "status")})
                if done.returncode:
                    break
        return done


def git(*arguments: str, folder: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout


# A server's hooks know nothing of make and of the tests' virtual environment.
_OF_THIS_RUN: Final = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONPATH", "VIRTUAL_ENV"}


def _copy(name: str, folder: Path) -> None:
    source, target = ROOT / name, folder / name
    if not source.is_file():
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)


def recipe() -> Iterator[tuple[str, str]]:
    """Instruction and argument of each line of the image's recipe, continued lines joined."""
    [text] = snippets("dockerfile")
    for line in text.replace("\\\n", "").splitlines():
        instruction, _, argument = line.partition(" ")
        yield instruction, argument
