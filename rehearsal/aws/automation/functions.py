"""Runs the code of Lambda functions, as deployed, each invocation in a Python process of its own."""

import io
import json
import logging
import os
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread
from typing import Any, Final

from rehearsal.aws.access import AwsAccess
from rehearsal.aws.client import client
from rehearsal.processes.logs import cloudwatch

METRICS: Final = "AWS/Lambda"
_STOP_SECONDS: Final = 5
# Lambda's contract: the module's path with slashes or dots, then the function; the context has the function's ARN.
_BOOTSTRAP: Final = """
import importlib, json, sys
from types import SimpleNamespace
folder, handler, arn = sys.argv[1:]
sys.path.insert(0, folder)
module, _, name = handler.rpartition(".")
function = getattr(importlib.import_module(module.replace("/", ".")), name)
function(json.load(sys.stdin), SimpleNamespace(invoked_function_arn=arn))
"""
_LOG: Final = logging.getLogger(__name__)


class Functions:
    """The functions of the embedded account; ``minute`` is given to them as MINUTE_SECONDS."""

    def __init__(self, access: AwsAccess, *, minute: float) -> None:
        self._access = access
        self._minute = minute
        self._running: set[subprocess.Popen[str]] = set()
        self._threads: list[Thread] = []
        self._lock = Lock()

    def invoke(self, arn: str, event: dict[str, Any]) -> None:
        """Starts the function in the background, as an asynchronous invocation; without retries."""
        thread = Thread(target=self._invoke, args=(arn, event), daemon=True)
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()

    def stop(self) -> None:
        """Ends the functions that run."""
        with self._lock:
            for process in self._running:
                process.kill()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def _invoke(self, arn: str, event: dict[str, Any]) -> None:
        region, name = arn.split(":")[3], arn.split(":")[6]
        try:
            self._publish(name, region, failed=self._run(function(arn), region, event))
        except Exception:  # what a function cannot be run with is no reason to end the embedded AWS
            _LOG.exception("function %s", name)

    def _publish(self, name: str, region: str, *, failed: bool) -> None:
        dimensions = [{"Name": "FunctionName", "Value": name}]
        data = [
            {"MetricName": metric, "Dimensions": dimensions, "Timestamp": datetime.now(UTC), "Value": value}
            for metric, value in (("Invocations", 1.0), ("Errors", float(failed)))
        ]
        client(self._access, "cloudwatch", region).put_metric_data(Namespace=METRICS, MetricData=data)

    def _run(self, found: Any, region: str, event: dict[str, Any]) -> bool:
        """Whether the function raised an error, or took longer than its timeout; its output is in its log group."""
        with TemporaryDirectory(prefix="cdc-function-") as folder:
            zipfile.ZipFile(io.BytesIO(found.code_bytes)).extractall(folder)
            process = subprocess.Popen(
                [sys.executable, "-c", _BOOTSTRAP, folder, found.handler, found.function_arn],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=folder,
                env=self._variables(found, region),
            )
            with self._lock:
                self._running.add(process)
            try:
                output, _ = process.communicate(json.dumps(event), timeout=found.timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                output = f"{process.communicate()[0]}Task timed out after {found.timeout} seconds"
            finally:
                with self._lock:
                    self._running.discard(process)
        self._put_log(found, region, output)
        return process.returncode != 0

    def _variables(self, found: Any, region: str) -> dict[str, str]:
        """The function's own, and its role's credentials."""
        sts = client(self._access, "sts", region)
        keys = sts.assume_role(RoleArn=found.role, RoleSessionName=found.function_name)["Credentials"]
        return {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(Path.home()),
            **found.environment_vars,
            "MINUTE_SECONDS": str(self._minute),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ENDPOINT_URL": self._access.url,
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
            "AWS_SESSION_TOKEN": keys["SessionToken"],
        }

    def _put_log(self, found: Any, region: str, output: str) -> None:
        group = (vars(found).get("logging_config") or {}).get("LogGroup") or f"/aws/lambda/{found.function_name}"
        lines = [(int(time.time() * 1000), line) for line in output.splitlines() if line.strip()]
        if lines:
            cloudwatch(client(self._access, "logs", region))(group, time.strftime("%Y/%m/%d/[$LATEST]"), lines)


def function(arn: str) -> Any:
    """moto's function of this ARN; raises moto's error where there is none."""
    from moto.awslambda_simple.models import lambda_simple_backends

    _, _, _, region, account, _, name = arn.split(":")[:7]
    return lambda_simple_backends[account][region].get_function(name)


def allows(arn: str, principal: str, source: dict[str, str]) -> bool:
    """Whether the function's policy lets a service run it for ``source``, by its condition keys."""
    for statement in function(arn).policy.statements:
        conditions = {key: value for one in statement.get("Condition", {}).values() for key, value in one.items()}
        if statement["Principal"].get("Service") == principal and conditions.items() <= source.items():
            return True
    return False
