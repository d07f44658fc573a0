"""The commands for a real account work with a kept rehearsal: only the endpoint and the brokers' addresses differ."""

import configparser
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.rehearsal.kept.lab import Kept

LEVELS: Final = ("error", "warning")


def results(output: str) -> Sequence[Mapping[str, Any]]:
    found = json.loads(output)
    return list(found["results"])


def findings(output: str, *levels: str) -> dict[str, str]:
    return {one["check"]: one["message"] for one in results(output) if one["level"] in levels}


def test_what_runs_is_what_was_asked_for(kept: Kept) -> None:
    output = kept.cdc("verify", "{file}", "--stacks", str(kept.run.folder / "work/stacks"), "--wait", "120", "--json")
    assert findings(output, *LEVELS) == {}
    assert {"operation", "configuration", "plugin", "tasks"} <= findings(output, "ok").keys()


def test_each_connector_has_a_line(kept: Kept) -> None:
    found = json.loads(kept.cdc("status", "{file}", "--json"))
    assert {one["connector"] for one in found} == {f"cdc-week-{key}" for key in kept.content["connectors"]}
    assert {one["state"] for one in found} == {"RUNNING"}


def test_its_account_and_its_database_are_ready_for_a_deploy(kept: Kept) -> None:
    """With the login of the connector's own secret."""
    login = configparser.ConfigParser(interpolation=None)
    login.read(kept.clients["mysql"]["shop-dev"])
    at = ("--host", login["client"]["host"], "--port", login["client"]["port"])
    output = kept.cdc("preflight", "{file}", *at, "--json")
    assert findings(output, "error") == {}
    assert {"quotas", "routes", "secrets", "parameters", "privileges", "tables"} <= findings(output, "ok").keys()


def test_nothing_has_drifted(kept: Kept) -> None:
    output = kept.cdc("drift", "{file}", "--json")
    assert findings(output, *LEVELS) == {}
    assert {"connectors", "operations", "plugins", "worker configurations"} <= findings(output, "ok").keys()


def test_each_connector_takes_signals(kept: Kept) -> None:
    """Their topics exist, as they must on AWS."""
    for key in kept.content["connectors"]:
        output = kept.cdc("snapshot", "{file}", key, "shop.customers", "--blocking", "--yes")
        assert output.splitlines()[-1].startswith("COMPLETED"), output
