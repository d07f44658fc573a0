"""What the connector signs in with changes, expires, or may do less."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from benchmarks.drills.measuring import Drill, immediate
from benchmarks.drills.networks import renew
from tests.rehearsal.pipeline.deployed import Deployed, access
from tests.rehearsal.pipeline.role import narrow
from tests.rehearsal.pipeline.state import outcomes, task_failed, wait

_SESSION_SECONDS: Final = 60
_SESSIONS: Final = 2


def rotate(world: Deployed) -> None:
    """Another password in the database, then in the secret."""
    password = secrets.token_urlsafe()
    with access(world).connect() as connection, connection.cursor() as cursor:
        cursor.execute("ALTER USER debezium IDENTIFIED BY %s", (password,))
    content = json.dumps({"username": "debezium", "password": password})
    world.aws("secretsmanager").put_secret_value(SecretId="cdc/shop", SecretString=content)
    wait(lambda: "the secret has changed: restarted" in outcomes(world))


@contextmanager
def expire(world: Deployed) -> Iterator[Callable[[], None]]:
    """A worker's credentials live for 60 s, and expire twice; brokers ask it to authenticate again."""
    world.daemon.request("iam/sessions", {"seconds": _SESSION_SECONDS})
    renew(world)
    yield lambda: time.sleep(_SESSIONS * _SESSION_SECONDS)
    world.daemon.request("iam/sessions", {})
    renew(world)


def narrow_and_give_back(world: Deployed) -> None:
    """The role may no longer write events, until somebody applies the connect stack, and restarts the connector."""
    before = len(outcomes(world))
    narrow(world, sid="Events", action="kafka-cluster:WriteData")
    wait(lambda: task_failed(world))
    wait(lambda: any("the brokers deny something" in one for one in outcomes(world)[before:]))
    world.connect.apply()
    restart(world)


def restart(world: Deployed) -> None:
    """As ``cdc restart --only-failed``."""
    world.aws("kafkaconnect").restart_connector(connectorArn=world.connector["connectorArn"], onlyFailedTasks=True)
    wait(lambda: world.connector["connectorState"] == "RUNNING")


DRILLS: Final = (
    Drill("password rotated", immediate(rotate), "the function"),
    Drill("credentials expired", expire, "MSK Connect, which renews them, and Kafka's clients"),
    Drill(
        "role narrowed, and given back",
        immediate(narrow_and_give_back),
        "**you**: `.venv/bin/cdktf deploy prod-connect`, then `.venv/bin/cdc restart prod orders --only-failed`",
    ),
)
