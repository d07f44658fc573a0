"""``cdc bootstrap``: creates the store once, completes an interrupted run, and refuses another owner's resources."""

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import psutil
import pytest
import yaml

from cdc.state.account import Account, account as place_of
from cdc.state.errors import StateError
from cdc.state.store import StateStack, Survey
from modules.app import build
from modules.environment.environment import Environment
from tests.account import REGION
from tests.delivery.accidents import held, kill
from tests.delivery.project import Project
from tests.synthesized import changed, document

BOOTSTRAP = [".venv/bin/cdc", "bootstrap"]


def another_environment(project: Project, name: str) -> dict[str, str]:
    """Adds an environment with its own state store; returns the names of bucket and table."""
    state = {"bucket": f"acme-{name}-state", "lock_table": f"acme-{name}-locks"}
    content = changed(document("prod"), **{f"state__{key}": value for key, value in state.items()})
    (project.folder / "environments" / f"{name}.yaml").write_text(yaml.safe_dump(content))
    return state


@dataclass(frozen=True)
class Place:
    """A project with an environment that is not bootstrapped yet."""

    project: Project
    name: str
    bucket: str

    def run(self, *options: str, status: int = 0) -> str:
        return self.project.shell(" ".join([*BOOTSTRAP, self.name, *options]), status=status)

    def killed_at(self, service: str, operation: str, *, skip: int = 0) -> None:
        variables, folder = dict(self.project.shell.variables), self.project.folder
        command, account = [*BOOTSTRAP, self.name], self.project.account
        with held(command, account, service, operation, folder=folder, variables=variables, skip=skip) as process:
            kill(process)

    def keys(self) -> list[str]:
        """The keys that were created for it."""
        kms = self.project.account.client("kms")
        listed = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
        return [key["KeyId"] for key in listed if key["Description"] == f"Terraform state of {self.name}"]

    def state(self) -> dict[str, Any]:
        body = self.project.account.client("s3").get_object(
            Bucket=self.bucket, Key=f"{self.name}-state/terraform.tfstate"
        )
        content: dict[str, Any] = json.loads(body["Body"].read())
        return content


@pytest.fixture
def place(fresh: Project, request: pytest.FixtureRequest) -> Iterator[Place]:
    name = request.node.name.removeprefix("test_").replace("_", "-")[:20].rstrip("-")
    yield Place(fresh, name, another_environment(fresh, name)["bucket"])
    (fresh.folder / "environments" / f"{name}.yaml").unlink()


def test_killed(place: Place) -> None:
    """Killed at several steps, each time after the request took effect and before Terraform got the answer."""
    place.killed_at("kms", "CreateKey")
    place.killed_at("kms", "CreateAlias")
    place.killed_at("s3", "PutObject")  # the lock of the migration
    place.killed_at("dynamodb", "PutItem")
    place.killed_at("s3", "PutObject", skip=1)  # the state itself, after its lock
    assert place.state()["resources"]
    assert "removed the lock" in place.run()
    assert "unlocked" in place.project.shell(f".venv/bin/cdc state show {place.name}").splitlines()[1]
    assert len(place.keys()) == 1
    assert len([one for one in place.state()["resources"] if one["mode"] == "managed"]) == 10
    assert "nothing to do" in place.run()
    assert not list(place.project.folder.glob(f"cdktf.out/bootstrap/{place.name}*"))


def test_left_running(place: Place) -> None:
    """Terraform may outlive a killed command: the next one does not run at the same time."""
    (folder := place.project.folder / "cdktf.out" / "bootstrap" / place.name).mkdir(parents=True)
    with subprocess.Popen(["sleep", "600"], cwd=folder) as left:
        assert f"process {left.pid}; wait for it, or end it" in place.run(status=1)
        left.kill()


def test_interrupted(place: Place) -> None:
    """After Ctrl-C it waits for Terraform to end."""
    variables, folder, account = dict(place.project.shell.variables), place.project.folder, place.project.account
    command = [*BOOTSTRAP, place.name]
    with held(command, account, "dynamodb", "CreateTable", folder=folder, variables=variables) as process:
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGINT)
        account.release()
        output = process.communicate()[0]
    assert process.returncode == 130
    assert f"run it again: .venv/bin/cdc bootstrap {place.name}" in output
    assert children
    assert not any(child.is_running() for child in children)


def test_lost_laptop(place: Place, tmp_path: Path) -> None:
    place.killed_at("s3", "CreateBucket")
    other = Place(place.project.another(tmp_path / "laptop"), place.name, place.bucket)
    output = other.run(status=1)
    assert "if an interrupted bootstrap created it, use --adopt" in output
    place.killed_at("s3", "PutObject")  # on the interrupted laptop, the bucket is known to be its own
    output = other.run(status=1)
    assert "Error acquiring the state lock" in output
    assert f"cdc state unlock {place.name} state" in output
    [lock] = json.loads(other.project.shell(f".venv/bin/cdc state show {place.name} --json"))[0]["locks"]
    other.project.shell(f".venv/bin/cdc state unlock {place.name} state {lock['id']}")
    assert f"state of {place.name}: s3://{place.bucket}/" in other.run()
    assert "nothing to do" in place.run()
    assert len(place.keys()) == 1


