"""``cdc export``: the JSON of environments as files to commit, and the check that they are current."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cdc.cli import app
from tests.places import ROOT
from tests.synthesized import Stack
from tests.unit.environment.environment_files import BESIDE, edited, write

PARTS = ("state", "platform", "connect")
ARCHIVE = {"plugins:": "plugins:\n  debezium-mysql:\n    archive: build/plugins/debezium-mysql.zip"}
LOCAL = {"state:": "state:\n  kind: local"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with one environment, prod."""
    (tmp_path / "environments").mkdir()
    shutil.copy(ROOT / "environments/prod.yaml", tmp_path / "environments")
    return tmp_path


def export(project: Path, *arguments: str) -> Result:
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(project)
        return CliRunner().invoke(app, ["export", *arguments])


def tree(project: Path) -> dict[str, str]:
    """The text files below stacks/."""
    stacks = project / "stacks"
    files = [path for path in stacks.rglob("*") if path.is_file() and "assets" not in path.parts]
    return {str(path.relative_to(stacks)): path.read_text() for path in files}


def assets(project: Path) -> list[Path]:
    return sorted(path for path in (project / "stacks/prod-connect/assets").rglob("*") if path.is_file())


def test_the_exported_json_is_the_synthesized_one(project: Path, prod: dict[str, Stack]) -> None:
    done = export(project)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"stacks/prod-{part}: written" for part in sorted(PARTS)]
    assert tree(project) == {f"prod-{part}/cdk.tf.json": prod[part].file.read_text() + "\n" for part in PARTS}
    assert sorted(path.name for path in project.iterdir()) == ["environments", "stacks"]


def test_what_the_json_names_by_its_path_is_exported(project: Path, prod: dict[str, Stack]) -> None:
    export(project)
    [zipped] = assets(project)
    function = prod["connect"].one("aws_lambda_function")
    assert str(zipped.relative_to(project / "stacks/prod-connect")) == function["filename"]
    assert zipped.read_bytes() == (prod["connect"].file.parent / function["filename"]).read_bytes()


def test_an_asset_that_differs_or_is_left_over_is_found_and_replaced(project: Path) -> None:
    export(project)
    [zipped] = assets(project)
    expected = zipped.read_bytes()
    zipped.write_bytes(b"\xff")
    (former := zipped.parents[1] / "FORMER/self-healing.zip").parent.mkdir()
    former.write_bytes(b"\xff")
    done = export(project, "--check")
    assert done.exit_code == 1
    assert f"{zipped.relative_to(project)}: differs from a fresh synthesis" in done.stderr
    assert f"{former.relative_to(project)}: is left over" in done.stderr
    export(project)
    assert assets(project) == [zipped]
    assert zipped.read_bytes() == expected
    assert not former.parent.exists()
    assert export(project, "--check").exit_code == 0


def test_assets_go_with_the_function(project: Path) -> None:
    export(project)
    file = project / "environments/prod.yaml"
    file.write_text(file.read_text().replace("alarms: {", "alarms: {self_healing: false, "))
    assert export(project).exit_code == 0
    assert assets(project) == []
    assert not (project / "stacks/prod-connect/assets").exists()


def test_a_second_export_changes_nothing(project: Path) -> None:
    export(project)
    before = {path: path.stat().st_mtime_ns for path in project.rglob("*.json")}
    assert export(project, "prod").stdout.splitlines() == [f"stacks/prod-{part}: unchanged" for part in sorted(PARTS)]
    assert {path: path.stat().st_mtime_ns for path in project.rglob("*.json")} == before


def test_the_lock_file_is_copied_to_each_stack(project: Path) -> None:
    (project / ".terraform.lock.hcl").write_text('provider "registry.terraform.io/hashicorp/aws" {}\n')
    assert export(project).exit_code == 0
    locks = [content for path, content in tree(project).items() if path.endswith(".terraform.lock.hcl")]
    assert locks == [(project / ".terraform.lock.hcl").read_text()] * len(PARTS)
    (project / "stacks/prod-connect/.terraform.lock.hcl").write_text("# of another machine\n")
    done = export(project, "--check")
    assert done.exit_code == 1
    assert "stacks/prod-connect/.terraform.lock.hcl: differs from a fresh synthesis" in done.stderr


