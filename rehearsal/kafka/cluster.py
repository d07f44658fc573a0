"""A real Kafka cluster for the embedded MSK: ZooKeeper nodes or KRaft controllers, and brokers."""

import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from rehearsal.aws.backends import ClusterSpec, ServerError
from rehearsal.kafka import inspection
from rehearsal.kafka.access import BrokerAccess
from rehearsal.kafka.brokers import PLAIN_CLIENTS, REPLICATION, broker_settings, listeners, lowered_replication
from rehearsal.kafka.kraft import Quorum
from rehearsal.kafka.nodes import Coordination, Nodes
from rehearsal.kafka.waiting import Waiting
from rehearsal.kafka.zookeeper import Ensemble
from rehearsal.processes.addresses import Address
from rehearsal.processes.java import Jvm
from rehearsal.processes.logs import LogShipper
from rehearsal.processes.programs import Program

_MAIN: Final = "kafka.Kafka"
_HEAP: Final = 256
_STOP_SECONDS: Final = 30  # a controlled shutdown moves every partition's leadership


class KafkaCluster:
    """The brokers of one cluster, and the nodes that they register with.

    Public: ``programs``, the nodes by MSK's short names (``b-1``, ``z-1``; controllers ``c-10001``); ``substituted``,
    the differences from MSK, each as requested and as it is here.
    """

    def __init__(
        self,
        spec: ClusterSpec,
        *,
        nodes: Nodes,
        logs: LogShipper | None,
        max_brokers: int | None,
        access: BrokerAccess | None,
    ) -> None:
        self._spec = spec
        self._access = access
        self._client_listener = access.client_listener(nodes.folder, nodes.domain) if access else PLAIN_CLIENTS
        self._max_brokers = max_brokers
        self._nodes = nodes
        self._logs = logs
        self._waiting = Waiting(spec.name)
        self._client_addresses: dict[int, Address] = {}
        self._replication_addresses: dict[int, Address] = {}
        count = self._broker_count(spec)
        shared = self._settings(spec, count)
        coordinators = 3 if count >= 3 else 1
        self._coordination: Coordination = (
            Quorum(coordinators, nodes, shared) if _is_kraft(spec) else Ensemble(coordinators, nodes)
        )
        for broker in range(1, count + 1):
            self._add_broker(broker, shared)

    @property
    def bootstrap(self) -> str:
        addresses = self._client_addresses.items()
        return ",".join(f"{self._nodes.host(f'b-{broker}')}:{address.port}" for broker, address in addresses)

    @property
    def broker_names(self) -> list[str]:
        """The brokers' host names for clients."""
        return [self._nodes.host(f"b-{broker}") for broker in self._client_addresses]

    @property
    def hosts_file(self) -> Path:
        """Resolves these names, for clients on this machine."""
        return self._nodes.hosts

    @property
    def arn(self) -> str:
        return self._spec.arn

    @property
    def plain_bootstrap(self) -> str:
        """``address:port,…`` of the listeners without IAM, for inspection from this machine."""
        return ",".join(map(str, self._replication_addresses.values()))

    @property
    def zookeeper(self) -> str | None:
        return self._coordination.connect

    @property
    def programs(self) -> Mapping[str, Program]:
        return self._nodes.programs

    @property
    def substituted(self) -> Mapping[str, tuple[str, str]]:
        count, version = self._broker_count(self._spec), _kafka_version(self._nodes.jars)
        found = lowered_replication(self._spec, count)
        if count != self._spec.brokers:
            found["brokers"] = (str(self._spec.brokers), str(count))
        if not f"{version}.".startswith(f"{self._spec.kafka_version.removesuffix('.kraft').removesuffix('.x')}."):
            found["kafka_version"] = (self._spec.kafka_version, version)
        return found

    def start(self) -> None:
        """Starts all nodes at once; raises ServerError where they do not answer within 3 minutes."""
        self._start(self.programs)
        self._wait_registered(self._replication_addresses, nodes=list(self.programs.values()))
        self._nodes.dump_class_archives()

    def change(self, spec: ClusterSpec) -> None:
        """Applies server properties with a rolling restart, then adds brokers; properties that fail are rolled back."""
        if _is_kraft(spec) != _is_kraft(self._spec):
            raise ServerError(
                f"kafka_version of {spec.name} must keep its coordination, got {spec.kafka_version}"
                f" after {self._spec.kafka_version}"
            )
        current, target = len(self._client_addresses), self._broker_count(spec)
        if target < current:
            raise ServerError(f"brokers of {spec.name} must be {current} or more, got {spec.brokers}")
        before, after = self._settings(self._spec, current), self._settings(spec, target)
        if after != before:
            self._rolling_restart(after, before)
        self._add_brokers(range(current + 1, target + 1), after)
        self._spec = spec
        self._ship_logs(self.programs)

    def deliver_logs(self, logs: LogShipper | None, group: str | None) -> None:
        """Delivers the logs of a cluster that was started without, from their beginning."""
        self._logs, self._spec = logs, replace(self._spec, log_group=group)
        self._ship_logs(self.programs)

    def stop(self) -> None:
        """Kills all nodes and deletes their data."""
        self._waiting.stop()
        self._nodes.stop()
        if self._logs:
            for program in self.programs.values():
                self._logs.finish(program.log)
        shutil.rmtree(self._nodes.folder, ignore_errors=True)

    def kill_node(self, name: str) -> None:
        """SIGKILL, as in a crash."""
        self._node(name).kill()

    def start_node(self, name: str) -> None:
        """Starts a node with its data; a broker waits until its ZooKeeper session has expired, up to 18 s."""
        if not self._node(name).running:
            self._start_and_wait(self._node(name))

    def _settings(self, spec: ClusterSpec, brokers: int) -> dict[str, str]:
        access = self._access.node_properties(spec.arn) if self._access else {}
        return {**broker_settings(spec, brokers), **access}

    def _broker_count(self, spec: ClusterSpec) -> int:
        return min(spec.brokers, self._max_brokers or spec.brokers)

    def _node(self, name: str) -> Program:
        if name not in self.programs:
            raise ServerError(f"node must be one of {', '.join(self.programs)}, got {name}")
        return self.programs[name]

    def _add_broker(self, broker: int, shared: Mapping[str, str]) -> None:
        """Adds a broker, which is not started yet."""
        name = f"b-{broker}"
        address = self._nodes.allocate(name, self._client_listener.port)
        self._client_addresses[broker] = address
        self._replication_addresses[broker] = self._nodes.addresses.same_host(address, REPLICATION.port)
        role = "zookeeper" if self.zookeeper else "kraft"
        jvm = Jvm(_MAIN, self._nodes.jars, heap=_HEAP, hosts=self._nodes.hosts, role=role)
        self._nodes.add(name, jvm, self._properties(broker, shared))
        self._coordination.prepare(self._nodes.data(name), broker)

    def _properties(self, broker: int, shared: Mapping[str, str]) -> dict[str, str]:
        """Listeners, storage and coordination override ``shared``: users of MSK cannot set them."""
        name = f"b-{broker}"
        addresses = {
            self._client_listener: self._client_addresses[broker],
            REPLICATION: self._replication_addresses[broker],
        }
        storage = {"log.dirs": str(self._nodes.data(name))}
        coordination = self._coordination.broker_settings(broker)
        return {**shared, **listeners(addresses, self._nodes.host(name)), **storage, **coordination}

    def _add_brokers(self, brokers: Collection[int], shared: Mapping[str, str]) -> None:
        for broker in brokers:
            self._add_broker(broker, shared)
        names = [f"b-{broker}" for broker in brokers]
        try:
            self._start(names)
            self._wait_registered(brokers, nodes=[self.programs[name] for name in names])
        except ServerError:
            for broker in brokers:
                self._remove_broker(broker)
            raise

    def _remove_broker(self, broker: int) -> None:
        self._nodes.remove(f"b-{broker}")
        del self._client_addresses[broker], self._replication_addresses[broker]

    def _rolling_restart(self, after: Mapping[str, str], before: Mapping[str, str]) -> None:
        """Restarts node after node with ``after``; on failure it restarts the same nodes with ``before``."""
        restarted: list[Program] = []
        try:
            for program in self._configure(after):
                restarted.append(program)
                self._restart(program)
        except ServerError:
            self._configure(before)
            for program in restarted:
                self._restart(program)
            raise

    def _configure(self, shared: Mapping[str, str]) -> list[Program]:
        """Writes the properties of all nodes; returns the nodes to restart."""
        for broker in self._client_addresses:
            self._nodes.configure(f"b-{broker}", self._properties(broker, shared))
        brokers = [self.programs[f"b-{broker}"] for broker in self._client_addresses]
        return [*self._coordination.configure(shared), *brokers]

    def _restart(self, program: Program) -> None:
        program.stop(seconds=_STOP_SECONDS)
        self._start_and_wait(program)
        brokers = list(self._replication_addresses.values())
        self._waiting.until(lambda: not inspection.under_replicated(brokers), [program], "every replica was in sync")

    def _start_and_wait(self, program: Program) -> None:
        """Starts one node of a running cluster, and waits for it."""
        kind, number = program.name.partition("-")[0], int(program.name.partition("-")[2])
        if kind != "b":
            self._start([program.name])
            self._waiting.until(lambda: self._coordination.is_serving(number), [program], f"{program.name} served")
            return
        expired = f"the session of {program.name} expired"
        self._waiting.until(lambda: self._coordination.session_expired(number), [], expired)
        self._start([program.name])
        self._wait_registered([number], nodes=[program])

    def _start(self, names: Iterable[str]) -> None:
        self._nodes.addresses.write_hosts(self._nodes.hosts)
        for name in names:
            self._waiting.check()
            self.programs[name].start()
        self._ship_logs(names)

    def _ship_logs(self, names: Iterable[str]) -> None:
        if self._logs:
            for name in names:
                # MSK delivers brokers' logs only; the other logs are kept small.
                group = self._spec.log_group if name.startswith("b-") else None
                self._logs.ship(self.programs[name].log, group, _log_stream(self._spec, name))

    def _wait_registered(self, brokers: Iterable[int], *, nodes: Sequence[Program]) -> None:
        """Waits until each of ``brokers`` knows all running ones."""
        running = [broker for broker in self._client_addresses if self.programs[f"b-{broker}"].running]
        pending = set(brokers)

        def all_registered() -> bool:
            for broker in list(pending):
                if inspection.registered_brokers(self._replication_addresses[broker]).issuperset(running):
                    pending.discard(broker)
            return not pending

        self._waiting.until(all_registered, nodes, "every broker was registered")


def _is_kraft(spec: ClusterSpec) -> bool:
    return spec.kafka_version.endswith(".kraft")


def _kafka_version(jars: Iterable[Path]) -> str:
    """Kafka's version, from the name of its jar, ``kafka_2.13-3.9.2.jar``."""
    return next(jar.stem.partition("-")[2] for jar in jars if jar.name.startswith("kafka_"))


def _log_stream(spec: ClusterSpec, node: str) -> str:
    """A log stream for each broker; MSK's own name for it is not documented."""
    return f"{spec.name}-{spec.arn.rpartition('/')[2]}-Broker-{node.partition('-')[2]}"
