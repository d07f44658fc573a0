"""A change that a kept rehearsal cannot give is refused with the reason, and its line."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.environment.environment import Environment
from modules.environment.loading import load
from rehearsal import kept, kept_limits
from rehearsal.processes import runs
from rehearsal.processes.errors import RehearsalError
from tests.synthesized import document

ENDPOINTS = {"mysql": {"shop-dev": {"address": "127.0.0.1:3306"}}}
Change = Callable[[dict[str, Any]], object]


def test_a_rehearsal_that_deployed_nothing_cannot_be_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    run = replace(runs.create("dev"), kept=True).write()
    with pytest.raises(RehearsalError, match=r"before the platform was deployed.* cdc rehearse dev --stop"):
        kept.find("dev")
    run.deployed.parent.mkdir()
    run.deployed.write_text("the file")
    assert kept.find("dev") == run
    with pytest.raises(RehearsalError, match="another: no rehearsal is kept"):
        kept.find("another")


def environment(folder: Path, change: Change = lambda _: None) -> tuple[Environment, Path]:
    content = document("dev")
    change(content)
    (file := folder / "dev.yaml").write_text(yaml.safe_dump(content))
    return load(file), file


def check(folder: Path, change: Change) -> None:
    (first := folder / "first").mkdir()
    before, _ = environment(first)
    after, file = environment(folder, change)
    kept_limits.check(before, after, file, ENDPOINTS)


def another_cluster(content: dict[str, Any]) -> None:
    content["connectors"]["shop"]["source"]["cluster"] = "orders-dev"


def in_avro(content: dict[str, Any], **registry: str) -> None:
    content["schema_registry"] = {"kind": "apicurio", **registry}
    content["connectors"]["shop"]["format"] = "avro"


REFUSED: dict[str, tuple[Change, str, str]] = {
    "cluster": (another_cluster, "the database orders-dev does not run here", "connectors.shop.source.cluster"),
    "brokers": (lambda content: content["kafka"].update(brokers=6), "3 brokers were deployed", "kafka.brokers"),
    "coordination": (
        lambda content: content["kafka"].update(coordination="zookeeper"),
        "kafka.coordination of running brokers cannot change, is kraft, got zookeeper",
        "kafka.coordination",
    ),
    "a registry by URL": (
        lambda content: in_avro(content, url="https://registry.example.internal"),
        "no schema registry by URL runs here",
        "schema_registry",
    ),
    "state": (lambda content: content.update(state={"kind": "local"}), "state of a running rehearsal", "state"),
}


@pytest.mark.parametrize(("change", "cause", "path"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(tmp_path: Path, change: Change, cause: str, path: str) -> None:
    with pytest.raises(RehearsalError, match="does not have what the change needs") as refused:
        check(tmp_path, change)
    [found] = [one for one in refused.value.findings if one.cause.startswith(cause)]
    assert found.where["line"].startswith(f"{tmp_path / 'dev.yaml'}:")
    assert found.where["line"].endswith(f": {path}")
    assert found.next_step == "stop the kept rehearsal, and start a new one"


def test_another_registry_by_url_is_refused(tmp_path: Path) -> None:
    (first := tmp_path / "first").mkdir()
    before, _ = environment(first, lambda content: in_avro(content, url="https://one.example.internal"))
    at = {**ENDPOINTS, "registry": "http://127.0.0.1:8080"}
    for place, allowed in (("one", True), ("other", False)):
        url = f"https://{place}.example.internal"
        after, file = environment(tmp_path, lambda content, url=url: in_avro(content, url=url))  # type: ignore[misc]
        if allowed:
            kept_limits.check(before, after, file, at)
        else:
            with pytest.raises(RehearsalError) as refused:
                kept_limits.check(before, after, file, at)
            assert "cannot change to another by URL" in str(refused.value.findings)


def another_connector(content: dict[str, Any]) -> None:
    shop = content["connectors"]["shop"]
    source = {**shop["source"], "server_id": 5999, "secret": "cdc/more"}
    content["connectors"]["more"] = {**shop, "source": source, "topics": {"prefix": "more"}}


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        another_connector,
        lambda content: content["connectors"]["shop"].update(capacity={"mcu": 2}),
        lambda content: content["kafka"].update(volume_gib=40),
    ],
    ids=["nothing", "connector", "capacity", "volume"],
)
def test_the_rest_is_allowed(tmp_path: Path, change: Change) -> None:
    check(tmp_path, change)
