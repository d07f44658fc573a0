"""Reaches the brokers and the workers of a connector, or says that they do not answer."""

import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

from tenacity import retry, retry_if_exception, stop_after_delay, wait_fixed

from rehearsal.aws.backends import ServerError
from rehearsal.connect.rest import RestError

HEALTH_SECONDS: Final = 120  # for a machine under load: errors show within seconds
POLL_SECONDS: Final = 0.2
_CONNECT_SECONDS: Final = 5.0

Answer = TypeVar("Answer")


def check_brokers(bootstrap: str, names: Mapping[str, str]) -> None:
    """Raises ServerError where no broker accepts connections; Kafka's own clients retry for minutes."""
    for broker in bootstrap.split(","):
        host, _, port = broker.rpartition(":")
        with suppress(OSError):
            socket.create_connection((names.get(host, host), int(port)), timeout=_CONNECT_SECONDS).close()
            return
    raise ServerError(f"no broker of {bootstrap} accepts connections; check the cluster's state")


@retry(
    retry=retry_if_exception(lambda error: isinstance(error, RestError) and error.temporary),
    stop=stop_after_delay(HEALTH_SECONDS),
    wait=wait_fixed(POLL_SECONDS),
    reraise=True,
)
def with_retries(question: Callable[[], Answer]) -> Answer:
    """The worker's answer, once it has stopped rebalancing."""
    return question()
