"""Real Kafka brokers, for the embedded MSK: an ensemble or quorum, and the brokers that register with it."""

import shutil
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from rehearsal.aws.backends import ClusterSpec, ServerError
from rehearsal.kafka import inspection
from rehearsal.kafka.access import Access
from rehearsal.kafka.brokers import PLAIN_CLIENTS, REPLICATION, listeners, lowered, settings
from rehearsal.kafka.kraft import Quorum
from rehearsal.kafka.nodes import Coordination, Site, domain
from rehearsal.kafka.zookeeper import Ensemble
from rehearsal.processes.addresses import Address, Addresses
from rehearsal.processes.java import Jvm
from rehearsal.processes.logs import LogShipper, last_error
from rehearsal.processes.programs import Program

_MAIN: Final = "kafka.Kafka"
_HEAP: Final = 256
_READY_SECONDS: Final = 180  # 5 s on two idle cores
_STOP_SECONDS: Final = 30  # a controlled shutdown hands every partition over
_POLL_SECONDS: Final = 0.1


class KafkaCluster:
    """The brokers of one cluster and what they register with.

    Public: ``programs``, the nodes by MSK's short names (``b-1``, ``z-1``; controllers ``c-10001``); ``substituted``,
    what differs from MSK, each as it was asked for and as it is here.
    """

    def __init__(
        self, spec: ClusterSpec, *, site: Site, logs: LogShipper | None, limit: int | None, access: Access | None
    ) -> None:
        self._spec = spec
        self._access = access
        self._listener = access.clients(site.folder, site.domain) if access else PLAIN_CLIENTS
        self._limit = limit
        self._site = site
        self._logs = logs
        self._stopped = False
        self._clients: dict[int, Address] = {}
        self._replication: dict[int, Address] = {}
        count = self._count(spec)
        shared = self._settings(spec, count)
        coordinators = 3 if count >= 3 else 1
        self._coordination: Coordination = (
            Quorum(coordinators, site, shared) if _is_kraft(spec) else Ensemble(coordinators, site)
        )
        for broker in range(1, count + 1):
            self._add(broker, shared)

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{self._site.host(f'b-{broker}')}:{at.port}" for broker, at in self._clients.items())

    @property
    def hosts(self) -> list[str]:
        """The brokers' names, as clients know them."""
        return [self._site.host(f"b-{broker}") for broker in self._clients]

    @property
    def hosts_file(self) -> Path:
        """Where those lead, for clients on this machine."""
        return self._site.hosts

    @property
    def arn(self) -> str:
        return self._spec.arn

    @property
    def inspection(self) -> str:
        """``address:port,…`` for clients that do not know the brokers' names."""
        return ",".join(map(str, self._replication.values()))

    @property
    def zookeeper(self) -> str | None:
        return self._coordination.connect

    @property
    def programs(self) -> Mapping[str, Program]:
        return self._site.programs

    @property
    def substituted(self) -> Mapping[str, tuple[str, str]]:
        count, version = self._count(self._spec), _release(self._site.jars)
        found = lowered(self._spec, count)
        if count != self._spec.brokers:
            found["brokers"] = (str(self._spec.brokers), str(count))
        if not f"{version}.".startswith(f"{self._spec.kafka_version.removesuffix('.kraft').removesuffix('.x')}."):
            found["kafka_version"] = (self._spec.kafka_version, version)
        return found

    def start(self) -> None:
        """All nodes at once; raises ServerError where they do not answer within 3 minutes."""
        self._start(self.programs)
        self._answer(self._replication, needed=list(self.programs.values()))
        self._site.dump_class_archives()

    def change(self, spec: ClusterSpec) -> None:
        """Server properties one node after another, then new brokers; what Kafka refuses is taken back."""
        if _is_kraft(spec) != _is_kraft(self._spec):
            raise ServerError(
                f"kafka_version of {spec.name} must keep its coordination, got {spec.kafka_version}"
                f" after {self._spec.kafka_version}"
            )
        now, then = len(self._clients), self._count(spec)
        if then < now:
            raise ServerError(f"brokers of {spec.name} must be {now} or more, got {spec.brokers}")
        before, after = self._settings(self._spec, now), self._settings(spec, then)
        if after != before:
            self._roll(after, before)
        self._grow(range(now + 1, then + 1), after)
        self._spec = spec
        self._ship(self.programs)

    def stop(self) -> None:
        """At once: what the nodes store is removed, so none has to end in order."""
        self._stopped = True
        self._site.stop()
        if self._logs:
            for program in self.programs.values():
                self._logs.finish(program.log)
        shutil.rmtree(self._site.folder, ignore_errors=True)

    def kill_node(self, name: str) -> None:
        """As a crash would end it."""
        self._node(name).kill()

    def start_node(self, name: str) -> None:
        """Again, with what it stores, as MSK does; a broker once ZooKeeper has forgotten it, up to 18 s later."""
        if not self._node(name).running:
            self._bring(self._node(name))

    def _settings(self, spec: ClusterSpec, brokers: int) -> dict[str, str]:
        ours = self._access.node_properties(spec.arn) if self._access else {}
        return {**settings(spec, brokers), **ours}

    def _count(self, spec: ClusterSpec) -> int:
        return min(spec.brokers, self._limit or spec.brokers)

    def _node(self, name: str) -> Program:
        if name not in self.programs:
            raise ServerError(f"node must be one of {', '.join(self.programs)}, got {name}")
        return self.programs[name]

    def _add(self, broker: int, shared: Mapping[str, str]) -> None:
        """A new broker, not yet started."""
        name = f"b-{broker}"
        self._clients[broker] = self._site.take(name, self._listener.port)
        self._replication[broker] = self._site.addresses.same_host(self._clients[broker], REPLICATION.port)
        role = "zookeeper" if self.zookeeper else "kraft"
        jvm = Jvm(_MAIN, self._site.jars, heap=_HEAP, hosts=self._site.hosts, role=role)
        self._site.add(name, jvm, self._properties(broker, shared))
        self._coordination.prepare(self._site.data(name), broker)

    def _properties(self, broker: int, shared: Mapping[str, str]) -> dict[str, str]:
        """MSK's own over all others: nobody moves a listener."""
        name = f"b-{broker}"
        places = {self._listener: self._clients[broker], REPLICATION: self._replication[broker]}
        own = listeners(places, self._site.host(name))
        storage = {"log.dirs": str(self._site.data(name))}
        return {**shared, **own, **storage, **self._coordination.broker_settings(broker)}

    def _grow(self, brokers: Collection[int], shared: Mapping[str, str]) -> None:
        for broker in brokers:
            self._add(broker, shared)
        names = [f"b-{broker}" for broker in brokers]
        try:
            self._start(names)
            self._answer(brokers, needed=[self.programs[name] for name in names])
        except ServerError:
            for broker in brokers:
                self._remove(broker)
            raise

    def _remove(self, broker: int) -> None:
        self._site.remove(f"b-{broker}")
        del self._clients[broker], self._replication[broker]

    def _roll(self, after: Mapping[str, str], before: Mapping[str, str]) -> None:
        """Restarts node after node with the properties ``after``; on failure those that were, with ``before``."""
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
        """The nodes to restart for it."""
        for broker in self._clients:
            self._site.configure(f"b-{broker}", self._properties(broker, shared))
        brokers = [self.programs[f"b-{broker}"] for broker in self._clients]
        return [*self._coordination.configure(shared), *brokers]

    def _restart(self, program: Program) -> None:
        program.stop(seconds=_STOP_SECONDS)
        self._bring(program)
        everyone = list(self._replication.values())
        self._until(lambda: not inspection.lagging(everyone), [program], "have every replica in sync")

    def _bring(self, program: Program) -> None:
        """Starts one node of a running cluster, and waits for it."""
        kind, number = program.name.partition("-")[0], int(program.name.partition("-")[2])
        if kind != "b":
            self._start([program.name])
            self._until(lambda: self._coordination.serves(number), [program], f"have {program.name} serve")
            return
        self._until(lambda: self._coordination.forgot(number), [], f"forget that {program.name} was there")
        self._start([program.name])
        self._answer([number], needed=[program])

    def _start(self, names: Iterable[str]) -> None:
        self._site.addresses.write_hosts(self._site.hosts)
        for name in names:
            if self._stopped:
                raise ServerError(f"{self._spec.name} was stopped")
            self.programs[name].start()
        self._ship(names)

    def _ship(self, names: Iterable[str]) -> None:
        if self._logs:
            for name in names:
                # MSK delivers brokers' logs only; the others' are kept small.
                group = self._spec.log_group if name.startswith("b-") else None
                self._logs.ship(self.programs[name].log, group, _stream(self._spec, name))

    def _answer(self, brokers: Iterable[int], *, needed: Sequence[Program]) -> None:
        """Until each of ``brokers`` knows all that run."""
        running = [broker for broker in self._clients if self.programs[f"b-{broker}"].running]
        silent = set(brokers)

        def answer() -> bool:
            for broker in list(silent):
                if inspection.registered(self._replication[broker]).issuperset(running):
                    silent.discard(broker)
            return not silent

        self._until(answer, needed, "answer")

    def _until(self, done: Callable[[], bool], needed: Sequence[Program], what: str) -> None:
        """Raises ServerError where one of ``needed`` ends, or 3 minutes pass."""
        deadline = time.monotonic() + _READY_SECONDS
        while not done():
            for program in needed:
                if not program.running:
                    raise ServerError(f"{program.name} of {self._spec.name} ended: {last_error(program.tail())}")
            if self._stopped:
                raise ServerError(f"{self._spec.name} was stopped")
            if time.monotonic() > deadline:
                told = "; ".join(f"{program.name}: {last_error(program.tail())}" for program in needed)
                raise ServerError(f"{self._spec.name} must {what} within {_READY_SECONDS} s; {told}")
            time.sleep(_POLL_SECONDS)


