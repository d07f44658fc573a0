"""docs/recovery.md: each accident happens, and the page's commands repair it."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from tests.delivery.accidents import held, kill
from tests.delivery.pages import commands
from tests.delivery.project import Project

CONNECT = "cdktf.out/stacks/prod-connect"
APPLY = ["terraform", f"-chdir={CONNECT}", "apply", "-input=false", "-auto-approve", "-no-color"]
PLAN = f"terraform -chdir={CONNECT} plan -input=false -no-color"
STATE = "prod-connect/terraform.tfstate"
BUCKET = "acme-cdc-state"


@pytest.fixture(scope="module")
def prepared() -> set[int]:
    """After how many failures of this run the project was made ready."""
    return set()


@pytest.fixture
def ready(delivered: Project, prepared: set[int], request: pytest.FixtureRequest) -> Project:
    """With the connect stack initialized; each test leaves it without changes to plan, but one that fails."""
    if (failed := request.session.testsfailed) not in prepared:
        delivered.shell("make synth ENV=prod", f"terraform -chdir={CONNECT} init -input=false")
        prepared.add(failed)
    return delivered


def shown(project: Project, part: str = "connect") -> dict[str, Any]:
    lines = project.shell(".venv/bin/cdc state show prod --json")
    found: list[dict[str, Any]] = json.loads(lines)
    return next(one for one in found if one["stack"] == f"prod-{part}")


def versions(project: Project) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(project.shell(".venv/bin/cdc state versions prod connect --json"))
    return listed


def change_capacity(project: Project) -> None:
    """Sets another capacity in the environment file than is deployed."""
    file = project.folder / "environments" / "prod.yaml"
    text = file.read_text()
    file.write_text(text.replace("mcu: 2", "mcu: 4") if "mcu: 2" in text else text.replace("mcu: 4", "mcu: 2"))
    project.shell("make synth ENV=prod")


@contextmanager
def stopped_at(project: Project, service: str, operation: str) -> "Iterator[subprocess.Popen[str]]":
    """An apply of connect that is stopped at this request."""
    variables = dict(project.shell.variables)
    with held(APPLY, project.account, service, operation, folder=project.folder, variables=variables) as process:
        yield process


def test_states_are_shown(ready: Project) -> None:
    output = ready.shell(*commands("recovery.md", "What is there, and who holds it"))
    rows = [line.split() for line in output.splitlines() if line.startswith("prod-")]
    assert [row[0] for row in rows] == ["prod-state", "prod-platform", "prod-connect"]
    assert all("unlocked" in row and "ok" in row for row in rows)
    assert shown(ready)["resources"] == len(
        [line for line in ready.shell(f"terraform -chdir={CONNECT} state list").splitlines() if "data." not in line]
    )


def test_of_two_applies_at_once_one_waits_for_the_other(ready: Project) -> None:
    change_capacity(ready)
    with stopped_at(ready, "kafkaconnect", "UpdateConnector") as first:
        [lock] = shown(ready)["locks"]
        assert lock["operation"] == "OperationTypeApply"
        assert lock["places"] == ["DynamoDB", "S3"]
        output = ready.shell(" ".join(APPLY), status=1)
        assert "Error acquiring the state lock" in output
        ready.account.release()
        assert "0 added, 1 changed, 0 destroyed" in first.communicate()[0]
    assert "No changes" in ready.shell(PLAN)


def test_a_killed_apply_continues(ready: Project) -> None:
    change_capacity(ready)
    with stopped_at(ready, "kafkaconnect", "UpdateConnector") as process:
        kill(process)
    [lock] = shown(ready)["locks"]
    # A slow apply writes its state every 20 s, and this one may have been killed just then.
    if shown(ready)["digest"] == "differs":
        ready.shell(*(line.replace("platform", "connect") for line in commands("recovery.md", "The digest differs")))
    ready.shell(*commands("recovery.md", "A run was killed and its lock stayed"), LOCK_ID=lock["id"])
    assert shown(ready)["locks"] == []
    assert "No changes" in ready.shell(PLAN)


def test_terraforms_own_unlock_removes_a_complete_lock(ready: Project) -> None:
    with stopped_at(ready, "dynamodb", "PutItem") as process:
        kill(process)
    [lock] = shown(ready)["locks"]
    assert lock["places"] == ["DynamoDB", "S3"]
    ready.shell(*commands("recovery.md", "A run was killed and its lock stayed", block=1), LOCK_ID=lock["id"])
    assert shown(ready)["locks"] == []


def half_locked(project: Project) -> dict[str, Any]:
    """The lock of a run that was killed after the first of its two places."""
    with stopped_at(project, "s3", "PutObject") as process:
        kill(process)
    [lock] = shown(project)["locks"]
    assert lock["places"] == ["S3"]
    return dict(lock)


def test_half_a_lock_is_removed(ready: Project) -> None:
    lock = half_locked(ready)
    [unlock, *_] = commands("recovery.md", "A run was killed and its lock stayed")
    elsewhere = unlock.replace("connect", "platform")
    assert "it is not locked" in ready.shell(elsewhere, status=1, LOCK_ID=lock["id"])
    assert lock["id"] in ready.shell(unlock, status=1, LOCK_ID="another")
    ready.shell(unlock, LOCK_ID=lock["id"])
    assert shown(ready)["locks"] == []


def test_terraform_removes_half_a_lock_with_an_error(ready: Project) -> None:
    lock = half_locked(ready)
    [force] = commands("recovery.md", "A run was killed and its lock stayed", block=1)
    ready.shell(force, status=1, LOCK_ID=lock["id"])
    assert shown(ready)["locks"] == []


def test_a_state_that_could_not_be_written_is_pushed(ready: Project) -> None:
    denied = {"service": "s3", "operation": "PutObject", "times": 50, "error": {"code": "AccessDenied", "status": 403}}
    change_capacity(ready)
    with stopped_at(ready, "kafkaconnect", "UpdateConnector") as process:
        ready.account.page("faults", json=denied)
        ready.account.release()
        assert "Failed to save state" in process.communicate()[0]
    ready.account.page("faults", "DELETE")
    serial = shown(ready)["serial"]
    ready.shell("make synth ENV=prod", *commands("recovery.md", "An apply ended, and could not write its state"))
    assert shown(ready)["serial"] > serial
    assert "No changes" in ready.shell(PLAN)


def test_an_earlier_state_is_restored(ready: Project) -> None:
    right = versions(ready)[0]
    address = next(line for line in ready.shell(f"terraform -chdir={CONNECT} state list").splitlines() if "msk" in line)
    ready.shell(f"terraform -chdir={CONNECT} state rm '{address}'")
    output = ready.shell(*commands("recovery.md", "A state is wrong, or was deleted"), VERSION=right["version"])
    assert f"+ in the state again: {address}" in output
    assert "No changes" in output
    assert versions(ready)[0]["serial"] > right["serial"]


def test_a_deleted_state_is_restored(ready: Project) -> None:
    right = versions(ready)[0]
    ready.account.client("s3").delete_object(Bucket=BUCKET, Key=STATE)
    assert "does not have the expected content" in " ".join(ready.shell(PLAN, status=1).split())
    assert not shown(ready)["exists"]
    output = ready.shell(*commands("recovery.md", "A state is wrong, or was deleted"), VERSION=right["version"])
    assert "deleted" in output
    assert "No changes" in output


def test_an_unknown_version_is_not_restored(ready: Project) -> None:
    wrong = "00000000-0000-0000-0000-000000000000"
    output = ready.shell(f".venv/bin/cdc state restore prod connect {wrong} --yes", status=1)
    assert f"has no version {wrong}" in output
    output = ready.shell(".venv/bin/cdc state restore prod conect x --yes", status=1)
    assert "STACK must be state, platform or connect, got conect" in output


def test_a_digest_that_differs_is_accepted(ready: Project) -> None:
    s3, key = ready.account.client("s3"), "prod-platform/terraform.tfstate"
    body = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    # A lock table that was made again has none until a state is written.
    digest = {"LockID": {"S": f"{BUCKET}/{key}-md5"}, "Digest": {"S": md5(body).hexdigest()}}
    ready.account.client("dynamodb").put_item(TableName="acme-cdc-locks", Item=digest)
    s3.put_object(Bucket=BUCKET, Key=key, Body=body + b"\n")
    platform = "terraform -chdir=cdktf.out/stacks/prod-platform"
    ready.shell(f"{platform} init -input=false", status=1)
    assert shown(ready, "platform")["digest"] == "differs"
    ready.shell(*commands("recovery.md", "The digest differs"))
    assert "No changes" in ready.shell(f"{platform} init -input=false", f"{platform} plan -input=false")
    output = ready.shell(".venv/bin/cdc state repair prod platform", status=1)
    assert "nothing to repair" in output


def test_another_laptop_sees_the_same(ready: Project, tmp_path: Path) -> None:
    output = ready.another(tmp_path / "laptop").shell(*commands("recovery.md", "The laptop is gone"))
    assert "No changes" in output


def test_the_lock_table_is_created_again(ready: Project) -> None:
    dynamodb = ready.account.client("dynamodb")
    dynamodb.update_table(TableName="acme-cdc-locks", DeletionProtectionEnabled=False)
    dynamodb.delete_table(TableName="acme-cdc-locks")
    assert "acme-cdc-locks does not exist: deleted" in ready.shell(".venv/bin/cdc state show prod", status=1)
    ready.shell(*commands("recovery.md", "The lock table is gone"))
    assert dynamodb.describe_table(TableName="acme-cdc-locks")["Table"]["DeletionProtectionEnabled"]
    assert {shown(ready, part)["digest"] for part in ("state", "platform", "connect")} == {"ok"}
    assert "No changes" in ready.shell(PLAN)
