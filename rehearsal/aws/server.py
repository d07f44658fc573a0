"""The embedded AWS: one loopback port for every service that a deploy calls."""

import socket
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Self

from rehearsal.aws.faults import Faults
from rehearsal.aws.journal import Journal
from rehearsal.servers import StartCluster, StartConnector

if TYPE_CHECKING:
    from werkzeug.serving import BaseWSGIServer

    from rehearsal.aws.pages import Page


class EmbeddedAws:
    """One account in memory: MSK and MSK Connect with real servers behind them, moto for everything else.

    Ready when ``start`` has returned; that takes some seconds, for moto is loaded then. ``stop`` ends the
    connectors, then the clusters. Public: ``url``, ``journal``, ``faults``; ``msk`` and ``connect`` once started.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        folder: Path,
        start_cluster: StartCluster,
        start_connector: StartConnector,
        delay: float = 0,
        pages: "Mapping[str, Page]" = MappingProxyType({}),
    ) -> None:
        host, port = listener.getsockname()[:2]
        self.url = f"http://{host}:{port}"
        self.journal = Journal()
        self.faults = Faults()
        self._listener = listener
        self._folder = folder
        self._start_cluster = start_cluster
        self._start_connector = start_connector
        self._delay = delay
        self._pages = pages
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None
        self.msk: Msk | None = None
        self.connect: MskConnect | None = None
