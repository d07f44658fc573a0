"""The secret's placeholders, resolved by the config provider that is in the plugin."""

from collections.abc import Iterator, Mapping

import pytest

from modules.debezium.configuration import CONNECTOR_CLASS
from tests.rehearsal.plugin import parts
from tests.rehearsal.plugin.conftest import PASSWORD, SECRET_SETTINGS, USER, StartWorker, unpacked
from tests.rehearsal.plugin.database import Login, database, proof
from tests.rehearsal.plugin.kafka import Broker
from tests.rehearsal.plugin.secrets_manager import secrets_manager
from tests.rehearsal.plugin.worker import Worker
from tests.synthesized import document


@pytest.fixture(scope="module")
def aws_worker(
    tmp_path_factory: pytest.TempPathFactory,
    broker: Broker,
    start_worker: StartWorker,
    worker_configuration: Mapping[str, str],
) -> Iterator[Worker]:
    """A worker with the plugin as deployed; only the endpoint of Secrets Manager differs."""
    archive = parts.as_deployed(tmp_path_factory.mktemp("deployed"))
    libraries = parts.libraries("connect-3.7", tmp_path_factory.mktemp("libraries"))
    for jar in libraries.glob("aws-msk-iam-auth-*.jar"):
        # The plugin's class loader also finds its AWS SDK, which conflicts with the provider's
        # ("Apache5SdkHttpService not a subtype"). How MSK Connect's workers separate them is not documented.
        jar.unlink()
    name = document("prod")["connectors"]["orders"]["source"]["secret"]
    with (
        secrets_manager({name: {"username": USER, "password": PASSWORD}}) as endpoint,
        start_worker(
            "aws-worker",
            plugins=unpacked(archive, tmp_path_factory.mktemp("deployed-plugins")),
            properties={**worker_configuration, f"{SECRET_SETTINGS}.param.endpoint": endpoint},
            libraries=libraries,
            variables={"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"},
        ) as worker,
    ):
        broker.wait()
        worker.wait()
        yield worker
        print(worker.tail())


@pytest.fixture(params=["worker", "aws_worker"], ids=[parts.STAND_IN, parts.PROVIDER])
def resolving_worker(request: pytest.FixtureRequest) -> Worker:
    """A worker for each provider that is available here."""
    found: Worker = request.getfixturevalue(request.param)
    return found


def test_the_connector_signs_in_with_the_secret(resolving_worker: Worker, configuration: Mapping[str, str]) -> None:
    with database() as server:
        plain = {**configuration, "database.port": str(server.port), "database.ssl.mode": "disabled"}
        errors = resolving_worker.errors(CONNECTOR_CLASS, plain)
        assert server.login() == Login(USER, proof(PASSWORD))
    assert errors == {"database.hostname": ["Unable to connect: Access denied"]}


def test_the_password_is_not_sent_without_tls(worker: Worker, configuration: Mapping[str, str]) -> None:
    with database() as server:
        errors = worker.errors(CONNECTOR_CLASS, {**configuration, "database.port": str(server.port)})
        assert server.login() is None
    assert list(errors) == ["database.hostname"]
