"""An embedded AWS whose IAM brokers and workers of a test go by."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rehearsal.addresses import Addresses
from rehearsal.aws.client import client
from rehearsal.aws.pages import PREFIX
from rehearsal.aws.server import EmbeddedAws
from rehearsal.iam import extension
from rehearsal.iam.access import Access
from rehearsal.iam.authority import Authority
from rehearsal.iam.roles import Roles
from rehearsal.iam.signing import SERVICE, Signing
from rehearsal.iam.tls import CertificateAuthority
from rehearsal.servers import Cluster, ClusterSpec, Connector, ConnectorSpec

ANYONE = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*", "Service": SERVICE}}
INLINE = "permissions"


@dataclass
class Iam:
    """Roles are made and changed through the embedded IAM at ``url``; ``hosts`` are the brokers' names."""

    url: str
    access: Access
    authority: Authority
    signing: Signing
    certificate: Path
    hosts: list[str] = field(default_factory=list)

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
    roles = Roles(url)
    authority = Authority(folder / "generation", roles=roles, hosts=lambda _: hosts, tags=lambda _: {})
    tls = CertificateAuthority()
    trusted = tls.write_trust_store(folder / "trusted.p12")
    signing = Signing(roles, authority, aws=url, url=f"{url}{PREFIX}iam/credentials", trust_store=trusted)
    aws = EmbeddedAws(
        addresses.listener,
        folder=folder / "aws",
        start_cluster=_no_cluster,
        start_connector=_no_connector,
        pages={
            "iam/authenticate": lambda request: authority.authenticate(request.get_data()),
            "iam/authorize": lambda request: authority.authorize(request.get_data()),
            "iam/credentials": lambda request: signing.credentials(request.headers.get("Authorization", "")),
        },
        changed=lambda target: authority.changed() if target.service == "iam" else None,
    )
    aws.start()
    extended = extension.jar(compiler=compiler, libraries=jars)
    access = Access(f"{url}{PREFIX}iam", authority.generation, extended, tls)
    try:
        yield Iam(url, access, authority, signing, tls.write_certificate(folder / "ca.pem"), hosts)
    finally:
        aws.stop()
