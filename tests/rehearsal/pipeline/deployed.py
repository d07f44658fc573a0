"""A whole environment, deployed on this machine by Terraform and streaming, for tests that change or break it."""

import copy
import os
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import yaml

from cdc.rehearse import rehearsing
from modules.app import build
from modules.environment.loading import load
from modules.environment.msk import Coordination
from rehearsal.aws.client import client
from rehearsal.daemon_process import DaemonProcess
from rehearsal.database.mysql import AdminAccess
from rehearsal.deploy.stacks import CONNECT
from rehearsal.deploy.terraform import Terraform
from rehearsal.events.results import DeliveryResult
from rehearsal.inputs import daemon_config
from rehearsal.rehearsal import Rehearsal
from rehearsal.steps import Step, Steps

REGION = "us-east-1"
RETRY_SECONDS = 10
TABLES = ("shop.customers", "shop.products", "shop.orders", "shop.order_items")
ENVIRONMENT: Mapping[str, Any] = {
    "region": REGION,
    "state": {"kind": "s3", "bucket": "drill-cdc-state", "lock_table": "drill-cdc-locks", "lockfile": True},
    "network": {
        "kind": "existing",
        "vpc_id": "vpc-0123456789abcdef0",
        "private_subnet_ids": [f"subnet-0123456789abcdef{number}" for number in range(3)],
    },
    "kafka": {"kind": "provisioned"},
    "plugins": {"debezium-mysql": {"archive": "build/plugins/debezium-mysql.zip"}},
    "connectors": {
        "shop": {
            "plugin": "debezium-mysql",
            "source": {"cluster": "shop", "secret": "cdc/shop", "server_id": 5701, "tables": list(TABLES)},
            "topics": {"prefix": "shop", "partitions": 3},
            "properties": {},
        }
    },
}
CONNECTOR = "cdc-drill-shop"


class SilentReporter:
    """A reporter without output."""

    def started(self, step: str) -> None: ...

    def progress(self, text: str) -> None: ...

    def finished(self, step: Step) -> None: ...

    def failed(self, step: Step) -> None: ...

    def message(self, text: str) -> None: ...


class Deployed:
    """The running environment; ``rehearsal`` has its parts, ``failed`` is the number of failed tests."""

    def __init__(self, rehearsal: Rehearsal, file: Path) -> None:
        self.failed = 0
        self.rehearsal = rehearsal
        self.daemon = rehearsal.daemon
        self.stream = rehearsal.stream
        self._file = file
        self._deployed = self._written = yaml.safe_load(file.read_text())

    @property
    def archive(self) -> str:
        """The plugin's ZIP."""
        found: str = self._deployed["plugins"]["debezium-mysql"]["archive"]
        return found

    @property
    def connect(self) -> Terraform:
        """The connect stack."""
        return self.rehearsal.deployment.stacks[CONNECT]

    @property
    def connector(self) -> Mapping[str, Any]:
        """The connector's description from MSK Connect."""
        [listed] = self.aws("kafkaconnect").list_connectors()["connectors"]
        found: Mapping[str, Any] = self.aws("kafkaconnect").describe_connector(connectorArn=listed["connectorArn"])
        return found

    def aws(self, service: str) -> Any:
        return client(self.daemon.aws, service, REGION)

    def synthesize(self, *, archive: Path | None = None, **changes: Any) -> None:
        """Synthesizes the stacks as deployed, with ``changes`` to the connector, or another ZIP."""
        document = copy.deepcopy(self._deployed)
        connector = document["connectors"]["shop"]
        properties = {**connector.get("properties", {}), **changes.pop("properties", {})}
        connector |= {**changes, "properties": properties}
        if archive:
            document["plugins"]["debezium-mysql"]["archive"] = str(archive)
        self._write(document)

    def deploy(self, **changes: Any) -> None:
        """Synthesizes and applies; later changes are based on it."""
        self.synthesize(**changes)
        self.connect.apply()
        self.is_deployed()

    def is_deployed(self) -> None:
        """To be called once the stacks synthesized last have been applied."""
        self._deployed = self._written

    def reset(self) -> None:
        """Applies the initial environment."""
        self._write(yaml.safe_load(self._file.read_text()))
        self.connect.apply()
        self.is_deployed()

    def _write(self, document: dict[str, Any]) -> None:
        (changed := self._file.parent / "changed").mkdir(exist_ok=True)
        (file := changed / self._file.name).write_text(yaml.safe_dump(document))
        build([load(file)], self.rehearsal.deployment.stacks.folder.parent).synth()
        self._written = document

    def snapshot_events(self) -> int:
        return self.stream.event_counts().get("snapshot", 0)

    def pids(self) -> Mapping[str, int]:
        """The process ids of running servers, by ``<owner>/<process>``."""
        found: Mapping[str, int] = self.daemon.request("servers")
        return found

    def kill(self, server: str, how: signal.Signals = signal.SIGKILL) -> None:
        os.kill(self.pids()[server], how)

    def start(self, server: str) -> None:
        self.daemon.request("servers", {"start": server})

    @contextmanager
    def load(self, rows_per_second: int) -> Iterator[None]:
        """Inserts at a constant rate until the end of the block."""
        stop = Event()
        changes = self.stream.changes["shop"]
        thread = Thread(target=changes.load, args=(stop,), kwargs={"rows_per_second": rows_per_second})
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def settled(self) -> DeliveryResult:
        """Waits until every committed change was received; the comparison with the ledger."""
        self.stream.wait_for_all(lambda: True)
        return self.stream.compare()


@contextmanager
def deployed(
    folder: Path, *, coordination: Coordination = "zookeeper", retry_seconds: int = RETRY_SECONDS
) -> Iterator[Deployed]:
    """Deploys the environment and waits until its snapshot and first changes were received.

    Debezium waits ``retry_seconds`` before it starts again: the default is shorter than deployed, as tests wait for it.
    """
    environment = copy.deepcopy(dict(ENVIRONMENT))
    environment["kafka"]["coordination"] = coordination
    environment["connectors"]["shop"]["properties"]["retriable.restart.connector.wait.ms"] = retry_seconds * 1000
    # Built now, with the transform that measures the lag.
    environment["plugins"] = {"debezium-mysql": {"archive": str(folder / "debezium-mysql.zip")}}
    (file := folder / "drill.yaml").write_text(yaml.safe_dump(environment))
    script = rehearsing.inputs(rehearsing.Options(str(file)), SilentReporter())
    archive = {"archive": str(script.archives["debezium-mysql"])}  # without the provider it is not the file's own
    file.write_text(yaml.safe_dump({**environment, "plugins": {"debezium-mysql": archive}}))
    with DaemonProcess.starting(script.environment.name) as process:
        process.configure(daemon_config(script))
        rehearsal = Rehearsal(script, Steps(SilentReporter()), process.run, process)
        try:
            rehearsal.start()
            rehearsal.deploy()
            rehearsal.stream_changes()
            rehearsal.deployment.wait()
            yield Deployed(rehearsal, file)
        finally:
            rehearsal.end()
            assert process.terminate() == []


def access(world: Deployed) -> AdminAccess:
    """Root access to the source database."""
    return AdminAccess(Path(world.daemon.request("endpoints")["mysql"]["shop"]["socket"]))


def lock_id(text: str) -> str:
    """The lock id in Terraform's error."""
    found = re.search(r"ID:\s+([0-9a-f-]{36})", text)
    assert found, text
    return found[1]