@dataclass(frozen=True)
class Finder:
    """Surveys environments in the account of ``project``."""

    project: Project
    folder: Path

    def account(self, **changes: Any) -> Account:
        content = changed(document("prod"), **changes)
        return place_of(Environment.model_validate({"name": "found", **content}))

    def found(self, *, adopt: bool = False, **changes: Any) -> dict[str, str]:
        account = self.account(**changes)
        build([account.environment], self.folder, connect=False).synth()
        stack = StateStack(self.folder / "stacks" / "found-state")
        return Survey(account, stack, adopt=adopt).found().imports


@pytest.fixture
def finder(fresh: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finder:
    for name, value in fresh.shell.variables.items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    return Finder(fresh, tmp_path)


def test_nothing_exists_yet(finder: Finder) -> None:
    assert finder.found(state__bucket="acme-none", state__lock_table="acme-none") == {}


def test_a_bucket_of_another_account_is_refused(finder: Finder) -> None:
    sts = finder.project.account.client("sts")
    role = "arn:aws:iam::210987654321:role/other"
    other = sts.assume_role(RoleArn=role, RoleSessionName="other")["Credentials"]
    keys = (other["AccessKeyId"], other["SecretAccessKey"], other["SessionToken"])
    url = finder.project.account.access.url
    boto3.client("s3", REGION, None, True, None, url, *keys).create_bucket(Bucket="acme-theirs")
    with pytest.raises(StateError, match="must be a bucket of account 123456789012, got acme-theirs"):
        finder.found(state__bucket="acme-theirs")
    with pytest.raises(StateError, match="must be a bucket of account 123456789012, got acme-theirs"):
        finder.found(state__bucket="acme-theirs", adopt=True)


@pytest.mark.parametrize(
    ("tags", "message"),
    [
        ({}, "was created by another project"),
        ({"project": "msk-cdc", "environment": "prod"}, "was created for environment prod"),
        ({"project": "website"}, "was created by another project"),
    ],
    ids=["untagged", "another-environment", "another-project"],
)
def test_a_bucket_of_another_owner_is_refused(finder: Finder, tags: dict[str, str], message: str) -> None:
    s3, name = finder.project.account.client("s3"), f"acme-not-ours-{len(tags)}"
    s3.create_bucket(Bucket=name)
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
    with pytest.raises(
        StateError, match=f"state.bucket: {name} exists in account 123456789012 and {message}.*create: false"
    ):
        finder.found(state__bucket=name)
    own = {"state__bucket": name, "state__lock_table": "acme-none"}
    if tags:
        with pytest.raises(StateError, match=message):
            finder.found(**own, adopt=True)
    else:
        assert list(finder.found(**own, adopt=True).values()) == [name]


def test_a_table_of_another_owner_is_refused(finder: Finder) -> None:
    finder.project.account.client("dynamodb").create_table(
        TableName="acme-sessions",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "Id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "Id", "AttributeType": "S"}],
    )
    with pytest.raises(StateError, match=r"state\.lock_table: acme-sessions exists in account 123456789012"):
        finder.found(state__bucket="acme-none", state__lock_table="acme-sessions")


def test_a_bucket_in_another_region_is_refused(finder: Finder) -> None:
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    finder.project.account.client("s3", "eu-west-1").create_bucket(Bucket="acme-elsewhere", **elsewhere)
    with pytest.raises(StateError, match="must be in us-east-1, got acme-elsewhere in eu-west-1"):
        finder.found(state__bucket="acme-elsewhere")


def test_another_account_than_the_guarded_one_is_refused(finder: Finder) -> None:
    with pytest.raises(
        StateError, match="must be of account 999999999999, as environment found says, got 123456789012"
    ):
        finder.found(account_id="999999999999", alarms=None)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"kind": "s3", "bucket": "acme-x", "lock_table": "acme-x", "create": False},
            "state.create of other must be true",
        ),
        ({"kind": "cloud", "organization": "acme"}, "state.kind of other must be s3 for this command, got cloud"),
        ({"kind": "local"}, "state.kind of other must be s3 for this command, got local"),
    ],
    ids=["given", "cloud", "local"],
)
def test_without_a_store_to_create_it_is_an_error(fresh: Project, state: dict[str, Any], message: str) -> None:
    file = fresh.folder / "environments" / "other.yaml"
    file.write_text(yaml.safe_dump({**document("prod"), "state": state}))
    assert message in fresh.shell(".venv/bin/cdc bootstrap other", status=1)
    file.unlink()
    assert "environment other: environments/other.yaml does not exist" in fresh.shell(
        ".venv/bin/cdc bootstrap other", status=1
    )