class Clusters:
    """Starts the clusters of one rehearsal below ``folder``, with at most ``limit`` brokers each.

    Clients are let in by ``access``, or all of them.
    """

    def __init__(
        self,
        *,
        addresses: Addresses,
        folder: Path,
        jars: Sequence[Path],
        logs: LogShipper | None = None,
        limit: int | None = None,
        access: Access | None = None,
    ) -> None:
        self._addresses = addresses
        self._folder = folder
        self._jars = [*jars, access.extension] if access else jars
        self._logs = logs
        self._limit = limit
        self._access = access
        self._clusters: list[KafkaCluster] = []

    def __call__(self, spec: ClusterSpec) -> KafkaCluster:
        """A cluster whose brokers answer; raises ServerError, and then nothing of it is left."""
        suffix = domain(spec)
        folder = self._folder / suffix
        folder.mkdir(parents=True)
        site = Site(self._addresses, folder, self._jars, self._folder / "hosts", suffix)
        cluster = KafkaCluster(spec, site=site, logs=self._logs, limit=self._limit, access=self._access)
        self._clusters.append(cluster)
        try:
            cluster.start()
        except BaseException:
            cluster.stop()
            raise
        return cluster

    @property
    def running(self) -> Sequence[KafkaCluster]:
        """Every cluster, those that are starting too."""
        return list(self._clusters)

    def stop(self) -> None:
        """Every cluster, those that are starting too."""
        for cluster in self._clusters:
            cluster.stop()


def _is_kraft(spec: ClusterSpec) -> bool:
    return spec.kafka_version.endswith(".kraft")


def _release(jars: Iterable[Path]) -> str:
    """Kafka's, as its jar ``kafka_2.13-3.9.2.jar`` says."""
    return next(jar.stem.partition("-")[2] for jar in jars if jar.name.startswith("kafka_"))


def _stream(spec: ClusterSpec, node: str) -> str:
    """A log stream for each broker; what MSK calls it is not documented."""
    return f"{spec.name}-{spec.arn.rpartition('/')[2]}-Broker-{node.partition('-')[2]}"
