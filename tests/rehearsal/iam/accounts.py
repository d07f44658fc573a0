"""Creates roles and policies in an embedded IAM."""

import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Denied, Target, nothing_denied
from rehearsal.aws.pages import Page
from rehearsal.aws.server import EmbeddedAws
from tests.mocked_account import REGION
from tests.rehearsal.aws.recording_backends import RecordingBackends

READ: Final = "kafka-cluster:ReadData"
WRITE: Final = "kafka-cluster:WriteData"
_NUMBERS: Final = count(1)


@contextmanager
def embedded(
    folder: Path,
    changed: Callable[[Target], None] = lambda _: None,
    denied: Denied = nothing_denied,
    pages: Mapping[str, Page] = MappingProxyType({}),
) -> Iterator[EmbeddedAws]:
    """An embedded AWS on its own port. Its IAM's resources belong to the whole process."""
    backends = RecordingBackends()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        aws = EmbeddedAws(
            listener,
            folder=folder,
            start_cluster=backends.start_cluster,
            start_connector=backends.start_connector,
            on_change=changed,
            denied=denied,
            pages=pages,
        )
        aws.start()
        try:
            yield aws
        finally:
            aws.stop()


def statement(action: str, resource: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Action": [action], "Resource": [resource], **more}


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def trust(principal: Any, **more: Any) -> str:
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more})


class Account:
    """Creates roles and policies in an AWS; public: ``iam``, a client."""

    def __init__(self, access: AwsAccess) -> None:
        self.access = access
        self.iam: Any = client(access, "iam", REGION)

    def role(self, *inline: str, trust: str = trust({"AWS": "*"}), **more: Any) -> str:
        """The name of a new role with these documents."""
        name = f"role-{next(_NUMBERS)}"
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust, **more)
        for number, one in enumerate(inline, 1):
            self.iam.put_role_policy(RoleName=name, PolicyName=f"inline-{number}", PolicyDocument=one)
        return name

    def policy(self, document: str) -> str:
        """The ARN of a new managed policy."""
        made = self.iam.create_policy(PolicyName=f"managed-{next(_NUMBERS)}", PolicyDocument=document)
        return str(made["Policy"]["Arn"])
