"""What a failed rehearsal leaves explains it, and has no secret."""

from pathlib import Path

import pytest

from rehearsal import evidence
from rehearsal.aws.access import AwsAccess
from rehearsal.processes import failed_runs, runs
from rehearsal.processes.runs import Run

# The address of nothing: what only a server knows is left out.
ACCESS = AwsAccess("http://127.0.0.1:1", "AKIATHISISMADEUP0000", "made-up key of this rehearsal", "made-up token")
FILES = {
    "daemon.log": "started\n",
    "mysql/shop/mysql.log": "ready for connections\n",
    "mysql/shop/data/private_key.pem": "never",
    "kafka/cluster/brokers.pem": "never",
    "kafka/cluster/b-1/b-1.log": "a broker's log\n",
    "kafka/cluster/b-1/node.properties": f"rehearsal.iam.token={ACCESS.token}\nbroker.id=1\n",
    "kafka/cluster/b-1/data/topic-0/00000000000000000000.log": "never",
    "connect/shop-1/worker-1.log": f"signed with {ACCESS.secret}, password=hunter2hunter2\n",
    "connect/shop-1/.worker/worker-1.properties": "group.id=shop\n",
    "connect/shop-1/.worker/connector.json": '{"topic.prefix": "shop"}',
    "connect/shop-1/cdc/shop": "never",
    "stopped-connectors/old-2/worker-1.log": "a stopped worker's log\n",
    "stopped-connectors/old-2/connector.json": "{}",
    "work/stacks/dev-connect/cdk.tf.json": "{}",
    "work/stacks/dev-connect.tfstate": "never",
    "aws.env": "never",
}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    for module in (runs, failed_runs):
        monkeypatch.setattr(module, "cache_folder", lambda: tmp_path)
    made = runs.create("dev")
    for name, text in FILES.items():
        (file := made.folder / name).parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    ACCESS.write(made.folder / "ready.json")
    return made


@pytest.fixture
def saved(run: Run, tmp_path: Path) -> dict[str, str]:
    """The texts of the folder, by their paths."""
    (environment := tmp_path / "dev.yaml").write_text("region: eu-west-1\n")
    failure = f"the connector does not run: {ACCESS.secret}"
    folder = evidence.save(run, environment=environment, region="eu-west-1", failure=failure, daemon=None)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(file.relative_to(folder)): file.read_text() for file in files}


def test_logs_and_configurations_are_saved(saved: dict[str, str]) -> None:
    assert set(saved) == {
        "failure.txt",
        "logs/daemon.log",
        "logs/mysql/shop/mysql.log",
        "logs/kafka/cluster/b-1/b-1.log",
        "logs/connect/shop-1/worker-1.log",
        "logs/stopped-connectors/old-2/worker-1.log",
        "configuration/dev.yaml",
        "configuration/kafka/cluster/b-1/node.properties",
        "configuration/connect/shop-1/worker-1.properties",
        "configuration/connect/shop-1/connector.json",
        "configuration/stopped-connectors/old-2/connector.json",
        "configuration/stacks/dev-connect/cdk.tf.json",
    }
    assert saved["logs/mysql/shop/mysql.log"] == "ready for connections\n"


def test_no_secret_is_saved(saved: dict[str, str]) -> None:
    assert saved["failure.txt"] == "the connector does not run: (hidden)"
    assert saved["logs/connect/shop-1/worker-1.log"] == "signed with (hidden), password=(hidden)\n"
    assert saved["configuration/kafka/cluster/b-1/node.properties"] == "rehearsal.iam.token=(hidden)\nbroker.id=1\n"
    everything = "".join(saved.values())
    assert not [value for value in (ACCESS.access_key, ACCESS.secret, ACCESS.token, "never") if value in everything]


def test_only_the_end_of_a_long_log_is_saved(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "_MAX_LOG_BYTES", 20)
    (run.folder / "mysql/shop/mysql.log").write_text("the first line\nready\nfor connections\n")
    (environment := tmp_path / "dev.yaml").write_text("")
    folder = evidence.save(run, environment=environment, region="eu-west-1", failure="", daemon=None)
    assert (folder / "logs/mysql/shop/mysql.log").read_text() == "for connections\n"
