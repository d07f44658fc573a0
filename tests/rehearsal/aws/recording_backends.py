"""Backends of the control planes without servers: they start at once, keep the specs, and fail on request."""

from threading import Event

from rehearsal.aws.backends import ClusterSpec, ConnectorSpec, ServerError


class RecordingCluster:
    """A cluster; ``failure`` is the error of its next change."""

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


class RecordingConnector:
    """A connector; ``failure`` is the error of its next change, which waits for ``changing``."""

    def __init__(self, spec: ConnectorSpec) -> None:
        self.specs = [spec]
        self.failure: str | None = None
        self.restarts: list[bool] = []  # whether only of failed tasks
        self.paused = False
        self.stopped = Event()
        self.changing = Event()
        self.changing.set()

    def change(self, spec: ConnectorSpec) -> None:
        self.changing.wait(60)
        if self.failure:
            raise ServerError(self.failure)
        self.specs.append(spec)

    def restart(self, *, only_failed: bool = False) -> None:
        self.restarts.append(only_failed)

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def stop(self) -> None:
        self.stopped.set()


class RecordingBackends:
    """Starts clusters and connectors once ``gate`` is open; ``failure`` is the error of the next starts."""

    def __init__(self) -> None:
        self.gate = Event()
        self.gate.set()
        self.started = Event()
        self.failure: str | None = None
        self.clusters: list[RecordingCluster] = []
        self.connectors: list[RecordingConnector] = []

    def start_cluster(self, spec: ClusterSpec) -> RecordingCluster:
        self._pass()
        self.clusters.append(RecordingCluster(spec))
        self.started.set()
        return self.clusters[-1]

    def start_connector(self, spec: ConnectorSpec) -> RecordingConnector:
        self._pass()
        self.connectors.append(RecordingConnector(spec))
        self.started.set()
        return self.connectors[-1]

    def _pass(self) -> None:
        self.gate.wait()
        if self.failure:
            raise ServerError(self.failure)
