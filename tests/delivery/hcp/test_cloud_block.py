"""Terraform with the synthesized ``cloud`` block, and with other forms of it."""

import io
import json
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from cdc import terraform as cli
from tests.delivery.hcp import page
from tests.delivery.hcp.conftest import ALICE, USERS, NewLaptop
from tests.delivery.hcp.organization import DEFAULT_PROJECT, RefusalError
from tests.delivery.hcp.project import Project
from tests.delivery.hcp.server import HcpTerraform, hcp_terraform
from tests.synthesized import changed, document, synthesize


def with_workspaces(folder: Path, **workspaces: Any) -> Path:
    """A stack without a provider, in these workspaces."""
    cloud = {"organization": "acme", "workspaces": workspaces}
    stack = {"terraform": {"cloud": cloud}, "resource": {"terraform_data": {"one": {"input": "1"}}}}
    (folder / "cdk.tf.json").write_text(json.dumps(stack))
    return folder


def test_init_creates_the_workspaces_in_the_project(stacks: Project, hcp: HcpTerraform, new_laptop: NewLaptop) -> None:
    alice = new_laptop(ALICE, hcp)
    for part in ("platform", "connect"):
        alice.run(stacks.stack(part), "init")
    assert {name: one.project for name, one in hcp.organization.workspaces.items()} == {
        "dev-platform": "cdc",
        "dev-connect": "cdc",
    }
    version = json.loads(alice.run(stacks.folder, "version", "-json").stdout)["terraform_version"]
    assert {one.terraform_version for one in hcp.organization.workspaces.values()} == {version}


@pytest.mark.parametrize(
    ("token", "said"),
    [("stolen", "unauthorized"), (None, "Required token could not be found")],
    ids=["another-token", "no-token"],
)
def test_without_a_token_nothing_is_created(
    stacks: Project, hcp: HcpTerraform, new_laptop: NewLaptop, token: str | None, said: str
) -> None:
    assert said in new_laptop(token, hcp).refused(stacks.stack("platform"), "init")
    assert hcp.organization.workspaces == {}


def test_a_login_works_like_a_variable(stacks: Project, hcp: HcpTerraform, new_laptop: NewLaptop) -> None:
    laptop = new_laptop(None, hcp)
    [line] = page.sections()["Once: where Terraform runs"]
    assert line.startswith("terraform ")
    with subprocess.Popen(
        [cli.executable(), *line.split()[1:]],
        env={**laptop.variables, "PATH": ""},  # so that it finds no browser to open
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as login:
        assert login.stdin
        assert login.stdout
        login.stdin.write("yes\n")
        login.stdin.flush()
        said = ""
        while "Token for app.terraform.io" not in said:
            read = login.stdout.read(1)
            assert read, said
            said += read
        login.stdin.write(f"{ALICE}\n")
        login.stdin.flush()
        login.stdout.read()
    assert login.returncode == 0
    laptop.run(stacks.stack("platform"), "init")
    assert list(hcp.organization.workspaces) == ["dev-platform"]
    laptop.variables[cli.CONFIG_FILE] = str(laptop.home / ".terraformrc")
    assert "Required token could not be found" in laptop.refused(stacks.stack("platform"), "state", "list")


def test_a_name_and_tags_are_refused_together(tmp_path: Path, hcp: HcpTerraform, new_laptop: NewLaptop) -> None:
    alice = new_laptop(ALICE, hcp)
    for tags in (["cdc"], {"project": "cdc"}):
        both = with_workspaces(tmp_path, name="dev-platform", tags=tags)
        assert 'Only one of workspace "tags" or "name" is allowed' in alice.refused(both, "init")
    assert hcp.organization.workspaces == {}
    alice.run(with_workspaces(tmp_path, name="dev-platform"), "init")
    assert list(hcp.organization.workspaces) == ["dev-platform"]


def test_a_plan_of_connect_before_the_platform(stacks: Project, hcp: HcpTerraform, new_laptop: NewLaptop) -> None:
    alice = new_laptop(ALICE, hcp)
    alice.run(stacks.stack("connect"), "init")
    said = alice.refused(stacks.stack("connect"), "plan")
    assert "Unable to find remote state" in said
    assert "cross-stack-reference-input-dev-platform" in said
    assert hcp.organization.workspaces["dev-connect"].locked_by is None
    # Terraform's remote backend makes the workspace that it cannot find, and knows of no project.
    assert hcp.organization.workspaces["dev-platform"].project == DEFAULT_PROJECT
    alice.run(stacks.stack("platform"), "init")
    assert hcp.organization.workspaces["dev-platform"].project == DEFAULT_PROJECT


def test_a_remote_run_is_sent_the_plugin(tmp_path: Path, archive: Path, new_laptop: NewLaptop) -> None:
    content = changed(document("dev"), plugins={"debezium-mysql": {"archive": str(archive)}})
    connect = synthesize(tmp_path, content, name="dev")["connect"]
    with hcp_terraform(USERS, mode="remote") as hcp:
        alice = new_laptop(ALICE, hcp)
        alice.run(connect.file.parent, "init")
        assert "this fake runs nothing" in alice.refused(connect.file.parent, "plan")
        assert hcp.unknown == []
        [configuration] = hcp.organization.workspaces["dev-connect"].configurations
    assert configuration.archive
    with tarfile.open(fileobj=io.BytesIO(configuration.archive)) as sent:
        source = connect.one("aws_s3_object")["source"]
        assert (member := sent.extractfile(source))
        assert member.read() == archive.read_bytes()
        assert (member := sent.extractfile("cdk.tf.json"))
        assert member.read() == connect.file.read_bytes()
        assert not [name for name in sent.getnames() if name.startswith(".terraform/")]


def test_a_state_that_could_not_be_stored(
    tmp_path: Path, hcp: HcpTerraform, new_laptop: NewLaptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, stack = new_laptop(ALICE, hcp), with_workspaces(tmp_path, name="dev-platform")
    alice.run(stack, "init")
    workspace = hcp.organization.workspaces["dev-platform"]
    with monkeypatch.context() as full:
        full.setattr(hcp, "store", disk_full)
        assert "terraform state push errored.tfstate" in alice.refused(stack, "apply", "-auto-approve")
    assert workspace.locked_by == "alice"
    alice.run(stack, "force-unlock", "-force", "acme/dev-platform")
    alice.run(stack, "state", "push", "errored.tfstate")
    assert workspace.locked_by is None
    alice.run(stack, "plan", "-detailed-exitcode")


def disk_full(*_: object) -> None:
    raise RefusalError(422, "no room")
