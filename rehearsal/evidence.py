"""Saves what explains a failed rehearsal, without secrets: logs, configurations, policies, last events and requests."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from modules.messages.tokens import HIDDEN, hidden
from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.connect.workers import STOPPED, WORKER_FOLDER
from rehearsal.daemon_client import READY, SOURCE_RECORDS, DaemonClient
from rehearsal.kafka import inspection
from rehearsal.processes import failed_runs
from rehearsal.processes.runs import Run

# Patterns below the rehearsal's folder. Files that hold keys or passwords match none of them.
_LOGS: Final = (
    "daemon.log",
    "mysql/*/*.log",
    "kafka/*/*/*.log",
    "connect/*/*.log",
    f"{STOPPED}/*/*.log",
    f"{SOURCE_RECORDS}/*.jsonl",
)
_CONFIGURATIONS: Final = (
    "kafka/*/*/node.properties",
    f"connect/*/{WORKER_FOLDER}/worker-*.properties",
    f"connect/*/{WORKER_FOLDER}/*.json",
    f"{STOPPED}/*/*.properties",
    f"{STOPPED}/*/*.json",
    "work/stacks/*/*.tf.json",
)
_MAX_LOG_BYTES: Final = 2 << 20
_REQUESTS: Final = 200
_MIN_SECRET: Final = 6  # shorter values occur in ordinary text
FAILURE: Final = "failure.txt"


def save(run: Run, *, environment: Path, region: str, failure: str, daemon: DaemonClient | None) -> Path:
    """Returns the new folder; what can no longer be read is left out.

    ``environment`` is the environment's file, ``daemon`` is None where it never answered.
    """
    folder = failed_runs.create(run.environment)
    secrets = Secrets(run, region)
    _write(folder / FAILURE, failure, secrets)
    for target, patterns in (("logs", _LOGS), ("configuration", _CONFIGURATIONS)):
        for file in _files(run.folder, patterns):
            _copy(file, folder / target / _short(file.relative_to(run.folder)), secrets)
    _copy(environment, folder / "configuration" / environment.name, secrets)
    if daemon:
        for name, text in _from_servers(daemon):
            _write(folder / name, text, secrets)
    failed_runs.prune()
    return folder


class Secrets:
    """Hides the secrets of the rehearsal in ``run``, and everything else that looks like a secret."""

    def __init__(self, run: Run, region: str) -> None:
        values: set[str] = set()
        with suppress(OSError, ValueError, TypeError):
            aws = AwsAccess.read(run.folder / READY)
            values = {aws.access_key, aws.secret, aws.token}
            with suppress(Exception):  # the embedded AWS is gone, or hangs
                values |= set(_stored_secrets(aws, region))
        ordered = sorted((value for value in values if len(value) >= _MIN_SECRET), key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def hide(self, text: str) -> str:
        known = self._known.sub(HIDDEN, text) if self._known else text
        return hidden(known)


def _stored_secrets(aws: AwsAccess, region: str) -> Iterator[str]:
    """Every value in Secrets Manager but user names."""
    manager = client(aws, "secretsmanager", region)
    for secret in manager.list_secrets()["SecretList"]:
        text = manager.get_secret_value(SecretId=secret["ARN"])["SecretString"]
        yield text
        with suppress(ValueError, AttributeError):
            yield from (str(value) for key, value in json.loads(text).items() if key != "username")


def logs(run: Run) -> Iterator[Path]:
    """The logs of the servers of ``run``."""
    return _files(run.folder, _LOGS)


def _files(folder: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    for pattern in patterns:
        yield from (path for path in sorted(folder.glob(pattern)) if path.is_file() and not path.is_symlink())


def _short(path: Path) -> Path:
    """``shop/worker-1.log`` for ``connect/shop/.worker/worker-1.log``."""
    return Path(*[part for part in path.parts if part not in (WORKER_FOLDER, "work")])


def _copy(file: Path, target: Path, secrets: Secrets) -> None:
    with suppress(OSError), file.open("rb") as content:  # its server deletes or truncates it meanwhile
        if (skipped := file.stat().st_size - _MAX_LOG_BYTES) > 0:
            content.seek(skipped)
            content.readline()  # half a line may be half a secret, which no filter knows
        _write(target, content.read().decode(errors="replace"), secrets)


def _write(path: Path, text: str, secrets: Secrets) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(secrets.hide(text), encoding="utf-8")


def _from_servers(daemon: DaemonClient) -> Iterator[tuple[str, str]]:
    """Names and texts; each is left out where its server does not answer."""
    sources: Mapping[str, Callable[[], Any]] = {
        "aws-requests.jsonl": lambda: daemon.request("requests")[-_REQUESTS:],
        "permissions.jsonl": lambda: daemon.request("permissions"),
        "events.jsonl": lambda: inspection.last_records(daemon.request("endpoints")["brokers"].values()),
        "configuration/roles.jsonl": lambda: _roles(daemon.aws),
    }
    for name, source in sources.items():
        with suppress(Exception):  # whatever else has failed, the rest is saved
            yield name, "".join(json.dumps(line, default=str) + "\n" for line in source())


def _roles(aws: AwsAccess) -> list[dict[str, Any]]:
    """The roles of the environment with their policies, as deployed."""
    found = client(aws, "iam", "us-east-1").get_account_authorization_details(Filter=["Role", "LocalManagedPolicy"])
    return [*found["RoleDetailList"], *found["Policies"]]
