"""Starts real Kafka Connect workers for the embedded MSK Connect."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from modules.archive.zips import BadArchiveError, open_archive
from rehearsal.aws.backends import ConnectorSpec, ServerError
from rehearsal.connect import observers
from rehearsal.connect.connector import Equipment, RunningConnector
from rehearsal.connect.denials import Denials
from rehearsal.connect.metrics import Metrics
from rehearsal.connect.registries import Registries, uses_glue
from rehearsal.connect.secret_files import ReadSecret, SecretFiles
from rehearsal.connect.substitutions import has_provider, worker_properties
from rehearsal.connect.trust_stores import ReadObject, TrustStores
from rehearsal.connect.workers import PLUGIN, PLUGINS, WORKER_FOLDER, Logs, WorkerGroup, WorkerRuntime, Workers
from rehearsal.iam import signing
from rehearsal.iam.signing import CREDENTIALS_URL, Signing
from rehearsal.processes.addresses import Addresses

_NO_CREDENTIALS: Final = {"AWS_ACCESS_KEY_ID": "rehearsal", "AWS_SECRET_ACCESS_KEY": "rehearsal"}


@dataclass(frozen=True)
class SourceRecordLog:
    """``jar`` has the observers, and ``folder`` gets their logs."""

    jar: Path
    folder: Path


class Connectors:
    """Starts connectors: each has its own workers, plugin path and internal topics, below ``folder``.

    ``jars`` are the worker's libraries; ``secrets`` returns the content of a secret, or raises LookupError. Without
    ``signing`` the clients of brokers do not sign in. With ``source_records`` the workers log each source record to
    a folder. ``registries`` are those of schemas, by default only Glue's. ``objects`` reads S3, and ``authorities``
    sign the databases' certificates, in DER: they are added to the trust stores of connectors.
    Public: ``specs`` of all connectors, by their roles' names.
    """

    def __init__(
        self,
        *,
        addresses: Addresses,
        folder: Path,
        jars: Sequence[Path],
        secrets: ReadSecret,
        logs: Logs | None = None,
        metrics: Metrics | None = None,
        signing: Signing | None = None,
        source_records: SourceRecordLog | None = None,
        registries: Registries | None = None,
        objects: ReadObject | None = None,
        authorities: Sequence[bytes] = (),
    ) -> None:
        self._registries = registries or Registries(f"http://{addresses.aws}")
        self._source_records = source_records
        self._objects = objects
        self._authorities = authorities
        self._signing = signing
        self.specs: dict[str, ConnectorSpec] = {}
        self._addresses = addresses
        self._folder = folder
        self._jars = jars
        self._secrets = secrets
        self._logs = logs
        self._metrics = metrics

    def __call__(self, spec: ConnectorSpec) -> RunningConnector:
        """Starts a connector and waits until its task runs; on ServerError everything is stopped again."""
        self.specs[spec.role] = spec
        folder = self._folder / f"{spec.name}-{_arn_suffix(spec)}"
        (folder / WORKER_FOLDER).mkdir(parents=True, mode=0o700)
        try:
            connector = self._create(spec, folder)
        except ServerError:
            shutil.rmtree(folder)
            raise
        try:
            connector.start()
        except BaseException:
            connector.stop(at_once=True)
            raise
        return connector

    def _create(self, spec: ConnectorSpec, folder: Path) -> RunningConnector:
        refused = Denials(spec, self._signing)
        return RunningConnector(
            spec,
            partial(self._equipped, folder=folder, refused=refused),
            TrustStores(folder / WORKER_FOLDER, partial(self._object, spec), authorities=self._authorities),
            folder=folder,
            addresses=self._addresses,
            observed=bool(self._source_records),
            metrics=self._metrics,
            denials=refused,
            registries=self._registries,
        )

    def _equipped(self, spec: ConnectorSpec, *, folder: Path, refused: Denials) -> Equipment:
        """Raises ServerError for a plugin that cannot be unpacked."""
        provider = _unpack(spec.archive, folder / WORKER_FOLDER / PLUGIN)
        endpoint = f"http://{self._addresses.aws}"
        deployed = worker_properties(
            spec.worker_configuration, provider=provider, endpoint=endpoint, observed=bool(self._source_records)
        )
        group = WorkerGroup(
            name=spec.name,
            folder=folder,
            properties={
                **deployed,
                **_msk_connect_properties(spec, folder / WORKER_FOLDER / PLUGINS),
                **(signing.PROPERTIES if self._signing else {}),
            },
            log_group=spec.log_group,
            denials=refused,
        )
        secrets = SecretFiles(folder, partial(self._secret, spec), write_files=not provider)
        return Equipment(Workers(group, self._worker_runtime(spec)), secrets, provider)

    def _worker_runtime(self, spec: ConnectorSpec) -> WorkerRuntime:
        signs = self._signing
        variables = {**_worker_env(spec.region), **(signs.env(spec) if signs else _NO_CREDENTIALS)}
        if uses_glue(spec.configuration):
            variables = self._addresses.by_local_name(variables, CREDENTIALS_URL)
        options, jars = [*(signs.options if signs else ())], [*self._jars]
        if log := self._source_records:
            options.append(f"-D{observers.FOLDER}={log.folder}")
            jars.append(log.jar)
        return WorkerRuntime(self._addresses, jars, variables, self._logs, options=options)

    def _secret(self, spec: ConnectorSpec, name: str) -> Mapping[str, str]:
        if self._signing:
            self._signing.check_secret(spec, name)
        return self._secrets(name)

    def _object(self, spec: ConnectorSpec, bucket: str, key: str) -> bytes:
        if self._signing:
            self._signing.check_object(spec, bucket, key)
        if self._objects is None:
            raise LookupError("there is no S3 here")
        return self._objects(bucket, key)


def _unpack(archive: Path, folder: Path) -> bool:
    """Unpacks the plugin into a folder of its own on the plugin path, as MSK Connect does; whether it has a provider.

    Raises ServerError.
    """
    try:
        provider, bundle = has_provider(archive), open_archive(archive)
        shutil.rmtree(folder, ignore_errors=True)  # of the plugin before
        for name in bundle.files:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bundle.read(name))
    except (BadArchiveError, OSError) as error:
        why = "cannot be unpacked" if isinstance(error, OSError) else "must be a ZIP that can be unpacked"
        raise ServerError(f"the plugin {why}: {error}") from error
    return provider


def _msk_connect_properties(spec: ConnectorSpec, plugins: Path) -> dict[str, str]:
    """The worker properties that MSK Connect sets itself."""
    topic = f"__amazon_msk_connect_{{}}_{spec.name}_{_arn_suffix(spec)}"
    return {
        "bootstrap.servers": spec.bootstrap,
        "group.id": topic.format("group"),
        "config.storage.topic": topic.format("configs"),
        "status.storage.topic": topic.format("status"),
        "offset.storage.topic": spec.worker_configuration.get("offset.storage.topic", topic.format("offsets")),
        # -1 is the brokers' default.replication.factor (Kafka 2.4 and later).
        **dict.fromkeys((f"{kind}.storage.replication.factor" for kind in ("config", "status", "offset")), "-1"),
        "plugin.path": str(plugins),
        "connector.client.config.override.policy": "None",
        # The tasks of a stopped worker move to another at once; Kafka's default is five minutes.
        "scheduled.rebalance.max.delay.ms": "0",
    }


def _arn_suffix(spec: ConnectorSpec) -> str:
    """The last part of the ARN; it differs between connectors that had the same name one after the other."""
    return spec.arn.rpartition("/")[2]


def _worker_env(region: str) -> dict[str, str]:
    """A worker's environment variables, without credentials of a real account."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    return {**inherited, "AWS_REGION": region, "AWS_EC2_METADATA_DISABLED": "true"}