def test_check_names_what_differs_is_missing_or_is_left_over(project: Path) -> None:
    assert export(project).exit_code == 0
    assert export(project, "--check").stdout == "stacks: current\n"
    environment = project / "environments/prod.yaml"
    environment.write_text(environment.read_text().replace("heartbeat_seconds: 10", "heartbeat_seconds: 20"))
    (project / "stacks/prod-platform/cdk.tf.json").unlink()
    shutil.copytree(project / "stacks/prod-state", project / "stacks/gone-state")
    rename(project / "stacks/gone-state/cdk.tf.json", "prod-state", "gone-state")
    before = tree(project)
    done = export(project, "prod", "--check")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "stacks/prod-connect/cdk.tf.json: differs from a fresh synthesis" in done.stderr
    assert '+          "heartbeat.interval.ms": "20000",' in done.stderr
    assert "stacks/prod-platform/cdk.tf.json: is missing" in done.stderr
    assert "stacks/gone-state/cdk.tf.json: is left over: this stack no longer exists" in done.stderr
    assert "prod-state" not in done.stderr
    assert done.stderr.splitlines()[-1] == "run: cdc export prod"
    assert tree(project) == before
    assert export(project, "prod").exit_code == 0
    assert export(project, "prod", "--check").exit_code == 0


def rename(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text().replace(f'"stackName": "{old}"', f'"stackName": "{new}"'))


def test_a_diff_is_short(project: Path) -> None:
    export(project)
    (project / "stacks/prod-platform/cdk.tf.json").write_text("{}\n")
    done = export(project, "--check")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) < 30
    assert "more lines" in done.stderr


def test_folders_of_removed_stacks_are_removed(project: Path) -> None:
    export(project)
    kept = edited({"  lockfile: true": "  create: false"})
    write(project / "environments", kept, name="prod.yaml")
    done = export(project, "prod")
    assert "stacks/prod-state: removed" in done.stdout.splitlines()
    assert {Path(path).parts[0] for path in tree(project)} == {"prod-connect", "prod-platform"}
    assert not (project / "stacks/prod-state").exists()


def test_other_environments_and_other_files_are_kept(project: Path) -> None:
    write(project / "environments", edited(BESIDE), name="staging.yaml")
    export(project)
    (project / "stacks/prod-state/notes.txt").write_text("mine")
    other = '{"//": {"metadata": {"stackName": "another-state"}}}'
    for name, text in {"tools-state": other, "own-platform": "not json", "x-other": '{"//": []}'}.items():
        (project / "stacks" / name).mkdir()
        (project / "stacks" / name / "cdk.tf.json").write_text(text)
    (project / "environments/prod.yaml").rename(project / "prod.yaml")
    done = export(project, "staging")
    assert done.exit_code == 0
    assert "stacks/prod-state: removed, except notes.txt" in done.stdout.splitlines()
    expected = {f"staging-{part}/cdk.tf.json" for part in PARTS} | {"prod-state/notes.txt"}
    assert set(tree(project)) == expected | {
        f"{name}/cdk.tf.json" for name in ("tools-state", "own-platform", "x-other")
    }


def test_one_environment_keeps_the_stacks_of_others(project: Path) -> None:
    write(project / "environments", edited(BESIDE), name="staging.yaml")
    export(project)
    before = tree(project)
    assert export(project, "prod").exit_code == 0
    assert tree(project) == before
    assert export(project, "prod", "--check").exit_code == 0


@pytest.mark.parametrize(
    ("edits", "line", "message"),
    [
        (
            ARCHIVE,
            "archive:",
            "plugins.debezium-mysql.archive: must be left out: a clone with the committed JSON does not have this ZIP",
        ),
        (
            LOCAL,
            "kind: local",
            "state.kind: must be s3 or cloud: local state is lost with the clone, got 'local'",
        ),
    ],
    ids=["archive", "local state"],
)
def test_what_a_clone_cannot_plan_is_refused(project: Path, edits: dict[str, str], line: str, message: str) -> None:
    text = edited(edits)
    write(project / "environments", text, name="prod.yaml")
    number = next(n for n, one in enumerate(text.splitlines(), 1) if line in one)
    done = export(project, "prod")
    assert done.exit_code == 1
    assert f"environments/prod.yaml:{number}: {message}" in done.stderr
    assert not (project / "stacks").exists()


def test_an_environment_in_another_folder_is_refused(project: Path) -> None:
    (project / "environments/prod.yaml").rename(project / "prod.yaml")
    done = export(project, "prod.yaml")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "prod.yaml: must be in environments/\n"


def test_the_remedy_names_another_folder(project: Path) -> None:
    done = export(project, "prod", "--to", "terraform", "--check")
    assert done.exit_code == 1
    assert done.stderr.splitlines()[-1] == "run: cdc export prod --to terraform"
    assert export(project, "prod", "--to", "terraform").exit_code == 0
    assert (project / "terraform/prod-platform/cdk.tf.json").is_file()
