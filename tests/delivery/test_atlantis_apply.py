"""The workflow of docs/atlantis.md as it is there, from a plan to an apply that is verified, in an account."""

import json
import shutil
from collections.abc import Iterator, Mapping

import pytest

from tests.delivery.atlantis_server import Checkout, Done, server_side
from tests.delivery.project import Project

NAME = "cdc-prod-orders"
WHY = "the health check failed"


class Server(Checkout):
    """The server's checkout of ``project``, of which the connect stack was synthesized."""

    def __init__(self, project: Project) -> None:
        super().__init__(project.folder, project.shell.variables, pull="")
        self.git("init", "--quiet")
        self.pull = self.commit("a pull request")
        tree = self.git("rev-parse", "HEAD^{tree}")
        (project.folder / "cdktf.out/synthesized").write_text(tree)
        self._project: Mapping[str, str] = self.projects()["prod-connect"]
        self.stack = project.folder / self._project["dir"] / "cdk.tf.json"
        self.before = self.stack.read_text()

    def write(self, text: str) -> None:
        self.stack.write_text(text)

    @property
    def changed(self) -> str:
        """The stack with another property of its connector."""
        document = json.loads(self.before)
        [connector] = document["resource"]["aws_mskconnect_connector"].values()
        connector["connector_configuration"]["max.batch.size"] = "1024"
        return json.dumps(document)

    def apply(self) -> Done:
        """The stages of a plan, and of an apply."""
        [workflow, _] = server_side()
        plan = self.stage(workflow, "plan", self._project)
        assert plan.returncode == 0, plan.stdout
        return self.stage(workflow, "apply", self._project)


@pytest.fixture
def server(delivered: Project) -> Iterator[Server]:
    """A server whose account has metrics of the connector; afterwards, what was deployed before is deployed again."""
    delivered.shell("make synth ENV=prod")
    values = {"RunningTaskCount": 1.0, "ErroredTaskCount": 0.0, "SourceRecordWriteRate": 0.5}
    dimensions = [{"Name": "ConnectorName", "Value": NAME}]
    delivered.account.client("cloudwatch").put_metric_data(
        Namespace="AWS/KafkaConnect",
        MetricData=[{"MetricName": name, "Dimensions": dimensions, "Value": value} for name, value in values.items()],
    )
    found = Server(delivered)
    try:
        yield found
    finally:
        shutil.rmtree(delivered.folder / ".git")
        (delivered.folder / "cdktf.out/synthesized").unlink()
        found.write(found.before)
        delivered.shell(f"terraform -chdir={found.stack.parent} apply -input=false -auto-approve")


def test_an_update_that_aws_rolled_back_fails_the_apply(server: Server, delivered: Project) -> None:
    """Terraform reports success for it; applied again once the cause is gone, the apply succeeds."""
    server.write(server.changed)
    with delivered.account.rolling_back(WHY):
        failed = server.apply()
    assert "Apply complete! Resources: 0 added, 1 changed, 0 destroyed." in failed.stdout
    assert f"UPDATE_CONNECTOR_CONFIGURATION ended as ROLLBACK_COMPLETE, so what ran before runs again: {WHY}" in (
        failed.stdout
    )
    assert "max.batch.size must be set, is not" in failed.stdout
    assert failed.returncode == 1
    done = server.apply()
    assert done.returncode == 0, done.stdout
    assert "UPDATE_CONNECTOR_CONFIGURATION: UPDATE_COMPLETE" in done.stdout
