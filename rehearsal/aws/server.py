"""The embedded AWS: one loopback port for every service that a deploy calls."""

import socket
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Final

from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.account import Account
from rehearsal.aws.automation import MINUTE_SECONDS, Automation
from rehearsal.aws.backends import StartCluster, StartConnector
from rehearsal.aws.dispatch import Application, Denied, Operations, Target, nothing_denied
from rehearsal.aws.faults import Faults
from rehearsal.aws.journal import Journal
from rehearsal.aws.msk import Msk
from rehearsal.aws.msk_connect import MskConnect
from rehearsal.aws.pages import Page, Pages

_POLL_SECONDS: Final = 0.05
_RUNNING: Final = set["EmbeddedAws"]()


class _Handler(MotoRequestHandler):
    """Writes no access log: there is the journal."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass

    def connection_dropped(self, error: BaseException, environ: object = None) -> None:  # noqa: ARG002 - werkzeug's
        """Ends the connection, or a client without a timeout, as of AWS's SDK for Go, would wait for its answer."""
        self.close_connection = True


class EmbeddedAws:
    """One account in memory: MSK and MSK Connect start real servers, moto answers for everything else.

    ``start`` takes some seconds, as it loads moto; requests that arrive earlier wait. moto's resources belong to the
    whole process; the account is empty when it starts, unless another one runs in the same process. It accepts the
    keys of ``access``, by default new ones. ``minute`` is how long a minute of alarms takes, in seconds.

    Public: ``access``, ``url``, ``journal``, ``faults``, ``msk``, ``msk_connect``.
    """

    def __init__(
        self,
        listener: socket.socket,
        *,
        access: AwsAccess | None = None,
        folder: Path,
        start_cluster: StartCluster,
        start_connector: StartConnector,
        delay: float = 0,
        minute: float = MINUTE_SECONDS,
        pages: Mapping[str, Page] = MappingProxyType({}),
        on_change: Callable[[Target], None] = lambda _: None,
        denied: Denied = nothing_denied,
        operations: Operations = MappingProxyType({}),
    ) -> None:
        self._host, self._port = listener.getsockname()[:2]
        self.access = access or AwsAccess.create(f"http://{self._host}:{self._port}")
        self.journal = Journal()
        self.faults = Faults()
        account = Account(self.access)
        self.msk = Msk(start_cluster, account=account, faults=self.faults, delay=delay)
        self.msk_connect = MskConnect(
            start_connector, folder=folder / "plugins", account=account, faults=self.faults, delay=delay
        )
        self._automation = Automation(self.access, minute=minute)
        self._listener = listener
        self._on_change = on_change
        self._denied = denied
        self._operations = operations
        self._server: BaseWSGIServer | None = None
        self._pages = Pages(pages, token=self.access.token, journal=self.journal, faults=self.faults)

    @property
    def url(self) -> str:
        return self.access.url

    def start(self) -> None:
        """Patches moto, then serves from another thread."""
        from rehearsal.aws.keys import accepted
        from rehearsal.aws.moto_patches import patch_moto  # loads much of moto, which takes seconds

        patch_moto()
        if not _RUNNING:
            BackendDict.reset()
        _RUNNING.add(self)
        # An injected error need not be in the service's model.
        warnings.filterwarnings("ignore", ".*does not match an error shape", UserWarning)
        application = Application(
            {one.name: one for one in (self.msk.service, self.msk_connect.service)},
            DomainDispatcherApplication(create_backend_app),
            host=f"{self._host}:{self._port}",
            keys=accepted(self.access),
            pages=self._pages,
            journal=self.journal,
            faults=self.faults,
            on_change=self._on_change,
            denied=self._denied,
            operations=self._operations,
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
        self._automation.start()

    def stop(self) -> None:
        """Stops alarms and functions, the workers, the brokers, then the server."""
        self._automation.stop()
        self.msk_connect.stop()
        self.msk.stop()
        if self._server:
            self._server.shutdown()
        _RUNNING.discard(self)
