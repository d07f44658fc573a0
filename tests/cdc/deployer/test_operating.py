"""Each command for a deployed environment works with the operator's policy alone, and not with any action less."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

import pytest
import yaml
from typer.testing import CliRunner, Result

from cdc.cli import app
from cdc.deployer.operating import CALLS
from cdc.deployer.policy import Policy
from cdc.deployer.stacks import operator_policy_of
from modules.environment.environment import Environment
from rehearsal.aws.seed import Endpoint, seed
from rehearsal.iam import simulation
from rehearsal.iam.actions.requests import Access
from rehearsal.iam.deployer import Deployer, sign_in
from rehearsal.iam.roles import Roles
from tests.cdc.deployer.deciding import denied
from tests.cdc.verify.world import World, account
from tests.rehearsal.aws.account import wait_until_settled
from tests.synthesized import Document, Stack, changed, document
from tests.terraform.variants import EXISTING_KAFKA, EXISTING_NETWORK, PROD, VARIANTS

KEY: Final = "arn:aws:kms:us-east-1:123456789012:key/own"


@dataclass
class Operator:
    """Calls AWS as a role with the operator's policy of ``content`` alone; ``asked`` is what its commands needed."""

    world: World
    deployer: Deployer
    patch: pytest.MonkeyPatch
    content: Document

    @property
    def policy(self) -> Policy:
        return operator_policy_of(Environment.model_validate({"name": "prod", **self.content}))

    @property
    def asked(self) -> Sequence[Access]:
        return self.deployer.asked

    @property
    def denials(self) -> list[str]:
        return [one.cause for one in self.deployer.denials]

    def sign_in(self) -> None:
        for name, value in sign_in(self.world.aws.access, self.policy.documents).items():
            self.patch.setenv(name, value)

    def cdc(self, command: str, *arguments: str) -> Result:
        Path("prod.yaml").write_text(yaml.safe_dump(self.content))
        done = CliRunner().invoke(app, [*command.split(), "prod.yaml", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done


@pytest.fixture
def operator(prod: dict[str, Stack], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    made: list[Deployer] = []
    roles: list[Roles] = []
    simulated: list[simulation.Simulation] = []
    with account(
        prod,
        tmp_path,
        monkeypatch,
        denied=lambda request, target: made[0].denied(request, target) if made else None,
        on_change=lambda target: roles[0].invalidate() if target.service == "iam" and roles else None,
        operations={simulation.OPERATION: lambda given: simulated[0](given)},
    ) as world:
        roles.append(Roles(world.aws.access))
        simulated.append(simulation.Simulation(roles[0]))
        made.append(Deployer(world.aws.access, roles[0]))
        yield Operator(world, made[0], monkeypatch, document("prod"))


def deployed(operator: Operator) -> None:
    operator.world.deploy()


def before(operator: Operator) -> None:
    """What is synthesized exists, and something else runs."""
    operator.world.deploy(plugin="cdc-prod-before", worker_configuration="cdc-prod-before")
    operator.world.plugin()
    operator.world.worker_configuration()


def restarted(operator: Operator) -> None:
    deployed(operator)
    assert operator.cdc("restart", "orders", "--yes").exit_code == 0


def cluster(operator: Operator) -> None:
    """Of the environment's name; its brokers cannot be reached from here."""
    restarted(operator)
    subnets = operator.world.client("ec2").describe_subnets()["Subnets"][:3]
    groups = operator.world.client("ec2").describe_security_groups()["SecurityGroups"][:1]
    made = operator.world.client("kafka").create_cluster(
        ClusterName="cdc-prod",
        BrokerNodeGroupInfo={
            "ClientSubnets": [one["SubnetId"] for one in subnets],
            "InstanceType": "kafka.m7g.large",
            "SecurityGroups": [one["GroupId"] for one in groups],
        },
        ClientAuthentication={"Sasl": {"Iam": {"Enabled": True}}},
        KafkaVersion="3.9.x",
        NumberOfBrokerNodes=3,
    )
    arn = made["ClusterArn"]
    wait_until_settled(lambda: operator.world.client("kafka").describe_cluster(ClusterArn=arn)["ClusterInfo"], "State")


def paused(operator: Operator) -> None:
    deployed(operator)
    assert operator.cdc("pause", "orders", "--yes").exit_code == 0


def seeded_and_deployed(operator: Operator) -> None:
    seeded(operator)
    deployed(operator)


def seeded(operator: Operator) -> None:
    """All that the file names; the secret has a key of its own."""
    environment, aws = Environment.model_validate({"name": "prod", **operator.content}), operator.world.aws
    (archive := Path("plugin.zip")).write_bytes(b"no plugin")
    names = [one.source.database for one in environment.connectors.values()]
    seed(
        environment,
        aws=aws.access,
        endpoints={name: Endpoint("database.example", 3306) for name in names},
        archives=dict.fromkeys(environment.plugins, archive),
    )
    key = operator.world.client("kms").create_key()["KeyMetadata"]["KeyId"]
    operator.world.client("secretsmanager").update_secret(SecretId="cdc/orders", KmsKeyId=key)


OF_INSTANCE: Final = changed(
    PROD,
    network=EXISTING_NETWORK,
    kafka=EXISTING_KAFKA,
    plugins=VARIANTS["registered-plugin"]["plugins"],
    connectors__orders__source__cluster=None,
    connectors__orders__source__instance="orders",
)
BY_TOPIC: Final = changed(PROD, connectors__orders__signals={"topic": "orders-signals"})
Prepare = Callable[[Operator], None]


class Run(NamedTuple):
    """A command with its arguments after the environment, which is ``content``; ``prepare`` makes what is there before.

    ``others`` are the actions that it needs in other environments, or for what cannot be reached from here.
    """

    command: str
    prepare: Prepare
    arguments: Sequence[str] = ()
    content: Document = PROD
    others: Sequence[str] = ()


STACKS: Final = ("--stacks", "STACKS")
NOWHERE: Final = ("--host", "127.0.0.1", "--port", "1")
PASSWORDS: Final = ("secretsmanager:GetSecretValue",)
CLUSTERS: Final = ("rds:DescribeDBClusters", "rds:DescribeDBClusterParameters")
INSTANCES: Final = ("rds:DescribeDBInstances", "rds:DescribeDBParameters")
BROKERS, LISTED = "kafka:GetBootstrapBrokers", "kafka:ListClustersV2"
SNAPSHOT: Final = ("orders", "orders.customers", "--yes")
RUNS: Final = {
    "drift": Run("drift", cluster),
    "events": Run("events", cluster, ("orders.customers",), others=PASSWORDS),
    "pause": Run("pause", deployed, ("orders", "--yes")),
    "preflight": Run(
        "preflight",
        seeded,
        NOWHERE,
        others=(
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcAttribute",
            "ec2:DescribeVpcEndpoints",
            "kafka:DescribeClusterV2",
            "kafkaconnect:DescribeCustomPlugin",
            "rds:DescribeDBInstances",
            "rds:DescribeDBParameters",
        ),
    ),
    "preflight of what exists": Run(
        "preflight",
        seeded,
        NOWHERE,
        OF_INSTANCE,
        (
            "kafka:ListKafkaVersions",
            "rds:DescribeDBClusterParameters",
            "rds:DescribeDBClusters",
            "s3:GetObjectVersion",
        ),
    ),
    "restart": Run("restart", deployed, ("orders", "--yes")),
    "resume": Run("resume", paused, ("orders", "--yes")),
    "snapshot by a topic": Run("snapshot", cluster, SNAPSHOT, BY_TOPIC, (*PASSWORDS, *CLUSTERS, *INSTANCES)),
    "snapshot by a table": Run("snapshot", seeded_and_deployed, SNAPSHOT, others=(BROKERS, *INSTANCES)),
    "snapshot of an instance": Run("snapshot", seeded_and_deployed, SNAPSHOT, OF_INSTANCE, (LISTED, *CLUSTERS)),
    "status": Run("status", restarted),
    "upgrade": Run("upgrade", before, ("orders", "--yes", *STACKS)),
    "verify": Run("verify", restarted, STACKS),
}


SHARED: Final = changed(PROD, state={"kind": "s3", "bucket": "shared", "lock_table": "shared", "create": False})


def test_states_are_shown_with_the_policy(operator: Operator) -> None:
    """A state stack has a row only where there is one, or the file asks for one."""
    operator.content = SHARED
    seeded(operator)
    s3, content = operator.world.client("s3"), json.dumps({"serial": 1, "lineage": "a", "resources": []})
    s3.put_object(Bucket="shared", Key="prod-connect/terraform.tfstate", Body=content.encode())
    operator.sign_in()
    done = operator.cdc("state show", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [(one["stack"], one["serial"]) for one in found] == [("prod-platform", None), ("prod-connect", 1)]
    assert operator.denials == []
    documents = operator.policy.documents
    for action in {one.action for one in operator.asked}:
        assert denied(documents, operator.asked, without=action), action
    s3.put_object(Bucket="shared", Key="prod-state/terraform.tfstate", Body=content.encode())
    assert json.loads(operator.cdc("state show", "--json").stdout)[0]["stack"] == "prod-state"


def test_each_command_with_calls_is_here() -> None:
    assert {one.command for one in RUNS.values()} == CALLS.keys()


@pytest.mark.parametrize("command", CALLS)
def test_each_action_is_needed_somewhere(command: str) -> None:
    """The passwords of a registry, which the converters of ``cdc events`` read, need a plugin with converters."""
    others = [{*one.others} for one in RUNS.values() if one.command == command]
    assert set.intersection(*others) == ({*PASSWORDS} if command == "events" else set())


@pytest.mark.parametrize("name", RUNS)
def test_a_command_works_with_the_policy_and_not_with_an_action_less(name: str, operator: Operator) -> None:
    run = RUNS[name]
    operator.content = run.content
    run.prepare(operator)
    operator.sign_in()
    done = operator.cdc(run.command, *(str(operator.world.folder) if one == "STACKS" else one for one in run.arguments))
    called = {one.action for one in operator.asked}
    assert operator.denials == []
    assert called == {*CALLS[run.command]} - {*run.others}, done.output
    documents = operator.policy.documents
    assert denied(documents, operator.asked) == []
    for action in called:
        assert denied(documents, operator.asked, without=action), action
