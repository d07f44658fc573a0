"""A kept rehearsal is a lab: its parts can be reached, and changed environment files are applied to it."""

import json
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pymysql
import pytest
import requests
import yaml
from kafka import KafkaConsumer

from rehearsal.processes.runs import Run
from tests.html_pages import SECTIONS, Shown
from tests.rehearsal.commands import Command
from tests.rehearsal.iam.lab import jars, java_client_of
from tests.rehearsal.kept.lab import Kept
from tests.synthesized import document

TOPIC = "shop.shop.customers"


def test_it_stays_up(kept: Kept) -> None:
    assert kept.first["passed"]
    assert kept.first["events"]["snapshot"] == 40
    assert "brokers" in {one["name"] for one in kept.first["substitutions"]}
    run = Run.read(kept.run.folder)
    assert run
    assert run.alive


def test_only_its_keys_open_its_aws(kept: Kept) -> None:
    """Another user of the machine reads no secret, and stops nothing."""
    url, keys = kept.first["endpoints"]["aws"], Path(kept.first["endpoints"]["keys"])
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    program = "import boto3; print(boto3.client('secretsmanager').list_secrets()['SecretList'][0]['Name'])"
    script = f'. "$0" && exec "{sys.executable}" -c "$1"'
    shell = subprocess.run(["sh", "-c", script, str(keys), program], capture_output=True, text=True, check=False)
    assert shell.stdout.startswith("cdc/"), shell.stderr
    for page in ("secrets", "servers", "stop", "endpoints", "forget"):
        for method in ("GET", "POST"):
            assert requests.request(method, f"{url}/_rehearsal/{page}", timeout=10).status_code == 403
    assert requests.post(url, data={"Action": "GetCallerIdentity"}, timeout=10).status_code == 403


def test_its_database_takes_a_login_over_tcp(kept: Kept) -> None:
    file = kept.clients["mysql"]["shop-dev"]
    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    login = pymysql.connect(read_default_file=file, ssl={"check_hostname": False})
    with login as connection, connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM shop.customers")
        assert cursor.fetchall()[0][0] >= 20
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        pymysql.connect(read_default_file=file, password="another", ssl={"check_hostname": False})


def test_its_events_are_read_with_one_file_of_variables(kept: Kept) -> None:
    script = '. "$0" && exec "$1" -m cdc.cli events "$2" shop.customers --from-beginning --limit 3 --json'
    arguments = ["sh", "-c", script, kept.clients["role"], sys.executable, str(kept.file)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(one["topic"], one["op"]) for one in found] == [(TOPIC, "r")] * 3


def test_its_brokers_answer_clients(kept: Kept, tmp_path: Path) -> None:
    plain = dict(line.split("=", 1) for line in Path(kept.clients["plain"]).read_text().splitlines())
    with KafkaConsumer(bootstrap_servers=plain["bootstrap.servers"].split(",")) as consumer:
        assert TOPIC in consumer.topics()
    lines = Path(kept.clients["role"]).read_text().splitlines()
    variables = dict(shlex.split(line)[1].split("=", 1) for line in lines)
    hosts = Path(kept.first["endpoints"]["hosts"])
    assert variables["KAFKA_OPTS"] == f"-Djdk.net.hosts.file={hosts}"
    file = Path(kept.clients["client"])
    with java_client_of(file, tmp_path, jars(), hosts=hosts, credentials=variables) as java:
        assert java("consume", TOPIC, "a-group-of-mine") == "done"
    without = {"AWS_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    with java_client_of(file, tmp_path, jars(), hosts=hosts, credentials=without) as java:
        assert java("consume", TOPIC, "a-group-of-mine") != "done"


def test_terraform_plans_with_the_printed_variables(kept: Kept) -> None:
    assert kept.plan_status("week-platform") == 0


def test_its_stacks_are_listed_in_the_order_of_a_deploy(kept: Kept) -> None:
    assert [Path(folder).name for folder in kept.clients["stacks"]] == ["week-platform", "week-connect"]


def more_of_shop(content: dict[str, Any]) -> None:
    shop = content["connectors"]["shop"]
    shop["source"]["tables"].append("shop.invoices")
    shop |= {"capacity": {"mcu": 2}, "properties": {"max.batch.size": 1024}}


def test_a_table_capacity_and_a_property_are_changed(kept: Kept, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    document = kept.apply(more_of_shop, "--report", str(page))
    shown = Shown.of(page)
    assert shown.sections == list(SECTIONS)
    assert {"plan", "connectors"} <= {node.text for node in shown.nodes if node.attributes.get("class") == "name"}
    assert "shop.invoices" in shown.texts("strong")
    assert "could not be" not in shown.text
    assert [step["name"] for step in document["steps"]] == [
        "start", "plan", "connect", "connectors", "changes", "second plan",
    ]  # fmt: skip
    assert document["lost"] == 0
    assert document["second_plan_empty"]
    flows = {(flow["connector"], flow["source"]): flow for flow in document["flows"]}
    assert flows["cdc-week-shop", "shop.invoices"]["topics"]["shop.shop.invoices"] > 0


def another_connector(content: dict[str, Any]) -> None:
    shop = content["connectors"]["shop"]
    source = {**shop["source"], "server_id": 5999, "secret": "cdc/more", "tables": ["shop.customers", "shop.notes"]}
    more = {"topics": {"prefix": "more"}, "signals": {"topic": "more-signals"}, "properties": {}}
    content["connectors"]["more"] = {**shop, "source": source, **more}


def test_another_connector_is_added(kept: Kept) -> None:
    document = kept.apply(another_connector)
    assert "snapshot" in [step["name"] for step in document["steps"]]
    assert document["lost"] == 0
    flows = {(flow["connector"], flow["source"]): flow for flow in document["flows"]}
    assert flows["cdc-week-more", "shop.notes"]["topics"]["more.shop.notes"] >= 20
    assert set(document["endpoints"]["connect"]) == {"cdc-week-shop", "cdc-week-more"}


def another_database(content: dict[str, Any]) -> None:
    content["connectors"]["shop"]["source"]["cluster"] = "orders-dev"


def test_what_it_does_not_have_is_refused(kept: Kept) -> None:
    document = kept.apply(another_database, status=1)
    assert document["failed_step"] == "start"
    [found] = document["failure"]["findings"]
    assert found["cause"] == "the database orders-dev does not run here, only shop-dev"
    assert found["where"]["line"].endswith("connectors.shop.source.cluster")
    assert kept.run.deployed.read_text() == kept.file.read_text()


def another_name(content: dict[str, Any]) -> None:
    content["connectors"]["moved"] = content["connectors"].pop("shop")


def test_a_plan_that_loses_data_is_refused_as_in_a_deploy(kept: Kept) -> None:
    document = kept.apply(another_name, status=1)
    assert document["failed_step"] == "plan"
    assert "connector-renamed" in {one["cause"].split(": ")[1] for one in document["failure"]["findings"]}
    assert requests.get(document["endpoints"]["connect"]["cdc-week-shop"], timeout=10).ok
    assert kept.plan_status("week-connect") == 0


def test_there_must_be_one_to_apply_to(tmp_path: Path) -> None:
    (file := tmp_path / "another.yaml").write_text(yaml.safe_dump(document("dev")))
    with Command(str(file), "--apply", folder=tmp_path) as command:
        assert command.end() == 1
        assert "another: no rehearsal is kept that a change could be applied to" in command.said
