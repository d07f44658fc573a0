"""An embedded AWS whose IAM brokers and workers of a test go by."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rehearsal.aws.backends import Cluster, ClusterSpec, Connector, ConnectorSpec
from rehearsal.aws.client import client
from rehearsal.aws.server import EmbeddedAws
from rehearsal.iam import extension
from rehearsal.iam.enforcement import Enforcement
from rehearsal.iam.signing import SERVICE
from rehearsal.processes.addresses import Addresses

ANYONE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*", "Service": SERVICE}}
INLINE = "permissions"


@dataclass
class Iam:
    """Roles are made and changed through the embedded IAM at ``url``.

    ``hosts`` are the brokers' names, ``applications`` the topics of applications by their role's name.
    """

    url: str
    enforcement: Enforcement
    hosts: list[str]
    applications: dict[str, tuple[str, ...]]

    def client(self, service: str, region: str) -> Any:
        return client(self.url, service, region)

    def role(self, name: str, document: str) -> str:
        """The ARN of a role with this policy and no other, made or changed."""
        iam = self.client("iam", "us-east-1")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [ANYONE]})
        try:
            arn: str = iam.get_role(RoleName=name)["Role"]["Arn"]
        except iam.exceptions.NoSuchEntityException:
            arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        iam.put_role_policy(RoleName=name, PolicyName=INLINE, PolicyDocument=document)
        return arn


def _no_cluster(spec: ClusterSpec) -> Cluster:
    raise AssertionError(spec)


def _no_connector(spec: ConnectorSpec) -> Connector:
    raise AssertionError(spec)


@contextmanager
def enforcing(folder: Path, addresses: Addresses, jars: Sequence[Path], compiler: Path) -> Iterator[Iam]:
    url = f"http://{addresses.aws}"
    hosts: list[str] = []
    specs: dict[str, ConnectorSpec] = {}
    applications: dict[str, tuple[str, ...]] = {}
    iam = Enforcement(
        url,
        folder=folder / "iam",
        extension=extension.jar(compiler=compiler, libraries=jars),
        hosts=lambda _: hosts,
        tags=lambda _: {},
        connectors=lambda: specs,
        applications=applications,
    )
    aws = EmbeddedAws(
        addresses.listener,
        folder=folder / "aws",
        start_cluster=_no_cluster,
        start_connector=_no_connector,
        pages=iam.pages,
        on_change=iam.changed,
    )
    aws.start()
    try:
        yield Iam(url, iam, hosts, applications)
    finally:
        aws.stop()
