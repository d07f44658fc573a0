"""The network between the worker and its brokers or its database is away for a minute."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Final

from benchmarks.drills.measuring import SOURCE, Drill, Stage
from benchmarks.drills.servers import WORKER
from rehearsal.processes.addresses import Address, Addresses
from tests.rehearsal.connect.proxy import Proxy
from tests.rehearsal.pipeline.deployed import Deployed
from tests.rehearsal.pipeline.state import running, wait

_AWAY_SECONDS: Final = 60

Targets = Callable[[Deployed], Mapping[str, Address]]


def brokers(world: Deployed) -> dict[str, Address]:
    """The names by which workers know brokers, and where they are."""
    endpoints = world.daemon.request("endpoints")
    [named], [plain] = endpoints["iam"].values(), endpoints["brokers"].values()
    return {
        name: Address(at.rpartition(":")[0], int(port))
        for (name, _, port), at in zip((one.partition(":") for one in named.split(",")), plain.split(","), strict=True)
    }


def database(world: Deployed) -> dict[str, Address]:
    """The writer's endpoint, and where it is."""
    host, _, port = world.daemon.request("endpoints")["mysql"][SOURCE]["address"].rpartition(":")
    return {endpoint(world): Address(host, int(port))}


def endpoint(world: Deployed) -> str:
    """The name of the writer's endpoint."""
    found: str = world.connector["connectorConfiguration"]["database.hostname"]
    return found


def move(world: Deployed, name: str, host: str) -> None:
    """The name resolves to ``host`` from here on."""
    world.daemon.request("names", {"name": name, "host": host})


def renew(world: Deployed) -> None:
    """A new worker, which looks every name up again."""
    before = world.pids()[WORKER]
    world.kill(WORKER, signal.SIGTERM)
    wait(lambda: world.pids().get(WORKER, before) != before)
    wait(lambda: running(world))


@contextmanager
def through_proxies(world: Deployed, targets: Mapping[str, Address]) -> Iterator[list[Proxy]]:
    """The worker reaches each target through a proxy."""
    with ExitStack() as ending:
        addresses = Addresses()
        ending.callback(addresses.listener.close)
        proxies = []
        for name, target in targets.items():
            proxies.append(ending.enter_context(Proxy(addresses.allocate(target.port), target)))
            move(world, name, proxies[-1].address.host)
        renew(world)
        yield proxies
        for name, target in targets.items():
            move(world, name, target.host)
        renew(world)


def away(targets: Targets) -> Stage:
    """For a minute no byte passes, and no connection is opened, refused or ended."""

    @contextmanager
    def stage(world: Deployed) -> Iterator[Callable[[], None]]:
        with through_proxies(world, targets(world)) as proxies:

            def breaks() -> None:
                for proxy in proxies:
                    proxy.hold()
                time.sleep(_AWAY_SECONDS)
                for proxy in proxies:
                    proxy.forward()

            yield breaks

    return stage


DRILLS: Final = (
    Drill("network between worker and brokers away for 60 s", away(brokers), "Kafka's clients, which connect again"),
    Drill("network between worker and database away for 60 s", away(database), "Debezium, which looks every 20 s"),
)
