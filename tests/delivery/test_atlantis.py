"""atlantis.yaml has Atlantis's schema; the snippets of docs/atlantis.md run as written, up to a plan."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from cdc import terraform as cli
from cdc.cli import app
from cdc.delivery import atlantis
from modules.environment.loading import load_all
from tests.account import account
from tests.delivery.atlantis_schema import RepoConfig
from tests.delivery.atlantis_server import Clone, recipe, server_side, snippets, this_project
from tests.needs import missing
from tests.places import ROOT
from tests.real_terraform import Terraform
from tests.synthesized import Stack

PARTS = ("state", "platform", "connect")
SOURCES = [
    "modules/kafka.py",
    "modules/environment/checks/rules.py",
    "main.py",
    "cdktf.json",
    "Pipfile.lock",
    ".terraform.lock.hcl",
]


def generated(*names: str, committed: bool = False) -> RepoConfig:
    """atlantis.yaml of environments of the repository, parsed."""
    files = [Path("environments", f"{name}.yaml") for name in names]
    environments = load_all(ROOT / file for file in files)
    text = atlantis.content(atlantis.Options(names, committed), environments, files)
    return RepoConfig.model_validate(yaml.safe_load(text))


@pytest.fixture(scope="module")
def config() -> RepoConfig:
    """Of two environments, one of them with an archive that is not built."""
    return generated("prod", "dev")


def command(project: Path, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(project)
        return CliRunner().invoke(app, ["atlantis", *arguments])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    return tmp_path


def test_the_committed_file_is_current() -> None:
    done = command(ROOT, "--check")
    assert (done.exit_code, done.stdout) == (0, "atlantis.yaml: current\n"), done.stderr
    committed = RepoConfig.model_validate(yaml.safe_load((ROOT / "atlantis.yaml").read_text()))
    assert [one.name for one in committed.projects] == [f"prod-{part}" for part in PARTS]


def test_each_stack_is_a_project(config: RepoConfig) -> None:
    projects = {one.name: one for one in config.projects}
    assert list(projects) == ["dev-platform", "dev-connect", *(f"prod-{part}" for part in PARTS)]
    assert {one.dir for one in config.projects} == {f"cdktf.out/stacks/{name}" for name in projects}
    assert [projects[f"prod-{part}"].execution_order_group for part in PARTS] == [0, 1, 2]
    depends = {name: one.depends_on for name, one in projects.items() if one.depends_on}
    assert depends == {"dev-connect": ["dev-platform"], "prod-connect": ["prod-platform"]}


def test_a_change_plans_the_stacks_made_from_the_file(config: RepoConfig) -> None:
    everything = {one.name for one in config.projects}
    assert config.planned("environments/prod.yaml") == {f"prod-{part}" for part in PARTS}
    assert config.planned("environments/dev.yaml") == {"dev-platform", "dev-connect"}
    assert {source: config.planned(source) for source in SOURCES} == dict.fromkeys(SOURCES, everything)
    for other in ("README.md", "environments/rehearsal.yaml", "cdc/check.py", "modules/notes.md", "docs/modules/x.py"):
        assert config.planned(other) == set(), other


def test_every_source_exists() -> None:
    for pattern in set(atlantis.SOURCES) - {".terraform.lock.hcl"}:
        assert list(ROOT.glob(pattern)), pattern


def test_only_a_change_of_the_committed_json_plans_it() -> None:
    config = generated("prod", committed=True)
    assert config.planned("stacks/prod-connect/cdk.tf.json") == {"prod-connect"}
    assert config.planned("stacks/prod-connect/.terraform.lock.hcl") == {"prod-connect"}
    for other in ("environments/prod.yaml", "modules/kafka.py", "cdktf.out/stacks/prod-connect/cdk.tf.json"):
        assert config.planned(other) == set(), other


def test_the_file_records_its_options(project: Path) -> None:
    assert command(project, "dev", "prod", "--committed").exit_code == 0
    assert (project / "atlantis.yaml").read_text().startswith("# Made by: cdc atlantis dev prod --committed\n")
    assert command(project, "--check").exit_code == 0
    assert command(project, "--files").stdout == "environments/dev.yaml environments/prod.yaml\n"
    assert command(project, "prod", "--check").exit_code == 1


def test_projects_that_are_removed_are_named(project: Path) -> None:
    shutil.copy(project / "environments/prod.yaml", project / "environments/other.yaml")
    text = (other := project / "environments/other.yaml").read_text()
    other.write_text(text.replace("acme-cdc", "other-cdc").replace("server_id: 5401", "server_id: 5409"))
    assert "removed" not in command(project, "prod").output
    output = command(project, "other").output
    assert "removed, and no longer planned by Atlantis: prod-state, prod-platform, prod-connect" in output
    assert "to keep them, name all environments: cdc atlantis prod other" in output
    assert "removed" not in command(project, "prod", "other").output


def test_an_archive_is_a_warning(project: Path) -> None:
    hook = command(project, "dev")
    assert hook.exit_code == 0
    assert re.search(
        r"^warning: environments/dev.yaml:\d+: plugins.debezium-mysql.archive: .*cdc plugin build", hook.stderr
    )
    assert "publish it to S3" in command(project, "dev", "--committed").stderr
    assert command(project, "prod").stderr == ""


def test_local_state_is_refused(project: Path) -> None:
    environment = project / "environments/dev.yaml"
    text = re.sub(r"^state:.*?\n\n", "state: {kind: local}\n\n", environment.read_text(), flags=re.M | re.S)
    environment.write_text(text)
    done = command(project, "dev")
    assert done.exit_code == 1
    assert "state.kind: must be s3 or cloud: local state is lost with Atlantis's clone, got 'local'" in done.stderr
    assert not (project / "atlantis.yaml").exists()


def test_check_shows_what_has_changed(project: Path) -> None:
    missing_file = command(project, "prod", "--check")
    assert missing_file.exit_code == 1
    assert missing_file.stderr.splitlines()[0] == "atlantis.yaml: is missing"
    command(project, "prod")
    environment = project / "environments/prod.yaml"
    environment.write_text(environment.read_text().replace("  kind: s3\n", "  kind: s3\n  create: false\n"))
    done = command(project, "--check")
    assert done.exit_code == 1
    assert "-- name: prod-state" in done.stderr
    assert done.stderr.splitlines()[-1] == "run: cdc atlantis prod"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory, prod: dict[str, Stack], terraform: Terraform) -> Iterator[Clone]:
    """A pull request's clone on a server that reaches an account with prod's state bucket and lock table."""
    del terraform  # skips where there is none
    if not shutil.which("git") or not (ROOT / ".git").exists():
        missing("git, and this project as a clone")
    with account(ROOT / "environments/prod.yaml") as there:
        state = prod["platform"].json["terraform"]["backend"]["s3"]
        there.client("s3").create_bucket(Bucket=state["bucket"])
        there.client("dynamodb").create_table(
            TableName=state["dynamodb_table"],
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        )
        variables = there.variables(cli.environment(prod["platform"].file.parent))
        server = tmp_path_factory.mktemp("server")
        yield Clone(this_project(server / "origin"), server / "clone", variables)


@pytest.fixture
def pull(clone: Clone) -> Iterator[Clone]:
    """The clone as Atlantis makes it, and no plan in it."""
    yield clone
    clone.reset()
    for plan in clone.folder.rglob("*.tfplan*"):
        plan.unlink()


HOOKED, COMMITTED = server_side()


def test_both_configurations_have_the_workflow_of_the_projects() -> None:
    for side in (HOOKED, COMMITTED):
        [repository] = side["repos"]
        assert list(side["workflows"]) == repository["allowed_workflows"] == [atlantis.WORKFLOW]
        assert set(repository["allowed_overrides"]) == {"apply_requirements", "workflow"}
        assert "allow_custom_workflows" not in repository


def test_the_hook_synthesizes_and_the_workflow_plans(pull: Clone, prod: dict[str, Stack]) -> None:
    hook = pull.hook(HOOKED)
    assert hook.returncode == 0, hook.stdout
    for name, project in pull.projects().items():
        stack = pull.folder / project["dir"] / "cdk.tf.json"
        assert stack.read_text() == prod[name.removeprefix("prod-")].file.read_text()
    platform = pull.projects()["prod-platform"]
    plan = pull.stage(HOOKED, "plan", platform)
    assert plan.returncode == 0, plan.stdout
    assert re.search(r"^Plan: \d+ to add, 0 to change, 0 to destroy\.$", plan.stdout, flags=re.M)
    assert pull.planfile(platform).is_file()
    assert_the_summary_comes_first(plan.stdout)


def assert_the_summary_comes_first(output: str) -> None:
    """Atlantis puts the output in a block of the type diff; each fence in it ends a block or begins one."""
    guard, summary, plan = re.split(r"^```(?:diff)?\n", output, flags=re.M)
    assert [line for line in output.splitlines() if line.startswith("```")] == ["```", "```diff"]
    assert "Plan:" not in guard + summary
    assert re.match(r"#+ .*prod-platform", summary.lstrip()), summary[:200]
    assert "Terraform will perform the following actions:" in plan


def test_the_hook_runs_for_plans_only(pull: Clone) -> None:
    (pull.folder / "environments/prod.yaml").write_text("region: nowhere\n")
    assert pull.hook(HOOKED, command="apply").returncode == 0
    assert pull.hook(HOOKED, command="plan").returncode != 0


def test_a_failed_synthesis_leaves_nothing_to_plan(pull: Clone) -> None:
    assert pull.hook(HOOKED).returncode == 0
    environment = pull.folder / "environments/prod.yaml"
    environment.write_text(environment.read_text().replace("brokers: 3", "brokers: 4"))
    hook = pull.hook(HOOKED)
    assert hook.returncode != 0
    assert "kafka.brokers: must be a multiple of 3" in hook.stdout
    assert_refused(pull)


def test_an_outdated_atlantis_yaml_fails_the_hook(pull: Clone) -> None:
    assert pull.hook(HOOKED).returncode == 0
    environment = pull.folder / "environments/prod.yaml"
    environment.write_text(environment.read_text().replace("  kind: s3\n", "  kind: s3\n  create: false\n"))
    hook = pull.hook(HOOKED)
    assert hook.returncode != 0
    assert "run: cdc atlantis prod" in hook.stdout
    assert_refused(pull)


def test_json_of_another_tree_is_not_planned(pull: Clone) -> None:
    assert pull.hook(HOOKED).returncode == 0
    (pull.folder / "environments/prod.yaml").open("a").write("# what the base branch has gained\n")
    pull.commit("merged again, after the hook")
    assert_refused(pull)


def assert_refused(pull: Clone) -> None:
    platform = pull.projects()["prod-platform"]
    plan = pull.stage(HOOKED, "plan", platform)
    assert plan.returncode != 0
    assert "the JSON is not of this commit: comment atlantis plan again" in plan.stdout
    assert not pull.planfile(platform).exists()


def test_a_plan_that_the_guard_refuses_cannot_be_applied(pull: Clone) -> None:
    assert pull.hook(HOOKED).returncode == 0
    program = pull.folder / ".venv/bin/cdc"
    program.rename(kept := program.with_name("cdc.kept"))
    try:
        program.write_text('#!/bin/sh\necho "refused: $*"\nexit 1\n')
        program.chmod(0o755)
        platform = pull.projects()["prod-platform"]
        pull.planfile(platform).write_text("an earlier plan")
        plan = pull.stage(HOOKED, "plan", platform)
    finally:
        kept.rename(program)
    assert plan.returncode == 1
    assert "refused: plan-guard" in plan.stdout
    assert not list(pull.folder.rglob("*.tfplan"))


def test_committed_json_needs_nothing_but_terraform(pull: Clone) -> None:
    cdc, job = pull.folder / ".venv/bin/cdc", ci_job()
    assert pull.run("make install", pull.folder).returncode == 0
    assert pull.run(f"{cdc} export prod && {cdc} atlantis prod --committed", pull.folder).returncode == 0
    pull.commit("stacks")
    for step in job:
        done = pull.run(step, pull.folder)
        assert done.returncode == 0, done.stdout
    platform = pull.projects()["prod-platform"]
    plan = pull.stage(COMMITTED, "plan", platform)
    assert plan.returncode == 0, plan.stdout
    assert pull.planfile(platform).is_file()
    environment = pull.folder / "environments/prod.yaml"
    environment.write_text(environment.read_text().replace("volume_gib: 100", "volume_gib: 200"))
    assert [pull.run(step, pull.folder).returncode for step in job] == [0, 1, 0]


def ci_job() -> Sequence[str]:
    """The commands of the workflow that checks that the JSON is current."""
    [text] = [text for text in snippets("yaml") if text.startswith("# .github")]
    return [step["run"] for step in yaml.safe_load(text)["jobs"]["current"]["steps"] if "run" in step]


def test_the_image_has_everything_for_synthesis_and_plan(prod: dict[str, Stack]) -> None:
    lines = list(recipe())
    copied = [name for instruction, argument in lines if instruction == "COPY" for name in argument.split()[:-1]]
    assert copied == ["Pipfile.lock"]
    assert all((ROOT / name).is_file() for name in copied)
    commands = "\n".join(argument for instruction, argument in lines if instruction == "RUN")
    aws = prod["platform"].json["terraform"]["required_providers"]["aws"]
    assert f'"hashicorp/aws", version = "{aws["version"]}"' in commands
    [pinned] = set(re.findall(r"micropipenv==[\d.]+", (ROOT / "Makefile").read_text()))
    assert set(re.findall(r"micropipenv==[\d.]+", commands)) == {pinned}
    folder = dict(lines)["WORKDIR"]
    assert dict(lines)["USER"] == "atlantis"
    wheels = next(argument for instruction, argument in lines if "PIP_FIND_LINKS" in argument)
    assert folder == "/home/atlantis"
    assert wheels.partition("=")[2] == f"{next(argument for name, argument in lines if name == 'WORKDIR')}/wheels"


def test_the_image_has_every_wheel_for_an_install(tmp_path: Path) -> None:
    [download] = [argument for instruction, argument in recipe() if instruction == "RUN" and "pip download" in argument]
    shutil.copy(ROOT / "Pipfile.lock", tmp_path)
    done = subprocess.run(["sh", "-c", download], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    install = ["install", "--dry-run", "--ignore-installed", "--no-deps", "--require-hashes", "--no-index"]
    options = ["--find-links", "wheels", "--requirement", "requirements.txt"]
    pip = [sys.executable, "-m", "pip", *install, *options]
    done = subprocess.run(pip, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "wheels").glob("micropipenv-*"))
