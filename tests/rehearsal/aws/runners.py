"""Servers behind the control planes that start at once, remember what they were told, and fail when asked to."""

from threading import Event

from rehearsal.aws.servers import ClusterSpec, ConnectorSpec, ServerError


class Brokers:
    """A cluster; ``failure`` is why its next change is impossible."""

    def __init__(self, spec: ClusterSpec) -> None:
        self.specs = [spec]
        self.failure: str | None = None
        self.stopped = Event()

    @property
    def bootstrap(self) -> str:
        return ",".join(f"b-{number}.{self.specs[-1].name}:9098" for number in range(1, self.specs[-1].brokers + 1))

    @property
    def zookeeper(self) -> str | None:
        return None if self.specs[-1].kafka_version.endswith(".kraft") else "z-1:2181"

    def change(self, spec: ClusterSpec) -> None:
        if self.failure:
            raise ServerError(self.failure)
        self.specs.append(spec)

    def stop(self) -> None:
        self.stopped.set()


class Worker:
    """A connector's worker; ``failure`` is why its next change is impossible."""

    def __init__(self, spec: ConnectorSpec) -> None:
        self.specs = [spec]
        self.failure: str | None = None
        self.restarts = 0
        self.stopped = Event()

    def change(self, spec: ConnectorSpec) -> None:
        if self.failure:
            raise ServerError(self.failure)
        self.specs.append(spec)

    def restart(self) -> None:
        self.restarts += 1

    def stop(self) -> None:
        self.stopped.set()


class Runners:
    """Starts servers, once ``gate`` is open; ``failure`` is why the next ones do not start."""

    def __init__(self) -> None:
        self.gate = Event()
        self.gate.set()
        self.started = Event()
        self.failure: str | None = None
        self.clusters: list[Brokers] = []
        self.connectors: list[Worker] = []

    def start_cluster(self, spec: ClusterSpec) -> Brokers:
        self._pass()
        self.clusters.append(Brokers(spec))
        self.started.set()
        return self.clusters[-1]

    def start_connector(self, spec: ConnectorSpec) -> Worker:
        self._pass()
        self.connectors.append(Worker(spec))
        self.started.set()
        return self.connectors[-1]

    def _pass(self) -> None:
        self.gate.wait()
        if self.failure:
            raise ServerError(self.failure)
