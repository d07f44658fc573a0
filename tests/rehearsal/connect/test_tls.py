"""A database's certificate is verified: by its authority and its name, in every connection of Debezium's."""

from collections.abc import Iterator
from typing import Final

import pytest

from modules.certificates import java_trust_store
from modules.debezium.configuration import TRUST_STORE, imported
from rehearsal.aws.backends import ServerError
from rehearsal.connect.connector import RunningConnector
from rehearsal.iam.tls import CertificateAuthority
from tests.rehearsal.connect.lab import REGION, Lab, running

OTHER_HOST: Final = f"other.cluster-abc.{REGION}.rds.amazonaws.com"
RIGHT, WRONG, MISSING = (f"bucket/trust-stores/shop/{name}.jks" for name in ("right", "wrong", "missing"))


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The database has a certificate of an authority; a trust store has that one, and another one has not."""
    signing, other = CertificateAuthority(), CertificateAuthority()
    contents = {RIGHT: java_trust_store([other.der, signing.der]), WRONG: java_trust_store([other.der])}
    objects = {("bucket", path.partition("/")[2]): content for path, content in contents.items()}
    with running(tmp_path_factory.mktemp("tls"), authority=signing, objects=objects) as servers:
        servers.servers.addresses.add_name(OTHER_HOST, servers.database.address.host)
        yield servers


def properties(*, verify: str, trust_store: str, host: str | None = None) -> dict[str, str]:
    found = {"database__ssl__mode": f"verify_{verify}", TRUST_STORE: imported(trust_store, region=REGION)}
    return found | ({"database__hostname": host} if host else {})


@pytest.fixture(scope="module")
def connector(lab: Lab) -> Iterator[RunningConnector]:
    started = lab.connectors(lab.configured(**properties(verify="identity", trust_store=RIGHT)))
    yield started
    started.stop()


def test_the_right_certificate_is_taken_and_changes_stream(lab: Lab, connector: RunningConnector) -> None:
    """The snapshot is read by Connector/J, changes by another client, and each verifies by itself."""
    connector.change(lab.configured(**properties(verify="identity", trust_store=RIGHT)))
    lab.settle()
    assert connector.failure() is None


REFUSED: Final = {
    "authority": (
        properties(verify="identity", trust_store=WRONG),
        "is signed by no authority of the trust store",
        "source.tls.ca_bundle",
    ),
    "authority-without-names": (
        properties(verify="ca", trust_store=WRONG),
        "is signed by no authority of the trust store",
        "source.tls.ca_bundle",
    ),
    "name": (
        properties(verify="identity", trust_store=RIGHT, host=OTHER_HOST),
        f"the certificate of the database is not for {OTHER_HOST}",
        "verify: ca",
    ),
    "missing": (properties(verify="identity", trust_store=MISSING), "the trust store s3://bucket/", "connect stack"),
}


@pytest.mark.parametrize(("changed", "cause", "step"), REFUSED.values(), ids=REFUSED)
def test_another_certificate_is_refused(
    lab: Lab, connector: RunningConnector, changed: dict[str, str], cause: str, step: str
) -> None:
    with pytest.raises(ServerError) as refused:
        connector.change(lab.configured(**changed))
    finding, *_ = refused.value.findings
    assert cause in finding.cause
    assert step in finding.next_step
    assert finding.where["property"] in (TRUST_STORE, "database.ssl.mode")


def test_another_name_is_taken_where_names_are_not_verified(lab: Lab, connector: RunningConnector) -> None:
    connector.change(lab.configured(**properties(verify="ca", trust_store=RIGHT, host=OTHER_HOST)))
    assert connector.failure() is None
