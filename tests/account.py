"""The embedded AWS as a process of its own, with all in it that an environment only names, and clusters at once.

    python -m tests.account ENVIRONMENT_FILE      prints how to call it, and ends with its standard input

``/_rehearsal/hold`` (POST ``{"service", "operation", "skip"}``) keeps such a request, after as many as are skipped,
waiting for its answer once it has done its work; POST without a body returns whether it waits; DELETE releases it.
``/_rehearsal/updates`` (POST ``{"failure"}``) is why updates of connectors are rolled back from now on; empty for none.
"""

import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Event, Lock
from typing import Any
from zipfile import ZipFile

import requests
from werkzeug.wrappers import Request

from modules.environment.loading import load
from modules.environment.models.kafka import ExistingKafka
from modules.environment.models.plugins import PublishedPlugin, RegisteredPlugin
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.aws.dispatch import Target
from rehearsal.aws.seed import Endpoint, seed
from rehearsal.aws.server import EmbeddedAws
from rehearsal.deploy.terraform import embedded_env as led_there
from rehearsal.iam import simulation
from rehearsal.iam.actions.requests import Access
from rehearsal.iam.deployer import ROLE, Deployer, sign_in
from rehearsal.iam.roles import Roles
from tests.places import ROOT
from tests.rehearsal.aws.recording_backends import RecordingBackends

REGION = "us-east-1"


class Hold:
    """A page that stops a request between its effect and its answer."""

    def __init__(self) -> None:
        self._wanted: tuple[str, str] | None = None
        self._skip = 0
        self._waits = False
        self._go = Event()
        self._lock = Lock()

    def changed(self, target: Target) -> None:
        with self._lock:
            if (target.service, target.operation) != self._wanted:
                return
            self._skip -= 1
            if self._skip >= 0:
                return
            self._wanted, self._waits = None, True
        self._go.wait()

    def page(self, request: Request) -> object:
        with self._lock:
            if body := request.get_data():
                order = json.loads(body)
                self._wanted, self._waits = (order["service"], order["operation"]), False
                self._skip = order["skip"]
                self._go.clear()
            elif request.method == "DELETE":
                self._wanted, self._waits = None, False
                self._go.set()
            return {"waits": self._waits}


class Account:
    """A handle on the process."""

    def __init__(self, access: AwsAccess) -> None:
        self.access = access

    def client(self, service: str, region: str = REGION) -> Any:
        return client(self.access, service, region)

    def variables(self, base: dict[str, str], region: str = REGION) -> dict[str, str]:
        """``base``, with every AWS client led here."""
        return led_there(base, aws=self.access, region=region)

    def deployer(self, documents: Sequence[str]) -> Mapping[str, str]:
        """The variables of a deployer with these policies, and no other permission."""
        return sign_in(self.access, documents)

    def forget_deployer(self) -> None:
        """Deletes its role and policies."""
        iam = self.client("iam")
        for attached in iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=ROLE, PolicyArn=attached["PolicyArn"])
            iam.delete_policy(PolicyArn=attached["PolicyArn"])
        iam.delete_role(RoleName=ROLE)

    @property
    def denials(self) -> list[str]:
        """What the deployer was not allowed so far."""
        return [one["cause"] for one in self.page("denials")]

    @property
    def asked(self) -> list[Access]:
        """Each permission that a request of the deployer needed so far."""
        return [Access(**one) for one in self.page("asked")]

    @contextmanager
    def rolling_back(self, failure: str) -> Iterator[None]:
        """Each update of a connector is rolled back for this reason while the block lasts."""
        self.page("updates", json={"failure": failure})
        try:
            yield
        finally:
            self.page("updates", json={"failure": ""})

    def hold(self, service: str, operation: str, *, skip: int = 0) -> None:
        """Stops the next such request after its effect, before its answer."""
        self._page("POST", json={"service": service, "operation": operation, "skip": skip})

    def holds(self) -> bool:
        """Whether the request that was to be held has come."""
        return bool(self._page("POST")["waits"])

    def release(self) -> None:
        self._page("DELETE")

    def _page(self, method: str, **arguments: Any) -> Any:
        return self.page("hold", method, **arguments)

    def page(self, name: str, method: str = "POST", **arguments: Any) -> Any:
        """The answer of a control page."""
        url, headers = f"{self.access.url}/_rehearsal/{name}", self.access.page_headers
        answer = requests.request(method, url, headers=headers, timeout=30, **arguments)
        answer.raise_for_status()
        return answer.json()


@contextmanager
def account(environment: Path) -> Iterator[Account]:
    """The account while the block lasts."""
    command = [sys.executable, "-m", __name__, str(environment)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        try:
            printed = process.stdout.readline().strip()
            assert printed, "the embedded AWS must start"
            yield Account(AwsAccess(**json.loads(printed)))
        finally:
            process.stdin.close()


def _add_cluster(aws: EmbeddedAws, region: str, kafka: ExistingKafka) -> None:
    subnets = client(aws.access, "ec2", region).describe_subnets()["Subnets"]
    aws.msk.add_existing_cluster(
        kafka.cluster_arn,
        kafka_version="3.9.x",
        brokers=3,
        instance_type="kafka.m7g.large",
        subnets=[subnet["SubnetId"] for subnet in subnets][:3],
        group=kafka.security_group_id,
    )


def main(file: str) -> None:
    environment = load(Path(file))
    backends, hold = RecordingBackends(), Hold()

    def updates(request: Request) -> object:
        failure = json.loads(request.get_data())["failure"]
        for connector in backends.connectors:
            connector.failure = failure or None
        return {}

    def changed(target: Target) -> None:
        if target.service == "iam":
            roles.invalidate()
        hold.changed(target)

    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listener:
        aws = EmbeddedAws(
            listener,
            folder=Path(folder),
            start_cluster=backends.start_cluster,
            start_connector=backends.start_connector,
            pages={
                "hold": hold.page,
                "updates": updates,
                "denials": lambda _: [one.document for one in deployer.denials],
                "asked": lambda _: [asdict(one) for one in deployer.asked],
            },
            on_change=changed,
            denied=lambda request, target: deployer.denied(request, target),
            operations={simulation.OPERATION: lambda given: simulated(given)},
        )
        roles = Roles(aws.access)
        simulated = simulation.Simulation(roles)
        deployer = Deployer(aws.access, roles)
        aws.start()
        with ZipFile(archive := Path(folder) / "plugin.zip", "w") as bundle:
            bundle.writestr("debezium-connector-mysql/connector.jar", b"not a connector")
        kinds = PublishedPlugin | RegisteredPlugin
        published = [name for name, plugin in environment.plugins.items() if isinstance(plugin, kinds)]
        sources = {connector.source.database for connector in environment.connectors.values()}
        endpoints = {name: Endpoint(f"{name}.example", 3306) for name in sources}
        seed(environment, aws=aws.access, endpoints=endpoints, archives=dict.fromkeys(published, archive))
        if isinstance(environment.kafka, ExistingKafka):
            _add_cluster(aws, environment.region, environment.kafka)
        print(json.dumps(asdict(aws.access)), flush=True)
        sys.stdin.read()
        aws.stop()


if __name__ == "__main__":
    main(sys.argv[1])
