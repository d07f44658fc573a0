"""The embedded AWS: one loopback port for every service that a deploy calls."""

import socket
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Final

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from rehearsal.aws.account import Account
from rehearsal.aws.dispatch import Application, Target
from rehearsal.aws.faults import Faults
from rehearsal.aws.journal import Journal
from rehearsal.aws.msk import Msk
from rehearsal.aws.msk_connect import MskConnect
from rehearsal.aws.pages import Page, Pages
from rehearsal.aws.servers import StartCluster, StartConnector

_POLL_SECONDS: Final = 0.05


class _Handler(MotoRequestHandler):
    """Writes no access log: the journal is one."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class EmbeddedAws:
    """One account in memory: MSK and MSK Connect with real servers behind them, moto for everything else.

    Answers once ``start`` has returned, which takes some seconds: moto is loaded then. Requests that come earlier
    wait. What moto holds, it holds for the whole process. Public: ``url``, ``journal``, ``faults``, ``msk``,
    ``msk_connect``.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        folder: Path,
        start_cluster: StartCluster,
        start_connector: StartConnector,
        delay: float = 0,
        pages: Mapping[str, Page] = MappingProxyType({}),
        changed: Callable[[Target], None] = lambda _: None,
    ) -> None:
        self._host, self._port = listener.getsockname()[:2]
        self.url = f"http://{self._host}:{self._port}"
        self.journal = Journal()
        self.faults = Faults()
        account = Account(self.url)
        self.msk = Msk(start_cluster, account=account, faults=self.faults, delay=delay)
        self.msk_connect = MskConnect(
            start_connector, folder=folder / "plugins", account=account, faults=self.faults, delay=delay
        )
        self._listener = listener
        self._changed = changed
        self._server: BaseWSGIServer | None = None
        self._pages = Pages(pages, journal=self.journal, faults=self.faults)

    def start(self) -> None:
        """Serves from another thread, once moto is mended."""
        from rehearsal.aws.moto_patches import mend  # loads the parts of moto that it mends, which takes seconds

        mend()
        # An injected error need not be one of the service's model.
        warnings.filterwarnings("ignore", ".*does not match an error shape", UserWarning)
        application = Application(
            {one.name: one for one in (self.msk.service, self.msk_connect.service)},
            DomainDispatcherApplication(create_backend_app),
            pages=self._pages,
            journal=self.journal,
            faults=self.faults,
            changed=self._changed,
        )
        self._server = make_server(
            self._host,
            self._port,
            application,
            threaded=True,
            request_handler=_Handler,
            fd=self._listener.fileno(),
        )
        Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True).start()

    def stop(self) -> None:
        """Ends the workers, then the brokers, then the server."""
        self.msk_connect.stop()
        self.msk.stop()
        if self._server:
            self._server.shutdown()
